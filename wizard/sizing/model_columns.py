"""A model as columns: the numbers that the formulas of this room need, one element per model.

All counts are elements (not bytes) unless the name says otherwise. Derivations from a catalogue model:

* element counts by group come from the list of the model's weights (:mod:`wizard.catalog.architecture`);
* the input embedding is looked up, not multiplied, so it costs no time; a tied one counts once, as the head;
* KV elements per token by layer type come from :mod:`wizard.catalog.kv`, bytes of weights from ``catalog.weights``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from wizard.catalog.architecture import moe_layers, parameter_groups
from wizard.catalog.kv import kv_shape
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.sizing.cases import Bools, Floats, Ints


def stable_key(text: str) -> int:
    """Return a 62-bit number that stands for ``text`` in integer columns, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """Models as arrays of shape ``(m,)``; index with :meth:`take` to broadcast over cases."""

    key: Ints
    """:func:`stable_key` of the architecture's shape: models of one shape are one architecture."""
    family: Ints
    """:func:`stable_key` of the family's name."""
    total: Floats
    """Elements of the main model, embeddings included."""
    extra: Floats
    """Elements that lie in memory but do no work for text: vision tower."""
    embedding: Floats
    """Elements of the input embedding, 0 where it is tied to the head."""
    vocabulary: Floats
    head: Floats
    active: Floats
    """Elements multiplied per token, head included, input embedding not."""
    expert: Floats
    """Elements of all routed experts."""
    experts: Floats
    experts_per_token: Floats
    layers: Floats
    moe_layers: Floats
    full_layers: Floats
    window_layers: Floats
    linear_layers: Floats
    mla_layers: Floats
    hidden: Floats
    heads: Floats
    kv_heads: Floats
    window_kv_heads: Floats
    """KV heads of window layers, where they have others than full layers."""
    qk_dim: Floats
    v_dim: Floats
    kv_full: Floats
    """KV elements per token that grow with the context."""
    kv_scales: Floats
    """Bytes per token that an FP8 cache keeps beside one byte per element (records of sparse attention)."""
    kv_window: Floats
    """KV elements per token of window layers, kept for at most ``window`` tokens."""
    window: Floats
    state_bytes: Floats
    """Bytes per sequence of recurrent (linear, SSM) layers."""
    latent: Floats
    """MLA: compressed KV plus rotary elements per layer and token; 0 without MLA."""
    sparse_topk: Floats
    """Tokens that sparse attention reads at most; infinite without it."""
    max_context: Floats
    native_block_fp8: Bools
    native_mxfp4: Bools
    stored_bytes: Floats
    """Bytes of all weights, vision included, by format of :mod:`wizard.sizing.formats`; shape ``(m, formats)``."""

    @classmethod
    def of(cls, model: Model) -> ModelColumns:
        """Return the columns of one model, each of shape ``(1,)``."""
        return _of(model)

    def take(self, index: Ints) -> ModelColumns:
        """Return the columns of ``index``, each of ``index``'s shape."""
        return ModelColumns(*(getattr(self, f.name)[index] for f in fields(self)))


def stack(models: Iterable[ModelColumns]) -> ModelColumns:
    """Join columns of several models into one."""
    parts = list(models)
    return ModelColumns(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(ModelColumns)))


def architecture_key(model: Model) -> int:
    """Return one number for all models of the same shape."""
    shape = (
        model.layers, model.hidden_size, model.intermediate_size, model.heads, model.kv_heads, model.head_dim,
        model.experts, model.experts_per_token, model.expert_intermediate_size, model.kv_lora_rank, model.full_layers,
        model.window_layers, model.linear_layers,
    )
    return stable_key(repr(shape))


