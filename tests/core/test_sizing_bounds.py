"""Estimates obey physics: properties that hold for every case, found by hypothesis."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.sizing_cases import BANDS, DEEPSEEK, H100, H200, LLAMA_8B, LLAMA_70B, TIMES, answer, band, case
from wizard.sizing.traffic import ServingInputs

MODELS = (LLAMA_8B, LLAMA_70B, DEEPSEEK, "openai/gpt-oss-120b", "google/gemma-3-27b-it",
          "Qwen/Qwen3-Next-80B-A3B-Instruct")
DEVICES = (H100, H200, "b200_sxm_180", "mi300x", "rtx_4090", "l40s", "apple_m2_ultra", "dgx_spark_gb10")


NO_DRAFT: dict[str, float] = {}
DRAFT = {"draft_tokens": 3.0, "acceptance": 0.9, "draft_elements": 5e8, "draft_bytes": 1e9, "draft_layers": 1.0,
         "extra_bytes": 1e9, "extra_kv_elements": 2048.0}
"""Guesses of a head of half a billion parameters, nearly always taken."""


@st.composite
def cases(draw: st.DrawFn) -> ServingInputs:
    return case(
        draw(st.sampled_from(MODELS)), draw(st.sampled_from(DEVICES)),
        weights=draw(st.sampled_from(("bf16", "fp8", "int4", "fp4"))), kv=draw(st.integers(0, 1)),
        engine=draw(st.sampled_from(("vllm", "sglang", "tensorrt-llm", "llama.cpp"))),
        prompt=draw(st.integers(1, 100_000)), output=draw(st.integers(1, 10_000)),
        users=draw(st.integers(1, 2000)), tp=draw(st.sampled_from((1, 2, 4, 8))),
        prompt_cv=draw(st.sampled_from((0.0, 0.0, 0.8, 3.0))), output_cv=draw(st.sampled_from((0.0, 0.0, 0.8, 3.0))),
        **draw(st.sampled_from((NO_DRAFT, NO_DRAFT, DRAFT))),
    )


FEW = settings(max_examples=30, deadline=None)


@FEW
@given(cases())
def test_value_lies_in_its_band_and_no_number_beyond_the_bound(x: ServingInputs) -> None:
    columns = answer(x)
    for name in BANDS:
        b = band(columns, name)
        assert b.low[0] <= b.value[0] <= b.high[0]
        assert np.isfinite(b.value[0])
        if name in TIMES:
            assert b.ceiling[0] <= b.low[0] * (1 + 1e-9)
        else:
            assert b.high[0] <= b.ceiling[0] * (1 + 1e-9)


@FEW
@given(cases(), st.floats(1.01, 10))
def test_more_bandwidth_is_never_slower(x: ServingInputs, factor: float) -> None:
    faster = replace(x, device=replace(x.device, bandwidth=x.device.bandwidth * factor))
    before, after = answer(x), answer(faster)
    for name in TIMES:
        # Users who are answered sooner ask again sooner: their prompts queue a little more, their answers end earlier.
        dense = 1.1 if name == "ttft_ms" and x.concurrency[0] > 1 else 1 + 1e-9
        assert band(after, name).value[0] <= band(before, name).value[0] * dense
        assert band(after, name).ceiling[0] <= band(before, name).ceiling[0] * (1 + 1e-9)
    assert after.requests_s.value[0] >= before.requests_s.value[0] * (1 - 1e-9)


@FEW
@given(cases(), st.floats(1.01, 10))
def test_more_bandwidth_never_makes_one_user_wait_longer(x: ServingInputs, factor: float) -> None:
    alone = replace(x, concurrency=np.ones(1))
    faster = replace(alone, device=replace(x.device, bandwidth=x.device.bandwidth * factor))
    for name in TIMES:
        assert band(answer(faster), name).value[0] <= band(answer(alone), name).value[0] * (1 + 1e-9)


@FEW
@given(cases(), st.floats(1.01, 10))
def test_more_memory_never_serves_fewer(x: ServingInputs, factor: float) -> None:
    larger = replace(x, device=replace(x.device, memory_bytes=x.device.memory_bytes * factor))
    assert answer(larger).max_concurrency.value[0] >= answer(x).max_concurrency.value[0]
    assert answer(larger).fits[0] >= answer(x).fits[0]


@FEW
@given(cases(), st.integers(1, 50_000))
def test_longer_context_is_never_cheaper_to_keep(x: ServingInputs, more: int) -> None:
    longer = replace(x, prompt_tokens=x.prompt_tokens + more)
    assert answer(longer).memory.kv_per_sequence[0] >= answer(x).memory.kv_per_sequence[0]


@FEW
@given(cases(), st.integers(1, 1000))
def test_more_users_never_lower_the_ceiling(x: ServingInputs, more: int) -> None:
    busier = replace(x, concurrency=x.concurrency + more)
    assert answer(busier).output_tok_s.ceiling[0] >= answer(x).output_tok_s.ceiling[0] * (1 - 1e-9)


@FEW
@given(cases(), st.floats(0.0, 0.9))
def test_a_prefix_cache_never_makes_the_first_token_later(x: ServingInputs, share: float) -> None:
    cached = replace(x, prefix_cache_share=np.array([share]), concurrency=np.ones(1))
    plain = replace(x, concurrency=np.ones(1))
    assert answer(cached).ttft_ms.value[0] <= answer(plain).ttft_ms.value[0] * (1 + 1e-9)


@FEW
@given(cases(), st.integers(1, 500))
def test_more_users_are_never_answered_sooner(x: ServingInputs, more: int) -> None:
    # What the search leaves out rests on this (wizard/planner/walk.py).
    calm, busy = answer(x), answer(replace(x, concurrency=x.concurrency + more))
    if busy.max_concurrency.low[0] >= x.concurrency[0] + more:
        for name in TIMES:
            assert band(busy, name).value[0] >= band(calm, name).value[0] * (1 - 1e-9)


@FEW
@given(cases())
def test_tensor_slices_never_hold_less_than_one_kv_head(x: ServingInputs) -> None:
    whole = answer(replace(x, tp=np.ones(1))).memory.kv_per_sequence[0] - x.model.state_bytes[0] / (x.pp * x.dp)[0]
    slice_ = answer(x).memory.kv_per_sequence[0] - (x.model.state_bytes / x.tp / (x.pp * x.dp))[0]
    assert slice_ >= whole / x.model.kv_heads[0] * (1 - 1e-9)
    assert slice_ >= whole / x.tp[0] * (1 - 1e-9)


@FEW
@given(cases(), st.integers(0, 4))
def test_the_weights_format_changes_neither_cache_nor_context(x: ServingInputs, other: int) -> None:
    same, changed = answer(x), answer(replace(x, weight_format=np.array([other])))
    assert changed.memory.kv_per_sequence[0] == same.memory.kv_per_sequence[0]
    assert changed.memory.activations[0] == same.memory.activations[0]
    assert changed.memory.capacity[0] == same.memory.capacity[0]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)))
def test_order_never_matters(order: list[int]) -> None:
    users = np.arange(1.0, 13.0) ** 2
    shuffled, plain = answer(case(users=users[order])), answer(case(users=users))
    for name in BANDS:
        for end in fields(band(plain, name)):
            np.testing.assert_array_equal(
                getattr(band(shuffled, name), end.name), getattr(band(plain, name), end.name)[order])


def test_many_cases_are_what_each_is_alone() -> None:
    n = 70_000
    columns = answer(case(users=np.tile(np.array([1.0, 64.0]), n // 2)))
    alone = answer(case(users=64.0))
    assert columns.tpot_ms.value.shape == (n,)
    assert columns.tpot_ms.value[-1] == pytest.approx(alone.tpot_ms.value[0])
    assert columns.memory.weights.shape == (n,)
