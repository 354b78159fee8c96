"""A :class:`Model` from a ``config.json``, for every architecture that the catalogue holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wizard.catalog.architecture import parameter_groups
from wizard.catalog.headers.config_details import details_of, tied_by_default
from wizard.catalog.headers.config_layers import pattern_of, window_of
from wizard.catalog.headers.config_nas import is_searched, searched
from wizard.catalog.headers.config_reader import Config
from wizard.catalog.kv import kv_shape, state_bytes
from wizard.catalog.records import Model
from wizard.errors import InputError

_TEXT = ("text_config", "llm_config", "language_config", "language_model", "llm")


def model_from_config(config: Mapping[str, object], name: str, where: str) -> Model:
    """Return the model that a parsed ``config.json`` describes.

    Args:
        config: the parsed object.
        name: the id to give it (a folder's or file's name).
        where: the file, for messages.

    Raises:
        InputError: a number is missing or impossible.
    """
    outer = Config(config, where)
    inner = outer.nested("thinker_config").nested("text_config") if "thinker_config" in config else outer.nested(*_TEXT)
    inner = _with_defaults(inner)
    text = inner if inner.integer("hidden_size", "num_hidden_layers") else outer
    model = _record(text, outer, name)
    if is_searched(text):
        model = searched(model, text)
    if model.state_bytes_per_sequence is None and model.linear_layers:
        model = replace(model, state_bytes_per_sequence=state_bytes(model))
    groups, shape = parameter_groups(model), kv_shape(model)
    return replace(
        model, total_params=groups.total, active_params=groups.active,
        active_params_excl_input_embedding=groups.active_without_embedding,
        kv_bytes_per_token_bf16=round(shape.bytes_per_token()),
        kv_window_bytes_per_token_bf16=shape.window_elements * 2 or None,
    )


_DEFAULTS: dict[str, dict[str, object]] = {
    "llama": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
              "num_attention_heads": 32},
    "mistral": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
                "num_attention_heads": 32, "num_key_value_heads": 8},
    "gemma3_text": {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
                    "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256},
}
"""What ``transformers`` leaves out of a nested text config, because it is the default of its model type."""


def _with_defaults(nested: Config) -> Config:
    known = _DEFAULTS.get(nested.text("model_type"))
    return Config({**known, **nested.values}, nested.where) if known else nested


def _record(c: Config, outer: Config, name: str) -> Model:
    architecture = _architecture(outer) or _architecture(c)
    layers = _layers(c)
    hidden = c.required("hidden_size", "n_embd", "d_model", "dim")
    pattern, window = _pattern(c, architecture, layers), window_of(c, architecture)
    if not pattern and window and architecture not in _NO_WINDOW:
        counts = (0, layers, 0)
    else:
        counts = tuple(sum(pattern.count(k) for k in kinds) for kinds in ("F*", "S", "LMC"))  # type: ignore[assignment]
        counts = counts if pattern and not pattern.startswith("compress") else (layers, 0, 0)
    heads = c.integer("num_attention_heads", "n_head", "n_heads")
    kv_heads = _kv_heads(c, heads)
    tie = outer.values.get("tie_word_embeddings", c.values.get("tie_word_embeddings"))
    return Model(
        id=name, family=outer.text("model_type").split("_")[0] or architecture.lower(),
        kind=_kind(outer, architecture),
        licence="", release_date=None, total_params=0, active_params=None, active_params_excl_input_embedding=None,
        layers=layers, hidden_size=hidden, intermediate_size=_dense_width(c, architecture, hidden), heads=heads,
        kv_heads=kv_heads, head_dim=_head_dim(c, heads, hidden),
        vocab_size=c.required("vocab_size", "padded_vocab_size"),
        tied_embeddings=tied_by_default(architecture) if tie is None else bool(tie),
        max_context=c.integer("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length", "n_ctx",
                              "model_max_length"),
        attention=_attention(c, heads, kv_heads, counts), q_lora_rank=c.integer("q_lora_rank") or None,
        kv_lora_rank=c.integer("kv_lora_rank") or None, qk_nope_head_dim=c.integer("qk_nope_head_dim") or None,
        qk_rope_head_dim=c.integer("qk_rope_head_dim") or None, v_head_dim=_value_dim(c, heads, hidden),
        **_experts(c, architecture, layers), sliding_window=window if counts[1] or "compress" in pattern else None,
        layer_pattern=pattern, full_layers=counts[0], window_layers=counts[1] or None, linear_layers=counts[2] or None,
        state_bytes_per_sequence=None, index_heads=_index(c)[0], index_head_dim=_index(c)[1],
        index_topk=c.integer("index_topk") or None, mtp_layers=c.integer("num_nextn_predict_layers") or None,
        native_dtype=outer.text("torch_dtype", "dtype") or c.text("torch_dtype", "dtype"), native_quant=_quant(outer),
        checkpoint_bytes=None, vision_params=None, mtp_params=None, kv_bytes_per_token_bf16=None,
        kv_window_bytes_per_token_bf16=None, hf_architecture=architecture, vllm="", sglang="", tensorrt_llm="",
        llama_cpp="", verified="computed", sources=(), details=details_of(c, architecture),
    )


_MOST_LAYERS = 10_000
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")


def _layers(c: Config) -> int:
    listed = len(c.sequence("layers_block_type", "layer_types"))
    if listed and not c.integer(*_LAYERS):
        return min(listed, _MOST_LAYERS)
    return c.required(*_LAYERS, most=_MOST_LAYERS)


def _pattern(c: Config, architecture: str, layers: int) -> str:
    pattern = pattern_of(c, architecture, layers)
    count = pattern.count(",") + 1 if pattern.startswith("compress") else len(pattern)
    # DeepSeek V4 lists the prediction layers as well.
    if pattern and not layers <= count <= (2 * layers if pattern.startswith("compress") else layers):
        raise InputError(
            "the config has {layers} layers but types for {count}", where=c.where,
            mend="Take the config.json that lies beside the weights.", layers=layers, count=count,
        )
    return pattern


_NO_WINDOW = frozenset({"DeepseekV4ForCausalLM", "Phi3ForCausalLM"})
_ENCODERS = ("Bert", "XLMRoberta", "Roberta", "NomicBert", "ModernBert")
_IS_EXPERT_WIDTH = (
    "Mixtral", "PhiMoE", "GptOss", "Llama4", "MiniMaxM2", "GraniteMoe", "Jamba", "Dbrx", "MiniMaxText", "MiniMaxM1",
    "Grok", "HunYuanMoE",
)
"""Architectures whose ``intermediate_size`` is that of an expert."""


def _architecture(c: Config) -> str:
    names = [str(name) for name in c.sequence("architectures")]
    return names[0] if names else ""


def _kind(outer: Config, architecture: str) -> str:
    if architecture.startswith(_ENCODERS):
        return "reranker" if "SequenceClassification" in architecture else "embedding"
    return "vl" if outer.nested("vision_config").values else "decoder"


def _kv_heads(c: Config, heads: int | None) -> int | None:
    if c.flag("multi_query_attention"):
        return c.integer("multi_query_group_num") or 1
    if c.flag("multi_query") and not c.flag("new_decoder_architecture"):
        return 1
    nested = c.nested("attn_config").integer("kv_n_heads")
    return c.integer("num_key_value_heads", "num_kv_heads", "n_head_kv", "num_attention_groups") or nested or heads


def _head_dim(c: Config, heads: int | None, hidden: int) -> int | None:
    if c.integer("kv_lora_rank"):
        return None
    named = c.integer("head_dim", "attention_head_dim", "kv_channels")
    return named or (hidden // heads if heads else None)


def _value_dim(c: Config, heads: int | None, hidden: int) -> int | None:
    named = c.integer("v_head_dim")
    # MiniCPM3 leaves it out: its values are as wide as the heads of the hidden size.
    return named or (hidden // heads if heads and c.integer("kv_lora_rank") else None)


def _dense_width(c: Config, architecture: str, hidden: int) -> int | None:
    width = c.integer("intermediate_size_mlp", "dense_intermediate_size")
    if width:
        return width
    named = c.integer("intermediate_size", "ffn_hidden_size", "ffn_dim", "n_inner", "d_ff", "ff_intermediate_size")
    if architecture.startswith(_IS_EXPERT_WIDTH) and _count(c) and not architecture.startswith("Jamba"):
        return None
    if architecture.startswith("QWenLMHead") and named:
        return named // 2
    if named is None and architecture.startswith(_FOUR_TIMES):
        return (c.integer("expansion_ratio") or 4) * hidden
    return named


_FOUR_TIMES = ("GPT", "Bloom", "Falcon", "RW", "MPT", "OPT")


def _count(c: Config) -> int | None:
    nested = c.nested("ffn_config").integer("moe_num_experts")
    names = ("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts")
    return c.integer(*names) or nested or None


def _experts(c: Config, architecture: str, layers: int) -> dict[str, Any]:
    count = _count(c)
    if not count or count == 1:
        return dict.fromkeys(_EXPERT_FIELDS)
    width = c.integer("moe_intermediate_size", "expert_ffn_hidden_size") or c.nested("ffn_config").integer(
        "ffn_hidden_size"
    ) or c.integer("intermediate_size")
    per_token = c.integer(
        "num_experts_per_tok", "num_experts_per_token", "moe_k", "top_k_experts", "moe_topk", "moe_top_k"
    )
    shared = c.integer("n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert")
    return {
        "experts": count, "experts_per_token": per_token or c.nested("ffn_config").integer("moe_top_k"),
        "shared_experts": shared or (1 if architecture.startswith("Llama4") else None),
        "expert_intermediate_size": width,
        "shared_expert_intermediate_size": c.integer(
            "shared_expert_intermediate_size", "shared_intermediate_size", "moe_shared_expert_intermediate_size",
            "share_expert_dim",
        ) or None,
        "dense_layers": _dense_layers(c, layers),
    }


_EXPERT_FIELDS = (
    "experts", "experts_per_token", "shared_experts", "expert_intermediate_size", "shared_expert_intermediate_size",
    "dense_layers",
)


def _dense_layers(c: Config, layers: int) -> int:
    flags = c.sequence("moe_layer_freq")
    if flags:
        return sum(1 for flag in flags[:layers] if not flag)
    types = c.sequence("mlp_layer_types")
    if types:
        return sum(1 for kind in types[:layers] if kind == "dense")
    named = c.integer("first_k_dense_replace", "moe_layer_start_index", "num_dense_layers")
    return named if named is not None else len(c.sequence("mlp_only_layers"))


def _index(c: Config) -> tuple[int | None, int | None]:
    sparse = c.nested("sparse_attention_config")
    heads = c.integer("index_n_heads") or sparse.integer("sparse_num_index_heads")
    return heads or None, c.integer("index_head_dim") or sparse.integer("sparse_index_dim") or None


def _attention(c: Config, heads: int | None, kv_heads: int | None, counts: tuple[int, int, int]) -> str:
    if c.sequence("compress_ratios"):
        return "mqa+swa+compressed-sparse (CSA/HCA)"
    base = "mla" if c.integer("kv_lora_rank") else "mqa" if kv_heads == 1 else "mha" if kv_heads == heads else "gqa"
    if not heads or (counts[2] and not counts[0]):
        return "ssm"
    if counts[2]:
        kind = "ssm" if c.integer("mamba_num_heads", "mamba_d_state", "mamba_n_heads") else "linear"
        return f"hybrid({kind}+{base})"
    suffix = "+swa" if counts[1] else "+sparse" if _index(c)[0] else ""
    return base + suffix


def _quant(outer: Config) -> str:
    quant = outer.nested("quantization_config")
    method = quant.text("quant_method")
    block = [str(size) for size in quant.sequence("weight_block_size")]
    if method == "fp8" and block:
        experts = " experts fp4" if outer.text("expert_dtype") == "fp4" else ""
        return f"fp8 block {'x'.join(block)}" + experts
    if method == "compressed-tensors":
        return f"compressed-tensors {quant.text('format')}"
    return method
