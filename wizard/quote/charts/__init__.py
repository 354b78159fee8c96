"""Charts drawn as vectors with explicit scales, in the language of the paper."""
