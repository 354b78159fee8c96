"""Decode context parallelism: devices that would keep the same KV heads share the tokens instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core.plans import CATALOG
from tests.core.sizing_cases import DEEPSEEK, H200, LLAMA_70B, answer, case
from wizard.deploy.commands import command
from wizard.deploy.facts import deployment
from wizard.needs.files import needs_from
from wizard.planner.layouts import layouts
from wizard.planner.plan import Parallel
from wizard.planner.planner import plan
from wizard.sizing.legal import runs_layout

QWEN = "Qwen/Qwen3-235B-A22B"


@pytest.mark.parametrize(("model", "dcp"), [(DEEPSEEK, 8.0), (QWEN, 2.0)])
def test_no_token_is_kept_twice(model: str, dcp: float) -> None:
    # vLLM's guide: DeepSeek-R1 at -tp 8 keeps its cache 8 times, Qwen3-235B-A22B twice; -dcp 8 and -dcp 2 remove that.
    alone = case(model, H200, weights="fp8", tp=8.0)
    shared = replace(alone, dcp=np.array([dcp]))
    each, less = (answer(x).memory.kv_per_sequence[0] for x in (alone, shared))
    assert each == pytest.approx(dcp * less)
    held, more = (answer(x).max_concurrency.value[0] for x in (alone, shared))
    assert more == pytest.approx(dcp * held, rel=0.01)
    beyond = replace(alone, dcp=np.array([64.0]))
    assert answer(beyond).memory.kv_per_sequence[0] == pytest.approx(less)


def test_the_exchange_costs_short_contexts_and_pays_in_long_ones() -> None:
    def step(prompt: float, dcp: float) -> float:
        x = case(DEEPSEEK, H200, weights="fp8", prompt=prompt, users=4, tp=8.0, dcp=dcp)
        return float(answer(x).tpot_ms.value[0])

    assert step(500, 8.0) > 1.05 * step(500, 1.0)
    assert step(120_000, 8.0) < 0.95 * step(120_000, 1.0)


def test_its_band_is_wider_for_nothing_of_it_was_measured() -> None:
    plain, shared = (answer(case(DEEPSEEK, H200, weights="fp8", tp=8.0, dcp=dcp)).tpot_ms for dcp in (1.0, 8.0))
    assert shared.high[0] / shared.value[0] > plain.high[0] / plain.value[0]


def test_it_is_tried_where_heads_are_fewer_than_devices_and_nowhere_else() -> None:
    def tried(model: str, device: str = H200) -> set[tuple[int, int]]:
        found = layouts(CATALOG.models[model], CATALOG.accelerators[device], 8)
        return {(layout.tp, layout.dcp) for layout in found if layout.dcp > 1}

    assert tried("deepseek-ai/DeepSeek-R1") >= {(2, 2), (4, 4), (8, 8)}
    assert tried(QWEN) == {(8, 2)}
    assert not tried(LLAMA_70B)
    assert not tried("deepseek-ai/DeepSeek-V3.2"), "the index of sparse attention stays whole"
    assert not tried("openai/gpt-oss-120b"), "windows stay whole"
    assert not tried("deepseek-ai/DeepSeek-R1", "mi300x")
    for engine, runs in (("vllm", True), ("sglang", False), ("tensorrt-llm", False)):
        assert runs_layout(engine, dp=1, tp=8, ep=1, spans_nodes=False, dcp=8) is runs


def test_a_plan_says_it_to_the_engine() -> None:
    found = plan(needs_from({
        "model": "deepseek-ai/DeepSeek-R1", "workload": {"concurrent_users": 48, "prompt_tokens": 60_000},
        "targets": {"ttft_ms": 600_000, "tpot_ms": 150}, "precision": {"kv_cache": "bf16"},
        "constraints": {"accelerators": ["H200 SXM"], "accelerator_count": 8, "tensor_parallel": 8},
    }), CATALOG)
    option = found.chosen
    assert option is not None
    assert option.parallel == Parallel(tp=8, ep=option.parallel.ep, dcp=8)
    assert option.parallel.devices == 8
    made = deployment(found, option, CATALOG)
    assert made is not None
    words = command(made)
    assert words[words.index("--decode-context-parallel-size") + 1] == "8"
