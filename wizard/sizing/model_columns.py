"""A model as columns: the numbers that the formulas of this room need, one element per model.

All counts are elements (not bytes) unless the name says otherwise. Derivations from a catalogue model:

* routed experts: ``total - active = P_exp (1 - k/E)``, which holds whatever the experts' inner shape;
* output head: ``hidden x vocabulary``; the input embedding is looked up, not multiplied, so it costs no time;
* KV elements per token: half of the catalogue's bytes at 16 bit, split in full-attention and window layers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from hashlib import blake2b

import numpy as np

from wizard.catalog.records import Model
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
    qk_dim: Floats
    v_dim: Floats
    kv_full: Floats
    """KV elements per token that grow with the context."""
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


def _of(model: Model) -> ModelColumns:
    total = float(model.total_params)
    layers = float(model.layers or 0)
    hidden = float(model.hidden_size or 0)
    table = hidden * (model.vocab_size or 0)
    embedding = 0.0 if model.tied_embeddings else table
    k, experts = float(model.experts_per_token or 0), float(model.experts or 0)
    inactive = total - float(model.active_params or total)
    expert = inactive / (1 - k / experts) if experts > k > 0 else 0.0
    latent = float((model.kv_lora_rank or 0) + (model.qk_rope_head_dim or 0)) if model.kv_lora_rank else 0.0
    linear = float(model.linear_layers or 0)
    window = float(model.window_layers or 0)
    full = float(model.full_layers if model.full_layers is not None else layers - linear - window)
    head_dim = float(model.head_dim or (hidden / model.heads if model.heads else 0))
    qk = float((model.qk_nope_head_dim or 0) + (model.qk_rope_head_dim or 0)) if latent else head_dim
    values: dict[str, float | int | bool] = {
        "key": architecture_key(model), "family": stable_key(model.family), "total": total,
        "extra": float(model.vision_params or 0), "embedding": embedding, "head": table,
        "active": float(model.active_params_excl_input_embedding or total - embedding), "expert": expert,
        "experts": max(experts, 1.0), "experts_per_token": max(k, 1.0), "layers": layers,
        "moe_layers": _moe_layers(model), "full_layers": full, "window_layers": window, "linear_layers": linear,
        "mla_layers": full if latent else 0.0, "hidden": hidden, "heads": float(model.heads or 1),
        "kv_heads": 1.0 if latent else float(model.kv_heads or model.heads or 1), "qk_dim": qk,
        "v_dim": float(model.v_head_dim or head_dim), "kv_full": (model.kv_bytes_per_token_bf16 or 0) / 2,
        "kv_window": (model.kv_window_bytes_per_token_bf16 or 0) / 2, "window": float(model.sliding_window or np.inf),
        "state_bytes": float(model.state_bytes_per_sequence or 0), "latent": latent,
        "sparse_topk": float(model.index_topk or np.inf), "max_context": float(model.max_context or np.inf),
        "native_block_fp8": _block_fp8(model), "native_mxfp4": "mxfp4" in model.native_quant,
    }
    return ModelColumns(**{name: np.array([value]) for name, value in values.items()})


_BLOCK_FP8_FAMILIES = ("deepseek", "qwen", "glm", "minimax", "kimi", "longcat", "mimo", "step")


def _block_fp8(model: Model) -> bool:
    """Whether FP8 checkpoints of the model are scaled in 128x128 blocks, as these publishers do since DeepSeek-V3."""
    recent = model.release_date is None or model.release_date.isoformat() >= "2024-12"
    return model.native_quant.startswith("fp8 block") or (model.family.lower() in _BLOCK_FP8_FAMILIES and recent)


def _moe_layers(model: Model) -> float:
    if not model.experts:
        return 0.0
    if "E" in model.layer_pattern:
        return float(model.layer_pattern.count("E"))
    return float((model.layers or 0) - (model.dense_layers or 0))
