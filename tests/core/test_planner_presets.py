"""Every scenario of the guides gets an answer that holds up."""

from __future__ import annotations

import json

import pytest

from tests.core.plans import CATALOG, every_option, in_order, of_preset
from wizard.costing.case import case_of
from wizard.costing.uncertainty import simulate, spread
from wizard.costing.usage import Usage
from wizard.i18n import LANGUAGES, Translator
from wizard.needs.presets import preset_ids
from wizard.planner.plan import Fact, Reason
from wizard.planner.plan_json import to_json
from wizard.words import WHY_NOT, headline, say

INFEASIBLE = {"S02"}
"""Scenarios whose guide asks for something impossible."""

TIMES = ("_ms", "hours")


@pytest.mark.parametrize("name", preset_ids())
def test_no_estimate_passes_its_ceiling(name: str) -> None:
    for option in every_option(of_preset(name)):
        for metric, estimate in option.estimates.items():
            assert estimate.low <= estimate.value <= estimate.high, (option.id, metric)
            assert estimate.ceiling is not None
            if metric.endswith(TIMES):
                assert estimate.low >= estimate.ceiling * (1 - 1e-9), (option.id, metric)
            else:
                assert estimate.high <= estimate.ceiling * (1 + 1e-9), (option.id, metric)


@pytest.mark.parametrize("name", preset_ids())
def test_feasible_options_keep_every_promise(name: str) -> None:
    plan = of_preset(name)
    assert (plan.status == "feasible") == (plan.recommended is not None)
    for option in plan.options:
        over = [limit for limit in option.limits if limit.margin < -1e-9]
        allowed = {"budget", "budget_month"} if option.role == "headroom" else set()
        assert {limit.code for limit in over} <= allowed, option.id
        assert option.memory.used <= option.memory.usable + 1e-6


@pytest.mark.parametrize("name", preset_ids())
def test_nobody_pays_more_for_less(name: str) -> None:
    assert in_order(of_preset(name))


@pytest.mark.parametrize("name", preset_ids())
def test_what_ranks_is_the_total_that_is_shown_and_near_the_middle_of_its_draws(name: str) -> None:
    """Ranges of price, load and renewal are skewed, so the median of the draws lies up to 8 % off."""
    found = of_preset(name)
    for option in found.options:
        dots = [dot.cost for dot in found.pareto if dot.option_id == option.id]
        if dots and option.cost.total is not None:
            assert min(abs(dot - option.cost.total) for dot in dots) < 1, option.id
        if option.bom is not None and option.tco is not None:
            economics = found.needs.economics
            case = case_of(option.bom, Usage.at(economics), economics, CATALOG, None)
            assert spread(simulate(case.fixed, case.ranges).npv).p50 == pytest.approx(float(option.tco.npv), rel=0.1)


@pytest.mark.parametrize("name", sorted(set(preset_ids()) - INFEASIBLE))
def test_scenarios_have_a_plan(name: str) -> None:
    assert of_preset(name).status == "feasible", of_preset(name).rejected[:5]


@pytest.mark.parametrize("name", preset_ids())
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_words(name: str, lang: str) -> None:
    plan, tr = of_preset(name), Translator(lang)
    reasons: list[Reason | Fact] = [*plan.facts, *plan.warnings]
    reasons += [reason for option in every_option(plan) for reason in (*option.reasons, *option.warnings)]
    assert all(say(tr, reason) for reason in reasons)
    assert all(rejection.reason in WHY_NOT for rejection in plan.rejected)
    assert headline(tr, plan)


@pytest.mark.parametrize("name", preset_ids())
def test_plans_are_plain_json_with_known_sources(name: str) -> None:
    plan = of_preset(name)
    data = json.loads(to_json(plan))
    assert data["catalog_version"] == CATALOG.version
    assert data["sources"]
    assert all(source["id"] in CATALOG.sources for source in data["sources"])


@pytest.mark.parametrize("name", preset_ids())
def test_every_accelerator_is_chosen_or_rejected(name: str) -> None:
    plan = of_preset(name)
    named = {rejection.what for rejection in plan.rejected}
    assert named <= set(CATALOG.accelerators)
    for option in plan.options:
        assert option.accelerator not in named
