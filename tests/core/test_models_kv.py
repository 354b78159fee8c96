from __future__ import annotations

from dataclasses import replace

import pytest

from wizard.catalog.catalog import Catalog
from wizard.catalog.kv import kv_shape, state_bytes

MODELS = Catalog().models

BYTES_PER_TOKEN = {
    "meta-llama/Llama-3.1-8B-Instruct": 131_072, "deepseek-ai/deepseek-llm-67b-base": 389_120,
    "deepseek-ai/DeepSeek-V3": 70_272, "deepseek-ai/DeepSeek-V3.2": 85_888, "zai-org/GLM-5.2": 95_232,
    "google/gemma-3-27b-it": 81_920, "Qwen/Qwen3-Next-80B-A3B-Instruct": 24_576,
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": 6_144, "deepseek-ai/DeepSeek-V4-Flash": 6_880,
    "deepseek-ai/DeepSeek-V4.1-Flash": 3_200, "state-spaces/mamba-2.8b-hf": 0, "XiaomiMiMo/MiMo-V2-Flash": 23_040,
}


@pytest.mark.parametrize(("model", "size"), BYTES_PER_TOKEN.items())
def test_bytes_per_token(model: str, size: int) -> None:
    assert kv_shape(MODELS[model]).bytes_per_token() == size


def test_the_table_agrees_with_the_formulas() -> None:
    for model in MODELS.values():
        shape = kv_shape(model)
        if shape.known and model.kv_bytes_per_token_bf16 is not None:
            assert shape.bytes_per_token() == model.kv_bytes_per_token_bf16, model.id
        assert shape.window_elements * 2 == (model.kv_window_bytes_per_token_bf16 or 0), model.id
        if model.linear_layers:
            assert state_bytes(model) == model.state_bytes_per_sequence, model.id


def test_window_layers_stop_at_the_window() -> None:
    shape = kv_shape(MODELS["google/gemma-3-27b-it"])
    assert (shape.full_layers, shape.window_layers, shape.window) == (10, 52, 1024)
    assert shape.window_elements * 2 == 425_984
    assert shape.bytes_at(1024) == 1024 * (81_920 + 425_984)
    assert shape.bytes_at(101_024) - shape.bytes_at(1024) == 100_000 * 81_920


def test_linear_layers_hold_a_constant_state() -> None:
    shape = kv_shape(MODELS["Qwen/Qwen3-Next-80B-A3B-Instruct"])
    assert shape.state_bytes == 36 * (32 * 128 * 128 * 4 + 8192 * 3 * 2)
    assert shape.bytes_at(0) == shape.state_bytes


def test_mla_is_one_latent_whatever_the_heads() -> None:
    shape = kv_shape(MODELS["deepseek-ai/DeepSeek-V3"])
    assert shape.is_mla
    assert shape.full_elements == 61 * (512 + 64)
    assert shape.kv_heads == 1


def test_sparse_index_keys_are_apart_from_the_cache() -> None:
    shape = kv_shape(MODELS["deepseek-ai/DeepSeek-V3.2"])
    assert shape.index_elements == 61 * 128
    assert shape.full_elements == 61 * 576


def test_compressed_attention_also_keeps_a_window() -> None:
    shape = kv_shape(MODELS["deepseek-ai/DeepSeek-V4-Flash"])
    assert shape.window == 128
    assert shape.window_elements * 2 == 44_032


def test_layers_that_share_a_cache_store_none() -> None:
    shape = kv_shape(MODELS["google/gemma-4-E4B-it"])
    assert shape.full_layers + shape.window_layers == 42 - 18


def test_encoders_keep_no_cache_and_decoding_embedders_do() -> None:
    assert kv_shape(MODELS["BAAI/bge-m3"]).bytes_at(8192) == 0
    assert kv_shape(MODELS["Qwen/Qwen3-Embedding-8B"]).bytes_per_token() == 147_456


def test_whisper_keeps_the_encoder_output_per_sequence() -> None:
    shape = kv_shape(MODELS["openai/whisper-large-v3"])
    assert shape.bytes_per_token() == 32 * 2 * 1280 * 2
    assert shape.state_bytes == 1500 * 32 * 2 * 1280 * 2


def test_kv_heads_bound_tensor_parallelism() -> None:
    assert kv_shape(MODELS["Qwen/Qwen3-235B-A22B"]).kv_heads == 4
    assert kv_shape(MODELS["google/gemma-4-31B-it"]).window_kv_heads == 16
    assert kv_shape(MODELS["google/gemma-4-31B-it"]).kv_heads == 4


def test_an_unknown_architecture_says_so() -> None:
    assert not kv_shape(replace(MODELS["Qwen/Qwen3-8B"], layers=None)).known


def test_fp8_records_of_sparse_attention_hold_scales() -> None:
    sparse = kv_shape(MODELS["deepseek-ai/DeepSeek-V3.2"])
    assert sparse.bytes_per_token(1) == 61 * (656 + 128 + 4)
    assert kv_shape(MODELS["deepseek-ai/DeepSeek-V3"]).fp8_scale_bytes == 0
