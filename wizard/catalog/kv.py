"""What one token and one sequence keep in the KV cache, by attention type, as plain numbers.

    MHA/GQA/MQA     kv heads x (key + value size) elements per layer and token
    MLA             one latent and one rotary key per layer and token, not times heads (DeepSeek V2, section 2.1)
    sparse index    index_head_dim more per layer that has its own indexer (DeepSeek V3.2)
    window layers   the same as full layers, but only for the last ``window`` tokens
    linear, SSM     nothing per token; a constant state per sequence
    compressed      one key=value entry per ``ratio`` tokens, and a window in every layer (DeepSeek V4)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.catalog.architecture_attention import heads_of
from wizard.catalog.architecture_layers import compress_ratios, layers_of
from wizard.catalog.architecture_speech import AUDIO_POSITIONS
from wizard.catalog.records import Model

_NO_CACHE = ("Bert", "XLMRoberta", "Roberta", "NomicBert", "ModernBert", "NewModel")
"""Architectures that keep no KV cache: encoders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KvShape:
    """KV cache of one model. Elements are multiplied by the bytes of the KV precision; states are bytes already.

    Attributes:
        full_elements: elements per token that stay for the whole context, all layers together (with value).
        window_elements: elements per token of the window layers, kept for ``window`` tokens at most.
        window: tokens that window layers keep; 0 without window layers.
        index_elements: elements per token of sparse-attention index keys, kept for the whole context.
        state_bytes: constant bytes per sequence (linear attention, Mamba, convolutions), fp32 state.
        full_layers: layers behind ``full_elements``.
        window_layers: layers behind ``window_elements``.
        linear_layers: layers behind ``state_bytes``.
        kv_heads: KV heads of the full layers, to which tensor parallelism can split; beyond it replicates.
        window_kv_heads: the same for window layers.
        is_mla: the cache is one latent per token: tensor parallelism replicates it, attention-DP splits it.
        fp8_scale_bytes: bytes per token that an FP8 cache keeps beside one byte per element: vLLM's records for sparse
            MLA hold the rotary part in 16 bits, and scales (656 bytes per entry of DeepSeek V3.2, 584 of V4).
        known: false where the architecture is not known well enough; all numbers are then zero.
    """

    full_elements: float = 0.0
    window_elements: int = 0
    window: int = 0
    index_elements: float = 0.0
    state_bytes: int = 0
    full_layers: int = 0
    window_layers: int = 0
    linear_layers: int = 0
    kv_heads: int = 1
    window_kv_heads: int = 1
    is_mla: bool = False
    fp8_scale_bytes: float = 0.0
    known: bool = True

    def bytes_per_token(self, element_bytes: float = 2.0) -> float:
        """Bytes that each further token adds for good; at one byte per element with the scales of FP8 records."""
        scales = self.fp8_scale_bytes if element_bytes == 1.0 else 0.0
        return self.elements_per_token * element_bytes + scales

    @property
    def elements_per_token(self) -> float:
        """Elements that each further token adds for good."""
        return self.full_elements + self.index_elements

    def bytes_at(self, tokens: float, element_bytes: float = 2.0) -> float:
        """Bytes of one sequence of ``tokens`` tokens, on one device that holds all of it."""
        windowed = self.window_elements * min(tokens, self.window) * element_bytes
        return self.bytes_per_token(element_bytes) * tokens + windowed + self.state_bytes


_RECORD, _COMPRESSED_RECORD, _INDEX_SCALE = 656, 584, 4
"""Bytes of one FP8 entry with its scales in vLLM's FlashMLA-sparse layouts, and of one index key's scale."""


def kv_shape(model: Model) -> KvShape:
    """Return the KV cache facts of a model; models without decoder have an empty cache."""
    if model.hf_architecture.startswith(_NO_CACHE) or model.kind == "diffusion":
        return KvShape()
    if compress_ratios(model):
        return _compressed(model)
    if not model.layers or not (model.heads or model.linear_layers):
        return KvShape(known=False)
    full, window = layers_of(model, "F*"), layers_of(model, "S")
    linear = len(layers_of(model, "LMC"))
    shape = _latent(model, len(full)) if model.kv_lora_rank else _grouped(model, full, window)
    if model.detail("encoder_layers"):
        # Each sequence keeps the keys and values of the encoder's output for cross attention.
        return replace(shape, state_bytes=round(shape.full_elements) * AUDIO_POSITIONS * 2, linear_layers=0)
    return replace(
        shape, state_bytes=model.state_bytes_per_sequence or 0, linear_layers=linear,
        index_elements=_index(model, len(full)),
    )


