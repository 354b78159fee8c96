"""Architectures from config files: read, completed, computed or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core import models_files as files
from wizard.catalog.architecture import parameter_groups
from wizard.catalog.catalog import Catalog
from wizard.catalog.headers import inspect
from wizard.errors import InputError
from wizard.i18n import Translator

HOSTILE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(path: Path, config: Any) -> Path:
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def test_a_config_gives_the_architecture(tmp_path: Path) -> None:
    found = inspect(write(tmp_path / "config.json", files.LLAMA_8B))
    assert found.kind == "config"
    assert found.bytes is None
    assert found.model is not None
    assert found.model.total_params == 8_030_261_248
    assert found.model.kv_bytes_per_token_bf16 == 131_072
    assert found.warnings == ()


CONFIGS: list[tuple[str, dict[str, Any]]] = [
    ("deepseek-ai/DeepSeek-V3", {
        "architectures": ["DeepseekV3ForCausalLM"], "num_hidden_layers": 61, "hidden_size": 7168,
        "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_attention_heads": 128,
        "num_key_value_heads": 128, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
        "first_k_dense_replace": 3, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 129280, "tie_word_embeddings": False,
        "num_nextn_predict_layers": 1, "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]},
    }),
    ("Qwen/Qwen3.5-27B", {
        "architectures": ["Qwen3_5ForConditionalGeneration"], "vision_config": {"depth": 27}, "text_config": {
            "num_hidden_layers": 64, "hidden_size": 5120, "intermediate_size": 17408, "num_attention_heads": 24,
            "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 248320, "linear_num_key_heads": 16,
            "linear_num_value_heads": 48, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
            "linear_conv_kernel_dim": 4, "full_attention_interval": 4,
        }, "tie_word_embeddings": False,
    }),
    ("openai/gpt-oss-20b", {
        "architectures": ["GptOssForCausalLM"], "num_hidden_layers": 24, "hidden_size": 2880, "head_dim": 64,
        "intermediate_size": 2880, "num_attention_heads": 64, "num_key_value_heads": 8, "num_local_experts": 32,
        "num_experts_per_tok": 4, "vocab_size": 201088, "sliding_window": 128, "tie_word_embeddings": False,
        "layer_types": ["sliding_attention", "full_attention"] * 12,
    }),
    ("google/gemma-3-27b-it", {
        "architectures": ["Gemma3ForConditionalGeneration"], "text_config": {
            "num_hidden_layers": 62, "hidden_size": 5376, "intermediate_size": 21504, "num_attention_heads": 32,
            "num_key_value_heads": 16, "head_dim": 128, "vocab_size": 262208, "sliding_window": 1024,
        },
    }),
    ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", {
        "architectures": ["NemotronHForCausalLM"], "num_hidden_layers": 52, "hidden_size": 2688,
        "intermediate_size": 1856, "moe_intermediate_size": 1856, "moe_shared_expert_intermediate_size": 3712,
        "n_routed_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 6, "num_attention_heads": 32,
        "num_key_value_heads": 2, "head_dim": 128, "mamba_num_heads": 64, "mamba_head_dim": 64, "n_groups": 8,
        "ssm_state_size": 128, "conv_kernel": 4, "vocab_size": 131072, "tie_word_embeddings": False,
        "time_step_limit": [0.0, float("inf")],
        "hybrid_override_pattern": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
    }),
]

MISTRAL = {"num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
           "num_key_value_heads": 8, "vocab_size": 32000}
SHORTENED: list[tuple[str, dict[str, Any]]] = [
    # Nested text configs hold only what differs from the defaults of their model type.
    ("google/gemma-3-4b-it", {
        "architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "text_config": {
            "model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
            "sliding_window": 1024}}),
    ("llava-hf/llava-1.5-7b-hf", {
        "architectures": ["LlavaForConditionalGeneration"], "vocab_size": 32064, "tie_word_embeddings": False,
        "text_config": {"model_type": "llama", "vocab_size": 32064}}),
    ("openbmb/MiniCPM3-4B", {
        "architectures": ["MiniCPM3ForCausalLM"], "hidden_size": 2560, "num_hidden_layers": 62,
        "intermediate_size": 6400, "num_attention_heads": 40, "num_key_value_heads": 40, "qk_nope_head_dim": 64,
        "qk_rope_head_dim": 32, "q_lora_rank": 768, "kv_lora_rank": 256, "vocab_size": 73448}),
    ("intfloat/e5-mistral-7b-instruct", MISTRAL | {"architectures": ["MistralModel"], "tie_word_embeddings": False}),
    ("XiaomiMiMo/MiMo-7B-RL", {
        "architectures": ["MiMoForCausalLM"], "num_hidden_layers": 36, "hidden_size": 4096, "num_attention_heads": 32,
        "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 11008, "vocab_size": 151680,
        "sliding_window": 32768, "use_sliding_window": False, "tie_word_embeddings": False}),
    # These tie head and embedding where their config does not say.
    ("HuggingFaceTB/SmolLM3-3B", {
        "architectures": ["SmolLM3ForCausalLM"], "hidden_size": 2048, "num_hidden_layers": 36,
        "intermediate_size": 11008, "num_attention_heads": 16, "num_key_value_heads": 4, "vocab_size": 128256}),
    ("baidu/ERNIE-4.5-0.3B-PT", {
        "architectures": ["Ernie4_5ForCausalLM"], "hidden_size": 1024, "num_hidden_layers": 18,
        "intermediate_size": 3072, "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 128,
        "vocab_size": 103424}),
    ("openbmb/MiniCPM-2B-sft-bf16", {
        "architectures": ["MiniCPMForCausalLM"], "hidden_size": 2304, "num_hidden_layers": 40,
        "intermediate_size": 5760, "num_attention_heads": 36, "num_key_value_heads": 36, "vocab_size": 122753}),
    ("LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct", {
        "architectures": ["ExaoneForCausalLM"], "hidden_size": 2560, "num_layers": 30, "intermediate_size": 7168,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 80, "vocab_size": 102400}),
]


@pytest.mark.parametrize(("id_", "config"), SHORTENED)
def test_what_a_config_leaves_out_is_known(tmp_path: Path, id_: str, config: dict[str, Any]) -> None:
    row, found = Catalog().models[id_], inspect(write(tmp_path / "config.json", config)).model
    assert found is not None
    assert (found.total_params, found.kv_bytes_per_token_bf16) == (row.total_params, row.kv_bytes_per_token_bf16)


# Llama-3.3-Nemotron-Super-49B: layers with (heads per KV head or 0, width of the FFN) and how often in a row.
SUPER_49B = [
    (8, 2.625, 1), (8, 5.25, 5), (0, 2.625, 2), (8, 5.25, 3), (0, 3.28125, 1), (8, 5.25, 30), (0, 1.3125, 1),
    (0, 2.625, 2), (0, 1.3125, 1), (0, 5.25, 1), (0, 1.3125, 1), (0, 2.625, 1), (0, 1.3125, 3), (8, 5.25, 1),
    (0, 1.3125, 1), (0, 1.0, 2), (0, 1.3125, 1), (0, 1.0, 3), (0, 1.3125, 2), (0, 0.5, 2), (0, 1.0, 2), (0, 0.5, 2),
    (0, 1.0, 1), (0, 0.5, 2), (8, 5.25, 9),
]


def nas(blocks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"architectures": ["DeciLMForCausalLM"], "hidden_size": 8192, "num_attention_heads": 64,
            "num_hidden_layers": len(blocks), "vocab_size": 128256, "tie_word_embeddings": False,
            "block_configs": blocks} | more


def test_layers_that_all_differ_are_summed_one_by_one(tmp_path: Path) -> None:
    blocks = [{"attention": {"n_heads_in_group": g or None, "no_op": not g}, "ffn": {"ffn_mult": width}}
              for g, width, count in SUPER_49B for _ in range(count)]
    found = inspect(write(tmp_path / "config.json", nas(blocks))).model
    assert found is not None
    assert found.total_params == 49_867_145_216
    assert (found.layers, found.full_layers, found.kv_heads) == (80, 49, 8)
    assert found.kv_bytes_per_token_bf16 == 49 * 2 * 8 * 128 * 2
    row = Catalog().models["nvidia/Llama-3_3-Nemotron-Super-49B-v1"]
    assert (row.total_params, row.kv_bytes_per_token_bf16) == (found.total_params, found.kv_bytes_per_token_bf16)


@pytest.mark.parametrize("block", [
    {}, {"attention": None, "ffn": 3}, {"attention": {"n_heads_in_group": 10**8}, "ffn": {"ffn_mult": "x"}},
    {"attention": {"n_heads_in_group": 8}, "ffn": {"ffn_mult": float("nan")}}, 7, None,
])
def test_strange_layers_are_read_or_refused(tmp_path: Path, block: Any) -> None:
    path = write(tmp_path / "config.json", nas([block] * 4))
    found = inspect(path).model
    assert found is not None
    assert found.total_params > 2 * 128256 * 8192


@pytest.mark.parametrize(("id_", "config"), CONFIGS)
def test_configs_give_the_catalogue_s_own_facts(tmp_path: Path, id_: str, config: dict[str, Any]) -> None:
    row = Catalog().models[id_]
    found = inspect(write(tmp_path / "config.json", config)).model
    assert found is not None
    assert found.total_params == row.total_params == parameter_groups(row).total
    assert found.kv_bytes_per_token_bf16 == row.kv_bytes_per_token_bf16
    assert found.state_bytes_per_sequence == row.state_bytes_per_sequence
    assert (found.layers, found.kv_heads, found.experts) == (row.layers, row.kv_heads, row.experts)


def test_an_unknown_class_is_computed_as_a_llama_and_says_so(tmp_path: Path) -> None:
    found = inspect(write(tmp_path / "config.json", files.LLAMA_8B | {"architectures": ["NewThingForCausalLM"]}))
    assert found.model is not None
    assert "not known" in found.warnings[0][0]
    for lang in ("en", "zh_CN"):
        assert "NewThing" in Translator(lang).format(found.warnings[0][0], dict(found.warnings[0][1]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hidden_size": None}, "hidden_size"), ({"hidden_size": "4096"}, "whole number"),
        ({"hidden_size": -1}, "no model has"), ({"num_hidden_layers": 1e40}, "no model has"),
        ({"vocab_size": 0}, "vocab_size"), ({"num_hidden_layers": float("nan")}, "whole number"),
        ({"hidden_size": float("inf")}, "whole number"), ({"hidden_size": True}, "whole number"),
    ],
)
def test_impossible_configs_are_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        inspect(write(tmp_path / "config.json", files.LLAMA_8B | change))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"a":' * 100_000,
        b'{"hidden_size": ' + b"9" * 5000 + b"}", b"{}",
    ],
)
def test_broken_configs_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"config\.json"):
        inspect(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8,
)


@HOSTILE
@given(st.dictionaries(st.sampled_from([
    "architectures", "num_hidden_layers", "hidden_size", "vocab_size", "layer_types", "text_config", "num_experts",
    "compress_ratios", "hybrid_override_pattern", "quantization_config", "linear_attn_config", "moe_layer_freq",
    "attn_layer_period", "kv_lora_rank", "head_dim", "num_attention_heads", "sliding_window", "attn_config", "head_dim",
    "mlp_layer_types", "o_groups", "indexer_types", "num_nextn_predict_layers", "layers_block_type",
]), JSON))
def test_any_config_is_read_or_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = write(tmp_path / "config.json", files.LLAMA_8B | change)
    try:
        found = inspect(path)
    except InputError:
        return
    assert found.model is not None
    assert found.model.total_params >= 0
