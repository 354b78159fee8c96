from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core import models_files as files
from wizard.catalog.architecture import parameter_groups, tensors
from wizard.catalog.catalog import Catalog
from wizard.catalog.headers import inspect
from wizard.errors import InputError
from wizard.i18n import Translator

ONE = {"w": ("BF16", [4, 8], 64), "s": ("F32", [4], 16), "q": ("F4", [3], 2)}


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


def test_safetensors_are_summed_by_type(tmp_path: Path) -> None:
    found = inspect(files.safetensors(tmp_path / "m.safetensors", ONE))
    assert found.bytes == 82
    assert found.elements == 39
    assert [(s.dtype, s.tensors, s.elements, s.bytes) for s in found.stored] == [
        ("BF16", 1, 32, 64), ("F32", 1, 4, 16), ("F4", 1, 3, 2),
    ]


@pytest.mark.parametrize(
    "header",
    [
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 7]}},
        {"w": {"dtype": "BF17", "shape": [4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [-4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [8, 0]}},
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [8, 16]}},
        {"w": {"dtype": "BF16", "shape": [10**18, 10**18], "data_offsets": [0, 8]}},
        {"w": {"dtype": ["BF16"], "shape": [4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": "4", "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [True], "data_offsets": [0, 2]}},
        {"w": 3},
        {"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
         "b": {"dtype": "U8", "shape": [6], "data_offsets": [2, 8]}},
    ],
)
def test_contradicting_safetensors_are_refused(tmp_path: Path, header: dict[str, Any]) -> None:
    path = files.raw_safetensors(tmp_path / "m.safetensors", json.dumps(header).encode(), 8)
    with pytest.raises(InputError) as error:
        inspect(path)
    assert "m.safetensors" in str(error.value)
    assert error.value.mend


