"""Prefill and decode on machines of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H200, LLAMA_70B, answer, calibration, case, catalog
from wizard.cli.estimate_inference import predict
from wizard.i18n import Translator
from wizard.needs.files import needs_from
from wizard.planner.planner import plan
from wizard.sizing.disaggregation import best_split, disaggregated, handed_over, splits
from wizard.sizing.replica import Replica
from wizard.words import say

ONE = np.ones(1)


def test_published_deepseek_runs_lie_near() -> None:
    # InferenceX (Apache-2.0), TensorRT-LLM on H200, 1,024/1,024: 1 prefill and 9 decode workers of 8, 288 users:
    # 25.3 ms; 1 and 6, 1,536 users: 39.9 ms. Over all 38 published rows: median error 17 %, p80 29 % (tests/bench).
    for decode, users, measured, dp in ((9.0, 288.0, 25.3, 1.0), (6.0, 1536.0, 39.9, 8.0)):
        x = case(DEEPSEEK, H200, weights="fp8", engine="tensorrt-llm", kv=1, prompt=1024, output=1024, users=users,
                 tp=8.0 / dp, dp=dp, ep=8.0, software_year=2026.1)
        found = disaggregated(x, x, ONE, np.array([decode]), calibration())
        assert found.tpot[0] * 1e3 == pytest.approx(measured, rel=0.3)


def test_answers_are_never_interrupted_by_prompts() -> None:
    x = case(LLAMA_70B, H200, tp=4.0, prompt=8000, output=500, users=64)
    split = disaggregated(x, x, ONE, ONE, calibration())
    assert split.tpot[0] * 1e3 < answer(x).tpot_ms.value[0]


def test_what_is_handed_over_is_the_prompts_cache() -> None:
    x = case(LLAMA_70B, H200, tp=4.0, prompt=1000)
    assert handed_over(x, Replica.of(x))[0] == pytest.approx(80 * 2 * 8 * 128 * 2 * 1000 / 4)
    slow, fast = (disaggregated(x, x, ONE, ONE, calibration(), link) for link in (1e9, 50e9))
    assert slow.transfer[0] == pytest.approx(50 * fast.transfer[0])
    assert slow.ttft[0] > fast.ttft[0]


def test_a_starved_prefill_group_bounds_the_rate() -> None:
    x = case(LLAMA_70B, H200, tp=4.0, prompt=16_000, output=50, users=200)
    one, four = (disaggregated(x, x, np.array([n]), ONE, calibration()) for n in (1.0, 4.0))
    assert one.prefill_load[0] > 0.9
    assert four.requests[0] > 1.5 * one.requests[0]
    assert four.ttft[0] < one.ttft[0]


def test_the_best_split_keeps_the_limits_at_the_highest_rate() -> None:
    x = case(LLAMA_70B, H200, tp=2.0, prompt=6000, output=300, users=96)
    assert splits(x, 8) == [(1, 3), (2, 2), (3, 1)]
    many = splits(x, 2_000_000_000)
    assert len(many) <= 128
    assert many[0] == (1, 999_999_999)
    assert many[-1] == (999_999_999, 1)
    best = best_split(x, 8, calibration(), np.inf, np.inf)
    assert best is not None
    rates = [float(disaggregated(x, x, np.array([float(p)]), np.array([float(d)]), calibration()).requests[0])
             for p, d in splits(x, 8)]
    assert float(best[2].requests[0]) == pytest.approx(max(rates))
    assert best_split(x, 8, calibration(), 1e-6, np.inf) is None
    assert best_split(replace(x, tp=np.array([8.0])), 8, calibration(), np.inf, np.inf) is None


def test_a_plan_with_replicas_says_whether_a_split_pays() -> None:
    needs = needs_from({
        "model": LLAMA_70B, "workload": {"concurrent_users": 400, "prompt_tokens": 6000, "output_tokens": 300},
        "targets": {"ttft_ms": 8000, "tpot_ms": 80},
        "constraints": {"accelerators": ["h200_sxm_141"], "kv_link_gb_s": 25}})
    found = [f for f in plan(needs, catalog()).facts if f.code.startswith("disaggregation")]
    assert len(found) == 1
    assert found[0].fields["link"] == 25
    assert "25" in say(Translator("en"), found[0])


def test_a_row_whose_notes_name_workers_is_answered_by_this_model() -> None:
    row = {"model": DEEPSEEK, "gpu": "H200-SXM-141GB", "n_gpus": "80", "engine": "TensorRT-LLM", "ep": "8",
           "weight_precision": "fp8", "isl": "1024", "osl": "1024", "concurrency_or_batch": "288", "metric": "tpot_ms",
           "date": "2026-02-14", "source": "InferenceX DB via aiconfigurator",
           "notes": "DISAGGREGATED: 1 prefill workers x 8 GPU (tp8 dp1 ep8), 9 decode workers x 8 GPU (tp8 dp1 ep8)"}
    apart, together = predict([row, row | {"notes": ""}], catalog())
    assert apart.basis.startswith("disaggregated")
    assert apart.value == pytest.approx(25.3, rel=0.3)
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low < 25.3 < apart.high
    assert together.value != apart.value
    rates = predict([row | {"metric": m} for m in ("throughput_output_tok_s_total", "ttft_ms")], catalog())
    assert all(p.value and p.value > 0 for p in rates)
