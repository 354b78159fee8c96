from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from wizard.catalog.prices import is_stale
from wizard.catalog.records import Price

TODAY = date(2026, 11, 22)


def dated(day: date) -> Price:
    return Price(usd=Decimal(1), kind="street", as_of=day, source="x")


@pytest.mark.parametrize(
    ("day", "stale"),
    [(date(2026, 11, 22), False), (date(2026, 8, 24), False), (date(2026, 8, 23), True), (date(2026, 11, 23), True)],
)
def test_a_price_is_fresh_for_ninety_days(day: date, stale: bool) -> None:
    assert is_stale(dated(day), TODAY) is stale
