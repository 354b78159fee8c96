"""Reading a catalogue table: CSV in, typed records out, with row and column in every complaint.

The columns of a table are the fields of its record. ``Price`` and its like are spread over columns
``price_usd, price_kind, price_as_of, price_source, price_low_usd, price_high_usd``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import MISSING, Field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from wizard.catalog.records import Price, PriceClass
from wizard.errors import CatalogFault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R")
Row = dict[str, str]


def read_records(path: Path, record: type[R]) -> tuple[R, ...]:
    """Read every row of ``path`` as a ``record``.

    Raises:
        CatalogFault: a column is missing or unknown, or a cell does not hold a value of its column's type.
    """
    with path.open(newline="", encoding="utf-8-sig") as f:
        lines = list(csv.reader(f))
    header = lines[0] if lines else []
    quick = _positions(header, record)
    prices = tuple((name, i) for i, name in enumerate(header) if name.startswith("price_"))
    found = [_quick(line, quick, prices, len(header), record) for line in lines[1:]] if quick else [None]
    if None not in found:
        return tuple(cast("list[R]", found))
    # Something is wrong: read again row by row, which says where.
    return tuple(record_of(row, record, f"{path.name} row {n}") for n, row in rows(path))


_Cell = tuple[str, int, Callable[[str], object], bool, object]
_UNREADABLE = object()


def _positions(header: list[str], record: type) -> tuple[_Cell, ...]:
    """Return where each field's cell is; empty where the header lacks a required column."""
    places = {name: i for i, name in enumerate(header)}
    parsers = tuple(p for p in _parsers(cast("Hashable", record)) if p[0] != "price")
    if any(required and name not in places for name, _, required in parsers):
        return ()
    blanks = {name: _blank(parse) for name, parse, required in parsers if required}
    return tuple(
        (name, places[name], parse, required, blanks.get(name)) for name, parse, required in parsers if name in places
    )


def _blank(parse: Callable[[str], object]) -> object:
    """Return what a blank cell means; :data:`_UNREADABLE` where it must not be blank."""
    try:
        return parse("")
    except (ValueError, InvalidOperation):
        return _UNREADABLE


def _quick(
    line: list[str], cells: tuple[_Cell, ...], prices: tuple[tuple[str, int], ...], width: int, record: type[R],
) -> R | None:
    """Build one record; ``None`` where a cell cannot be read."""
    if len(line) != width:
        return None
    values: dict[str, object] = {}
    try:
        if prices:
            values["price"] = price_of({name: line[place] for name, place in prices}, "")
        for name, place, parse, required, blank in cells:
            text = line[place]
            if text:
                values[name] = parse(text)
            elif blank is _UNREADABLE:
                return None
            elif required:
                values[name] = blank
    except (ValueError, InvalidOperation, CatalogFault):
        return None
    return record(**values)


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield line numbers (the header is line 1) and rows."""
    with path.open(newline="", encoding="utf-8-sig") as f:
        reader = csv.DictReader(f)
        for row in reader:
            if None in row or None in row.values():
                raise CatalogFault(
                    "the row has another number of cells than the header",
                    where=f"{path.name} row {reader.line_num}", mend="Quote cells that contain a comma.",
                )
            yield reader.line_num, row


def record_of(row: Row, record: type[R], where: str) -> R:
    """Build one record from a row of texts."""
    values: dict[str, object] = {}
    for name, parse, required in _parsers(cast("Hashable", record)):
        if name == "price":
            values[name] = price_of(row, where)
            continue
        text = row.get(name)
        if not text and not required:
            continue
        if text is None:
            raise CatalogFault("column {column} is missing", where=where, column=name)
        try:
            values[name] = parse(text)
        except (ValueError, InvalidOperation) as error:
            raise CatalogFault(
                "{column} cannot be {value}", where=f"{where}, column {name}",
                mend="Correct the cell, or leave it blank where the fact is not known.",
                column=name, value=repr(text),
            ) from error
    return record(**values)


def price_of(row: Row, where: str, prefix: str = "price_") -> Price | None:
    """Read the columns of a price; a blank amount is no price."""
    if not row.get(prefix + "usd"):
        return None
    try:
        low, high = (_decimal(row.get(f"{prefix}{end}_usd") or "") for end in ("low", "high"))
        return Price(
            usd=Decimal(row[prefix + "usd"]), kind=_price_kind(row[prefix + "kind"]),
            as_of=parse_date(row[prefix + "as_of"]), source=row[prefix + "source"], low_usd=low, high_usd=high,
        )
    except (ValueError, InvalidOperation, KeyError) as error:
        raise CatalogFault(
            "the price is incomplete: it needs an amount, a kind, a date and a source", where=where,
        ) from error


def parse_date(text: str) -> date:
    """Read ``2026``, ``2026-08`` or ``2026-08-22`` as the first day that it may mean."""
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return date(year, month, day)


def _price_kind(text: str) -> PriceClass:
    if text not in get_args(PriceClass):
        raise ValueError(text)
    return cast("PriceClass", text)


def _decimal(text: str) -> Decimal | None:
    if not text:
        return None
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _bool(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"


def _pair(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip()):
        raise ValueError(text)
    return name.strip(), int(value)


def _optional(parse: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: parse(text) if text else None


_PARSERS: dict[str, Callable[[str], object]] = {
    "str": str,
    "int": int,
    "float": _float,
    "bool": _bool,
    "Decimal": Decimal,
    "date": parse_date,
    "tuple[str, ...]": lambda text: tuple(part.strip() for part in text.split(";") if part.strip()),
    "tuple[tuple[str, int], ...]": lambda text: tuple(_pair(part) for part in text.split(";") if part.strip()),
}


@cache
def _parsers(record: Hashable) -> tuple[tuple[str, Callable[[str], object], bool], ...]:
    found: list[tuple[str, Callable[[str], object], bool]] = []
    columns = cast("tuple[Field[object], ...]", fields(cast("type[DataclassInstance]", record)))
    for column in columns:
        kind = str(column.type)
        required = column.default is MISSING
        if kind.endswith(" | None"):
            found.append((column.name, _optional(_PARSERS.get(kind[:-7], str)), required))
        else:
            found.append((column.name, _PARSERS.get(kind, str), required))
    return tuple(found)
