"""Numbers of a config that only some architectures have, under the names that the weight formulas use."""

from __future__ import annotations

from wizard.catalog.headers.config_reader import Config

_TIED = (
    "Gemma", "Falcon", "Bloom", "GPT2", "GPTBigCode", "OPT", "MPT", "Cohere", "Starcoder2", "Whisper", "Lfm2",
    "XLMRoberta", "Bert", "Mamba", "RWForCausalLM", "Phi3Small", "MiniCPM3", "MiniCPMFor", "ExaoneFor", "SmolLM3",
    "Ernie4_5",
)
_COPIED = (
    "linear_num_key_heads", "linear_num_value_heads", "linear_key_head_dim", "linear_value_head_dim",
    "linear_conv_kernel_dim", "o_groups", "o_lora_rank", "hc_mult", "moe_latent_size", "conv_L_cache",
    "swa_head_dim", "global_head_dim", "swa_v_head_dim", "laurel_rank",
)
_RENAMED = {
    "swa_num_key_value_heads": "swa_kv_heads", "swa_num_attention_heads": "swa_heads",
    "num_global_key_value_heads": "global_kv_heads", "num_kv_shared_layers": "kv_shared_layers",
    "mamba_num_heads": "mamba_num_heads", "mamba_n_heads": "mamba_num_heads", "mamba_d_state": "mamba_d_state",
    "ssm_state_size": "mamba_d_state", "mamba_d_head": "mamba_head_dim", "mamba_head_dim": "mamba_head_dim",
    "n_groups": "mamba_n_groups", "mamba_n_groups": "mamba_n_groups", "conv_kernel": "mamba_d_conv",
    "mamba_d_conv": "mamba_d_conv", "mamba_expand": "mamba_expand", "mamba_dt_rank": "mamba_dt_rank",
    "time_step_rank": "mamba_dt_rank", "interleave_moe_layer_step": "moe_step", "decoder_sparse_step": "moe_step",
    "expert_layer_period": "moe_step", "routed_expert_hidden_size": "moe_latent_size",
    "hidden_size_per_layer_input": "per_layer_size", "vocab_size_per_layer_input": "per_layer_vocab",
    "num_hash_layers": "hash_layers", "altup_num_inputs": "altup_streams",
}
_FLAGS = {"attention_k_eq_v": "k_eq_v", "mla_use_output_gate": "mla_output_gate",
          "latent_moe_use_norm": "latent_norm", "use_double_wide_mlp": "double_wide"}


def tied_by_default(architecture: str) -> bool:
    """Whether an architecture ties head and embedding where its config does not say."""
    return architecture.startswith(_TIED)


def details_of(c: Config, architecture: str) -> tuple[tuple[str, int], ...]:
    """Return the details of a config (see :attr:`Model.details`)."""
    found: dict[str, int] = {}
    mamba = architecture.startswith(("NemotronH", "Mamba", "Jamba", "GraniteMoeHybrid", "FalconH1", "Bamba", "Zamba"))
    for name in (*_COPIED, *_RENAMED):
        target = _RENAMED.get(name, name)
        value = c.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and (mamba or not _is_mamba(target)):
            found[target] = c.integer(name) or 0
    found |= {target: 1 for name, target in _FLAGS.items() if c.flag(name)}
    found |= _biases(c, architecture) | _kda(c) | _special(c, architecture)
    if architecture in _WITHOUT_HEAD:
        found["no_head"] = 1
    found = {name: value for name, value in found.items() if value or name in _ZERO_MATTERS}
    if found.get("moe_step") == 1:
        del found["moe_step"]
    return tuple(sorted(found.items()))


_ZERO_MATTERS = frozenset({"qkv_bias", "o_bias", "head_norm", "full_norm", "ffn_bias"})


def _is_mamba(target: str) -> bool:
    return target.startswith("mamba") or target == "time_step_rank"


def _biases(c: Config, architecture: str) -> dict[str, int]:
    found: dict[str, int] = {}
    if "attention_bias" in c.values and architecture.startswith(_BIAS_BY_CONFIG):
        found["qkv_bias"] = int(c.flag("attention_bias"))
        if architecture.startswith(("Llama", "Granite", "Cohere")):
            found["o_bias"] = found["qkv_bias"]
    if architecture.startswith("SeedOss"):
        found["o_bias"] = int(c.flag("attention_out_bias"))
    if architecture.startswith("InternLM") and "bias" in c.values:
        found["qkv_bias"] = found["o_bias"] = int(c.flag("bias"))
    if architecture.startswith("Glm4Moe") and c.flag("use_qk_norm"):
        found["head_norm"] = 1
    if architecture.startswith("StableLm"):
        found["qkv_bias"] = int(c.flag("use_qkv_bias"))
    return found


_BIAS_BY_CONFIG = ("Llama", "Glm", "SeedOss", "Granite", "Cohere", "Qwen3", "Arcee", "GptOss")


def _kda(c: Config) -> dict[str, int]:
    linear = c.nested("linear_attn_config")
    if not linear.integer("head_dim"):
        return {}
    return {
        "kda_head_dim": linear.integer("head_dim") or 0, "kda_num_heads": linear.integer("num_heads") or 0,
        "kda_conv_kernel": linear.integer("short_conv_kernel_size") or 0,
        "kda_full_gate": int(linear.flag("use_full_rank_gate")),
    }


_WITHOUT_HEAD = frozenset({
    "LlamaModel", "MistralModel", "Qwen2Model", "Qwen3Model", "GemmaModel", "Gemma2Model", "Gemma3TextModel",
    "InternLM2ForRewardModel", "Qwen2ForRewardModel", "LlamaForSequenceClassification",
    "Qwen2ForSequenceClassification", "Qwen3ForSequenceClassification", "MistralForSequenceClassification",
})
"""Embedding and reward models: the trunk of a language model without its output head."""


def _special(c: Config, architecture: str) -> dict[str, int]:
    if architecture.startswith("Jamba"):
        return {"mamba_inner_norms": 1}
    if architecture.startswith("Mamba"):
        return {"mamba_d_state": c.integer("state_size") or 0}
    if architecture.startswith("Gemma4") and c.flag("enable_moe_block"):
        return {"dense_beside_experts": 1}
    if architecture.startswith("Gemma3n"):
        return {"kv_weights_kept": 1}
    if architecture.startswith("MiMoV2"):
        return {"sinks": 0, "swa_sinks": int(c.flag("add_swa_attention_sink_bias"))}
    if architecture.startswith(("GPT2", "OPT", "GPTBigCode")):
        offset = 2 if architecture.startswith("OPT") else 0
        return {"position_embeddings": (c.integer("n_positions", "max_position_embeddings") or 0) + offset}
    if architecture.startswith("Bloom"):
        return {"embedding_norm": 1}
    types = c.sequence("indexer_types")
    if types:
        return {"index_layers": sum(1 for kind in types if kind == "full")}
    freq = c.nested("sparse_attention_config").sequence("sparse_attention_freq")
    if freq:
        return {"index_layers": sum(1 for f in freq if f)}
    return {}
