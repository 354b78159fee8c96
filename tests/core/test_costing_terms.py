"""Prices, discounts, tax and currency: the rules of every printed amount."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.catalog.catalog import Catalog
from wizard.catalog.exchange import exchange_of
from wizard.costing.terms import Terms, catalog_date, micro, money, share_of, terms_of, vat_of
from wizard.errors import CatalogFault
from wizard.money import Exchange

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def terms(**more: object) -> Terms:
    rates = Exchange(per_usd=MappingProxyType({"USD": Decimal(1), "CNY": Decimal("6.6529")}), as_of=date(2026, 10, 30),
                     source="ecb")
    # Keywords of several types.
    return Terms(currency="CNY", exchange=rates, today=date(2026, 11, 22), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("usd", "expected"), [("0.00", 0), ("1.00", 665), ("0.75", 499), ("10000", 6_652_900)])
def test_list_prices_are_converted_and_rounded_half_up(usd: str, expected: int) -> None:
    assert terms().list_cents(Decimal(usd)) == expected


def test_half_a_cent_goes_up() -> None:
    flat = Exchange(per_usd=MappingProxyType({"USD": Decimal(1)}), as_of=date(2026, 10, 30), source="ecb")
    dollars = Terms(currency="USD", exchange=flat, today=date(2026, 11, 22))
    assert dollars.net_cents(Decimal("2.665"), Decimal(0)) == 267
    assert dollars.net_cents(Decimal("10.01"), Decimal("0.05")) == 951


def test_a_parts_discount_comes_before_its_categorys() -> None:
    found = terms(discounts={"cpu": Decimal("0.1"), "epyc_9124": Decimal("0.2")})
    assert found.discount("epyc_9124", "cpu") == Decimal("0.2")
    assert found.discount("epyc_9254", "cpu") == Decimal("0.1")
    assert found.discount("l40s", "accelerator") == 0


@given(st.integers(0, 10**12), st.decimals(0, 1, places=6))
def test_a_share_is_that_of_exact_decimals(cents: int, rate: Decimal) -> None:
    exact = (money(cents) * rate).quantize(CENT, ROUND_HALF_UP)
    assert money(share_of(cents, rate)) == exact
    assert micro(rate) == int(rate * 10**6)


@pytest.mark.parametrize(("day", "stale"), [("2026-08-24", False), ("2026-08-23", True), ("2026-11-22", False)])
def test_a_price_is_stale_after_ninety_days(day: str, stale: bool) -> None:
    assert terms().is_stale(date.fromisoformat(day)) is stale


@pytest.mark.parametrize(
    ("country", "rate"), [("CN", "0.13"), ("DE", "0.19"), ("FR", "0.2"), ("JP", "0.1"), ("US", "0")],
)
def test_tax_by_country(catalog: Catalog, country: str, rate: str) -> None:
    found = terms_of(catalog, country=country)
    assert found.tax_rate == Decimal(rate)
    assert bool(found.tax_source) == (vat_of(catalog, country) is not None)


def test_the_users_tax_comes_first(catalog: Catalog) -> None:
    found = terms_of(catalog, country="US", tax_rate=Decimal("0.0825"))
    assert (found.tax_rate, found.tax_source) == (Decimal("0.0825"), "yours")


def test_the_newest_rates_are_used(catalog: Catalog) -> None:
    rates = exchange_of(catalog)
    assert (rates.as_of, rates.per_usd["CNY"]) == (date(2026, 10, 30), Decimal("6.6529"))
    assert rates.per_usd["EUR"] == Decimal("0.8951")


def test_a_currency_without_a_rate_is_refused(catalog: Catalog) -> None:
    with pytest.raises(CatalogFault, match="exchange rate for XYZ"):
        terms_of(catalog, currency="XYZ")


def test_the_day_is_the_catalogues_unless_given(catalog: Catalog) -> None:
    assert terms_of(catalog).today == catalog_date(catalog)
    assert terms_of(catalog, today=date(2027, 1, 1)).today == date(2027, 1, 1)


def test_equal_terms_are_one_key(catalog: Catalog) -> None:
    one, other = terms_of(catalog, country="CN"), terms_of(catalog, country="CN")
    assert one == other
    assert hash(one) == hash(other)
    assert one != terms_of(catalog, country="CN", discounts={"cpu": Decimal("0.1")})
