"""Reading a user's own prices, discounts, hardware and models from a CSV, YAML or XLSX file.

A table has one row per thing. ``kind`` says what the row is (``price`` if blank, ``rate``, ``discount``,
``accelerator``, ``model``, ``system``, ``component``, ``cloud``), ``id`` what it is about; ``price_usd`` with
``price_as_of``, ``price_low_usd`` and ``price_high_usd`` prices it, or ``price`` with ``currency``, ``price_low`` and
``price_high``; a ``rate`` gives the units ``per_usd`` of the currency ``id``; ``discount`` is a share such as ``0.12``
or ``12%``; the other columns are of :mod:`wizard.catalog.overrides` and :mod:`wizard.catalog.own_machines`; several
ids in a cell are parted by semicolons. A price of ``cloud`` is per instance and hour. YAML holds the same
value as ``overrides`` in a NEEDS file. A table with the columns of :mod:`wizard.catalog.measurements` holds measured
speeds instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wizard.catalog.catalog import Catalog
from wizard.catalog.measurements import is_measurements, read_measurements
from wizard.catalog.names import nearest
from wizard.catalog.overlay import check_discount, check_price, own_accelerator, own_model
from wizard.catalog.overrides import MOST, Discount, Overrides, OwnAccelerator, OwnModel, OwnPrice, OwnRate
from wizard.catalog.own_base import OwnThing
from wizard.catalog.own_machines import (
    OwnComponent,
    OwnInstance,
    OwnSystem,
    own_component,
    own_instance,
    own_system,
)
from wizard.catalog.sheets import Row, sheet_rows
from wizard.catalog.tables import parse_date
from wizard.complaints import problem, shown
from wizard.errors import CatalogFault
from wizard.i18n import mark

SUFFIXES = (".csv", ".xlsx", ".yaml", ".yml")
MAX_BYTES = 2_000_000

_PRICE = {
    "price_usd": "usd", "price_as_of": "as_of", "price_low_usd": "low_usd", "price_high_usd": "high_usd",
    "price": "amount", "currency": "currency", "price_low": "low", "price_high": "high",
}
_RATE = {"per_usd": "per_usd", "price_as_of": "as_of"}
_OWN: dict[str, tuple[type[OwnThing], str]] = {
    "accelerator": (OwnAccelerator, "accelerators"), "model": (OwnModel, "models"), "system": (OwnSystem, "systems"),
    "component": (OwnComponent, "components"), "cloud": (OwnInstance, "instances"),
}
"""What the rows of a kind are, and where :class:`Overrides` keeps them."""

_KINDS = ("price", "rate", "discount", *_OWN)
COLUMNS = tuple(dict.fromkeys((
    "kind", "id", *_PRICE, *_RATE, "discount", *(column for own, _ in _OWN.values() for column in own.model_fields),
)))

R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")


def read_overrides(path: Path, today: date, catalog: Catalog) -> Overrides:
    """Read a file of a user's own figures and check it against the catalogue.

    A price without a date counts from ``today``.

    Raises:
        CatalogFault: the file cannot be read, or a cell is wrong; it says in which row and column.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CatalogFault(mark("own figures are read from CSV, XLSX and YAML files"), where=path.name)
    _check_size(path)
    if suffix in {".yaml", ".yml"}:
        from wizard.catalog.overrides_yaml import read_yaml

        found = read_yaml(path, today)
    else:
        rows = list(islice(sheet_rows(path), MOST + 1))
        if is_measurements(rows):
            return Overrides(measurements=read_measurements(rows))
        found = _Book(today).read(iter(rows), path.name, catalog)
    catalog.with_overrides(found)
    return found


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise CatalogFault(mark("the file cannot be read ({reason})"), where=path.name,
                           reason=error.strerror or str(error)) from error
    if size > MAX_BYTES:
        raise CatalogFault(mark("the file has {size} bytes, and at most {most} are read"), where=path.name, size=size,
                           most=MAX_BYTES)


