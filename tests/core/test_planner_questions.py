"""Questions to a plan: which requirement buys the hardware, and why not that accelerator."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from wizard.catalog.catalog import Catalog
from wizard.errors import Cancelled
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.planner import Planner, plan
from wizard.planner.requirement_prices import RequirementPrice, requirement_prices
from wizard.planner.why_not import why_not

FIFTY = Needs.model_validate({
    "model": "DeepSeek-R1-Distill-Qwen-32B", "targets": {"ttft_ms": 1500, "tpot_ms": 50},
    "workload": {"concurrent_users": 50, "prompt_tokens": 2000, "output_tokens": 500},
    "budget": {"purchase": "80000", "currency": "USD"},
})


@cache
def catalog() -> Catalog:
    return Catalog()


AMPLE = FIFTY.model_copy(update={"budget": FIFTY.budget.model_copy(update={"purchase": Decimal(150_000)})})
"""The same with a budget that rules nothing out."""


@cache
def prices(needs: Needs = FIFTY) -> tuple[RequirementPrice, ...]:
    return requirement_prices(needs, catalog())


def without(part: str, **changes: object) -> Plan:
    changed = getattr(FIFTY, part).model_copy(update=changes)
    return plan(FIFTY.model_copy(update={part: changed}), catalog())


def minimum_total(found: Plan) -> Decimal:
    total = next(o for o in found.options if o.role == "minimum").cost.total
    assert total is not None
    return total


def test_a_price_is_what_planning_without_the_requirement_saves() -> None:
    ttft = next(price for price in prices() if price.key == "targets.ttft_ms")
    assert ttft.saved is not None
    assert ttft.saved > 0
    saved = minimum_total(plan(FIFTY, catalog())) - minimum_total(without("targets", ttft_ms=None))
    assert ttft.saved == saved


def test_for_a_year_renting_saves_what_planning_it_saves() -> None:
    year = FIFTY.model_copy(update={"economics": FIFTY.economics.model_copy(update={"horizon_years": 1})})
    renting = next(price for price in prices(year) if price.key == "constraints.acquisition")
    assert renting.saved is not None
    assert renting.option is not None
    assert renting.option.cloud_sku
    either = year.constraints.model_copy(update={"acquisition": "either"})
    rented = plan(year.model_copy(update={"constraints": either}), catalog())
    assert renting.saved == minimum_total(plan(year, catalog())) - minimum_total(rented)


def test_a_requirement_that_buys_nothing_is_said_to_save_nothing() -> None:
    found = prices(AMPLE)
    budget = next(price for price in found if price.key == "budget.purchase")
    assert budget.saved is None
    assert budget.option is None
    assert [p.saved for p in found] == sorted((p.saved for p in found), key=lambda s: -(s or 0))


def test_nothing_has_a_price_where_nothing_is_feasible() -> None:
    poor = FIFTY.model_copy(update={"budget": FIFTY.budget.model_copy(update={"purchase": Decimal(10)})})
    assert requirement_prices(poor, catalog()) == ()


def test_pricing_stops_when_told() -> None:
    with pytest.raises(Cancelled):
        requirement_prices(FIFTY, catalog(), cancel=lambda: True)


def test_the_chosen_accelerator_is_feasible_when_asked_about() -> None:
    chosen = plan(FIFTY, catalog()).chosen
    assert chosen is not None
    answer = why_not(FIFTY, catalog(), chosen.accelerator)
    assert answer.feasible
    assert answer.ruled_out is None
    assert answer.option is not None
    assert answer.option.cost.total == chosen.cost.total


def test_an_accelerator_says_what_it_breaks_with_need_and_have_and_what_it_costs() -> None:
    answer = why_not(FIFTY, catalog(), "h100_sxm_80")
    assert not answer.feasible
    assert [limit.code for limit in answer.broken] == ["budget"]
    assert answer.broken[0].need == 80_000
    assert answer.broken[0].have > 80_000
    assert answer.option is not None
    assert answer.option.cost.capex is not None
    assert float(answer.option.cost.capex) == pytest.approx(answer.broken[0].have)


def test_what_the_answers_rule_out_is_sized_all_the_same() -> None:
    answer = why_not(FIFTY, catalog(), "rtx_4090")
    assert answer.ruled_out is not None
    assert answer.ruled_out.reason == "legacy"
    assert answer.option is not None
    assert {limit.code for limit in answer.broken} >= {"ttft_ms"}


def test_legacy_hardware_that_is_only_rented_is_not_said_to_fail_when_it_could_be_bought() -> None:
    needs = preset("S13").needs
    said = {r.what: r for r in plan(needs, catalog()).rejected}
    answer = why_not(needs, catalog(), "rtx_a6000")
    assert answer.feasible
    assert answer.option is not None
    assert answer.option.cloud_sku is None
    assert said["rtx_a6000"] == answer.ruled_out
    assert said["rtx_a6000"].reason == "legacy"


@pytest.mark.parametrize("name", ["S09", "S13", "S19"])
def test_every_accelerator_has_an_answer(name: str) -> None:
    needs = preset(name).needs
    planner = Planner(catalog())
    made = planner.plan(needs)
    rejected = {r.what for r in made.rejected if r.reason != "no_fp8"}
    tried = {r.what for r in made.rejected if r.need is not None and r.reason != "purchasable"}
    for accelerator in {*list(catalog().accelerators)[::29], "rtx_a6000", "rtx_4090"}:
        answer = why_not(needs, catalog(), accelerator, planner=planner)
        assert not (accelerator in tried and answer.feasible), accelerator
        assert answer.ruled_out or answer.broken or answer.feasible
        if accelerator not in rejected:
            assert answer.feasible, accelerator


def test_an_unknown_id_is_no_answer() -> None:
    with pytest.raises(KeyError):
        why_not(FIFTY, catalog(), "rtx_9999")


def test_a_planner_that_remembers_answers_the_same() -> None:
    planner = Planner(catalog())
    made = planner.plan(FIFTY)
    assert requirement_prices(FIFTY, catalog(), planner=planner) == prices()
    assert why_not(FIFTY, catalog(), "h100_sxm_80", planner=planner) == why_not(FIFTY, catalog(), "h100_sxm_80")
    assert planner.plan(FIFTY) == made