@pytest.mark.parametrize(
    ("header", "data", "claimed"),
    [
        (b"{}", 0, 2**63), (b"{}", 0, 200_000_000), (b"{}", 4, None), (b'{"a":{},"a":{}}', 0, None),
        (b'{"w":{"dtype":"U8","shape":[NaN],"data_offsets":[0,0]}}', 0, None), (b"[" * 200_000, 0, None), (b"", 0, 9),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, header: bytes, data: int, claimed: int | None) -> None:
    with pytest.raises(InputError):
        inspect(files.raw_safetensors(tmp_path / "m.safetensors", header, data, claimed))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = files.safetensors(tmp_path / "m.safetensors", ONE).read_bytes()
    for length in range(len(whole)):
        path = tmp_path / "cut.safetensors"
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            inspect(path)


def test_a_folder_joins_config_and_weights(tmp_path: Path) -> None:
    write(tmp_path / "config.json", files.LLAMA_8B)
    files.safetensors(tmp_path / "a.safetensors", ONE)
    files.safetensors(tmp_path / "b.safetensors", ONE)
    index = {"metadata": {"total_size": 164}, "weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}
    write(tmp_path / "model.safetensors.index.json", index)
    found = inspect(tmp_path)
    assert (found.kind, found.bytes, found.files) == ("folder", 164, 2)
    assert found.model is not None
    assert found.model.layers == 32


def test_an_index_without_its_files_gives_the_stated_size(tmp_path: Path) -> None:
    index = {"metadata": {"total_size": 688_586_727_753}, "weight_map": {"x": "a.safetensors"}}
    found = inspect(write(tmp_path / "model.safetensors.index.json", index))
    assert found.bytes == 688_586_727_753
    assert found.warnings


@pytest.mark.parametrize(
    "index",
    [
        {}, {"weight_map": []}, {"weight_map": {"x": 3}}, {"weight_map": {"x": "../../etc/passwd"}},
        {"weight_map": {"x": "a.safetensors"}}, {"weight_map": {"x": "a"}, "metadata": {"total_size": -1}},
        {"weight_map": {"x": "a"}, "metadata": {"total_size": True}}, {"weight_map": {"x": ""}},
    ],
)
def test_broken_indexes_are_refused(tmp_path: Path, index: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        inspect(write(tmp_path / "model.safetensors.index.json", index))


def tiny_gguf(path: Path, **more: Any) -> Path:
    weights = [files.tensor("token_embd.weight", (64, 128), 8, 0), files.tensor("blk.0.norm", (64,), 0, 8704)]
    return files.gguf(path, files.llama_metadata(), weights, 8704 + 256, **more)


def test_gguf_sizes_and_architecture(tmp_path: Path) -> None:
    found = inspect(tiny_gguf(tmp_path / "tiny.gguf"))
    assert found.bytes == 64 * 128 // 32 * 34 + 64 * 4
    assert [(s.dtype, s.elements) for s in found.stored] == [("Q8_0", 8192), ("F32", 64)]
    model = found.model
    assert model is not None
    assert (model.layers, model.hidden_size, model.kv_heads, model.vocab_size) == (2, 64, 2, 128)
    assert model.tied_embeddings
    assert model.notes == "Tiny"


GGUFS: list[tuple[str, str, dict[str, int]]] = [
    # Metadata as llama.cpp prints it for published files.
    ("Qwen/Qwen3.6-27B", "qwen35", {
        "block_count": 65, "embedding_length": 5120, "feed_forward_length": 17408, "attention.head_count": 24,
        "attention.head_count_kv": 4, "attention.key_length": 256, "ssm.conv_kernel": 4, "ssm.state_size": 128,
        "ssm.group_count": 16, "ssm.time_step_rank": 48, "ssm.inner_size": 6144, "full_attention_interval": 4,
        "nextn_predict_layers": 1}),
    ("Qwen/Qwen3-30B-A3B", "qwen3moe", {
        "block_count": 48, "embedding_length": 2048, "feed_forward_length": 6144, "attention.head_count": 32,
        "attention.head_count_kv": 4, "attention.key_length": 128, "expert_used_count": 8, "expert_count": 128,
        "expert_feed_forward_length": 768}),
    ("ibm-granite/granite-4.1-8b", "granite", {
        "block_count": 40, "embedding_length": 4096, "feed_forward_length": 12800, "attention.head_count": 32,
        "attention.head_count_kv": 8, "vocab_size": 100352, "rope.dimension_count": 128}),
    ("meta-llama/Llama-3.1-8B-Instruct", "llama", {
        "block_count": 32, "embedding_length": 4096, "feed_forward_length": 14336, "attention.head_count": 32,
        "attention.head_count_kv": 8}),
]


def stored_as_gguf(path: Path, id_: str, architecture: str, numbers: dict[str, int], *, more: int = 0) -> Path:
    """Write the header of a BF16 file of a model (the data behind it is a hole), with ``more`` layers on top."""
    row = Catalog().models[id_]
    metadata = [files.string("general.architecture", architecture)]
    metadata += [files.number(f"{architecture}.{key}", value) for key, value in numbers.items()]
    weights: list[bytes] = []
    place = 0
    for t in tensors(row):
        for layer in t.layers:
            for block in {layer, *(range(row.layers or 0, (row.layers or 0) + more) if layer == 0 else ())}:
                name = f"{t.role}.weight" if block < 0 else f"blk.{block}.{t.role}.weight"
                shape = (t.cols, t.rows * t.experts) if t.is_matrix else (t.cols,)
                weights.append(files.tensor(name, shape, 30, place))
                place += -(-2 * t.per_layer // 32) * 32
    return files.gguf(path, metadata, weights, place)


@pytest.mark.parametrize(("id_", "architecture", "numbers"), GGUFS)
def test_gguf_metadata_gives_the_catalogue_s_own_facts(
    tmp_path: Path, id_: str, architecture: str, numbers: dict[str, int]
) -> None:
    row = Catalog().models[id_]
    ahead = numbers.get("nextn_predict_layers", 0)
    found = inspect(stored_as_gguf(tmp_path / "m.gguf", id_, architecture, numbers, more=ahead))
    assert found.warnings == ()
    assert found.model is not None
    assert (found.model.total_params, found.model.kv_bytes_per_token_bf16, found.model.layers) == (
        row.total_params, row.kv_bytes_per_token_bf16, row.layers)


def test_a_file_is_never_smaller_than_its_weights(tmp_path: Path) -> None:
    id_, architecture, numbers = GGUFS[3]
    found = inspect(stored_as_gguf(tmp_path / "m.gguf", id_, architecture, numbers | {"feed_forward_length": 4096}))
    assert found.model is not None
    assert found.model.total_params == found.elements == Catalog().models[id_].total_params
    for lang in ("en", "zh_CN"):
        said = Translator(lang).format(found.warnings[0][0], dict(found.warnings[0][1]))
        assert "8030261248" in said
        assert ("文件" in said) == (lang == "zh_CN")


def test_an_unknown_gguf_architecture_still_gives_the_sizes(tmp_path: Path) -> None:
    metadata = [files.string("general.architecture", "novelty")]
    found = inspect(files.gguf(tmp_path / "n.gguf", metadata, [files.tensor("w", (32,), 2, 0)], 18))
    assert found.bytes == 18
    assert found.model is None
    assert found.warnings


def test_split_gguf_files_are_summed(tmp_path: Path) -> None:
    for part in (1, 2):
        tiny_gguf(tmp_path / f"m-0000{part}-of-00003.gguf")
    found = inspect(tmp_path / "m-00001-of-00003.gguf")
    assert found.files == 2
    assert found.bytes == 2 * 8960
    assert dict(found.warnings[0][1]) == {"missing": 1, "files": 3}


@pytest.mark.parametrize("more", [{"version": 1}, {"version": 4}, {"version": 3 << 24}, {"magic": b"GGML"}])
def test_other_versions_and_formats_are_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"GGUF"):
        inspect(tiny_gguf(tmp_path / "tiny.gguf", **more))


@pytest.mark.parametrize(
    ("metadata", "tensors", "data"),
    [
        ([files.number("a", 1), files.number("a", 1)], [], 0),
        ([files.text("a") + struct.pack("<I", 77)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 8, 2**60)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 4, 2**60)], [], 0),
        ([files.text("a") + struct.pack("<IQ", 8, 2**62)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 9, 1) * 50], [], 0),
        ([files.number("general.alignment", 3)], [], 0),
        ([], [files.tensor("w", (32,), 99, 0)], 64), ([], [files.tensor("w", (31,), 2, 0)], 64),
        ([], [files.tensor("w", (32,), 2, 2**40)], 64), ([], [files.tensor("w", (2**62, 2**62), 0, 0)], 64),
        ([], [files.tensor("w", (1,) * 9, 0, 0)], 64),
        ([], [files.tensor("a", (32,), 0, 0), files.tensor("b", (32,), 0, 64)], 4096),
        ([], [files.tensor("w", (32,), 0, 7)], 4096),
    ],
)
def test_contradicting_gguf_headers_are_refused(
    tmp_path: Path, metadata: list[bytes], tensors: list[bytes], data: int
) -> None:
    with pytest.raises(InputError) as error:
        inspect(files.gguf(tmp_path / "m.gguf", metadata, tensors, data))
    assert "m.gguf" in str(error.value)


