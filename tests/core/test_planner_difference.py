"""What an answer changed: judged on invented plans, and on two real ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests import samples
from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Needs
from wizard.planner.difference import difference
from wizard.planner.plan import Rejection
from wizard.planner.planner import plan


def rejected(what: str, reason: str = "budget") -> Rejection:
    return Rejection(what=what, reason=reason, need=1.0, have=2.0, unit="USD")


def test_who_was_possible_and_is_no_longer_dropped_out_with_the_promise_it_breaks() -> None:
    before = replace(samples.plan(), rejected=(rejected("a"), rejected("b")))
    after = replace(before, rejected=(rejected("b"), rejected("c", "ttft_ms")))
    found = difference(before, after)
    assert found is not None
    assert [(r.what, r.reason) for r in found.dropped] == [("c", "ttft_ms")]
    assert found.came == ("a",)
    assert not found.nothing


def test_prices_are_subtracted_only_where_both_buy_in_one_currency() -> None:
    before = samples.plan()
    bigger = samples.option("recommended", 4)
    dearer = replace(bigger.cost, capex=Decimal("90000.00"), total=Decimal("120000.00"))
    after = replace(before, chosen=replace(bigger, cost=dearer))
    found = difference(before, after)
    assert found is not None
    assert (found.price, found.total) == (Decimal("14200.00"), Decimal("15160.00"))
    assert found.machine_changed
    rented = replace(before, chosen=replace(bigger, cloud_sku="x/y", cost=dearer))
    mixed = difference(before, rented)
    assert mixed is not None
    assert (mixed.price, mixed.total) == (None, Decimal("15160.00"))
    euro = replace(before, chosen=replace(bigger, cost=replace(dearer, currency="EUR")))
    foreign = difference(before, euro)
    assert foreign is not None
    assert foreign.price is foreign.total is None


def test_another_model_or_use_is_another_question() -> None:
    before = samples.plan()
    other = replace(before, model=replace(before.model, id="other"))
    assert difference(before, other) is None
    same = difference(before, before)
    assert same is not None
    assert same.nothing


def test_a_smaller_budget_drops_what_costs_more() -> None:
    needs = Needs.model_validate({
        "model": "DeepSeek-R1-Distill-Qwen-32B", "targets": {"ttft_ms": 1500, "tpot_ms": 50},
        "workload": {"concurrent_users": 50, "prompt_tokens": 2000, "output_tokens": 500},
        "budget": {"purchase": "200000", "currency": "USD"},
    })
    catalog = Catalog()
    before = plan(needs, catalog)
    budget = needs.budget.model_copy(update={"purchase": Decimal(80_000)})
    after = plan(needs.model_copy(update={"budget": budget}), catalog)
    found = difference(before, after)
    assert found is not None
    assert found.came == ()
    # The nearest candidate of some would be cheaper but too slow: each names a promise that it breaks, with figures.
    assert any(r.reason == "budget" and r.have is not None and r.have > 80_000 for r in found.dropped)
    assert all(r.need is not None and r.have is not None for r in found.dropped)
    back = difference(after, before)
    assert back is not None
    assert set(back.came) == {r.what for r in found.dropped}