def state_bytes(model: Model) -> int:
    """Return the constant bytes per sequence of linear-attention, Mamba and convolution layers, with an fp32 state.

    Recurrent states are kept in fp32, the last inputs of the short convolutions in 16 bits.
    """
    linear, mamba, convolution = (len(layers_of(model, kind)) for kind in "LMC")
    return linear * _linear_state(model) + mamba * _mamba_state(model) + convolution * _convolution_state(model)


def _linear_state(model: Model) -> int:
    if model.detail("kda_head_dim"):
        heads, width = model.detail("kda_num_heads"), model.detail("kda_head_dim")
        return heads * width * width * 4 + 3 * heads * width * (model.detail("kda_conv_kernel") - 1) * 2
    if model.detail("lightning_dim"):
        width = model.head_dim or 0
        return model.detail("lightning_dim") * width * 4
    key = model.detail("linear_num_key_heads") * model.detail("linear_key_head_dim")
    heads, width = model.detail("linear_num_value_heads"), model.detail("linear_value_head_dim")
    mixed = 2 * key + heads * width
    return heads * width * model.detail("linear_key_head_dim") * 4 + mixed * _kernel(model) * 2


def _kernel(model: Model) -> int:
    return model.detail("linear_conv_kernel_dim") - 1


def _mamba_state(model: Model) -> int:
    state, conv = model.detail("mamba_d_state"), model.detail("mamba_d_conv", 4) - 1
    heads = model.detail("mamba_num_heads")
    if heads:
        inner = heads * model.detail("mamba_head_dim")
        return inner * state * 4 + (inner + 2 * model.detail("mamba_n_groups", 1) * state) * conv * 2
    inner = (model.hidden_size or 0) * model.detail("mamba_expand", 2)
    return inner * state * 4 + inner * conv * 2


def _convolution_state(model: Model) -> int:
    return (model.hidden_size or 0) * (model.detail("conv_L_cache", 3) - 1) * 2


def _grouped(model: Model, full: tuple[int, ...], window: tuple[int, ...]) -> KvShape:
    wide, narrow = heads_of(model, "F"), heads_of(model, "S")
    last = (model.layers or 0) - model.detail("kv_shared_layers")
    n_full, n_window = (sum(1 for i in layers if i < last) for layers in (full, window))
    return KvShape(
        full_elements=n_full * wide.kv * (wide.key_dim + wide.value_dim),
        window_elements=n_window * narrow.kv * (narrow.key_dim + narrow.value_dim),
        window=(model.sliding_window or 0) if n_window else 0, full_layers=n_full, window_layers=n_window,
        kv_heads=wide.kv or 1, window_kv_heads=narrow.kv or 1,
    )


def _latent(model: Model, layers: int) -> KvShape:
    per_layer = (model.kv_lora_rank or 0) + (model.qk_rope_head_dim or 0)
    shape = KvShape(full_elements=layers * per_layer, full_layers=layers, is_mla=True)
    if (model.kv_lora_rank, model.qk_rope_head_dim) != (512, 64) or not model.index_head_dim:
        return shape
    index = _index(model, layers) / model.index_head_dim * _INDEX_SCALE
    return replace(shape, fp8_scale_bytes=layers * (_RECORD - per_layer) + index)


def _index(model: Model, layers: int) -> float:
    if not model.index_head_dim:
        return 0.0
    return model.index_head_dim * model.detail("index_layers", layers) / model.detail("index_pool", 1)


def _compressed(model: Model) -> KvShape:
    # A layer that only reads another's entries stores none; `kv_source_layers` counts those that store.
    ratios = compress_ratios(model)
    sources = _sources(model, ratios)
    width, index = model.head_dim or 0, model.index_head_dim or 0
    sparse = model.detail("max_sparse_ratio", 16)
    return KvShape(
        full_elements=sum(width / r for r in sources), full_layers=len(sources),
        fp8_scale_bytes=sum((_COMPRESSED_RECORD - width) / r for r in sources) if width == 512 else 0.0,
        index_elements=sum(index / r for r in sources if r <= sparse),
        window_elements=width * len(ratios), window_layers=len(ratios), window=model.sliding_window or 0,
        is_mla=True,
    )


def _sources(model: Model, ratios: tuple[int, ...]) -> list[int]:
    if not model.detail("kv_sources"):
        return [r for r in ratios if r]
    return [r for r in (1, 2, 4, 128) for _ in range(model.detail(f"kv_sources_ratio_{r}"))]
