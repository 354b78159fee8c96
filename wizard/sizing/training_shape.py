"""A model as the training formulas see it: element counts and widths, as columns that broadcast over layouts.

All counts are elements, not bytes. One :class:`TrainingShape` may hold a single model (arrays of shape ``(1,)``) or
one model per row (shape ``(n,)``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from wizard.catalog.architecture import parameter_groups, tensors
from wizard.sizing.cases import Floats

if TYPE_CHECKING:
    from wizard.catalog.records import Model

GPT_VOCABULARY = 51_200
"""GPT-2's vocabulary of 50,257 padded to a multiple of 1,024, as Megatron's GPT-3 runs used it."""


@dataclass(frozen=True, slots=True)
class TrainingShape:
    """Columns of shape ``(n,)`` or ``(1,)``.

    ``active_matmul_params`` are the weights that one token is multiplied with: active parameters without the input
    embedding, with the output head (a tied head counts here although it is stored once). ``ffn_width`` is the sum of
    the feed-forward widths that one token passes (dense: the intermediate size; MoE: the chosen and shared experts).
    ``gated`` is 1 for SwiGLU-like feed-forwards with three matrices, 0 for two. ``linear_io`` is the sum of input and
    output widths of all linear layers, ``linear_io_attention`` of those in attention: LoRA of rank r on them has
    ``r`` times as many parameters.
    """

    params: Floats
    embedding_params: Floats
    expert_params: Floats
    active_matmul_params: Floats
    layers: Floats
    hidden: Floats
    heads: Floats
    kv_heads: Floats
    qk_dim: Floats
    v_dim: Floats
    ffn_width: Floats
    gated: Floats
    vocabulary: Floats
    tied: Floats
    full_layers: Floats
    window_layers: Floats
    window: Floats
    experts: Floats
    experts_per_token: Floats
    linear_io: Floats
    linear_io_attention: Floats

    @property
    def is_moe(self) -> Floats:
        """1 where tokens are routed to a part of the experts, else 0."""
        return np.where(self.experts > 0, 1.0, 0.0)

    def take(self, rows: object) -> TrainingShape:
        """Return the rows at integer positions (or a boolean mask) ``rows``."""
        return TrainingShape(*(getattr(self, f.name)[rows] for f in fields(self)))


def stack(shapes: Sequence[TrainingShape]) -> TrainingShape:
    """Join shapes into one with a row per shape."""
    return TrainingShape(*(np.concatenate([getattr(s, f.name) for s in shapes]) for f in fields(TrainingShape)))


def build_shape(
    *, params: float, layers: float, hidden: float, heads: float, kv_heads: float, head_dim: float, ffn: float,
    vocabulary: float, gated: bool = True, tied: bool = False, experts: float = 0, experts_per_token: float = 0,
    expert_ffn: float = 0, shared_ffn: float = 0, dense_layers: float = 0, qk_dim: float | None = None,
    v_dim: float | None = None, active_matmul_params: float | None = None, window: float = 0,
    window_layers: float = 0, full_layers: float | None = None, q_rank: float = 0, kv_rank: float = 0,
    rope_dim: float = 0, expert_params: float | None = None,
) -> TrainingShape:
    """Return the shape (1 row) of a decoder-only transformer.

    Formulas: an attention block has projections q, k, v, o of ``h x heads·d``, ``h x kv·d`` (twice) and
    ``heads·d x h``; a feed-forward two or three matrices ``h x ffn``; an expert likewise.
    """
    qk, v = qk_dim or head_dim, v_dim or head_dim
    matrices = 3.0 if gated else 2.0
    moe_layers = layers - dense_layers if experts else 0.0
    if experts and expert_params is not None:  # hybrids have experts in some layers only
        moe_layers = min(moe_layers, expert_params / max(1.0, experts * matrices * hidden * expert_ffn))
    expert_params = moe_layers * experts * matrices * hidden * expert_ffn
    width = (moe_layers * (experts_per_token * expert_ffn + shared_ffn) + (layers - moe_layers) * ffn) / max(layers, 1)
    embedding = vocabulary * hidden * (1.0 if tied else 2.0)
    active = active_matmul_params
    if active is None:
        share = 1.0 - experts_per_token / experts if experts else 0.0
        active = params - share * expert_params - (0.0 if tied else vocabulary * hidden)
    io_attention = layers * _attention_io(hidden, heads, kv_heads, qk, v, q_rank, kv_rank, rope_dim)
    io_dense = (layers - moe_layers) * matrices * (hidden + ffn)
    io_shared = moe_layers * (matrices * (hidden + shared_ffn) if shared_ffn else 0.0)
    io_experts = moe_layers * experts * matrices * (hidden + expert_ffn)
    values = (
        params, embedding, expert_params, active, layers, hidden, heads, kv_heads, qk, v, width, float(gated),
        vocabulary, float(tied), layers - window_layers if full_layers is None else full_layers, window_layers,
        window, experts, experts_per_token, io_attention + io_dense + io_shared + io_experts, io_attention,
    )
    return TrainingShape(*(np.array([float(x)]) for x in values))


def shape_of(model: Model) -> TrainingShape | None:
    """Return the shape of a catalogue model, or ``None`` where its architecture is not known."""
    if not (model.layers and model.hidden_size and model.vocab_size and model.total_params):
        return None
    heads = model.heads or max(1, model.hidden_size // 128)
    mla = bool(model.kv_lora_rank)
    qk = (model.qk_nope_head_dim or 0) + (model.qk_rope_head_dim or 0) if mla else 0
    head_dim = model.head_dim or (qk or model.hidden_size // heads)
    expert_ffn = model.expert_intermediate_size or (model.intermediate_size or 0 if model.is_moe else 0)
    ffn = model.intermediate_size or _ffn_from_params(model, heads, head_dim)
    derived = build_shape(
        gated=_gated(model), params=model.total_params, layers=model.layers, hidden=model.hidden_size, heads=heads,
        kv_heads=model.kv_heads or heads, head_dim=head_dim, ffn=ffn, vocabulary=model.vocab_size,
        tied=bool(model.tied_embeddings), experts=model.experts or 0, experts_per_token=model.experts_per_token or 0,
        expert_ffn=expert_ffn, shared_ffn=_shared_ffn(model, expert_ffn), dense_layers=_dense_layers(model),
        qk_dim=qk or None, v_dim=model.v_head_dim if mla else None, active_matmul_params=_active_matmul(model),
        window=model.sliding_window or 0, window_layers=(model.window_layers or 0) if model.sliding_window else 0,
        full_layers=_full_layers(model), q_rank=model.q_lora_rank or 0, kv_rank=model.kv_lora_rank or 0,
        rope_dim=model.qk_rope_head_dim or 0, expert_params=_expert_params(model),
    )
    return _counted(model, derived)


def _gated(model: Model) -> bool:
    """Whether feed-forwards have a gate: then all their matrices are three times the down projections, else twice."""
    inner = [t for t in tensors(model) if t.is_matrix and t.group in _FEED_FORWARD]
    down = sum(t.elements for t in inner if "down" in t.role)
    return not down or sum(t.elements for t in inner) > 2.5 * down


def _counted(model: Model, derived: TrainingShape) -> TrainingShape:
    """Return the shape with element counts of the model's list of weights, where that is known in full."""
    groups = parameter_groups(model)
    if not groups.exact:
        return derived
    sums = {"attention": 0, "other": 0}
    for t in tensors(model):
        if t.is_matrix and t.group in _ADAPTED:
            kind = "attention" if t.group in {"attention", "linear_attention"} else "other"
            sums[kind] += (t.rows + t.cols) * t.experts * len(t.layers)
    column = {
        "params": groups.total, "embedding_params": groups.embedding + groups.head,
        "expert_params": groups.routed_experts, "active_matmul_params": groups.active_without_embedding,
        "linear_io": sum(sums.values()), "linear_io_attention": sums["attention"],
    }
    return replace(derived, **{name: np.array([float(value)]) for name, value in column.items()})