@lru_cache(maxsize=4096)
def _of(model: Model) -> ModelColumns:
    groups, cache = parameter_groups(model), kv_shape(model)
    known = groups.exact
    layers, hidden = float(model.layers or 0), float(model.hidden_size or 0)
    table = float(groups.head or groups.embedding) if known else hidden * (model.vocab_size or 0)
    share = groups.routed_share
    total = float(groups.total if known else model.total_params)
    active = float(groups.active_without_embedding if known else model.active_params_excl_input_embedding or total)
    expert = float(groups.routed_experts) if known else _inactive(model) / (1 - share) if share < 1 else 0.0
    latent = float((model.kv_lora_rank or 0) + (model.qk_rope_head_dim or 0)) if model.kv_lora_rank else 0.0
    head_dim = float(model.head_dim or (hidden / model.heads if model.heads else 0))
    qk = float((model.qk_nope_head_dim or 0) + (model.qk_rope_head_dim or 0)) if latent else head_dim
    full = float(cache.full_layers or max(layers - cache.window_layers - cache.linear_layers, 0.0))
    values: dict[str, float | int | bool] = {
        "key": architecture_key(model), "family": stable_key(model.family), "total": total,
        "extra": float(groups.vision), "embedding": float(groups.embedding) if known and not groups.tied else 0.0,
        "vocabulary": float(model.vocab_size or 0), "head": table, "active": active, "expert": expert,
        "experts": float(max(model.experts or 0, 1)), "experts_per_token": float(max(model.experts_per_token or 0, 1)),
        "layers": layers, "moe_layers": float(len(moe_layers(model))) if model.experts else 0.0, "full_layers": full,
        "window_layers": float(cache.window_layers), "linear_layers": float(cache.linear_layers),
        "mla_layers": full if latent else 0.0, "hidden": hidden, "heads": float(model.heads or 1),
        "kv_heads": 1.0 if cache.is_mla else float(cache.kv_heads),
        "window_kv_heads": 1.0 if cache.is_mla else float(cache.window_kv_heads or cache.kv_heads), "qk_dim": qk,
        "v_dim": float(model.v_head_dim or head_dim), "kv_full": float(cache.elements_per_token),
        "kv_scales": float(cache.fp8_scale_bytes),
        "kv_window": float(cache.window_elements), "window": float(cache.window or np.inf),
        "state_bytes": float(cache.state_bytes), "latent": latent,
        "sparse_topk": float(model.index_topk or np.inf), "max_context": float(model.max_context or np.inf),
        "native_block_fp8": has_block_fp8(model), "native_mxfp4": "mxfp4" in model.native_quant,
    }
    columns = {name: np.array([value]) for name, value in values.items()}
    return ModelColumns(**columns, stored_bytes=_stored_bytes(model))


_CATALOG_FORMATS = (
    "bf16", "fp8", "int8", "nvfp4", "int4", "fp8-block", "mxfp4", "gguf:Q8_0", "gguf:Q6_K", "gguf:Q5_K_M",
    "gguf:Q4_K_M", "gguf:Q4_0", "gguf:Q3_K_M", "gguf:Q2_K",
)
"""Names of :data:`wizard.sizing.formats.FORMATS` in :func:`wizard.catalog.weights.weight_bytes`."""


def _stored_bytes(model: Model) -> Floats:
    return np.array([[float(weight_bytes(model, name, mtp=False).bytes) for name in _CATALOG_FORMATS]])


def _inactive(model: Model) -> float:
    """Elements that one token does not use: ``P_expert (1 - k/E)``, whatever the experts' inner shape."""
    return float(model.total_params - (model.active_params or model.total_params))


_BLOCK_FP8_ARCHITECTURES = (
    "DeepseekV3", "DeepseekV4", "Qwen3", "Glm4Moe", "GlmMoe", "Glm5", "MiniMaxM", "Kimi", "MiMo", "Step3", "Longcat",
)


def has_block_fp8(model: Model) -> bool:
    """Whether FP8 checkpoints of the model are scaled in 128x128 blocks, as publishers of these architectures do.

    Distillations into other architectures are quantised by others, per row or per tensor.
    """
    return model.native_quant.startswith("fp8 block") or model.hf_architecture.startswith(_BLOCK_FP8_ARCHITECTURES)
