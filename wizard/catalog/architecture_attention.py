"""The weights of softmax attention: MHA/GQA/MQA, MLA, DeepSeek's sparse index, and DeepSeek V4's compressed attention.

Formulas follow the layer definitions of the ``transformers`` library and of DeepSeek's inference code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.catalog.architecture_layers import compress_ratios, layer_kinds, layers_of
from wizard.catalog.architecture_tensors import Tensor, vector
from wizard.catalog.architecture_traits import Traits
from wizard.catalog.records import Model

Layers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of one kind of layer; ``value`` is zero-sized where keys serve as values."""

    query: int
    kv: int
    key_dim: int
    value_dim: int
    shares_value: bool = False


def heads_of(model: Model, kind: str) -> Heads:
    """Return the heads of the layers of one kind (``S`` window, anything else full).

    Window layers may have other heads than full ones (Gemma 4, MiMo): ``details`` then holds ``swa_...`` or
    ``global_...`` numbers.
    """
    prefix = "swa_" if kind == "S" else "global_"
    hidden, heads = model.hidden_size or 0, model.heads or 0
    key_dim = model.detail(prefix + "head_dim", model.head_dim or (hidden // heads if heads else 0))
    value_dim = model.detail(prefix + "v_head_dim", model.detail(prefix + "head_dim", model.v_head_dim or key_dim))
    return Heads(
        query=model.detail(prefix + "heads", heads), kv=model.detail(prefix + "kv_heads", model.kv_heads or heads),
        key_dim=key_dim, value_dim=value_dim, shares_value=bool(kind != "S" and model.detail("k_eq_v")),
    )


def attention_tensors(model: Model, traits: Traits) -> Iterator[Tensor]:
    """Yield the weights of all softmax-attention layers, without the norms of the hidden size."""
    if compress_ratios(model):
        yield from _compressed(model)
        return
    if model.kv_lora_rank:
        yield from _mla(model, layers_of(model, "F*"))
        yield from _index(model)
        return
    for kinds in ("F*X", "S"):
        layers = layers_of(model, kinds)
        if layers and model.heads:
            yield from _grouped(model, traits, heads_of(model, kinds), layers)
            if kinds == "S" and model.detail("swa_sinks"):
                yield vector("attn_sinks", "attention", heads_of(model, kinds).query, layers)
    yield from _block_index(model)


def _grouped(model: Model, traits: Traits, heads: Heads, layers: Layers) -> Iterator[Tensor]:
    hidden = model.hidden_size or 0
    query, key, value = heads.query * heads.key_dim, heads.kv * heads.key_dim, heads.kv * heads.value_dim
    if heads.shares_value:
        value = 0
    query *= 2 if traits.output_gate else 1
    own = layers[: len(layers) - _sharing(model, layers)]
    if traits.fused_qkv:
        yield Tensor("attn_qkv", "attention", query + key + value, hidden, layers)
    else:
        yield Tensor("attn_q", "attention", query, hidden, layers)
        yield Tensor("attn_k", "attention", key, hidden, own)
        if value:
            yield Tensor("attn_v", "attention", value, hidden, own)
    yield Tensor("attn_output", "attention", hidden, heads.query * heads.value_dim, layers)
    yield from _grouped_vectors(model, traits, heads, layers, query + key + value)


def _sharing(model: Model, layers: Layers) -> int:
    """Return how many of these layers lack key and value weights, as they reuse earlier keys and values (Gemma 4)."""
    shared = 0 if model.detail("kv_weights_kept") else model.detail("kv_shared_layers")
    return sum(1 for i in layers if shared and i >= (model.layers or 0) - shared)


def _grouped_vectors(model: Model, traits: Traits, heads: Heads, layers: Layers, qkv: int) -> Iterator[Tensor]:
    own = layers[: len(layers) - _sharing(model, layers)]
    if traits.qkv_bias:
        yield vector("attn_qkv.bias", "attention", qkv, layers)
    if traits.o_bias:
        yield vector("attn_output.bias", "attention", model.hidden_size or 0, layers)
    if traits.head_norm:
        yield vector("attn_q_norm", "norm", heads.key_dim, layers)
        yield vector("attn_k_norm", "norm", heads.key_dim, own)
    if traits.full_norm:
        yield vector("attn_q_norm", "norm", heads.query * heads.key_dim, layers)
        yield vector("attn_k_norm", "norm", heads.kv * heads.key_dim, layers)
    if traits.sinks:
        yield vector("attn_sinks", "attention", heads.query, layers)
    if traits.head_gate:
        yield Tensor("attn_gate", "attention", heads.query, model.hidden_size or 0, layers)


def _mla(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield multi-head latent attention (DeepSeek V2, section 2.1): low-rank queries and one latent per token."""
    hidden, heads = model.hidden_size or 0, model.heads or 0
    latent, rope = model.kv_lora_rank or 0, model.qk_rope_head_dim or 0
    nope, value = model.qk_nope_head_dim or 0, model.v_head_dim or 0
    query = heads * (nope + rope)
    if model.q_lora_rank:
        yield Tensor("attn_q_a", "attention", model.q_lora_rank, hidden, layers)
        yield vector("attn_q_a_norm", "norm", model.q_lora_rank, layers)
        yield Tensor("attn_q_b", "attention", query, model.q_lora_rank, layers)
    else:
        yield Tensor("attn_q", "attention", query, hidden, layers)
    yield Tensor("attn_kv_a_mqa", "attention", latent + rope, hidden, layers)
    yield vector("attn_kv_a_norm", "norm", latent, layers)
    yield Tensor("attn_kv_b", "attention", heads * (nope + value), latent, layers)
    yield Tensor("attn_output", "attention", hidden, heads * value, layers)
    if model.detail("mla_output_gate"):
        yield Tensor("attn_gate", "attention", heads * value, hidden, layers)


def _index(model: Model) -> Iterator[Tensor]:
    """Yield DeepSeek V3.2's lightning indexer; ``index_layers`` says how many layers have their own."""
    if not model.index_heads or not model.index_head_dim:
        return
    every = layers_of(model, "F*")
    layers = every[: model.detail("index_layers", len(every))]
    width, hidden = model.index_head_dim, model.hidden_size or 0
    yield Tensor("indexer.attn_q_b", "index", model.index_heads * width, model.q_lora_rank or hidden, layers)
    yield Tensor("indexer.attn_k", "index", width, hidden, layers)
    yield vector("indexer.k_norm", "index", 2 * width, layers)
    yield Tensor("indexer.proj", "index", model.index_heads, hidden, layers)
    pool = model.detail("index_pool")
    if pool:
        yield Tensor("indexer.pool_ape", "index", pool, width, layers)
        yield Tensor("indexer.pool_gate", "index", width, hidden, layers)


def _block_index(model: Model) -> Iterator[Tensor]:
    """Yield MiniMax M3's block-sparse index: query and key projections and norms in the sparse layers."""
    if not model.index_heads or not model.index_head_dim:
        return
    layers = layers_of(model, "F*")[-model.detail("index_layers", len(layer_kinds(model))):]
    width, hidden = model.index_head_dim, model.hidden_size or 0
    yield Tensor("indexer.attn_q", "index", model.index_heads * width, hidden, layers)
    yield Tensor("indexer.attn_k", "index", width, hidden, layers)
    yield vector("indexer.norm", "index", 2 * width, layers)


def _compressed(model: Model) -> Iterator[Tensor]:
    """Yield DeepSeek V4: low-rank queries, one shared key=value head, compressors, grouped low-rank output."""
    layers = tuple(range(model.layers or 0))
    hidden, heads, width = model.hidden_size or 0, model.heads or 0, model.head_dim or 0
    rank, groups, o_rank = model.q_lora_rank or 0, model.detail("o_groups"), model.detail("o_lora_rank")
    yield Tensor("attn_q_a", "attention", rank, hidden, layers)
    yield vector("attn_q_a_norm", "norm", rank, layers)
    yield Tensor("attn_q_b", "attention", heads * width, rank, layers)
    yield Tensor("attn_kv", "attention", width, hidden, layers)
    yield vector("attn_kv_norm", "norm", width, layers)
    yield Tensor("attn_o_a", "attention", groups * o_rank, heads * width // max(groups, 1), layers)
    yield Tensor("attn_o_b", "attention", hidden, groups * o_rank, layers)
    yield vector("attn_sinks", "attention", heads, layers)
    # DeepSeek V4.1 compresses in a few source layers only; their weights are not published.
    for ratio in () if model.detail("kv_sources") else sorted(set(compress_ratios(model)) - {0}):
        yield from _compressors(model, ratio)


def _compressors(model: Model, ratio: int) -> Iterator[Tensor]:
    # Small ratios (CSA) overlap two blocks and carry an index; large ones (HCA) do neither.
    layers = tuple(i for i, r in enumerate(compress_ratios(model)) if r == ratio)
    hidden, overlap = model.hidden_size or 0, 2 if ratio <= _MAX_SPARSE_RATIO else 1
    yield from _compressor("attn_compressor", "attention", hidden, model.head_dim or 0, ratio, overlap, layers)
    if overlap == 2 and model.index_heads:
        width = model.index_head_dim or 0
        yield Tensor("indexer.attn_q_b", "index", model.index_heads * width, model.q_lora_rank or 0, layers)
        yield Tensor("indexer.proj", "index", model.index_heads, hidden, layers)
        yield from _compressor("indexer.compressor", "index", hidden, width, ratio, overlap, layers)


_MAX_SPARSE_RATIO = 16


def _compressor(
    role: str, group: str, hidden: int, width: int, ratio: int, overlap: int, layers: Layers
) -> Iterator[Tensor]:
    kind = "index" if group == "index" else "attention"
    yield Tensor(f"{role}_kv", kind, overlap * width, hidden, layers)  # type: ignore[arg-type]
    yield Tensor(f"{role}_gate", kind, overlap * width, hidden, layers)  # type: ignore[arg-type]
    yield Tensor(f"{role}_ape", kind, ratio, overlap * width, layers)  # type: ignore[arg-type]
    yield vector(f"{role}_norm", "norm", width, layers)
