"""Published measurements become cases, and are estimated without reading what was measured.

The figures are single facts from aiconfigurator's silicon samples (Apache-2.0) and llama.cpp's benches (MIT).
"""

from __future__ import annotations

import pytest

from tests.core.sizing_cases import catalog
from wizard.cli.estimate_inference import Names, predict
from wizard.cli.estimate_kv import predict as predict_kv
from wizard.sizing.inference_terms import engine_of, kind_of, year_of

SWEEP = {
    "source": "NVIDIA aiconfigurator silicon sweep", "date": "2026", "model": "Qwen/Qwen3-32B", "engine": "vLLM",
    "gpu": "H100-SXM-80GB", "n_gpus": "2", "tp": "2", "pp": "1", "ep": "1", "dp": "1", "weight_precision": "",
    "isl": "1024", "osl": "512", "concurrency_or_batch": "8", "metric": "tpot_ms", "value": "16.4783",
    "notes": "aggregated serving; attention TP2 x DP1; MoE TP1 x EP1; closed-loop concurrency 8",
}
BENCH = {
    "source": "llama.cpp benches", "date": "2025-11-02", "model": "gpt-oss-20b", "engine": "llama.cpp",
    "gpu": "DGX-Spark-GB10-128GB", "n_gpus": "1", "weight_precision": "mxfp4", "isl": "18432", "osl": "",
    "concurrency_or_batch": "1", "metric": "prefill_tok_s", "value": "2470",
    "notes": "llama-bench pp2048 @ depth 16384",
}


def test_a_closed_loop_row_is_understood() -> None:
    setting, note = Names(catalog()).setting(SWEEP)
    assert (setting.kind, setting.harness, setting.engine) == ("closed", "sweep", "vllm")
    assert (setting.tp, setting.pp, setting.dp, setting.replicas) == (2, 1, 1, 1)
    assert setting.weight_format == "bf16"
    assert (setting.prompt_tokens, setting.output_tokens, setting.concurrency) == (1024, 512, 8)
    assert note == ""


def test_depth_is_cached_not_computed() -> None:
    setting, _ = Names(catalog()).setting(BENCH)
    assert setting.kind == "prefill"
    assert setting.prompt_tokens * (1 - setting.cached_share) == pytest.approx(2048)


def test_estimates_lie_near_what_was_measured() -> None:
    for prediction, row in zip(predict([SWEEP, BENCH], catalog()), (SWEEP, BENCH), strict=True):
        assert prediction.value is not None
        assert prediction.low is not None
        assert prediction.high is not None
        assert prediction.low <= float(row["value"]) <= prediction.high
        assert prediction.value == pytest.approx(float(row["value"]), rel=0.5)


def test_the_measured_value_is_never_read() -> None:
    blind = [row | {"value": "1e9"} for row in (SWEEP, BENCH)]
    assert list(predict(blind, catalog())) == list(predict([SWEEP, BENCH], catalog()))


def test_order_and_company_do_not_matter() -> None:
    alone = next(iter(predict([BENCH], catalog())))
    together = list(predict([SWEEP, BENCH], catalog()))[1]
    assert together.value == pytest.approx(alone.value)


def test_what_cannot_be_answered_says_why() -> None:
    rows = [SWEEP | {"model": "zzqqvv-xj"}, SWEEP | {"metric": "happiness"}, SWEEP]
    unknown, metric, fine = predict(rows, catalog())
    assert unknown.value is None
    assert "zzqqvv" in unknown.note
    assert metric.value is None
    assert "tpot_ms" in metric.note
    assert fine.row == 3
    assert fine.value is not None


def test_a_label_that_cannot_have_fitted_is_read_as_the_next_narrower() -> None:
    # 106 G parameters in BF16 are 212 GB: they did not run on two 80 GB cards.
    row = SWEEP | {"model": "zai-org/GLM-4.5-Air", "weight_precision": "bf16"}
    assert Names(catalog()).setting(row)[0].weight_format == "fp8"


@pytest.mark.parametrize(("text", "runtime"), [
    ("vLLM (ROCm)", "vllm"), ("TensorRT-LLM (Triton)", "tensorrt-llm"), ("ollama", "llama.cpp"),
    ("Transformers NeuronX", "neuron"), ("something new", "other"),
])
def test_engines_by_name(text: str, runtime: str) -> None:
    assert engine_of(text) == runtime


def test_kinds_of_measurement() -> None:
    assert kind_of({"metric": "decode_tok_s"}) == ("decode", "single")
    assert kind_of({"metric": "tpot_ms", "notes": "offered QPS=2.0"}) == ("open", "open-loop")
    assert kind_of({"metric": "throughput_total_tok_s", "notes": "static batch"}) == ("static", "static")
    assert kind_of({"metric": "x", "source": "MLPerf", "notes": "Server"}) == ("endless", "mlperf-server")


def test_dates() -> None:
    assert year_of("2025-07-02") == pytest.approx(2025.5, abs=0.01)
    assert 2026 < year_of("2026") < 2027


def test_a_llama_cpp_log() -> None:
    # llama.cpp on an RTX 4090: 4.30 GiB of weights on the card, 1 GiB of KV for 8192 tokens.
    row = {"model": "Meta-Llama-3-8B 8B", "gpu": "NVIDIA GeForce RTX 4090", "engine": "llama.cpp", "kv_dtype": "f16",
           "tp": "1", "pp": "1", "max_model_len": "8192", "notes": "Q4_K - Medium; total KV self size 1024.00 MiB"}
    weights, pool, tokens = predict_kv([row], catalog())
    assert weights.value == pytest.approx(4.30, rel=0.01)
    assert pool.value == pytest.approx(1.0)
    assert tokens.value == 8192


def test_a_vllm_log() -> None:
    # vLLM 0.11 with Qwen3-32B on one H100 at 0.9: 61.03 GiB of weights, 4.45 GiB left for KV.
    row = {"model": "Qwen/Qwen3-32B", "gpu": "H100 80GB", "engine": "vLLM 0.11.0 V1", "kv_dtype": "bf16", "tp": "1",
           "pp": "1", "gpu_memory_utilization": "0.9", "gpu_total_gib": "79.18", "max_model_len": "16000"}
    weights, pool, _ = predict_kv([row], catalog())
    assert weights.value == pytest.approx(61.03, rel=0.01)
    assert pool.value == pytest.approx(4.45, abs=0.3)
