from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from wizard.catalog.catalog import Catalog
from wizard.catalog.prices import is_stale, read_price_book
from wizard.catalog.records import Price
from wizard.errors import CatalogFault

TODAY = date(2026, 11, 22)


def dated(day: date) -> Price:
    return Price(usd=Decimal(1), kind="street", as_of=day, source="x")


@pytest.mark.parametrize(
    ("day", "stale"),
    [(date(2026, 11, 22), False), (date(2026, 8, 24), False), (date(2026, 8, 23), True), (date(2026, 11, 23), True)],
)
def test_a_price_is_fresh_for_ninety_days(day: date, stale: bool) -> None:
    assert is_stale(dated(day), TODAY) is stale


def book(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_prices_are_marked_as_own(tmp_path: Path) -> None:
    found = read_price_book(book(tmp_path, "id,price_usd,price_as_of\nl40s,7000,\na40,4100.50,2026-10\n"), TODAY)
    assert found["l40s"].usd == Decimal(7000)
    assert (found["l40s"].kind, found["l40s"].source, found["l40s"].as_of) == ("yours", "yours", TODAY)
    assert found["a40"].as_of == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,price_usd\nl40s,-5\n", "positive"),
        ("id,price_usd\nl40s,nan\n", "positive"),
        ("id,price_usd\nl40s,many\n", "incomplete"),
        ("id,price_usd\nl40s,1\nl40s,2\n", "twice"),
        ("id,price\nl40s,1\n", "Missing: price_usd"),
        ("id,price_usd\nl40s\n", "number of cells"),
        ("id,price_usd\nl40s,\n", "positive"),
    ],
)
def test_a_bad_price_book_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogFault, match=r"prices\.csv row") as caught:
        read_price_book(book(tmp_path, text), TODAY)
    assert said in str(caught.value)


def test_own_prices_lie_over_the_catalogue(tmp_path: Path) -> None:
    catalog = Catalog()
    own = catalog.with_prices(read_price_book(book(tmp_path, "id,price_usd\nl40s,7000\nrack_42u,900\n"), TODAY))
    mine, theirs = own.accelerators["l40s"].price, catalog.accelerators["l40s"].price
    assert mine is not None
    assert theirs is not None
    assert (mine.usd, mine.kind) == (Decimal(7000), "yours")
    assert theirs.kind == "estimate"
    assert own.accelerators["a40"] is catalog.accelerators["a40"]
    assert own.components["rack_42u"].price != catalog.components["rack_42u"].price
    assert own.version == catalog.version


def test_a_price_of_nothing_is_refused(tmp_path: Path) -> None:
    prices = read_price_book(book(tmp_path, "id,price_usd\nl40x,7000\n"), TODAY)
    with pytest.raises(CatalogFault, match="l40s"):
        Catalog().with_prices(prices)
