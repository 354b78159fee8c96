"""Memory of serving against figures that publishers state and that logs print."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H200, LLAMA_8B, LLAMA_70B, answer, case
from wizard.sizing.memory import kv_per_sequence, memory, weights_per_device
from wizard.sizing.replica import Replica
from wizard.units import GB, GIB


def weights(model: str, **more: object) -> float:
    x = case(model, **more)  # type: ignore[arg-type]
    return float(weights_per_device(x, Replica.of(x))[0])


def kv(model: str, tokens: float, **more: object) -> float:
    x = case(model, **more)  # type: ignore[arg-type]
    return float(kv_per_sequence(x, Replica.of(x), np.array([tokens]))[0])


def test_llama_8b_in_bf16_is_the_published_14_96_gib() -> None:
    # 8,030,261,248 parameters of 2 bytes: the sum of Meta's safetensors files.
    assert weights(LLAMA_8B) == pytest.approx(8_030_261_248 * 2, rel=1e-3)
    assert weights(LLAMA_8B) / GIB == pytest.approx(14.96, rel=1e-3)


def test_llama_8b_keeps_128_kib_per_token() -> None:
    # 32 layers x 8 KV heads x (128 + 128) x 2 bytes.
    assert kv(LLAMA_8B, 1) == 131_072


def test_deepseek_keeps_70272_bytes_per_token_whatever_the_tensor_parallelism() -> None:
    # 61 layers x (512 + 64) x 2 bytes (DeepSeek-V2, section 2.1): one latent, which TP cannot split.
    assert kv(DEEPSEEK, 1, device=H200) == 70_272
    assert kv(DEEPSEEK, 1, device=H200, tp=8.0) == 70_272


def test_attention_data_parallelism_divides_the_latent_cache() -> None:
    assert kv(DEEPSEEK, 1, device=H200, dp=8.0) == pytest.approx(70_272 / 8)


@pytest.mark.parametrize(("tp", "share"), [(1, 1), (2, 2), (4, 4), (8, 8), (16, 8)])
def test_tensor_parallelism_never_splits_the_cache_below_one_head(tp: int, share: int) -> None:
    assert kv(LLAMA_8B, 1000, tp=float(tp)) == pytest.approx(131_072 * 1000 / share)


def test_window_layers_stop_at_the_window() -> None:
    # Gemma 3 27B: 10 full layers of 8,192 bytes per token, 52 window layers up to 1,024 tokens.
    model = "google/gemma-3-27b-it"
    at_window, beyond = kv(model, 1024), kv(model, 2048)
    assert at_window == pytest.approx(1024 * (10 + 52) * 8192)
    assert beyond - at_window == pytest.approx(1024 * 10 * 8192)


def test_linear_layers_hold_a_constant_state() -> None:
    # Qwen3-Next: 24,576 bytes per token and 77.3 MB per sequence (36 layers, FP32 state).
    model = "Qwen/Qwen3-Next-80B-A3B-Instruct"
    assert kv(model, 1000) - kv(model, 0) == pytest.approx(24_576 * 1000)
    assert kv(model, 0) == pytest.approx(77_266_944)


def test_llama_70b_fp8_over_two_devices_is_what_vllm_logs() -> None:
    # vLLM 0.11 with RedHatAI's FP8-dynamic checkpoint at TP 2 prints 33.88 GiB per GPU.
    assert weights(LLAMA_70B, weights="fp8", tp=2.0) / GIB == pytest.approx(33.88, rel=0.01)


def test_llama_8b_at_32k_for_eight_users_needs_48_to_54_gb() -> None:
    use = memory(case(prompt=32_000, output=768, users=8), np.array([8.0]))
    needed = use.weights + 8 * use.kv_per_sequence + use.activations + use.overhead
    assert 48 <= float(needed[0]) / GB <= 54


def test_llama_cpp_leaves_the_embedding_at_home() -> None:
    # llama.cpp prints 4.30 GiB of the 4.58 GiB file on the GPU for Llama 3 8B Q4_K_M.
    assert weights(LLAMA_8B, weights="gguf_q4_k", engine="llama.cpp") / GIB == pytest.approx(4.30, rel=0.01)


def test_unified_memory_is_not_all_usable() -> None:
    x = case(device="apple_m2_ultra", weights="gguf_q4_k", engine="llama.cpp")
    use = memory(x, np.ones(1))
    assert use.capacity[0] <= 0.8 * x.device.memory_bytes[0]


def test_what_does_not_fit_says_so() -> None:
    columns = answer(case(LLAMA_70B))
    assert not columns.fits[0]
    assert columns.memory.kv_budget[0] < 0


def test_fp8_records_of_sparse_attention_take_their_scales() -> None:
    # vLLM's FlashMLA-sparse layout: 656 bytes per layer and token, and index keys of 128 bytes with a 4-byte scale.
    model = "deepseek-ai/DeepSeek-V3.2"
    assert kv(model, 1, device=H200, kv=1) == 61 * (656 + 128 + 4)
    assert kv(model, 1, device=H200) == 61 * (576 + 128) * 2
    assert kv(DEEPSEEK, 1, device=H200, kv=1) == 70_272 / 2, "plain MLA has no records"


def test_window_layers_are_split_over_their_own_heads() -> None:
    # Gemma 3 has equal heads in all layers; Gemma 4 31B has 4 KV heads in full layers and 16 in window layers.
    gemma = "google/gemma-4-31B-it"
    m = case(gemma).model
    full, window = float(m.kv_full[0]), float(m.kv_window[0] * m.window[0])
    assert kv(gemma, 100_000) == pytest.approx(2 * (full * 100_000 + window))
    assert kv(gemma, 100_000, tp=8.0) == pytest.approx(2 * (full * 100_000 / 4 + window / 8))
