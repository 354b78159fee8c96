"""Rows of a CSV or XLSX file as texts, from hands that may mean harm: nothing is evaluated, everything is bounded."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from wizard.errors import CatalogFault
from wizard.i18n import mark

MOST_COLUMNS = 100
LONGEST = 400
UNPACKED = 60_000_000
"""Bytes that an XLSX file may have once unpacked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, blank ones included, and its place in words."""

    where: str
    cells: dict[str, str]


def sheet_rows(path: Path) -> Iterator[Row]:
    """Yield the rows below the header of a CSV file, or of each sheet of an XLSX file; blank rows are left out.

    Raises:
        CatalogFault: the file is no such table, or a cell holds what no table of figures may hold.
    """
    if path.suffix.lower() == ".xlsx":
        yield from _xlsx(path)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogFault(mark("the file is no UTF-8 text"), where=path.name,
                           mend=mark("Save it as UTF-8.")) from error
    yield from _table(_csv(text, path.name), path.name)


def _csv(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    head = text.partition("\n")[0]
    # Spreadsheets of many countries write a semicolon, because their comma is the decimal point.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    while True:
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CatalogFault(mark("the file is no CSV table"), where=f"{name} row {reader.line_num}") from error
        yield reader.line_num, line


def _table(lines: Iterable[tuple[int, list[str]]], name: str) -> Iterator[Row]:
    header: list[str] = []
    for number, line in lines:
        where = f"{name} row {number}"
        texts = [text.strip() for text in line]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if not header:
            header = _header(texts, where)
            continue
        if len(texts) > len(header):
            raise CatalogFault(mark("the row has another number of cells than the header"), where=where,
                               mend=mark("Quote cells that contain a comma."))
        cells = dict(zip(header, texts, strict=False))
        for column, text in cells.items():
            _harmless(text, f"{where}, column {column}")
        yield Row(where, cells)


def _header(texts: list[str], where: str) -> list[str]:
    names = [text.strip().lower() for text in texts]
    if len(names) > MOST_COLUMNS or "" in names or len(set(names)) < len(names):
        raise CatalogFault(mark("the columns must have names that differ from each other"), where=where)
    return names


def _harmless(text: str, where: str) -> None:
    if len(text) > LONGEST:
        raise CatalogFault(mark("the cell is longer than {most} characters"), where=where, most=LONGEST)
    if text.startswith(("=", "@")) or (text.startswith(("+", "-")) and not text[1:2].isdigit()):
        raise CatalogFault(mark("formulas are not read: {value}"), where=where, mend=mark("Write its result."),
                           value=repr(text[:40]))
    if not text.isprintable():
        raise CatalogFault(mark("the cell holds characters that cannot be shown"), where=where)


def _xlsx(path: Path) -> Iterator[Row]:
    # It takes 150 ms to load, and only those who bring a spreadsheet need it.
    import openpyxl

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise CatalogFault(mark("the spreadsheet unpacks to more than {most} bytes"), where=path.name,
                                   most=UNPACKED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about fonts and validations that figures do not need
            book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                sheets = [(sheet.title, list(_cells(sheet.iter_rows(), path.name))) for sheet in book.worksheets]
            finally:
                book.close()
    except CatalogFault:
        raise
    except Exception as error:
        raise CatalogFault(mark("the file is no spreadsheet that can be read"), where=path.name,
                           mend=mark("Save it as XLSX or CSV again.")) from error
    for title, lines in sheets:
        yield from _table(lines, f"{path.name} {title}" if len(sheets) > 1 else path.name)


def _cells(rows: Iterable[Iterable[object]], name: str) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, 1):
        if number > 20_000:
            raise CatalogFault(mark("the file has more than {most} rows"), where=name, most=20_000)
        yield number, [_text(getattr(cell, "value", None)) for cell in list(row)[: MOST_COLUMNS + 1]]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
