"""Bytes of GGUF files, weight by weight: the type of each by the rules of its mix, in that type's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.catalog.architecture import Tensor, is_known, tensors
from wizard.catalog.gguf_mix import Quantised, type_of
from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES, SAME_MIX
from wizard.catalog.records import Model

_ALWAYS_F32 = frozenset({
    "ffn_gate_inp", "ssm_conv1d", "ssm_conv1d_q", "ssm_conv1d_k", "ssm_conv1d_v", "ssm_a", "shortconv.conv",
    "position_embd", "token_types", "hc_fn", "hc_head_fn", "ffn_exps.bias", "attn_compressor_ape",
    "indexer.compressor_ape", "indexer.proj", "altup_router", "laurel_l", "laurel_r", "per_layer_model_proj",
})
"""Matrices that converters keep wide and the quantiser does not touch."""

_NOT_IN_GGUF = frozenset({"pooler", "pooler.bias"})

_VALUES = frozenset({"attn_v", "attn_qkv", "attn_kv_b"})

_DYNAMIC_DENSE = {
    "Q2": 1.05, "Q3": 1.03, "Q4": 1.013, "Q5": 1.01, "Q6": 1.08, "Q8": 1.19, "IQ1": 1.1, "IQ2": 1.03, "IQ3": 1.03,
    "IQ4": 1.0,
}
_DYNAMIC_MIXTURE = {
    "Q2": 1.03, "Q3": 0.95, "Q4": 0.964, "Q5": 1.05, "Q6": 1.036, "Q8": 1.07, "IQ1": 1.2, "IQ2": 1.15, "IQ3": 1.03,
    "IQ4": 1.0,
}
"""Unsloth's "dynamic" files choose types weight by weight from measurements, so only their mean over published files
is known: factors on the plain mix of the same name, fitted on the sizes of docker model cards and llama-bench lines."""


def gguf_bytes(model: Model, mix: str) -> tuple[float, float, str]:
    """Return the bytes of a GGUF file, the relative spread of what quantisers make of a mix, and the basis."""
    name, factor, spread = _plain_mix(mix, model)
    if not is_known(model):
        kind = GGUF_TYPES[GGUF_MIXES[name]]
        return model.total_params * kind.bytes_per_element * factor, 0.1, "stated-total"
    return _tensor_bytes(model, name) * factor, spread, "architecture"


_MXFP4_DYNAMIC = {"Q4": "MXFP4_Q4", "Q5": "MXFP4_Q5", "Q8": "MXFP4_Q8"}
"""Dynamic files of models trained in MXFP4: the experts as they are, the rest in 8 bits but for embedding and head."""

_MXFP4_ENDS = {
    "MXFP4_Q4": {"token_embd": "Q5_0"}, "MXFP4_Q5": {"token_embd": "Q5_1"},
    "MXFP4_Q8": {"token_embd": "F16", "output": "F16"},
}


def _plain_mix(mix: str, model: Model) -> tuple[str, float, float]:
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
    if model.native_quant == "mxfp4":
        return _MXFP4_DYNAMIC.get(bare.split("_")[0], "MXFP4_MOE"), 1.0, 0.02
    factors = _DYNAMIC_MIXTURE if model.experts else _DYNAMIC_DENSE
    low = bare.startswith("IQ")
    return plain, factors.get(bare.split("_")[0], 1.0), 0.15 if low else 0.07


def _tensor_bytes(model: Model, mix: str) -> float:
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
        for layer in tensor.layers:
            index, count = (ordinal[layer], len(values)) if tensor.role in _VALUES else (layer, facts.layers)
            kind = _kind(model, mix, tensor, index, count, facts)
            total += per_layer * GGUF_TYPES[kind].bytes_per_element
    return total


def _kind(model: Model, mix: str, tensor: Tensor, index: int, count: int, facts: Quantised) -> str:
    if tensor.group == "routed_experts" and model.native_quant == "mxfp4":
        # Trained in MXFP4: every published file keeps the experts as they are.
        return "MXFP4"
    if mix in _MXFP4_ENDS:
        return _MXFP4_ENDS[mix].get(tensor.role, "Q8_0")
    return type_of(mix, tensor.role, index, count, tensor.cols, facts)


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
