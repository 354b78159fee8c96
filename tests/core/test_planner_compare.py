"""Plans side by side: differences, what they cost and what they gain."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import samples
from wizard.catalog.catalog import Catalog
from wizard.errors import InputError
from wizard.needs.presets import preset
from wizard.planner.compare import MOST, Comparison, Row, compare
from wizard.planner.plan import Plan
from wizard.planner.planner import plan


@pytest.fixture(scope="module")
def plans() -> tuple[Plan, ...]:
    catalog = Catalog()
    needs = preset("S08").needs
    spare = needs.model_copy(update={
        "constraints": needs.constraints.model_copy(update={"accelerators": ("L40S",), "accelerator_count": None})})
    twice = spare.model_copy(update={
        "constraints": spare.constraints.model_copy(update={"availability": "2n"}),
        "budget": spare.budget.model_copy(update={"purchase": None})})
    return tuple(plan(asked, catalog, currency="CNY") for asked in (needs, spare, twice))


def row(found: Comparison, code: str) -> Row:
    (only,) = [row for row in found.rows if row.code == code]
    return only


def test_what_differs_costs_and_gains(plans: tuple[Plan, ...]) -> None:
    found = compare(plans)
    assert found.currency == "CNY"
    assert found.statuses == tuple(p.status for p in plans)
    answers = {r.code: r.values for r in found.rows if r.kind == "answer"}
    assert answers["constraints.availability"] == ("n", "n", "2n")
    assert "economics.country" not in answers
    options = [p.chosen for p in plans]
    capex = row(found, "capex")
    assert capex.values == tuple(o.cost.capex for o in options if o)
    assert capex.deltas[0] == Decimal("0.00")
    assert isinstance(capex.values[0], Decimal)
    for value, delta in zip(capex.values, capex.deltas, strict=True):
        assert isinstance(value, Decimal)
        assert delta == value - capex.values[0]
    assert [capex.values[i] for i in capex.best] == [min(v for v in capex.values if isinstance(v, Decimal))]
    speed = row(found, "tpot_ms")
    assert speed.values == tuple(o.estimates["tpot_ms"].high for o in options if o)
    users = row(found, "max_concurrency")
    assert users.values == tuple(o.estimates["max_concurrency"].low for o in options if o)
    assert row(found, "accelerator").best == ()
    assert row(found, "spare_replicas").values[:2] == (0, 0)


def test_the_same_plan_twice_differs_in_nothing(plans: tuple[Plan, ...]) -> None:
    found = compare([plans[0], plans[0]])
    assert found.differing() == ()
    assert all(r.best == () for r in found.rows)
    assert not [r for r in found.rows if r.kind == "answer"]


def test_kinds_of_differences_can_be_asked_for(plans: tuple[Plan, ...]) -> None:
    found = compare(plans[:2])
    assert {r.kind for r in found.differing("cost", "gain")} == {"cost", "gain"}
    assert row(found, "accelerator") in found.differing("choice")


def test_a_plan_without_an_option_has_blanks() -> None:
    one = samples.plan()
    none = replace(one, chosen=None, options=(), recommended=None, status="infeasible")
    found = compare([one, none])
    assert found.statuses == (one.status, "infeasible")
    assert row(found, "total").values[1] is None
    assert row(found, "total").deltas[1] is None
    assert row(found, "total").best == ()


def test_rent_is_no_purchase_of_zero() -> None:
    asked = preset("S05").needs
    found = compare([plan(asked, Catalog())] * 2)
    assert row(found, "capex").values == (None, None)
    assert row(found, "per_month").values[0] is not None


@pytest.mark.parametrize("count", [0, 1, MOST + 1])
def test_two_to_four_plans(count: int) -> None:
    with pytest.raises(InputError):
        compare([samples.plan()] * count)


def test_one_currency() -> None:
    one = samples.plan()
    other = replace(one, currency="EUR" if one.currency != "EUR" else "USD")
    with pytest.raises(InputError, match="cannot be compared"):
        compare([one, other])
