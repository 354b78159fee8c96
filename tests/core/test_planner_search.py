"""The search leaves out most candidates: what it chooses is what a look at every one of them would choose."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from tests.core.plans import CATALOG, FIFTY_USERS
from tests.core.search_cases import MODELS, fast, slow, small_catalog, small_needs
from wizard.costing.terms import terms_of
from wizard.needs.files import needs_from, parse_needs
from wizard.planner.models import model_of
from wizard.planner.planner import Planner, context_of, plan
from wizard.planner.serving_plan import explorer_of
from wizard.planner.space import price_of

SEEDS = (0, 3, 53, 239, 320, 324, 560, 573, 599)
"""Among them those that found faults: band classes, rates, rounded racks."""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_choice_is_that_of_a_search_of_every_row(seed: int) -> None:
    catalog, needs = small_catalog(seed), small_needs(seed)
    assert fast(needs, catalog) == slow(needs, catalog)


def test_what_is_remembered_changes_no_plan() -> None:
    planner = Planner(CATALOG)
    planner.plan(parse_needs(FIFTY_USERS))
    for old, new in (("tpot_ms: 60", "tpot_ms: 35"), ("users: 50", "users: 70"), ("2500", "1000"), ("9000", "4000")):
        needs = parse_needs(FIFTY_USERS.replace(old, new))
        assert planner.plan(needs) == plan(needs, CATALOG), new


def test_what_is_remembered_of_rates_changes_no_plan() -> None:
    planner = Planner(CATALOG)
    load = {"concurrent_users": 60, "think_time_s": 15, "prompt_tokens": 1500, "output_tokens": 300}
    for changed in ({}, {"think_time_s": 30}, {"concurrent_users": None, "requests_per_s": 4}):
        needs = needs_from({"model": MODELS[0], "workload": load | changed})
        assert planner.plan(needs) == plan(needs, CATALOG), changed


@pytest.mark.parametrize("wishes", [
    {}, {"acquisition": "own", "availability": "n+1", "max_power_w": 20_000, "max_accelerators": 12},
    {"availability": "second_site", "accelerator_count": 3}, {"owned": [{"accelerator": "l40s", "count": 8}]},
])
def test_no_row_costs_less_or_keeps_more_than_its_bound_says(wishes: dict[str, object]) -> None:
    load = {"concurrent_users": 90, "prompt_tokens": 1500, "output_tokens": 300}
    needs = needs_from({"model": MODELS[2], "workload": load, "constraints": wishes, "budget": {"purchase": 150_000}})
    explorer, _ = explorer_of(needs, model_of(needs, CATALOG), context_of(needs, CATALOG, "USD"))
    assert explorer is not None
    space, factor = explorer.space, 1.25
    bound = space.prices(factor, below=-1.0)
    place, step = np.indices((space.fits.size, bound.users.size))[:, ::7].reshape(2, -1)
    rows = replace(space.groups.take(space.fits[place]), users=bound.users[step])
    wanted = np.ceil(90 * factor / rows.users - 1e-9)
    builds = space.market.builds(rows, wanted)
    cell = bound.line[place], step
    assert (bound.least[cell] <= price_of(builds)).all()
    met = {one.code: one.met for one in space.afforded(builds, wanted)}
    assert all((known[cell] | ~met[code]).all() for code, known in bound.limits)
    assert bound.limits


def test_most_candidates_are_ruled_out_by_bounds_alone() -> None:
    needs = parse_needs(FIFTY_USERS.replace("users: 50", "users: 200").replace("90000", "360000"))
    planner = Planner(CATALOG)
    assert planner.plan(needs).considered > 1_000_000
    assert 0 < planner.estimated < 20_000


@pytest.mark.parametrize("seed", [4, 8, 15])
def test_neither_order_nor_currency_of_the_question_matters(seed: int) -> None:
    catalog, needs = small_catalog(seed), small_needs(seed)
    turned = copy(catalog)
    vars(turned)["accelerators"] = MappingProxyType(dict(reversed([*catalog.accelerators.items()])))
    price = {role: choice.price for role, choice in fast(needs, catalog).items()}
    assert {role: choice.price for role, choice in fast(needs, turned).items()} == price
    euro = terms_of(CATALOG, country="US", currency="EUR").exchange.per_usd["EUR"]
    spent = needs.budget.purchase
    budget = needs.budget.model_copy(update={"purchase": spent and spent * euro, "currency": "EUR"})
    assert {role: choice.price for role, choice in
            fast(needs.model_copy(update={"budget": budget}), catalog).items()} == price


@pytest.mark.parametrize("load", [
    {"concurrent_users": 10_000_000}, {"concurrent_users": 300_000, "think_time_s": 20}, {"requests_per_s": 1e6},
])
def test_absurd_loads_are_answered_from_few_estimates(load: dict[str, float]) -> None:
    needs = needs_from({"model": MODELS[1], "workload": {"prompt_tokens": 2000, "output_tokens": 500, **load}})
    planner = Planner(CATALOG)
    found = planner.plan(needs)
    assert found.recommended or found.rejected
    assert 0 < planner.estimated < 40_000
