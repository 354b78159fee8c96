"""Dated exchange rates out of the catalogue's table of running costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Economic
from wizard.errors import CatalogFault
from wizard.i18n import mark
from wizard.money import Exchange


def exchange_of(catalog: Catalog) -> Exchange:
    """Return the newest exchange rates of the catalogue.

    Raises:
        CatalogFault: there is none, or one has no date.
    """
    rates: dict[str, Economic] = {}
    for row in catalog.economics.values():
        if row.category != "fx" or not row.item.startswith("USD/") or row.as_of is None:
            continue
        code = row.item[4:]
        if code not in rates or row.as_of > (rates[code].as_of or date.min):
            rates[code] = row
    if not rates:
        raise CatalogFault(mark("there are no exchange rates"), where="economics.csv")
    bases = {code: (row.as_of, row.sources[0]) for code, row in rates.items() if row.as_of}
    oldest = min(bases.values())
    return Exchange(
        per_usd=MappingProxyType({"USD": Decimal(1)} | {code: row.value for code, row in rates.items()}),
        as_of=oldest[0], source=oldest[1], bases=MappingProxyType(bases),
    )