_FEED_FORWARD = {"dense_ffn", "shared_experts", "routed_experts"}
_ADAPTED = {"attention", "linear_attention"} | _FEED_FORWARD
"""Groups whose matrices LoRA adapts; routers, norms and embeddings stay as they are."""


def shape_from_params(params: float, active: float | None = None) -> TrainingShape:
    """Return a typical transformer of ``params`` parameters, where nothing but the size is known.

    With fewer ``active`` parameters the rest are routed experts, four of which serve a token.

    12·L·h² + V·h parameters with h/L of the GPT-3 family (Brown et al. 2020, table 2.1: 64 at 0.1 B, 128 at 175 B)
    and GPT-2's vocabulary with tied embeddings, as in Megatron's benchmark models.
    """
    if active is not None and active < 0.8 * params:
        return _sparse(shape_from_params(active), params, active)
    layers, hidden = 12.0, 768.0
    for _ in range(60):
        aspect = float(np.clip(64.0 * (params / 1.25e8) ** 0.0957, 48.0, 200.0))
        layers = hidden / aspect
        hidden *= (params / (12 * layers * hidden**2 + GPT_VOCABULARY * hidden)) ** (1 / 3)
    layers = max(1.0, round(hidden / aspect))
    return build_shape(
        params=params, layers=layers, hidden=hidden, heads=max(1.0, round(hidden / 128)),
        kv_heads=max(1.0, round(hidden / 128)), head_dim=128 if hidden >= 128 else hidden, ffn=4 * hidden,
        vocabulary=GPT_VOCABULARY, gated=False, tied=True, active_matmul_params=params,
    )


