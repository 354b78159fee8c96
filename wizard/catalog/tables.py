"""Reading a catalogue table: CSV in, typed records out, with row and column in every complaint.

The columns of a table are the fields of its record. ``Price`` and its like are spread over columns
``price_usd, price_kind, price_as_of, price_source, price_low_usd, price_high_usd``.
"""

from __future__ import annotations

import csv
import math
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from wizard.catalog.records import Price, PriceClass
from wizard.errors import CatalogFault
from wizard.i18n import mark

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R")
Row = dict[str, str]
_PRICE_COLUMNS = frozenset({
    "price_usd", "price_kind", "price_as_of", "price_source", "price_low_usd", "price_high_usd",
})
_PRICE_KINDS = frozenset(get_args(PriceClass))


def read_records(path: Path, record: type[R]) -> tuple[R, ...]:
    """Read every row of ``path`` as a ``record``.

    Raises:
        CatalogFault: a column is missing or unknown, or a cell does not hold a value of its column's type.
    """
    with path.open(newline="", encoding="utf-8-sig") as f:
        lines = list(csv.reader(f))
    header = lines[0] if lines else []
    _check_columns(header, record, path.name)
    try:
        return _by_columns(header, lines[1:], record)
    except (ValueError, InvalidOperation, CatalogFault):
        # Something is wrong: read again row by row, which says where.
        return tuple(record_of(row, record, f"{path.name} row {n}") for n, row in rows(path))


def _check_columns(header: list[str], record: type, name: str) -> None:
    known = {field.name for field in fields(cast("type[DataclassInstance]", record))}
    for column in header:
        if column not in known and not ("price" in known and column in _PRICE_COLUMNS):
            raise CatalogFault(mark("there is no column {column}"), where=f"{name} row 1", column=repr(column))
    if len(set(header)) < len(header):
        raise CatalogFault(mark("the columns must have names that differ from each other"), where=f"{name} row 1")


def _by_columns(header: list[str], lines: list[list[str]], record: type[R]) -> tuple[R, ...]:
    """Build all records column by column: most cells repeat, so what a text means is worked out once.

    Setting the slots directly is what ``__init__`` of a frozen dataclass does, at half the time of the whole.
    """
    if any(len(line) != len(header) for line in lines):
        raise ValueError("a row has another number of cells")
    made = tuple(object.__new__(record) for _ in lines)
    cells = dict(zip(header, zip(*lines, strict=True), strict=True)) if lines else dict.fromkeys(header, ())
    for name, parse, default in _parsers(cast("Hashable", record)):
        values = _prices(cells) if name == "price" else _meant(cells, name, parse, default, len(lines))
        place: Callable[[R, object], None] = getattr(record, name).__set__
        deque(map(place, made, values), maxlen=0)
    return made


def _meant(
    cells: Mapping[str, tuple[str, ...]], name: str, parse: Callable[[str], object], default: object, count: int,
) -> Iterable[object]:
    texts = cells.get(name)
    if texts is None:
        if default is MISSING:
            raise ValueError(name)
        return repeat(default, count)
    meaning = {text: parse(text) if text or default is MISSING else default for text in set(texts)}
    return map(meaning.__getitem__, texts)


def _prices(cells: Mapping[str, tuple[str, ...]]) -> Iterable[Price | None]:
    names = [name for name in cells if name in _PRICE_COLUMNS]
    return [price_of(dict(zip(names, texts, strict=True)), "")
            for texts in zip(*(cells[name] for name in names), strict=True)]


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
    for name, parse, default in _parsers(cast("Hashable", record)):
        if name == "price":
            values[name] = price_of(row, where)
            continue
        text = row.get(name)
        if not text and default is not MISSING:
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
    if text not in _PRICE_KINDS:
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
def _parsers(record: Hashable) -> tuple[tuple[str, Callable[[str], object], object], ...]:
    """Return name, parser and default of every field; the default is ``MISSING`` where a column is required."""
    found: list[tuple[str, Callable[[str], object], object]] = []
    columns = cast("tuple[Field[object], ...]", fields(cast("type[DataclassInstance]", record)))
    for column in columns:
        kind = str(column.type)
        if kind.endswith(" | None"):
            found.append((column.name, _optional(_PARSERS.get(kind[:-7], str)), column.default))
        else:
            found.append((column.name, _PARSERS.get(kind, str), column.default))
    return tuple(found)
