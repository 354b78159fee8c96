"""Bytes of GGUF files, weight by weight: the type of each by the rules of its mix, in that type's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.catalog.architecture import Tensor, is_known, parameter_groups, tensors
from wizard.catalog.gguf_mix import Quantised, type_of
from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES, SAME_MIX
from wizard.catalog.records import Model

_ALWAYS_F32 = frozenset({
    "ffn_gate_inp", "ssm_conv1d", "ssm_conv1d_q", "ssm_conv1d_k", "ssm_conv1d_v", "ssm_a", "shortconv.conv",
    "position_embd", "token_types", "hc_fn", "hc_head_fn", "ffn_exps.bias", "attn_compressor_ape",
    "indexer.compressor_ape", "indexer.proj",
})
"""Matrices that converters keep in F32 and the quantiser does not touch."""

_VALUES = frozenset({"attn_v", "attn_qkv", "attn_kv_b"})

DYNAMIC = {
    # Unsloth's "dynamic" files choose types tensor by tensor from measurements; their mean bits are known only
    # from published files. Factor on the plain mix of the same name, with _M where the plain one has it.
    "Q2": 1.06, "Q3": 1.02, "Q4": 1.02, "Q5": 1.0, "Q6": 1.1, "Q8": 1.2, "IQ1": 1.1, "IQ2": 1.08, "IQ3": 1.03,
    "IQ4": 1.0,
}


def gguf_bytes(model: Model, mix: str) -> tuple[float, float, str]:
    """Return the bytes of a GGUF file, the relative spread of what quantisers make of a mix, and the basis."""
    name, factor, spread = _plain_mix(mix)
    if not is_known(model):
        kind = GGUF_TYPES[GGUF_MIXES[name]]
        return model.total_params * kind.bytes_per_element * factor, 0.1, "stated-total"
    return _tensor_bytes(model, name) * factor + _metadata(model), spread, "architecture"


def _plain_mix(mix: str) -> tuple[str, float, float]:
    """Return the plain mix behind a name, the factor of a dynamic one, and its spread."""
    bare = mix.removeprefix("UD-")
    dynamic = mix.startswith("UD-") or bare.endswith("_XL")
    for name in (bare, bare.removesuffix("_XL") + "_M", bare.removesuffix("_XL") + "_L", bare.removesuffix("_XL")):
        plain = SAME_MIX.get(name, name)
        if plain in GGUF_MIXES:
            break
    else:
        plain = "Q8_0" if bare.startswith("Q8") else "Q6_K" if bare.startswith("Q6") else "Q4_K_M"
    if not dynamic:
        return plain, 1.0, 0.008
    return plain, DYNAMIC.get(bare.split("_")[0], 1.0), 0.08


def _tensor_bytes(model: Model, mix: str) -> float:
    facts = _facts(model)
    weights = tuple(_split(model))
    values = sorted(layer for t in weights if t.role in _VALUES for layer in t.layers)
    ordinal = {layer: i for i, layer in enumerate(values)}
    total = 0.0
    for tensor in weights:
        per_layer = tensor.per_layer
        if not tensor.is_matrix or tensor.role in _ALWAYS_F32:
            total += 4.0 * tensor.elements
            continue
        for layer in tensor.layers:
            index, count = (ordinal[layer], len(values)) if tensor.role in _VALUES else (layer, facts.layers)
            kind = _kind(model, mix, tensor, index, count, facts)
            total += per_layer * GGUF_TYPES[kind].bytes_per_element
    return total


def _kind(model: Model, mix: str, tensor: Tensor, index: int, count: int, facts: Quantised) -> str:
    if tensor.group == "routed_experts" and model.native_quant == "mxfp4":
        # Trained in MXFP4: every published file keeps the experts as they are.
        return "MXFP4"
    return type_of(mix, tensor.role, index, count, tensor.cols, facts)


def _facts(model: Model) -> Quantised:
    heads, kv = model.heads or 1, model.kv_heads or model.heads or 1
    return Quantised(
        layers=model.layers or 1, gqa=1.0 if model.kv_lora_rank else heads / kv, experts=model.experts or 0,
        tied=bool(model.tied_embeddings) and not model.detail("copied_head"), is_falcon=model.hf_architecture == "FalconForCausalLM",
        is_70b=model.layers == 80 and not model.experts,
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


def _metadata(model: Model) -> float:
    """Return the bytes of tokens, scores and merges in the file's header."""
    vocab = model.vocab_size or 0
    return vocab * next(size for limit, size in _TOKEN_BYTES if vocab <= limit)


def mean_bits(model: Model, mix: str) -> float:
    """Return the mean bits per parameter that llama.cpp prints for such a file (without the header)."""
    name, factor, _ = _plain_mix(mix)
    total = parameter_groups(model).total
    return 8 * _tensor_bytes(model, name) * factor / total if total else 0.0