@dataclass
class _Book:
    """Gathers the rows of one file; each is checked against the catalogue where it stands."""

    today: date

    def __post_init__(self) -> None:
        self.prices: dict[str, tuple[OwnPrice, str]] = {}
        self.rates: dict[str, tuple[OwnRate, str]] = {}
        self.discounts: dict[str, tuple[Discount, str]] = {}
        self.own: dict[str, dict[str, tuple[Any, str]]] = {kind: {} for kind in _OWN}

    def read(self, rows: Iterator[Row], name: str, catalog: Catalog) -> Overrides:
        """Read all rows; a price may be of hardware that stands further down."""
        for count, row in enumerate(rows):
            if count >= MOST:
                raise CatalogFault(mark("the file has more than {most} rows"), where=name, most=MOST)
            self._take(row)
        if not (self.prices or self.rates or self.discounts or any(self.own.values())):
            raise CatalogFault(mark("the file holds no own figures"), where=name)
        self._check(catalog)
        return self._found()

    def _found(self) -> Overrides:
        return Overrides(
            prices=_rows(self.prices), rates=_rows(self.rates), discounts=_rows(self.discounts), **self._things(*_OWN))

    def _things(self, *kinds: str) -> dict[str, Any]:
        return {_OWN[kind][1]: _rows(self.own[kind]) for kind in kinds}

    def _check(self, catalog: Catalog) -> None:
        """Check each row where it stands: things before what refers to them."""
        for row, where in self.own["accelerator"].values():
            own_accelerator(catalog, row, where)
        for row, where in self.own["model"].values():
            own_model(catalog, row, where)
        for row, where in self.own["component"].values():
            own_component(catalog, row, where)
        laid = catalog.with_overrides(Overrides(**self._things("accelerator"), rates=_rows(self.rates)))
        for row, where in self.own["system"].values():
            own_system(laid, row, where)
        for row, where in self.own["cloud"].values():
            own_instance(laid, row, self.prices, where)
        own = [key for kind in _OWN if kind != "model" for key in self.own[kind]]
        for price, where in self.prices.values():
            check_price(laid, price, where, own)
        for discount, where in self.discounts.values():
            check_discount(laid, discount, f"{where}, column id", own)

    def _take(self, row: Row) -> None:
        cells = {column: text for column, text in row.cells.items() if text}
        for column in cells:
            if column not in COLUMNS:
                raise CatalogFault(
                    mark("there is no column {column}"), where=row.where, mend=mark("Did you mean {nearest}?"),
                    column=repr(column), nearest=" / ".join(nearest(column, COLUMNS)) or "-")
        kind, key = cells.pop("kind", ""), cells.pop("id", "")
        if kind not in ("", *_KINDS):
            raise CatalogFault(mark("{value} is not one of {known}"), where=f"{row.where}, column kind",
                               value=repr(kind), known=", ".join(_KINDS))
        if not key:
            raise CatalogFault(mark("it must not be blank"), where=f"{row.where}, column id")
        if kind == "rate":
            self._take_rate(row.where, key, cells)
        else:
            self._take_money(row.where, key, cells, kind)
        if kind in _OWN:
            self._keep(self.own[kind], key, _valid(_OWN[kind][0], {"id": key} | cells, row.where, {}), row.where)
        elif cells:
            column = next(iter(cells))
            raise CatalogFault(mark("{column} describes a thing: say in the column kind which it is"),
                               where=f"{row.where}, column {column}", column=column)

    def _take_rate(self, where: str, key: str, cells: dict[str, str]) -> None:
        given = {field: cells.pop(column) for column, field in _RATE.items() if column in cells}
        if "per_usd" not in given:
            raise CatalogFault(mark("it must not be blank"), where=f"{where}, column per_usd")
        given["as_of"] = _day(given.get("as_of", ""), self.today, f"{where}, column price_as_of")
        names = {"currency": "id", "as_of": "price_as_of"}
        self._keep(self.rates, key, _valid(OwnRate, {"currency": key} | given, where, names), where)

    def _take_money(self, where: str, key: str, cells: dict[str, str], kind: str) -> None:
        share = cells.pop("discount", "")
        priced = {field: cells.pop(column) for column, field in _PRICE.items() if column in cells}
        if "usd" in priced or "amount" in priced:
            priced["as_of"] = _day(priced.get("as_of", ""), self.today, f"{where}, column price_as_of")
            if "amount" in priced and "currency" not in priced:
                raise CatalogFault(mark("it must not be blank"), where=f"{where}, column currency")
            names = {field: column for column, field in _PRICE.items()}
            self._keep(self.prices, key, _valid(OwnPrice, {"part": key} | priced, where, names), where)
        elif priced or kind == "price" or (not kind and not share):
            raise CatalogFault(mark("it must not be blank"), where=f"{where}, column price_usd")
        if share:
            found = _valid(Discount, {"item": key, "share": _share(share)}, where, {"share": "discount", "item": "id"})
            self._keep(self.discounts, key, found, where)

    @staticmethod
    def _keep(table: dict[str, tuple[Any, str]], key: str, row: BaseModel, where: str) -> None:
        if key in table:
            raise CatalogFault(mark("{id} stands there twice, first in {first}"), where=f"{where}, column id",
                               id=repr(key), first=table[key][1])
        table[key] = (row, where)


def _rows(table: Mapping[str, tuple[T, str]]) -> tuple[T, ...]:
    return tuple(row for row, _ in table.values())


def _day(text: str, today: date, where: str) -> str:
    try:
        found = parse_date(text) if text else today
    except (ValueError, TypeError) as error:
        raise CatalogFault(mark("{value} is no date"), where=where, mend=mark("Write it as 2026-11-22."),
                           value=repr(text[:40])) from error
    if found > today:
        raise CatalogFault(mark("{date} lies in the future"), where=where, date=found.isoformat())
    return found.isoformat()


def _share(text: str) -> str:
    """Return a percentage as a share, exactly; what is no percentage is left as it is."""
    if not text.endswith("%"):
        return text
    from decimal import Decimal, InvalidOperation

    try:
        return str(Decimal(text[:-1].strip()) / 100)
    except InvalidOperation:
        return text


def _valid(kind: Callable[..., R] | type[R], values: dict[str, str], where: str, columns: dict[str, str]) -> R:
    """Build one row of the user's."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else next(iter(values))
        if first["type"] == "extra_forbidden":
            raise CatalogFault(mark("a row of this kind has no column {column}"), where=where, column=field) from error
        raise CatalogFault(
            mark("{value} is not allowed: {problem}"), where=f"{where}, column {columns.get(field, field)}",
            value=shown(values.get(field, "")), problem=problem(first),
        ) from error
