from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from wizard.catalog.catalog import Catalog
from wizard.catalog.check_money import check_economics
from wizard.catalog.exchange import exchange_of
from wizard.catalog.overrides import Overrides, OwnRate
from wizard.catalog.prices import is_stale, priced_on

TODAY = date(2026, 11, 22)
CATALOG = Catalog()


@pytest.mark.parametrize(
    ("day", "stale"),
    [(date(2026, 11, 22), False), (date(2026, 8, 24), False), (date(2026, 8, 23), True), (date(2026, 11, 23), True)],
)
def test_a_price_is_fresh_for_ninety_days(day: date, stale: bool) -> None:
    assert is_stale(day, TODAY) is stale


def test_every_kind_of_price_says_its_day_and_a_tariff_is_none() -> None:
    card, instance = CATALOG.accelerators["l40s"], next(iter(CATALOG.cloud.values()))
    assert card.price
    assert priced_on(card) == card.price.as_of
    assert priced_on(replace(card, price=None)) is None
    assert priced_on(instance) == instance.as_of
    rows = CATALOG.economics
    assert priced_on(rows["fx/usd-cny/cn"]) == rows["fx/usd-cny/cn"].as_of
    assert {priced_on(row) for row in rows.values() if row.category == "electricity"} == {None}


def test_old_exchange_rates_are_found() -> None:
    row = CATALOG.economics["fx/usd-cny/cn"]
    assert row.as_of

    def found(days: int) -> list[str]:
        today = (row.as_of or TODAY) + timedelta(days)
        return [f.code for f in check_economics({row.id: row}, today) if f.severity == "stale"]

    assert (found(90), found(91)) == ([], ["price_age"])


def test_each_rate_has_its_own_date_and_source() -> None:
    own = OwnRate(currency="CNY", per_usd=Decimal(7), as_of=TODAY)
    exchange = exchange_of(CATALOG.with_overrides(Overrides(rates=(own,))))
    assert exchange.basis("CNY") == (TODAY, "yours")
    assert exchange.basis("EUR") == exchange_of(CATALOG).basis("EUR") == (date(2026, 10, 30), "ecb")
