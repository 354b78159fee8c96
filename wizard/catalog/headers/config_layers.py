"""The layer pattern of a config: which layers attend to everything, to a window, or keep a constant state."""

from __future__ import annotations

from wizard.catalog.headers.config_reader import Config

_LETTERS = {
    "full_attention": "F", "attention": "F", "sliding_attention": "S", "chunked_attention": "S",
    "linear_attention": "L", "mamba": "M", "mamba2": "M", "conv": "C", "hybrid": "F", "kda": "L",
}
_BLOCKS = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
_GEMMA_PERIOD = {"Gemma3ForCausalLM": 6, "Gemma3ForConditionalGeneration": 6, "Gemma2ForCausalLM": 2,
                 "Cohere2ForCausalLM": 4, "Exaone4ForCausalLM": 4, "Gemma3nForConditionalGeneration": 5}
_LINEAR_PERIOD = 4


def pattern_of(config: Config, architecture: str, layers: int) -> str:
    """Return the layer pattern in the letters of :mod:`wizard.catalog.architecture_layers`; empty if all attend."""
    ratios = config.integers("compress_ratios")
    if ratios:
        return "compress_ratios=" + ",".join(str(r) for r in ratios)
    override = config.text("hybrid_override_pattern")
    if override:
        return override
    blocks = config.sequence("layers_block_type")
    if blocks and architecture.startswith("NemotronH"):
        return "".join(_BLOCKS.get(str(b), "-") for b in blocks)
    return _by_types(config, architecture, layers) or _by_period(config, architecture, layers)


def _by_types(config: Config, architecture: str, layers: int) -> str:
    types = config.sequence("layer_types", "layers_block_type")
    if types:
        pattern = "".join(_LETTERS.get(str(kind), "F") for kind in types)[:layers]
        return _plain(pattern)
    windows = config.sequence("hybrid_layer_pattern")
    if windows:
        return _plain("".join("S" if kind else "F" for kind in windows)[:layers])
    full = config.nested("linear_attn_config").sequence("full_attn_layers")
    if full:
        return "".join("F" if i + 1 in full else "L" for i in range(layers))
    indices = config.sequence("attn_layer_indices", "full_attn_idxs")
    if indices:
        letter = "C" if architecture.startswith("Lfm2") else "M"
        return "".join("F" if i in indices else letter for i in range(layers))
    return ""


def _by_period(config: Config, architecture: str, layers: int) -> str:
    if config.integer("attn_layer_period"):
        period, offset = config.required("attn_layer_period"), config.integer("attn_layer_offset") or 0
        return "".join("F" if i % period == offset % period else "M" for i in range(layers))
    if config.integer("linear_num_value_heads"):
        period = config.integer("full_attention_interval") or _LINEAR_PERIOD
        return "".join("F" if (i + 1) % period == 0 else "L" for i in range(layers))
    if architecture.startswith("Llama4"):
        return "".join("F" if (i + 1) % _LINEAR_PERIOD == 0 else "S" for i in range(layers))
    period = config.integer("sliding_window_pattern") or _GEMMA_PERIOD.get(architecture, 0)
    if period > 1 and config.integer("sliding_window"):
        return "".join("F" if (i + 1) % period == 0 else "S" for i in range(layers))
    if architecture.startswith("Mamba"):
        return "M" * layers
    return ""


def _plain(pattern: str) -> str:
    return "" if set(pattern) == {"F"} else pattern


def window_of(config: Config, architecture: str) -> int | None:
    """Return the attention window, ``None`` where the config switches it off."""
    if not config.flag("use_sliding_window", not architecture.startswith(("Qwen2", "Qwen3"))):
        return None
    if architecture.startswith("Llama4"):
        return config.integer("attention_chunk_size")
    return config.integer("sliding_window", "sliding_window_size") or None
