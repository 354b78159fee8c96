"""A user's own figures lie over the catalogue, are part of the needs, and say when they cannot be used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.core.plans import CATALOG
from wizard.catalog.catalog import Catalog
from wizard.catalog.exchange import exchange_of
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.overlay import DISCOUNTED
from wizard.catalog.overrides import Discount, Overrides, OwnAccelerator, OwnModel, OwnPrice, OwnRate
from wizard.costing.records import Category
from wizard.costing.terms import price_date, terms_of
from wizard.errors import CatalogFault
from wizard.needs.files import dump_needs, parse_needs
from wizard.needs.needs import Needs
from wizard.planner.planner import plan

DAY = date(2026, 11, 20)


def price(part: str, usd: str, as_of: date = DAY, **more: Any) -> OwnPrice:
    return OwnPrice(part=part, usd=Decimal(usd), as_of=as_of, **more)


def test_without_overrides_the_catalogue_is_the_shipped_one() -> None:
    assert CATALOG.with_overrides(Overrides()) is CATALOG
    laid = CATALOG.with_overrides(Overrides(prices=(price("l40s", "7000"),)))
    assert laid.with_overrides(Overrides()) is CATALOG


def test_own_prices_replace_those_of_parts_machines_and_clouds() -> None:
    sku = "aws/p5.48xlarge/us-east-1"
    over = Overrides(prices=(price("l40s", "7000"), price("rack_42u", "900"), price("dgx_h100", "1"), price(sku, "20")))
    laid = CATALOG.with_overrides(over)
    prices = (laid.accelerators["l40s"].price, laid.components["rack_42u"].price, laid.systems["dgx_h100"].price)
    for found, usd in zip(prices, map(Decimal, (7000, 900, 1)), strict=True):
        assert found is not None
        assert (found.usd, found.kind, found.source) == (usd, "yours", "yours")
    assert laid.cloud[sku].on_demand_usd_h == 20
    assert laid.cloud[sku].spot_usd_h == CATALOG.cloud[sku].spot_usd_h
    assert laid.accelerators["a40"] is CATALOG.accelerators["a40"]
    assert laid.with_overrides(over) is laid


def test_a_cheaper_price_on_demand_leaves_no_dearer_spot_price() -> None:
    sku = "aws/p5.48xlarge/us-east-1"
    assert CATALOG.with_overrides(Overrides(prices=(price(sku, "10"),))).cloud[sku].spot_usd_h is None


def test_discounts_reach_the_terms_and_the_needs_go_first() -> None:
    over = Overrides(discounts=(
        Discount(item="accelerator", share=Decimal("0.1")), Discount(item="l40s", share=Decimal("0.2"))))
    laid = CATALOG.with_overrides(over)
    terms = terms_of(laid, discounts={"accelerator": Decimal("0.3")})
    assert terms.discount("l40s", "accelerator") == Decimal("0.2")
    assert terms.discount("a40", "accelerator") == Decimal("0.3")
    assert terms_of(laid).discount("a40", "accelerator") == Decimal("0.1")


def test_discounts_are_given_on_categories_of_the_bill() -> None:
    assert set(DISCOUNTED) <= set(get_args(Category))


def test_prices_are_judged_from_the_day_of_the_newest_of_them() -> None:
    laid = CATALOG.with_overrides(Overrides(prices=(price("l40s", "7000", date(2027, 3, 1)),)))
    assert price_date(laid) == date(2027, 3, 1)
    terms = terms_of(laid)
    assert not terms.is_stale(date(2027, 3, 1))
    assert terms.is_stale(date(2026, 11, 22))


def test_an_own_accelerator_is_found_and_built_like_the_one_it_resembles() -> None:
    own = OwnAccelerator(id="my_card", like="rtx_4090", memory_gb=48, tdp_w=450, name="My Card 48 GB")
    laid = CATALOG.with_overrides(Overrides(accelerators=(own,)))
    made, like = laid.accelerators["my_card"], CATALOG.accelerators["rtx_4090"]
    assert (made.memory_bytes, made.bandwidth_gb_s, made.price) == (48 * 10**9, like.bandwidth_gb_s, None)
    assert (made.sources, made.status) == (("yours",), "current")
    assert resolve_accelerator(laid, "my card 48 gb").id == "my_card"
    hosts = {s.id for s in laid.systems.values() if "my_card" in s.accelerators}
    assert hosts
    assert hosts <= {s.id for s in CATALOG.systems.values() if "rtx_4090" in s.accelerators}


def test_machines_without_the_power_do_not_take_it() -> None:
    def hosts(tdp_w: float) -> int:
        laid = CATALOG.with_overrides(Overrides(accelerators=(OwnAccelerator(id="x1", like="rtx_4090", tdp_w=tdp_w),)))
        return sum("x1" in system.accelerators for system in laid.systems.values())

    assert hosts(600) < hosts(300)


def test_a_figure_of_the_catalogue_can_be_corrected() -> None:
    laid = CATALOG.with_overrides(Overrides(accelerators=(OwnAccelerator(id="a10g", fp16_tflops=71, int8_tops=142),)))
    made, shipped = laid.accelerators["a10g"], CATALOG.accelerators["a10g"]
    assert (made.fp16_tflops, made.price, made.aliases) == (71, shipped.price, shipped.aliases)
    assert made.sources == (*shipped.sources, "yours")


def test_a_fine_tune_has_the_architecture_of_its_base() -> None:
    own = OwnModel(id="acme/our-llama", like="meta-llama/Llama-3.3-70B-Instruct", licence="ours")
    made = CATALOG.with_overrides(Overrides(models=(own,))).models["acme/our-llama"]
    base = CATALOG.models["meta-llama/Llama-3.3-70B-Instruct"]
    assert (made.total_params, made.kv_bytes_per_token_bf16) == (base.total_params, base.kv_bytes_per_token_bf16)
    assert (made.aliases, made.sources) == ((), ("yours",))


def test_another_shape_takes_nothing_that_follows_from_the_shape() -> None:
    own = OwnModel(id="acme/big", like="meta-llama/Llama-3.3-70B-Instruct", layers=100, total_params=88_000_000_000)
    made = CATALOG.with_overrides(Overrides(models=(own,))).models["acme/big"]
    assert (made.checkpoint_bytes, made.active_params, made.full_layers) == (None, 88_000_000_000, 100)
    assert made.kv_bytes_per_token_bf16 == 100 * 8 * 128 * 2 * 2


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"prices": [{"part": "l40x", "usd": 1, "as_of": DAY}]}, "l40s"),
        ({"discounts": [{"item": "swich", "share": 0.1}]}, "switch"),
        ({"accelerators": [{"id": "new", "memory_gb": 8}]}, "say which known one it is like"),
        ({"accelerators": [{"id": "new", "like": "rtx_4090x"}]}, "rtx_4090"),
        ({"accelerators": [{"id": "new", "like": "rtx_4090", "tdp_w": 5000}]}, "column tdp_w"),
        ({"accelerators": [{"id": "new", "like": "rtx_4090", "fp16_tflops": 330.3}]}, "column fp16_tflops"),
        ({"accelerators": [{"id": "new", "like": "rtx_4090", "bandwidth_gb_s": 1e6}]}, "column bandwidth_gb_s"),
        ({"models": [{"id": "acme/x", "like": "meta-llama/Llama-3.3-70B-Instruct", "layers": 90}]},
         "total_params is needed"),
        ({"models": [{"id": "acme/x", "like": "openai/gpt-oss-120b", "layers": 40, "total_params": 10**11,
                      "active_params": 10**10}]}, "number cannot change"),
    ],
)
def test_what_does_not_exist_or_cannot_be_is_refused(over: dict[str, Any], said: str) -> None:
    with pytest.raises(CatalogFault, match=said):
        CATALOG.with_overrides(Overrides.model_validate(over))


@pytest.mark.parametrize(
    "over",
    [
        {"prices": [{"part": "l40s", "usd": "nan", "as_of": DAY}]},
        {"prices": [{"part": "l40s", "usd": -1, "as_of": DAY}]},
        {"prices": [{"part": "l40s", "usd": 0, "as_of": DAY}]},
        {"prices": [{"part": "l40s", "usd": 5}]},
        {"prices": [{"part": "l40s", "usd": 5, "as_of": DAY, "low_usd": 6}]},
        {"prices": [{"part": "l40s", "usd": 5, "as_of": DAY}] * 2},
        {"discounts": [{"item": "switch", "share": 1}]},
        {"prices": [{"part": "l40s", "as_of": DAY}]},
        {"prices": [{"part": "l40s", "usd": 5, "currency": "CNY", "as_of": DAY}]},
        {"prices": [{"part": "l40s", "usd": 5, "amount": 5, "currency": "CNY", "as_of": DAY}]},
        {"prices": [{"part": "l40s", "amount": 5, "as_of": DAY}]},
        {"rates": [{"currency": "USD", "per_usd": 1, "as_of": DAY}]},
        {"rates": [{"currency": "CNY", "per_usd": "inf", "as_of": DAY}]},
        {"rates": [{"currency": "CNY", "per_usd": 7, "as_of": DAY}] * 2},
        {"accelerators": [{"id": "=1+1", "like": "l40s"}]},
        {"accelerators": [{"id": "x", "like": "l40s", "memory_gb": float("inf")}]},
        {"accelerators": [{"id": "x", "like": "l40s", "colour": "red"}]},
        {"models": [{"id": "x\x00y", "like": "openai/gpt-oss-20b"}]},
    ],
)
def test_hostile_values_are_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Overrides.model_validate(over)


def test_they_travel_in_needs_files() -> None:
    discounts = (Discount(item="cpu", share=Decimal("0.1")),)
    needs = Needs(overrides=Overrides(prices=(price("l40s", "7000.50"),), discounts=discounts))
    assert parse_needs(dump_needs(needs)) == needs
    assert Needs.model_validate_json(needs.model_dump_json(by_alias=True)) == needs
    assert "overrides" not in dump_needs(Needs())


def test_a_plan_uses_and_marks_them() -> None:
    needs = Needs.model_validate({
        "model": "acme/tuned", "constraints": {"accelerators": ["my_card"]}, "workload": {"concurrent_users": 2},
        "overrides": {
            "accelerators": [{"id": "my_card", "like": "rtx_4090", "memory_gb": 48}],
            "models": [{"id": "acme/tuned", "like": "Qwen/Qwen2.5-14B-Instruct"}],
            "prices": [{"part": "my_card", "usd": 1900, "as_of": DAY}],
            "discounts": [{"item": "my_card", "share": 0.1}],
        }})
    found = plan(needs, CATALOG)
    assert found.chosen is not None
    assert found.chosen.bom is not None
    line = next(line for line in found.chosen.bom.lines if line.part == "my_card")
    assert (line.price_kind, line.price_as_of, line.stale, line.discount) == ("yours", DAY, False, Decimal("0.1"))
    assert line.unit_net == Decimal("1710.00")
    assert found.needs.overrides == needs.overrides
    with pytest.raises(CatalogFault):
        plan(needs.model_copy(update={"overrides": Overrides(prices=(price("no_such", "1"),))}), CATALOG)


def test_prices_in_another_currency_take_its_dated_rate() -> None:
    yuan = OwnPrice(part="l40s", amount=Decimal(52000), currency="CNY", as_of=DAY, low=Decimal(50000))
    laid = CATALOG.with_overrides(Overrides(prices=(yuan,)))
    found, rate = laid.accelerators["l40s"].price, exchange_of(CATALOG).per_usd["CNY"]
    assert found is not None
    assert (found.usd, found.low_usd, found.high_usd) == (52000 / rate, 50000 / rate, None)
    assert terms_of(laid, currency="CNY").list_cents(found.usd) == 5_200_000
    own = OwnRate(currency="CNY", per_usd=Decimal("7.5"), as_of=date(2026, 12, 24))
    dearer = CATALOG.with_overrides(Overrides(prices=(yuan,), rates=(own,)))
    assert exchange_of(dearer).per_usd["CNY"] == Decimal("7.5")
    assert dearer.economics["fx/usd-cny/cn"].sources == ("yours",)
    assert getattr(dearer.accelerators["l40s"].price, "usd", None) == 52000 / Decimal("7.5")
    assert price_date(dearer) == own.as_of
    franc = Overrides(prices=(yuan.model_copy(update={"currency": "CHF"}),))
    with pytest.raises(CatalogFault, match="exchange rate"):
        CATALOG.with_overrides(franc)
    rates = (OwnRate(currency="CHF", per_usd=Decimal("0.8"), as_of=DAY),)
    paid = CATALOG.with_overrides(franc.model_copy(update={"rates": rates})).accelerators["l40s"].price
    assert getattr(paid, "usd", None) == 65000


def test_a_plan_in_yuan_prints_the_amount_that_was_given() -> None:
    needs = Needs.model_validate({
        "constraints": {"accelerators": ["l40s"]}, "budget": {"currency": "CNY"},
        "overrides": {"prices": [{"part": "l40s", "amount": "52345.67", "currency": "CNY", "as_of": DAY}]}})
    bom = getattr(plan(needs, CATALOG).chosen, "bom", None)
    assert bom is not None
    line = next(line for line in bom.lines if line.part == "l40s")
    assert (line.unit_net, line.price_kind) == (Decimal("52345.67"), "yours")
    assert parse_needs(dump_needs(needs)) == needs


def test_old_own_prices_are_stale_too() -> None:
    needs = Needs(overrides=Overrides(prices=(price("l40s", "7000", date(2026, 1, 1)),))).model_copy(
        update={"constraints": Needs().constraints.model_copy(update={"accelerators": ("l40s",)})})
    bom = getattr(plan(needs, CATALOG).chosen, "bom", None)
    assert bom is not None
    assert next(line for line in bom.lines if line.part == "l40s").stale


parts = st.sampled_from(sorted(Catalog().accelerators))
usd = st.decimals("0.01", "1e9", places=2)
books = st.dictionaries(parts, usd, max_size=5).map(
    lambda book: Overrides(prices=tuple(OwnPrice(part=part, usd=usd, as_of=DAY) for part, usd in book.items())))


@given(books, books)
def test_of_two_books_the_later_holds(first: Overrides, second: Overrides) -> None:
    merged = {row.part: row.usd for row in first.merged(second).prices}
    assert merged == {row.part: row.usd for row in (*first.prices, *second.prices)}


@given(books)
def test_every_price_arrives_exactly(book: Overrides) -> None:
    laid = CATALOG.with_overrides(book)
    for row in book.prices:
        found = laid.accelerators[row.part].price
        assert found is not None
        assert found.usd == row.usd
