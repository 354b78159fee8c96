"""A :class:`Model` from GGUF metadata, by way of the ``config.json`` it was converted from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import prod

from wizard.catalog.headers.config_model import model_from_config
from wizard.catalog.headers.gguf_header import GgufHeader, Value
from wizard.catalog.records import Model

_CLASS = {
    "llama": "LlamaForCausalLM", "llama4": "Llama4ForCausalLM", "mistral3": "Ministral3ForCausalLM",
    "qwen2": "Qwen2ForCausalLM", "qwen2moe": "Qwen2MoeForCausalLM", "qwen2vl": "Qwen2VLForConditionalGeneration",
    "qwen3": "Qwen3ForCausalLM", "qwen3moe": "Qwen3MoeForCausalLM", "qwen3vl": "Qwen3VLForConditionalGeneration",
    "qwen3vlmoe": "Qwen3VLMoeForConditionalGeneration", "qwen3next": "Qwen3NextForCausalLM",
    "qwen35": "Qwen3_5ForCausalLM", "qwen35moe": "Qwen3_5MoeForCausalLM", "deepseek": "DeepseekForCausalLM",
    "deepseek2": "DeepseekV2ForCausalLM", "glm4": "Glm4ForCausalLM", "glm4moe": "Glm4MoeForCausalLM",
    "chatglm": "ChatGLMModel", "gemma": "GemmaForCausalLM", "gemma2": "Gemma2ForCausalLM",
    "gemma3": "Gemma3ForCausalLM", "gemma4": "Gemma4ForCausalLM", "gpt-oss": "GptOssForCausalLM",
    "minimax-m2": "MiniMaxM2ForCausalLM", "phi2": "PhiForCausalLM", "phi3": "Phi3ForCausalLM",
    "phimoe": "PhiMoEForCausalLM", "granite": "GraniteForCausalLM", "granitemoe": "GraniteMoeForCausalLM",
    "granitehybrid": "GraniteMoeHybridForCausalLM", "falcon": "FalconForCausalLM", "olmo2": "Olmo2ForCausalLM",
    "stablelm": "StableLmForCausalLM", "starcoder2": "Starcoder2ForCausalLM", "mpt": "MPTForCausalLM",
    "baichuan": "BaichuanForCausalLM", "internlm2": "InternLM2ForCausalLM", "command-r": "CohereForCausalLM",
    "exaone4": "Exaone4ForCausalLM", "seed_oss": "SeedOssForCausalLM", "smollm3": "SmolLM3ForCausalLM",
    "ernie4_5": "Ernie4_5ForCausalLM", "ernie4_5-moe": "Ernie4_5_MoeForCausalLM", "lfm2": "Lfm2ForCausalLM",
    "lfm2moe": "Lfm2MoeForCausalLM", "bloom": "BloomForCausalLM", "gptneox": "GPTNeoXForCausalLM",
    "bailingmoe2": "BailingMoeV2ForCausalLM", "hunyuan-dense": "HunYuanDenseV1ForCausalLM",
    "minicpm": "MiniCPMForCausalLM", "dbrx": "DbrxForCausalLM", "qwen": "QWenLMHeadModel",
    "starcoder": "GPTBigCodeForCausalLM", "gemma3n": "Gemma3nForConditionalGeneration", "gpt2": "GPT2LMHeadModel",
    "gptj": "GPTJForCausalLM", "cohere2": "Cohere2ForCausalLM", "olmo": "OlmoForCausalLM",
    "olmoe": "OlmoeForCausalLM", "exaone": "ExaoneForCausalLM", "arcee": "ArceeForCausalLM",
    "apertus": "ApertusForCausalLM", "dots1": "Dots1ForCausalLM", "afmoe": "AfmoeForCausalLM",
    "bailingmoe": "BailingMoeForCausalLM", "hunyuan-moe": "HunYuanMoEV1ForCausalLM", "xverse": "XverseForCausalLM",
    "nemotron": "NemotronForCausalLM", "nemotron_h": "NemotronHForCausalLM", "nemotron_h_moe": "NemotronHForCausalLM",
    "mamba": "MambaForCausalLM", "jamba": "JambaForCausalLM", "kimi-linear": "KimiLinearForCausalLM",
    "deepseek32": "DeepseekV32ForCausalLM", "glm-dsa": "GlmMoeDsaForCausalLM", "mimo2": "MiMoV2FlashForCausalLM",
    "step35": "Step3p5ForCausalLM", "minicpm3": "MiniCPM3ForCausalLM", "deci": "DeciLMForCausalLM",
    "bert": "BertModel", "nomic-bert": "NomicBertModel",
}

_KEYS = {
    "block_count": "num_hidden_layers", "embedding_length": "hidden_size",
    "attention.head_count": "num_attention_heads", "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim", "context_length": "max_position_embeddings",
    "feed_forward_length": "intermediate_size", "attention.sliding_window": "sliding_window",
    "expert_count": "num_experts", "expert_used_count": "num_experts_per_tok",
    "expert_feed_forward_length": "moe_intermediate_size",
    "expert_shared_feed_forward_length": "shared_expert_intermediate_size",
    "expert_shared_count": "n_shared_experts", "leading_dense_block_count": "first_k_dense_replace",
    "attention.q_lora_rank": "q_lora_rank", "attention.kv_lora_rank": "kv_lora_rank",
    "rope.dimension_count": "qk_rope_head_dim", "nextn_predict_layers": "num_nextn_predict_layers",
    "shortconv.l_cache": "conv_L_cache", "vocab_size": "vocab_size",
    "full_attention_interval": "full_attention_interval",
    "ssm.group_count": "linear_num_key_heads", "ssm.time_step_rank": "linear_num_value_heads",
    "ssm.state_size": "linear_key_head_dim", "ssm.conv_kernel": "linear_conv_kernel_dim",
}
_LINEAR_ONLY = ("linear_num_key_heads", "linear_num_value_heads", "linear_key_head_dim", "linear_conv_kernel_dim")
_LINEAR = frozenset({"qwen3next", "qwen35", "qwen35moe"})
_SAME = 0.01
"""How far the count by the metadata may be from that of the file's own weights."""
_MLA_ONLY = frozenset({"qk_rope_head_dim", "q_lora_rank", "kv_lora_rank"})


