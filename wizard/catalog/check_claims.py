"""Are API prices and recorded conflicts between sources plausible, and do they refer to what exists?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from wizard.catalog.catalog import Catalog
from wizard.catalog.findings import Findings, Place
from wizard.catalog.prices import FRESH_DAYS, is_stale
from wizard.catalog.records import ApiPrice, Conflict, Model

_PER_MILLION = (Decimal("0.001"), Decimal(200))
_TABLES = ("accelerators", "systems", "components", "cloud", "economics", "models")


def check_api_prices(prices: Mapping[str, ApiPrice], models: Mapping[str, Model], today: date) -> Findings:
    """Yield what is wrong with prices by the token."""
    for price in prices.values():
        place = Place("api_prices.csv", price.id)
        if price.model not in models:
            yield place.error("unknown_model", "model", "there is no model {id}", id=price.model)
        wanted = f"{price.provider.lower().replace(' ', '-').replace('.', '-')}/{price.model}"
        if price.id != wanted:
            yield place.error("id", "id", "it must be {wanted}", wanted=wanted)
        for column in ("input_usd_per_million", "output_usd_per_million"):
            value = getattr(price, column)
            if not _PER_MILLION[0] <= value <= _PER_MILLION[1]:
                yield place.error("per_million", column, "{value} USD per million tokens", value=value)
        cached = price.cached_input_usd_per_million
        if cached is not None and not 0 < cached <= price.input_usd_per_million:
            yield place.error("cheaper", "cached_input_usd_per_million", "it must not cost more than new input")
        if price.output_usd_per_million < price.input_usd_per_million:
            yield place.warning("output_price", "output_usd_per_million", "output is seldom cheaper than input")
        if price.as_of > today:
            yield place.error("price_date", "as_of", "{date} cannot be its date", date=price.as_of)
        elif is_stale(price.as_of, today):
            yield place.stale("price_age", "as_of", "it is older than {days} days", days=FRESH_DAYS)


def check_conflicts(catalog: Catalog) -> Findings:
    """Yield what is wrong with recorded conflicts: the row, the field, or a value that is not the catalogue's."""
    for conflict in catalog.conflicts.values():
        place = Place("conflicts.csv", conflict.id)
        if conflict.table not in _TABLES:
            yield place.error("unknown_word", "table", "{value} is not one of {known}", value=repr(conflict.table),
                              known=", ".join(_TABLES))
            continue
        if not conflict.rows or conflict.id != f"{conflict.rows[0]}:{conflict.field}":
            yield place.error("id", "id", "it must name its first row and its field")
        if not (conflict.others and conflict.reason):
            yield place.error("blank", "others" if conflict.reason else "reason", "it must not be blank")
        yield from _values(place, conflict, getattr(catalog, conflict.table))


def _values(place: Place, conflict: Conflict, table: Mapping[str, object]) -> Findings:
    for id_ in conflict.rows:
        row = table.get(id_)
        if row is None:
            yield place.error("unknown_row", "rows", "there is no row {id}", id=id_)
        elif not hasattr(row, conflict.field):
            yield place.error("unknown_field", "field", "{field} is no column", field=conflict.field)
        elif not _same(conflict.chosen, getattr(row, conflict.field)):
            yield place.error("not_chosen", "chosen", "{id} has {value}, not {chosen}", id=id_,
                              value=getattr(row, conflict.field), chosen=conflict.chosen)


def _same(text: str, value: object) -> bool:
    try:
        return Decimal(text) == Decimal(str(value))
    except InvalidOperation:
        return text == str(value)