def test_a_truncated_gguf_header_is_refused(tmp_path: Path) -> None:
    whole = tiny_gguf(tmp_path / "tiny.gguf").read_bytes()
    for length in (*range(0, 400, 7), len(whole) - 1):
        path = tmp_path / "cut.gguf"
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            inspect(path)


def test_a_file_of_many_gigabytes_takes_a_moment(tmp_path: Path) -> None:
    size = 40 * 2**30
    big = files.safetensors(tmp_path / "m.safetensors", {"w": ("BF16", [size // 2], size)})
    vocabulary = [files.strings("tokenizer.ggml.tokens", [f"token{n}" for n in range(150_000)])]
    large = files.gguf(tmp_path / "m.gguf", vocabulary, [files.tensor("w", (size // 4,), 0, 0)], size)
    for path in (big, large):
        begin = time.perf_counter()
        assert inspect(path).bytes == size
        assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize("name", ["model.bin", "readme.txt"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=name):
        inspect(tmp_path / name)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such"):
        inspect(tmp_path / "missing.gguf")
    with pytest.raises(InputError, match="no model"):
        inspect(tmp_path)


HOSTILE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@HOSTILE
@given(data=st.binary(max_size=400), prefix=st.sampled_from([b"", b"GGUF\x03\0\0\0", b"\x10\0\0\0\0\0\0\0"]),
       name=st.sampled_from(["m.gguf", "m.safetensors", "config.json", "model.safetensors.index.json"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, prefix: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(prefix + data)
    try:
        found = inspect(path)
    except InputError as error:
        message = str(error)
    else:
        message = str(found.path)
    assert str(path) in message


@HOSTILE
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8))
def test_any_damage_to_a_gguf_file_is_read_or_refused(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    data = bytearray(tiny_gguf(tmp_path / "tiny.gguf").read_bytes())
    for place, value in damage:
        data[place] = value
    path = tmp_path / "damaged.gguf"
    path.write_bytes(data)
    try:
        found = inspect(path)
    except InputError:
        return
    assert found.bytes is not None
    assert found.bytes <= len(data)


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
