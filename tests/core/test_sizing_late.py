"""Percentiles from moments, for many cases at once, against the draws of the queues."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.core.search_cases import small_catalog
from wizard.needs.files import needs_from
from wizard.planner.demand import Demand
from wizard.planner.models import model_of
from wizard.planner.percentiles import seen
from wizard.planner.planner import context_of
from wizard.planner.promises import promise
from wizard.planner.serving_plan import explorer_of
from wizard.sizing.late import PromisedColumns
from wizard.sizing.serving import Constants, serve

MODELS = ("meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-30B-A3B", "google/gemma-3-27b-it")


def ratios(percentile: int, *, waits: bool) -> dict[str, list[float]]:
    """Return moments over draws for random hardware, layouts, lengths and loads."""
    found: dict[str, list[float]] = {"ttft": [], "tpot": [], "e2e": []}
    for seed in range(7 if waits else 5):
        dice = random.Random(seed)
        load = {"requests_per_s": 1.0, "arrival_scv": dice.choice([1, 4])} if waits else {"concurrent_users": 8}
        needs = needs_from({
            "model": dice.choice(MODELS), "targets": {"percentile": percentile},
            "workload": {
                "prompt_tokens": dice.choice([200, 1500, 6000]), "output_tokens": dice.choice([100, 300, 1000]),
                "prompt_cv": dice.choice([0, 0.5, 1]), "output_cv": dice.choice([0, 0.5, 1]), **load,
            },
        })
        catalog = small_catalog(seed)
        context = context_of(needs, catalog, "USD")
        explorer, _ = explorer_of(needs, model_of(needs, catalog), context)
        assert explorer is not None
        space, late = explorer.space, promise(needs)
        assert late is not None
        for group in dice.sample(list(space.fits), min(6, space.fits.size)):
            users = min(dice.choice([1, 4, 16, 60, 200]), int(space.held[group]))
            one = replace(space.groups.take(np.array([group])), users=np.array([users]))
            inputs = space.estimates.inputs(one)
            constants = Constants.of(inputs, context.calibration)
            columns = late(inputs, serve(inputs, context.calibration), constants)
            assert isinstance(columns, PromisedColumns)
            rate = float(columns.requests_s.low[0]) * 0.8
            demand = Demand.of(needs)
            demand = replace(demand, requests_s=rate) if waits else replace(demand, users=float(users))
            real = seen(needs, demand, inputs, columns, context.calibration, 1)
            if real is not None:
                for name, seconds in found.items():
                    drawn = float(np.quantile(getattr(real.draws, name), percentile / 100)) * 1e3
                    seconds.append(float(getattr(columns.late, f"{name}_ms").value[0]) / drawn)
    return found


@pytest.mark.parametrize("percentile", [50, 99])
def test_users_who_wait_are_as_late_as_the_draws_say(percentile: int) -> None:
    for name, found in ratios(percentile, waits=False).items():
        low, middle, high = np.quantile(found, [0.1, 0.5, 0.9])
        assert abs(middle - 1) < 0.05, name
        assert low > 0.8, name
        assert high < (1.35 if percentile == 50 else 1.2), name


def test_moments_are_seldom_below_the_draws_of_requests_that_come_by_themselves() -> None:
    """They stand for all that a replica may be given, the draws for four fifths of it."""
    for name, found in ratios(95, waits=True).items():
        low, middle = np.quantile(found, [0.1, 0.5])
        assert low > 0.8, name
        assert middle < 2, name
