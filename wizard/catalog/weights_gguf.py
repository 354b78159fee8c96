"""Bytes of GGUF files, weight by weight."""

from __future__ import annotations

from wizard.catalog.architecture import parameter_groups
from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES, SAME_MIX
from wizard.catalog.records import Model


def gguf_bytes(model: Model, mix: str) -> tuple[float, float, str]:
    """Return the bytes of a GGUF file, the relative spread of what quantisers make of a mix, and the basis."""
    bare = mix.removeprefix("UD-").removesuffix("_XL")
    bare = SAME_MIX.get(bare, bare)
    kind = GGUF_TYPES[GGUF_MIXES.get(bare, bare)]
    return parameter_groups(model).total * kind.bytes_per_element, 0.1, "stated-total"
