"""Percentiles by queueing formulas: against a step-by-step simulation, textbook limits, and common sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core.queueing_cases import OUTPUT, Load, errors, formulas, pace
from tests.core.sizing_cases import LLAMA_70B, answer, calibration, case
from wizard.planner.demand import waves_fill
from wizard.sizing.pace import pace_of
from wizard.sizing.queueing import Arrivals, latency, normal_quantile


@pytest.mark.parametrize(("load", "most"), [
    (Load(rate=4.0), 0.10),
    (Load(rate=5.0, prompt_cv=0.96, output_cv=0.77), 0.20),
    (Load(users=48, prompt_cv=0.96, output_cv=0.77), 0.20),
])
def test_percentiles_agree_with_the_simulation(load: Load, most: float) -> None:
    for share in (0.5, 0.95):
        found = errors(load, 1200, 5, share)
        assert max(abs(error) for error in found.values()) < most, found


def test_an_idle_replica_has_no_queue() -> None:
    lone = formulas(Load(rate=0.001))
    assert np.quantile(lone.ttft, [0.05, 0.5, 0.95]) == pytest.approx(0.044, rel=1e-3)
    assert lone.batch == pytest.approx(1.0, abs=0.02)


def test_littles_law_holds() -> None:
    seen = formulas(Load(rate=5.0, prompt_cv=0.5, output_cv=0.5))
    # PASTA: a request finds the time average, and is one more itself.
    assert seen.batch - 1 == pytest.approx(5.0 * seen.e2e.mean(), rel=0.05)


def test_users_who_wait_are_all_present() -> None:
    seen = formulas(Load(users=32))
    assert seen.batch == 32
    assert seen.rate == pytest.approx(32 / seen.e2e.mean(), rel=0.02)


def test_a_load_that_is_not_carried_says_so() -> None:
    seen = formulas(Load(rate=40.0))
    assert not seen.carried
    assert seen.goodput(1.0, None, None) == 0.0


@pytest.mark.parametrize("worse", [{"rate": 6.0}, {"scv": 9.0}, {"prompt_cv": 1.5}])
def test_more_load_bursts_or_spread_never_help(worse: dict[str, float]) -> None:
    calm = Load(rate=4.0, prompt_cv=0.3)
    better, tail = formulas(calm), formulas(replace(calm, **worse))  # type: ignore[arg-type]
    assert np.quantile(tail.ttft, 0.99) > np.quantile(better.ttft, 0.99)
    assert tail.goodput(0.15, 0.03, None) <= better.goodput(0.15, 0.03, None)


def test_requests_without_hurry_let_the_others_go_first() -> None:
    arrivals = Arrivals(rate=6.0, scv=1.0, users=np.nan, think_s=0, output=OUTPUT, output_cv=0.8, prompt_cv=1.0)
    alike, first = latency(pace(), arrivals), latency(pace(), replace(arrivals, batch_share=0.6))
    assert first.ttft.mean() < alike.ttft.mean()
    assert first.tpot.mean() == pytest.approx(alike.tpot.mean())


def test_goodput_counts_requests_that_keep_all_limits() -> None:
    seen = formulas(Load(rate=5.0, prompt_cv=1.0, output_cv=0.5))
    ttft, tpot = float(np.median(seen.ttft)), float(np.median(seen.tpot))
    assert seen.goodput(ttft, None, None) == pytest.approx(0.5, abs=0.01)
    assert seen.goodput(ttft, tpot, None) < 0.5
    assert seen.goodput(None, None, None) == 1.0


def test_draws_are_even_and_the_same_each_time() -> None:
    assert normal_quantile(np.array([0.5, 0.975])) == pytest.approx([0, 1.959964], abs=1e-4)
    first, again = formulas(Load(rate=5.0, scv=4.0)), formulas(Load(rate=5.0, scv=4.0))
    assert (first.ttft == again.ttft).all()


def test_the_pace_of_a_case_is_that_of_its_mean_times() -> None:
    x = case(LLAMA_70B, tp=4, users=32)
    seen = latency(pace_of(x, calibration()), Arrivals(
        rate=np.nan, scv=1, users=32, think_s=0, output=500, output_cv=0, prompt_cv=0))
    assert seen.tpot.mean() * 1e3 == pytest.approx(answer(x).tpot_ms.value[0], rel=0.03)


def test_waves_fill_a_replica_less() -> None:
    users = np.array([4, 64, 512])
    assert waves_fill(users, 1.0) == pytest.approx([1, 1, 1])
    assert waves_fill(users, 0.0) == pytest.approx([1, 1, 1])
    filled = waves_fill(users, 9.0)
    assert (np.diff(filled) > 0).all()
    assert filled[0] > 0.2