def model_from_gguf(header: GgufHeader, name: str, where: str) -> Model | None:
    """Return the model that a GGUF file's metadata describes; ``None`` for an architecture we do not know.

    Raises:
        InputError: the metadata lacks a size or holds an impossible one.
    """
    architecture = header.metadata.get("general.architecture")
    known = _CLASS.get(architecture) if isinstance(architecture, str) else None
    if known is None or not isinstance(architecture, str):
        return None
    config = _config(header, architecture) | {"architectures": [known], "model_type": architecture}
    model = model_from_config(config, name, where)
    stated = header.metadata.get("general.name")
    return replace(model, notes=stated[:200] if isinstance(stated, str) else "")


def _config(header: GgufHeader, architecture: str) -> dict[str, object]:
    config: dict[str, object] = {}
    for key, target in _KEYS.items():
        value = header.metadata.get(f"{architecture}.{key}")
        if value is not None:
            config[target] = _one(value)
    tensors = {name: shape for name, _, shape, _ in header.tensors}
    embedding = tensors.get("token_embd.weight")
    config.setdefault("vocab_size", embedding[1] if embedding and len(embedding) > 1 else _vocabulary(header))
    config["tie_word_embeddings"] = "output.weight" not in tensors
    config |= _latent(header.metadata, architecture, config) | _linear(header.metadata, architecture, config)
    config |= _per_layer(header, architecture)
    if "blk.0.attn_q.bias" in tensors or "blk.0.attn_qkv.bias" in tensors:
        config["attention_bias"] = True
    return config


def _linear(metadata: Mapping[str, Value], architecture: str, config: dict[str, object]) -> dict[str, object]:
    """Name the sizes of linear attention as configs do; a prediction layer is counted among the blocks."""
    found: dict[str, object] = {}
    layers, ahead = config.get("num_hidden_layers"), config.get("num_nextn_predict_layers")
    if isinstance(layers, int) and isinstance(ahead, int) and 0 < ahead < layers:
        found["num_hidden_layers"] = layers - ahead
    if architecture not in _LINEAR:
        return found | dict.fromkeys(_LINEAR_ONLY)
    inner, heads = metadata.get(f"{architecture}.ssm.inner_size"), config.get("linear_num_value_heads")
    if isinstance(inner, int) and isinstance(heads, int) and heads:
        found["linear_value_head_dim"] = inner // heads
    return found


def as_stored(model: Model, header: GgufHeader) -> Model:
    """Return the model with the count of the file's own weights, where the metadata gives another.

    What cannot be told from metadata (a new variant of a known architecture) must not make a file seem smaller.
    """
    stored = sum(prod(shape) for name, _, shape, _ in header.tensors if not _is_ahead(name, model.layers or 0))
    if not stored or abs(model.total_params / stored - 1) <= _SAME:
        return model
    active = model.active_params
    share = active / model.total_params if active and model.total_params else 1.0
    return replace(model, total_params=stored, active_params=round(stored * share), verified="stored",
                   active_params_excl_input_embedding=None, details=(*model.details, ("not_computed", 1)))


def _is_ahead(name: str, layers: int) -> bool:
    """Whether a weight belongs to a layer beyond the model's own: multi-token prediction."""
    block = _BLOCK.match(name)
    return block is not None and int(block[1]) >= layers


_BLOCK = re.compile(r"blk\.(\d{1,6})\.")


def _vocabulary(header: GgufHeader) -> int | None:
    return header.lengths.get("tokenizer.ggml.tokens")


def _one(value: Value) -> Value:
    """Return a number that is given per layer as one number, where all layers (that have it) agree."""
    if isinstance(value, list):
        numbers = [n for n in value if isinstance(n, (int, float))]
        return max(numbers, default=None)
    return value


def _latent(metadata: Mapping[str, Value], architecture: str, config: dict[str, object]) -> dict[str, object]:
    if not config.get("kv_lora_rank"):
        return dict.fromkeys(_MLA_ONLY)
    key = metadata.get(f"{architecture}.attention.key_length_mla", metadata.get(f"{architecture}.attention.key_length"))
    value = metadata.get(
        f"{architecture}.attention.value_length_mla", metadata.get(f"{architecture}.attention.value_length")
    )
    heads, rope = config.get("num_attention_heads"), config.get("qk_rope_head_dim")
    if isinstance(key, int) and isinstance(rope, int):
        return {"qk_nope_head_dim": key - rope, "v_head_dim": value, "head_dim": None, "num_key_value_heads": heads}
    return {}


def _per_layer(header: GgufHeader, architecture: str) -> dict[str, object]:
    """Read layer types from per-layer KV heads: layers without are convolution or Mamba."""
    heads = header.metadata.get(f"{architecture}.attention.head_count_kv")
    if not isinstance(heads, list) or all(heads):
        return {}
    other = "conv" if architecture.startswith("lfm2") else "mamba"
    return {"layer_types": ["full_attention" if n else other for n in heads]}
