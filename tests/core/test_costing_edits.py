"""A bill changed by hand: prices, discounts, quantities and alternatives, and what the changes break."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.core.costing_checker import CENT
from tests.core.costing_demands import random_bills
from tests.quote.totals import check_totals
from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand
from wizard.costing.edits import Edited, alternatives, apply_edits
from wizard.costing.records import Bom, BomLine
from wizard.costing.shelf import Shelf, shelf_of
from wizard.costing.terms import terms_of
from wizard.errors import InputError
from wizard.needs.files import dump_needs, parse_needs
from wizard.needs.needs import LineEdit, Needs
from wizard.needs.presets import preset
from wizard.planner.plan import Option, Plan
from wizard.planner.planner import plan

SERVER = BuildDemand(accelerator="h100_pcie_80", accelerators=4, nodes=1, weights_bytes=140e9, ups=True)
CLUSTER = BuildDemand(accelerator="h100_pcie_80", accelerators=32, nodes=4, inter_node=True, training=True,
                      weights_bytes=140e9)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def bill(catalog: Catalog, demand: BuildDemand, currency: str = "USD") -> tuple[Bom, Shelf]:
    terms = terms_of(catalog, currency=currency, shipping_rate=Decimal("0.02"))
    return build_bom(demand, catalog, terms), shelf_of(catalog, terms)


def line(bom: Bom, category: str, reason: str = "") -> BomLine:
    return next(x for x in bom.lines if x.category == category and reason in x.reason)


def adds_up(bom: Bom) -> None:
    """The sums of a bill, reckoned from its lines alone."""
    net = hardware = Decimal(0)
    for number, x in enumerate(bom.lines, 1):
        assert x.number == number
        if x.unit_list is None:
            assert x.extended is None
            assert number in bom.unpriced
            continue
        each = (x.unit_list * (1 - x.discount)).quantize(CENT, ROUND_HALF_UP)
        assert x.unit_net == each
        assert x.extended == each * x.quantity
        net += each * x.quantity
        if x.category not in {"support", "shipping", "contingency", "installation", "software", "link"}:
            hardware += each * x.quantity
    tax = (net * bom.tax_rate).quantize(CENT, ROUND_HALF_UP)
    assert (bom.net, bom.tax, bom.total, bom.hardware) == (net, tax, net + tax, hardware)
    assert sum((amount for _, amount in bom.subtotals), Decimal(0)) == net
    assert bom.low <= bom.total <= bom.high
    for x in bom.lines:
        if x.reason == "support_share" and x.price_kind != "yours":
            assert x.unit_list == (hardware * Decimal("0.1")).quantize(CENT, ROUND_HALF_UP)


def codes(found: Edited) -> set[str]:
    return {fault.code for fault in found.faults}


def test_a_price_and_a_discount_change_every_sum(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, SERVER)
    card = line(bom, "accelerator")
    found = apply_edits(bom, [LineEdit(part=card.part, unit_price=Decimal("20000"), discount=0.1)], shelf)
    adds_up(found.bom)
    changed = line(found.bom, "accelerator")
    assert (changed.unit_list, changed.unit_net, changed.extended) == (
        Decimal("20000.00"), Decimal("18000.00"), Decimal("72000.00"))
    assert (changed.price_kind, changed.price_source, changed.edited) == ("yours", "yours", True)
    assert found.faults == ()
    assert card.extended is not None
    assert found.bom.hardware - bom.hardware == Decimal("72000.00") - card.extended
    assert bom == bill(catalog, SERVER)[0]


@pytest.mark.parametrize("currency", ["USD", "CNY", "EUR"])
def test_a_price_is_kept_to_the_cent_in_its_own_currency(catalog: Catalog, currency: str) -> None:
    bom, shelf = bill(catalog, SERVER, currency)
    price = Decimal("12345.67")
    edit = LineEdit(part=line(bom, "cpu").part, unit_price=price, currency=currency)
    found = apply_edits(bom, [edit], shelf)
    assert line(found.bom, "cpu").unit_list == price
    adds_up(found.bom)


def test_shares_follow_the_hardware_unless_they_are_named(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, SERVER)
    fewer = apply_edits(bom, [LineEdit(part=line(bom, "storage", "data").part, quantity=9)], shelf).bom
    before, after = line(bom, "support").extended, line(fewer, "support").extended
    assert before is not None
    assert after is not None
    assert after > before
    named = apply_edits(bom, [LineEdit(part="hardware_support", unit_price=Decimal("999"))], shelf).bom
    assert line(named, "support").extended == Decimal("999.00")
    struck = apply_edits(bom, [LineEdit(part="hardware_support", quantity=0)], shelf).bom
    assert not any(x.category == "support" for x in struck.lines)
    for one in (fewer, named, struck):
        adds_up(one)


def test_an_unpriced_line_gets_a_price(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, SERVER)
    installation = line(bom, "installation")
    assert installation.number in bom.unpriced
    found = apply_edits(bom, [LineEdit(part="installation", unit_price=Decimal("2500"))], shelf).bom
    adds_up(found)
    assert line(found, "installation").extended == Decimal("2500.00")
    assert found.hardware == bom.hardware


def test_alternatives_fit_and_others_are_called_a_misfit(catalog: Catalog) -> None:
    for demand in (SERVER, CLUSTER):
        bom, shelf = bill(catalog, demand)
        for old in bom.lines:
            for part in alternatives(bom, old, shelf):
                found = apply_edits(bom, [LineEdit(part=old.part, reason=old.reason, alternative=part.id)], shelf)
                assert codes(found) <= {"edit_short"}, (old.part, part.id)
                adds_up(found.bom)
    bom, shelf = bill(catalog, SERVER)
    assert {p.id for p in alternatives(bom, line(bom, "cpu"), shelf)} >= {"epyc_7763"}
    wrong = apply_edits(bom, [LineEdit(part=line(bom, "cpu").part, alternative="core_i9_14900k")], shelf)
    assert {(f.code, f.detail) for f in wrong.faults} >= {("edit_misfit", "socket")}
    slow = apply_edits(bom, [LineEdit(part=line(bom, "memory").part, alternative="ddr5_udimm_32")], shelf)
    assert ("edit_misfit", "modules") in {(f.code, f.detail) for f in slow.faults}


def test_less_than_the_rules_ask_for_is_said(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, CLUSTER)
    for category in ("accelerator", "nic", "switch", "cable", "pdu", "rack"):
        for old in (x for x in bom.lines if x.category == category):
            edit = LineEdit(part=old.part, reason=old.reason, quantity=old.quantity - 1)
            assert "edit_short" in codes(apply_edits(bom, [edit], shelf)), old.part
    memory = line(bom, "memory")
    odd = apply_edits(bom, [LineEdit(part=memory.part, quantity=memory.quantity + 1)], shelf)
    assert ("edit_misfit", "modules") in {(f.code, f.detail) for f in odd.faults}


def test_lost_lines_and_absurd_alternatives_are_reported(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, SERVER)
    found = apply_edits(bom, [
        LineEdit(part="no_such_part", quantity=1), LineEdit(part=line(bom, "cpu").part, alternative="no_such_part"),
        LineEdit(part=line(bom, "accelerator").part, alternative="epyc_9654")], shelf)
    assert next((f.code, f.part) for f in found.faults) == ("edit_lost", "no_such_part")
    assert sum(f.code == "edit_unknown" for f in found.faults) == 2
    assert [x.part for x in found.bom.lines] == [x.part for x in bom.lines]
    assert found.bom.total == bom.total


def test_a_switch_that_draws_more_raises_power_and_heat(catalog: Catalog) -> None:
    bom, shelf = bill(catalog, CLUSTER)
    switch = line(bom, "switch", "fabric")
    edit = LineEdit(part=switch.part, reason=switch.reason, quantity=switch.quantity + 2)
    found = apply_edits(bom, [edit], shelf).bom
    assert found.power_w == pytest.approx(bom.power_w + 2 * (switch.power_w or 0))
    assert found.site is not None
    assert found.site.heat_btu_h == pytest.approx(3.412 * found.power_w)


def test_random_changes_keep_every_sum(catalog: Catalog) -> None:
    chance = random.Random(3)
    for demand, bom in random_bills(catalog, 5, 40):
        keys = [(x.part, x.reason) for x in bom.lines]
        assert len(set(keys)) == len(keys), demand
        shelf = shelf_of(catalog, terms_of(catalog, demand))
        edits = [
            LineEdit(part=part, reason=reason, quantity=chance.choice([None, 0, 3, 17]),
                     unit_price=chance.choice([None, Decimal("0.01"), Decimal("777.77")]),
                     currency=chance.choice(["USD", "CNY", "EUR"]), discount=chance.choice([None, 0.033, 1.0]))
            for part, reason in chance.sample(keys, min(4, len(keys)))
        ]
        adds_up(apply_edits(bom, edits, shelf).bom)
        assert apply_edits(bom, [], shelf).bom == bom


def chosen(found: Plan) -> Option:
    assert found.chosen is not None
    return found.chosen


def test_a_plan_carries_the_changes_into_every_paper(catalog: Catalog, tmp_path: Path) -> None:
    needs = preset("S09").needs
    plain = plan(needs, catalog, currency="CNY")
    bom = chosen(plain).bom
    assert bom is not None
    machine = line(bom, "system")
    changed = needs.model_copy(update={"bill": (
        LineEdit(part=machine.part, unit_price=Decimal("1500000"), currency="CNY", discount=0.05),
        LineEdit(part=line(bom, "cable").part, reason=line(bom, "cable").reason, quantity=40),
        LineEdit(part="gone", quantity=2),
        LineEdit(part="installation", unit_price=Decimal("20000"), currency="CNY"))})
    assert parse_needs(dump_needs(changed)) == changed
    found = plan(changed, catalog, currency="CNY")
    option = chosen(found)
    assert option in found.options or any(change.option is option for change in found.changes)
    assert option.bom is not None
    assert option.tco is not None
    assert line(option.bom, "system").unit_net == Decimal("1425000.00")
    assert option.cost.capex == option.bom.total != bom.total
    assert option.tco.years[0].capex == option.bom.net
    warned = {w.code: w.fields for w in found.warnings}
    assert warned["edit_lost"]["part"] == "gone"
    assert warned["edited_bill"]["lines"] == 3
    assert warned["edited_bill"]["amount"] == bom.total
    others = [o for o in found.options if o is not option]
    assert not any(x.edited for o in others if o.bom for x in o.bom.lines)
    check_totals(found, tmp_path)


def test_a_change_that_breaks_the_budget_is_said(catalog: Catalog) -> None:
    needs = preset("S04").needs
    plain = chosen(plan(needs, catalog))
    assert plain.bom is not None
    over = float(plain.bom.total) + 1
    asked = needs.model_copy(update={"budget": needs.budget.model_copy(update={"purchase": Decimal(str(over))})})
    before = plan(asked, catalog)
    assert before.status == "feasible"
    edit = LineEdit(part=line(plain.bom, "accelerator").part, unit_price=Decimal("90000"))
    after = plan(asked.model_copy(update={"bill": (edit,)}), catalog)
    assert "edited_limit" in {w.code for w in after.warnings}
    assert next(x for x in chosen(after).limits if x.code == "budget").margin < 0


def test_bad_changes_are_refused_with_their_place() -> None:
    with pytest.raises(InputError, match=r"bill.0.quantity"):
        parse_needs("bill: [{part: x, quantity: -1}]")
    with pytest.raises(InputError, match=r"bill.0.part"):
        parse_needs("bill: [{part: ''}]")
    assert Needs().bill == ()
