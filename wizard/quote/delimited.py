"""The bill of materials as CSV: UTF-8 with a byte order mark and CRLF, as spreadsheets and ERP uploads expect."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from wizard.costing.records import Bom, BomLine
from wizard.errors import OutputError
from wizard.i18n import Translator, mark
from wizard.planner.plan import Plan
from wizard.quote.sheet_bom import reason_of
from wizard.words import describe

COLUMNS = (
    "line", "category", "part", "vendor", "description", "quantity", "currency", "unit_list", "discount", "unit_net",
    "extended", "price_class", "price_date", "price_source", "stale", "power_w", "rack_units", "weight_kg", "reason",
    "recurring", "edited",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(plan: Plan, path: Path, translator: Translator | None = None) -> None:
    """Write ``bom.csv`` of the plan's chosen option; without a bill of materials only the header row.

    Numbers have a decimal point and no separators, dates are ISO 8601, a cell that a spreadsheet would take for a
    formula begins with an apostrophe.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        path.write_bytes(csv_bytes(plan, translator))
    except OSError as error:
        raise OutputError(mark("the file cannot be written: {why}"), where=str(path), why=str(error)) from error


def csv_bytes(plan: Plan, translator: Translator | None = None) -> bytes:
    """Return what :func:`write_csv` writes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    bom = plan.chosen.bom if plan.chosen is not None else None
    if bom is not None:
        writer.writerows(_rows(bom, translator or Translator()))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def neutral(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    clean = text.replace("\r\n", " ").replace("\n", " ").replace("\x00", "")
    return f"'{clean}" if clean.startswith(_FORMULA_STARTS) or clean.lstrip().startswith(_FORMULA_STARTS) else clean


def _rows(bom: Bom, tr: Translator) -> Iterator[tuple[object, ...]]:
    for line in bom.lines:
        yield (
            line.number, line.category, neutral(line.part), neutral(line.vendor), neutral(describe(tr, line)),
            line.quantity, bom.currency, _plain(line.unit_list), _plain(line.discount), _plain(line.unit_net),
            _plain(line.extended), *_basis(line), _plain(line.power_w), _plain(line.rack_units),
            _plain(line.weight_kg), neutral(reason_of(line, tr)),
            "yearly" if line.recurring else "no", "yes" if line.edited else "no",
        )


def _basis(line: BomLine) -> tuple[str, str, str, str]:
    day = line.price_as_of.isoformat() if line.price_as_of else ""
    return (line.price_kind or "", day, neutral(line.price_source), "yes" if line.stale else "no")


def _plain(value: object) -> str:
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
