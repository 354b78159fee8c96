"""Answers about money reach the bill: UPS, colocation, shipping, contingency, discounts, and what spares cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from wizard.catalog.catalog import Catalog
from wizard.catalog.overrides import Overrides, OwnRate
from wizard.errors import InputError
from wizard.needs.files import parse_needs
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.planner.plan import Option, Plan
from wizard.planner.planner import plan
from wizard.words import SENTENCES

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def needs(**more: Any) -> Needs:
    asked = preset("S08").needs
    return asked.model_copy(update={
        name: getattr(asked, name).model_copy(update=changes) for name, changes in more.items()})


def chosen(answer: Plan) -> Option:
    assert answer.chosen is not None
    return answer.chosen


def bought(catalog: Catalog, **more: Any) -> Option:
    option = chosen(plan(needs(**more), catalog))
    assert option.bom is not None
    assert option.cost.capex == option.bom.total
    return option


def test_defaults_add_nothing(catalog: Catalog) -> None:
    option = bought(catalog)
    assert option.bom is not None
    assert option.tco is not None
    assert not {"ups", "contingency"} & {line.category for line in option.bom.lines}
    assert all(line.discount == 0 for line in option.bom.lines)
    assert all(year.space == 0 for year in option.tco.years)
    assert option.cost.spares is None
    assert next(line for line in option.bom.lines if line.category == "shipping").extended is None


def test_an_old_exchange_rate_is_said(catalog: Catalog) -> None:
    def warned(currency: str, day: date) -> list[str]:
        own = Overrides(rates=(OwnRate(currency="CNY", per_usd=Decimal("7.1"), as_of=day),))
        asked = preset("S08").needs.model_copy(update={"overrides": own})
        asked = asked.model_copy(update={"budget": asked.budget.model_copy(update={"currency": currency})})
        option = chosen(plan(asked, catalog))
        assert option.bom is not None
        assert currency == "USD" or (option.bom.rate_as_of, option.bom.rate_source) == (day, "yours")
        return [str(w.fields["as_of"]) for w in option.warnings if w.code == "stale_rate"]

    assert warned("CNY", date(2026, 1, 5)) == ["2026-01-05"]
    assert warned("CNY", date(2026, 11, 20)) == []
    assert warned("USD", date(2026, 1, 5)) == []


def test_a_ups_that_was_asked_for_carries_the_plan(catalog: Catalog) -> None:
    plain, backed = bought(catalog), bought(catalog, constraints={"ups": True})
    assert backed.bom is not None
    assert plain.cost.capex is not None
    assert backed.cost.capex is not None
    line = next(line for line in backed.bom.lines if line.category == "ups")
    assert line.quantity * (catalog.components[line.part].capacity_w or 0.0) >= backed.power_w
    assert backed.cost.capex > plain.cost.capex


def test_shipping_and_contingency_are_shares_of_the_hardware(catalog: Catalog) -> None:
    option = bought(catalog, economics={"shipping_rate": 0.015, "contingency_rate": 0.05})
    assert option.bom is not None
    amounts = {line.category: line.extended for line in option.bom.lines}
    assert amounts["shipping"] == (option.bom.hardware * Decimal("0.015")).quantize(CENT, "ROUND_HALF_UP")
    assert amounts["contingency"] == (option.bom.hardware * Decimal("0.05")).quantize(CENT, "ROUND_HALF_UP")


def test_discounts_by_category(catalog: Catalog) -> None:
    text = "economics: {country: CN, discounts: {accelerator: 0.1, rack: 0.25}}"
    discounts = parse_needs(text).economics.discounts
    assert discounts.given == {"accelerator": Decimal("0.1"), "rack": Decimal("0.25")}
    option = bought(catalog, economics={"discounts": discounts})
    assert option.bom is not None
    for line in option.bom.lines:
        assert line.discount == discounts.given.get(line.category, 0)
        if line.discount and line.unit_list is not None:
            assert line.unit_net == (line.unit_list * (1 - line.discount)).quantize(CENT, "ROUND_HALF_UP")


@pytest.mark.parametrize("text", ["{gpu: 0.1}", "{cpu: 1.5}", "{cpu: -0.1}"])
def test_a_discount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_needs("economics: {discounts: " + text + "}")


@pytest.mark.parametrize("included", [False, True])
def test_colocation_is_paid_by_the_kilowatt(catalog: Catalog, included: bool) -> None:
    """150 USD per kW and month: 12 months of the plan's maximum power; energy on top unless it is included."""
    option = bought(catalog, economics={
        "colocation_usd_per_kw_month": 150.0, "colocation_includes_energy": included})
    assert option.bom is not None
    assert option.tco is not None
    year = option.tco.years[1]
    expected = Decimal("150") * Decimal(str(option.bom.power_w / 1000)) * 12 * option.bom.usd_rate
    assert year.space == expected.quantize(CENT, "ROUND_HALF_UP")
    assert (year.energy == 0) is included
    assert ("colocation_usd_per_kw_month", 150.0, "yours") in option.tco.assumptions


def _spares(availability: str, acquisition: str) -> Needs:
    card = "L40S" if acquisition == "own" else "H100 SXM"
    return needs(
        constraints={"availability": availability, "acquisition": acquisition, "accelerators": (card,),
                     "accelerator_count": None, "tensor_parallel": 2, "max_power_w": None, "max_rack_units": None},
        workload={"concurrent_users": 400, "requests_per_s": None, "tokens_per_day": None},
        budget={"purchase": None, "per_month": None})


@pytest.mark.parametrize("acquisition", ["own", "cloud"])
def test_what_spares_cost_is_the_difference_to_the_plan_without(catalog: Catalog, acquisition: str) -> None:
    """N, N+1 and N+N: the money named for spares is what the same plan costs less without them."""
    prices = []
    for availability in ("n", "n+1", "2n"):
        answer = plan(_spares(availability, acquisition), catalog)
        option = chosen(answer)
        price = option.cost.per_month if acquisition == "cloud" else option.cost.capex
        assert price is not None
        spare = option.cost.spares
        assert (spare is None) is (availability == "n")
        assert option.spare_replicas == {"n": 0, "n+1": 1, "2n": option.replicas}[availability]
        codes = [r.code for r in option.reasons if r.code.startswith("spares_")]
        assert codes == ([] if spare is None else ["spares_rent" if acquisition == "cloud" else "spares_price"])
        assert set(codes) <= set(SENTENCES)
        prices.append((price, spare))
    (plain, _), (one, spare_one), (twice, spare_all) = prices
    assert spare_one is not None
    assert spare_all is not None
    assert one - spare_one == twice - spare_all == plain
    assert 0 <= spare_one <= spare_all <= twice
    assert spare_all > 0
