"""Prices: how long one may be trusted, and a user's own price book laid over the catalogue's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from wizard.catalog.records import Price
from wizard.catalog.tables import price_of, rows
from wizard.errors import CatalogFault

FRESH_DAYS = 90
OWN_SOURCE = "yours"
_COLUMNS = frozenset({"id", "price_usd", "price_as_of", "price_low_usd", "price_high_usd", "notes"})


def is_stale(price: Price, today: date) -> bool:
    """Tell whether a price is older than 90 days, or dated after today."""
    return not 0 <= (today - price.as_of).days <= FRESH_DAYS


def read_price_book(path: Path, today: date) -> Mapping[str, Price]:
    """Read a user's prices: a CSV file with ``id,price_usd`` and, if known, ``price_as_of`` and a range.

    A price without a date counts from ``today``. Each is of kind ``yours`` and names the file's rows as its source.

    Raises:
        CatalogFault: a column is unknown, an amount is not a positive number, or an id stands there twice.
    """
    book: dict[str, Price] = {}
    for line, row in rows(path):
        where = f"{path.name} row {line}"
        _check_columns(set(row), where)
        key = row["id"].strip()
        if not key or key in book:
            raise CatalogFault("the id {id} is blank or stands there twice", where=where, id=repr(key))
        book[key] = _own_price(row, today, where)
    return MappingProxyType(book)


def _check_columns(columns: set[str], where: str) -> None:
    missing, unknown = {"id", "price_usd"} - columns, columns - _COLUMNS
    if missing or unknown:
        raise CatalogFault(
            "a price book has the columns {columns}", where=where, columns=", ".join(sorted(_COLUMNS)),
            mend="Missing: {missing}. Unknown: {unknown}.", missing=", ".join(sorted(missing)) or "-",
            unknown=", ".join(sorted(unknown)) or "-",
        )


def _own_price(row: dict[str, str], today: date, where: str) -> Price:
    filled = row | {
        "price_kind": "yours", "price_source": OWN_SOURCE, "price_as_of": row.get("price_as_of") or today.isoformat(),
    }
    price = price_of(filled, where)
    if price is None or not price.usd.is_finite() or price.usd <= Decimal(0):
        raise CatalogFault("a price must be a positive number", where=where)
    return price
