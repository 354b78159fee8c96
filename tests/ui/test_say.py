"""The sentences of the result page never promise more than the plan holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import samples
from wizard.i18n import Translator
from wizard.needs.needs import Needs
from wizard.planner.plan import Change, Cost, Limit, Rejection
from wizard.ui import limits, say
from wizard.ui.edits import changed

EN = Translator("en")
PLAN = samples.plan()
OPTION = PLAN.options[1]


def limit(code: str, need: float, have: float, margin: float, unit: str = "") -> Limit:
    return Limit(code=code, need=need, have=have, unit=unit, margin=margin)


def test_a_feasible_plan_says_what_to_buy() -> None:
    assert say.headline(EN, PLAN, OPTION) == "2 × H200 NVL 141GB in one server meet every target"
    assert say.subline(EN, PLAN, OPTION).endswith("To spare: TTFT 29 %, TPOT 52 %.")
    many = replace(OPTION, limits=(limit("kv_memory", 50, 236, 3.72),))
    assert say.subline(EN, PLAN, many).endswith("To spare: KV cache 4.7 times over.")
    assert say.headline(EN, PLAN, replace(OPTION, accelerators=1)) == "1 × H200 NVL 141GB meets every target"
    assert "in 3 servers" in say.headline(EN, PLAN, replace(OPTION, nodes=3))


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_an_infeasible_plan_never_says_that_targets_are_met(lang: str) -> None:
    tr = Translator(lang)
    change = Change(key="targets.tpot_ms", from_value=10.0, to_value=24.0, option=OPTION)
    plan = replace(PLAN, status="infeasible", changes=(change,), options=(), recommended=None)
    words = say.headline(tr, plan, OPTION)
    assert words == tr("Nothing meets every wish")
    assert say.hardware(OPTION) in say.subline(tr, plan, OPTION)
    assert "10 ms → 24 ms" in say.subline(tr, plan, OPTION)


def test_a_broken_limit_is_named_on_card_and_headline() -> None:
    slow = replace(OPTION, limits=(limit("tpot_ms", 50, 80, -0.6, "ms"),))
    assert say.headline(EN, PLAN, slow) == "2 × H200 NVL 141GB misses TPOT"
    assert say.option_badge(EN, slow) == ("misses TPOT", "bad")
    assert say.option_badge(EN, replace(OPTION, limits=(limit("ttft_ms", 100, 95, 0.05, "ms"),))) == (
        "tight TTFT",
        "warning",
    )
    assert say.option_badge(EN, replace(OPTION, limits=(limit("load", 1, 1, 0.0),))) == ("meets all", "good")


def test_a_rented_option_is_priced_by_the_month_and_a_run_by_the_run() -> None:
    rented = replace(
        OPTION,
        cloud_sku="x/y/z",
        bom=None,
        tco=None,
        cost=Cost(
            currency="USD",
            capex=Decimal(0),
            opex_year=None,
            total=Decimal(146),
            per_month=Decimal(1774),
            usd_per_million_tokens=None,
        ),
    )
    assert say.option_price(EN, rented) == "$1,774 a month"
    run = replace(rented, estimates={"hours": OPTION.estimates["ttft_ms"]})
    assert say.option_price(EN, run) == "$146 for the run"
    unknown = replace(rented, cost=replace(rented.cost, capex=None, per_month=None))
    assert say.option_price(EN, unknown) == "no price known"


def test_a_price_that_omits_lines_says_so() -> None:
    assert "1 unpriced" in say.option_site(EN, OPTION)


@pytest.mark.parametrize(
    ("need", "have", "margin", "floor"),
    [(50, 24, 0.5, False), (50, 80, -0.6, False), (2, 79, 38, True), (5, 3, -0.4, True)],
)
def test_the_direction_of_a_limit_follows_from_its_margin(need: float, have: float, margin: float, floor: bool) -> None:
    assert limits.at_least(limit("x", need, have, margin)) is floor


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("targets.tpot_ms", 75.0),
        ("budget.purchase", 120_000),
        ("constraints.max_nodes", 3.0),
        ("precision.weights", "fp8"),
        ("constraints.accelerators", "h200_nvl_141"),
        ("constraints.accelerator_count", 16),
        ("constraints.acquisition", "cloud"),
        ("training.method", "lora"),
    ],
)
def test_every_change_can_be_made(key: str, value: object) -> None:
    answers = say.change_answers(Change(key=key, from_value=None, to_value=value, option=OPTION))
    needs = changed(Needs(), answers)
    assert needs == changed(needs, answers)
    assert say.change_words(EN, Change(key=key, from_value=None, to_value=value, option=OPTION))


def test_a_rejection_carries_the_figures_that_broke() -> None:
    dear = Rejection(what="l4", reason="budget", need=80_000.0, have=5_405_070.0, unit="USD")
    words = limits.rejection_words(EN, dear)
    assert words == "over the budget ($5,405,070 against $80,000)"
    assert "(" not in limits.rejection_words(EN, Rejection(what="l4", reason="other_vendor", need=None, have=None))