def _sparse(dense: TrainingShape, params: float, active: float) -> TrainingShape:
    """Four of E experts are active: total - active = (1 - 4/E)·experts, with half of the active weights in them."""
    chosen = 4.0
    experts = chosen * (params - 0.5 * active) / (0.5 * active)
    return replace(
        dense, params=np.array([params]), expert_params=np.array([experts / chosen * 0.5 * active]),
        experts=np.array([round(experts)]), experts_per_token=np.array([chosen]),
        active_matmul_params=np.array([active]), gated=np.ones(1),
    )


def _attention_io(
    hidden: float, heads: float, kv_heads: float, qk: float, v: float, q_rank: float, kv_rank: float, rope: float
) -> float:
    out = heads * v + hidden
    if not kv_rank:
        return (hidden + heads * qk) + kv_heads * (qk + v) + 2 * hidden + out
    query = (hidden + q_rank) + (q_rank + heads * qk) if q_rank else hidden + heads * qk
    return query + (hidden + kv_rank + rope) + (kv_rank + heads * (qk - rope + v)) + out


def _dense_layers(model: Model) -> int:
    """Layers without experts. Layouts that put the feed-forward in layers of its own count as all-MoE."""
    return min(model.dense_layers or 0, model.layers or 0) if model.is_moe else (model.layers or 0)


def _full_layers(model: Model) -> float | None:
    if model.full_layers is not None:
        return float(model.full_layers)
    return float((model.layers or 0) - (model.linear_layers or 0)) if model.linear_layers else None


def _expert_params(model: Model) -> float | None:
    """Routed-expert elements from total = active + (1 - k/E)·experts; exact whatever the layout of the layers."""
    if not (model.experts and model.experts_per_token and model.active_params):
        return None
    return (model.total_params - model.active_params) / (1 - model.experts_per_token / model.experts)


def _shared_ffn(model: Model, expert_ffn: int) -> float:
    if model.shared_expert_intermediate_size:
        return float(model.shared_expert_intermediate_size)
    return float((model.shared_experts or 0) * expert_ffn)


def _active_matmul(model: Model) -> float | None:
    if model.active_params_excl_input_embedding and (model.is_moe or not model.tied_embeddings):
        return float(model.active_params_excl_input_embedding)
    if not model.active_params:
        return None
    embedding = 0 if model.tied_embeddings else (model.vocab_size or 0) * (model.hidden_size or 0)
    return float(model.active_params - embedding)


def _ffn_from_params(model: Model, heads: int, head_dim: int) -> float:
    """Width of a dense gated feed-forward that explains the parameters left beside attention and embeddings."""
    layers, hidden = model.layers or 1, model.hidden_size or 1
    kv = model.kv_heads or heads
    attention = hidden * head_dim * (2 * heads + 2 * kv)
    embedding = (model.vocab_size or 0) * hidden * (1 if model.tied_embeddings else 2)
    return max(float(hidden), (model.total_params - embedding - layers * attention) / (3 * layers * hidden))
