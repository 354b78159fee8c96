"""Bytes of GGUF files, weight by weight: the type of each by the rules of its mix, in that type's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.catalog.architecture import OUTSIDE, Tensor, is_known, tensors
from wizard.catalog.gguf_dynamic import Mix, mix_of
from wizard.catalog.gguf_mix import Quantised, fitting, type_of
from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES
from wizard.catalog.records import Model

_ALWAYS_F32 = frozenset({
    "ffn_gate_inp", "ssm_conv1d", "ssm_conv1d_q", "ssm_conv1d_k", "ssm_conv1d_v", "ssm_a", "shortconv.conv",
    "position_embd", "token_types", "hc_fn", "hc_head_fn", "ffn_exps.bias", "attn_compressor_ape",
    "indexer.compressor_ape", "indexer.proj", "altup_router", "laurel_l", "laurel_r", "per_layer_model_proj",
})
"""Matrices that converters keep wide and the quantiser does not touch."""

_NOT_IN_GGUF = frozenset({"pooler", "pooler.bias"})

_VALUES = frozenset({"attn_v", "attn_qkv", "attn_kv_b"})

def gguf_bytes(model: Model, name: str) -> tuple[float, float, str]:
    """Return the bytes of a GGUF file, the relative spread of what quantisers make of a mix, and the basis."""
    mix = mix_of(name, model)
    if not is_known(model):
        kind = GGUF_TYPES[GGUF_MIXES[mix.plain]]
        return model.total_params * kind.bytes_per_element * mix.factor, 0.1, "stated-total"
    return _tensor_bytes(model, mix), mix.spread, "architecture"


def _tensor_bytes(model: Model, mix: Mix) -> float:
    facts = _facts(model)
    weights = tuple(_split(model))
    values = sorted(layer for t in weights if t.role in _VALUES for layer in t.layers)
    ordinal = {layer: i for i, layer in enumerate(values)}
    total = 0.0
    for tensor in weights:
        per_layer = tensor.per_layer
        if tensor.role in _NOT_IN_GGUF:
            continue
        if not tensor.is_matrix or tensor.role in _ALWAYS_F32:
            total += 4.0 * tensor.elements
            continue
        inside = OUTSIDE not in tensor.layers
        wide, factor = (mix.wide_share, mix.factor) if inside else (0.0, 1.0)
        for layer in tensor.layers:
            index, count = (ordinal[layer], len(values)) if tensor.role in _VALUES else (layer, facts.layers)
            kind = _kind(model, mix, tensor, index, count, facts)
            total += per_layer * factor * (wide * 2.0 + (1 - wide) * GGUF_TYPES[kind].bytes_per_element)
    return total


def _kind(model: Model, mix: Mix, tensor: Tensor, index: int, count: int, facts: Quantised) -> str:
    if tensor.group == "routed_experts" and model.native_quant == "mxfp4":
        # Trained in MXFP4: every published file keeps the experts as they are.
        return "MXFP4"
    fixed = mix.fixed(tensor.role, index)
    if fixed:
        return fitting(fixed, tensor.cols)
    return type_of(mix.plain, tensor.role, index, count, tensor.cols, facts)


_EARLY = 2023
"""Files of models from before 2024 were made by the quantiser of that time."""


def _facts(model: Model) -> Quantised:
    heads, kv = model.heads or 1, model.kv_heads or model.heads or 1
    return Quantised(
        layers=model.layers or 1, gqa=1.0 if model.kv_lora_rank else heads / kv, experts=model.experts or 0,
        tied=bool(model.tied_embeddings) and not model.detail("copied_head"),
        is_falcon=model.hf_architecture == "FalconForCausalLM",
        is_70b=model.layers == 80 and not model.experts,
        early=model.release_date is not None and model.release_date.year <= _EARLY,
    )


def _split(model: Model) -> Iterator[Tensor]:
    """Yield the weights as GGUF holds them: MLA's joint projection is two, some embeddings have other names."""
    nope, value = model.qk_nope_head_dim or 0, model.v_head_dim or 0
    if model.detail("copied_head"):
        yield Tensor("output", "head", model.vocab_size or 0, model.hidden_size or 0)
    for tensor in tensors(model):
        if tensor.role == "attn_kv_b" and model.heads:
            yield replace(tensor, role="attn_k_b", rows=(model.kv_lora_rank or 0) * model.heads, cols=nope)
            yield replace(tensor, role="attn_v_b", rows=value * model.heads)
        else:
            yield tensor


_TOKEN_BYTES = ((33_000, 23), (70_000, 35), (1 << 40, 61))
"""Bytes per token of the vocabulary in the header: SentencePiece has no merges, small BPE vocabularies short ones."""


def header_bytes(model: Model) -> float:
    """Return the bytes of a GGUF file beside its weights: tokens, scores and merges."""
    vocab = model.vocab_size or 0
    return vocab * next(size for limit, size in _TOKEN_BYTES if vocab <= limit)
