"""Speculative decoding, varied lengths and adapters in the engine's formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H200, LLAMA_8B, LLAMA_70B, answer, case, catalog
from wizard.catalog.adapters import served_adapter_bytes
from wizard.sizing.memory import weights_per_device
from wizard.sizing.operators import mean_context, tokens_per_step
from wizard.sizing.replica import Replica
from wizard.sizing.speculation import TYPICAL_ACCEPTANCE, eagle_draft, model_draft, mtp_draft
from wizard.units import GB


def test_tokens_per_step_is_the_published_sum() -> None:
    x = case(draft_tokens=[0, 1, 3, 5], acceptance=[0.8, 0.8, 0.8, 0.0])
    assert tokens_per_step(x) == pytest.approx([1, 1.8, 1 + 0.8 + 0.64 + 0.512, 1])


def test_guesses_that_are_never_taken_only_cost() -> None:
    draft = eagle_draft(catalog().models[LLAMA_70B]).columns(3, 0.0)
    plain, slower = case(LLAMA_70B, tp=4, users=8), replace(case(LLAMA_70B, tp=4, users=8), **draft)
    assert answer(slower).tpot_ms.value[0] > answer(plain).tpot_ms.value[0]


def test_speculation_pays_for_few_users_and_less_for_many() -> None:
    draft = eagle_draft(catalog().models[LLAMA_70B]).columns(3, 0.75)
    users = np.array([1.0, 128.0])
    plain = answer(case(LLAMA_70B, H200, tp=4, users=users)).tpot_ms.value
    fast = answer(replace(case(LLAMA_70B, H200, tp=4, users=users), **draft)).tpot_ms.value
    gain = plain / fast
    assert 1.5 < gain[0] < (1 - 0.75**4) / 0.25, "one user gains nearly all tokens of a step, never more"
    assert gain[1] < gain[0]


def test_no_estimate_beats_its_floor_with_speculation() -> None:
    draft = model_draft(catalog().models[LLAMA_8B]).columns(4, 0.9)
    columns = answer(replace(case(LLAMA_70B, H200, tp=8, users=np.array([1.0, 16.0, 256.0])), **draft))
    assert (columns.tpot_ms.low >= columns.tpot_ms.ceiling).all()


def test_the_mtp_layer_of_deepseek_v3_is_the_published_one() -> None:
    # DeepSeek-V3's README: 14 B for the MTP module, of which 0.9 B embedding and 0.9 B head are shared: 11.5 B its own.
    draft = mtp_draft(catalog().models[DEEPSEEK])
    assert draft is not None
    assert draft.stored_bytes / GB == pytest.approx(11.6, rel=0.05)
    assert draft.kv_elements == 576
    assert mtp_draft(catalog().models[LLAMA_8B]) is None


def test_a_draft_takes_memory_of_the_cache() -> None:
    model = model_draft(catalog().models[LLAMA_8B])
    plain, beside = case(LLAMA_70B, H200, tp=4), replace(
        case(LLAMA_70B, H200, tp=4, extra_bytes=model.stored_bytes), **model.columns(4, 0.7))
    added = weights_per_device(beside, Replica.of(beside)) - weights_per_device(plain, Replica.of(plain))
    assert added[0] == pytest.approx(16.06e9 / 4, rel=0.01)
    assert answer(beside).max_concurrency.value[0] < answer(plain).max_concurrency.value[0]


def test_adapters_take_what_their_matrices_take() -> None:
    # Rank 16 on q, k, v, o and the three feed-forward matrices of Llama-3.1-8B: PEFT prints 41,943,040 elements.
    assert served_adapter_bytes(catalog().models[LLAMA_8B], 16) == pytest.approx(2 * 41_943_040, rel=1e-3)


def test_long_answers_are_found_running_more_often() -> None:
    draws = np.random.default_rng(3).lognormal(0, 0.8, 200_000)
    mean, cv = draws.mean(), draws.std() / draws.mean()
    seen = 1000 + 300 * (draws**2).sum() / (2 * draws.sum()) / mean
    assert mean_context(case(prompt=1000, output=300, output_cv=cv))[0] == pytest.approx(seen, rel=1e-6)


@pytest.mark.parametrize("name", ["prompt_cv", "output_cv"])
def test_variation_never_makes_anything_faster(name: str) -> None:
    spread: dict[str, Any] = {name: np.array([0.0, 0.5, 1.0, 3.0])}
    columns = answer(case(users=32, prompt=4000, **spread))
    # Long answers keep their users from asking again, which shortens the queue of prompts a little.
    relief = 0.01 if name == "output_cv" else 0.0
    assert (np.diff(np.log(columns.ttft_ms.value)) >= -relief - 1e-9).all()
    assert (np.diff(columns.tpot_ms.value) >= -1e-9).all()
    assert (np.diff(columns.max_concurrency.value) <= 0).all()


def test_bands_are_wider_with_speculation() -> None:
    draft = eagle_draft(catalog().models[LLAMA_70B]).columns(3, 0.75)
    plain, guessed = (answer(x).tpot_ms for x in (
        case(LLAMA_70B, tp=4, users=8), replace(case(LLAMA_70B, tp=4, users=8), **draft)))
    assert guessed.high[0] / guessed.value[0] > plain.high[0] / plain.value[0]


def test_a_published_run_with_three_guesses_lies_in_the_band() -> None:
    # TensorRT-LLM's DeepSeek-R1 blog of June 2025 (Apache-2.0): FP8 on 8 x H200, MTP with 3 tokens, one user,
    # 1,024/2,048: 158.1 tok/s. Without guesses the formulas expect about 96.
    draft = mtp_draft(catalog().models["deepseek-ai/DeepSeek-R1"])
    assert draft is not None
    x = case("deepseek-ai/DeepSeek-R1", H200, weights="fp8", engine="tensorrt-llm", kv=1, users=1, prompt=1024,
             output=2048, tp=8, ep=4, software_year=2025.45)
    times = answer(replace(x, **draft.columns(3, TYPICAL_ACCEPTANCE["mtp"]))).tpot_ms
    assert times.low[0] < 1e3 / 158.1 < times.high[0]
    assert answer(x).tpot_ms.value[0] > 1e3 / 158.1
