"""The sheet of the bill of materials: one header row, one row per line, formulas that can be re-priced."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wizard.costing.records import Bom, BomLine
from wizard.costing.totals import ON_TOP
from wizard.i18n import Translator, mark
from wizard.planner.plan import Reason
from wizard.quote.sheet_cells import Book, Cells
from wizard.words import SENTENCES, describe, label, say

NAME = "BOM"
TITLES = (
    mark("No."), mark("Category"), mark("Part"), mark("Vendor"), mark("Description"), mark("Quantity"),
    mark("List price, each"), mark("Discount"), mark("Net price, each"), mark("Amount"), mark("Price class"),
    mark("Price date"), mark("Price source"), mark("Price mark"), mark("Maximum power, W each"),
    mark("Rack units, each"), mark("Weight, kg each"), mark("Reason"),
)
_WIDTHS = (6, 16, 24, 14, 44, 9, 15, 9, 15, 17, 13, 12, 18, 16, 11, 9, 9, 60)
BY_HAND = mark("changed by hand")
UNPRICED = mark("no price: not in the total")
STALE = mark("over 90 days old: indicative")
_SHARES = frozenset(("support_share", "shipping_share", "contingency_share"))


@dataclass(frozen=True, slots=True)
class Places:
    """Where other sheets find what they add up: A1 addresses with the sheet's name."""

    first: int
    last: int
    hardware: str
    net: str
    tax: str
    total: str
    recurring: str
    """What is paid again each year, blank where nothing is."""


def write(book: Book, bom: Bom, tr: Translator) -> Places:
    """Write the sheet and return where its sums are."""
    cells = book.sheet(NAME, _WIDTHS)
    cells.head(0, tuple(f"{tr(t)}, {bom.currency}" if n in {6, 8, 9} else tr(t) for n, t in enumerate(TITLES)))
    hardware_rows = sum(1 for line in bom.lines if line.category not in ON_TOP)
    for row, line in enumerate(bom.lines, 1):
        _line(cells, row, line, tr, hardware_rows)
    last = len(bom.lines)
    cells.sheet.autofilter(0, 0, max(last, 1), len(TITLES) - 1)
    cells.sheet.freeze_panes(1, 5)
    cells.sheet.repeat_rows(0)
    cells.sheet.set_landscape()
    cells.sheet.fit_to_pages(1, 0)
    return _sums(cells, bom, tr, last, hardware_rows)


def _line(cells: Cells, row: int, line: BomLine, tr: Translator, hardware_rows: int) -> None:
    n = row + 1
    cells.number(row, 0, line.number, "count")
    for column, text in ((1, label(tr, line.category)), (2, line.part), (3, line.vendor), (4, describe(tr, line))):
        cells.text(row, column, text)
    cells.number(row, 5, line.quantity, "count")
    if line.reason in _SHARES and line.unit_list is not None and line.price_kind != "yours":
        share = Decimal(str(dict(line.reason_fields)["percent"])) / 100
        cells.formula(row, 6, f"=ROUND({sum_of(hardware_rows)}*{share.normalize():f},2)", line.unit_list)
    else:
        cells.number(row, 6, line.unit_list)
    cells.number(row, 7, line.discount, "rate")
    cells.formula(row, 8, f'=IF(G{n}="","",ROUND(G{n}*(1-H{n}),2))', line.unit_net)
    cells.formula(row, 9, f'=IF(I{n}="","",ROUND(F{n}*I{n},2))', line.extended)
    _provenance(cells, row, line, tr)


def sum_of(rows: int, sheet: str = "") -> str:
    """Return the sum of the amounts of the first rows; of none it is zero, for a range must not run backwards.

    It is rounded, so that no share of it falls on the wrong side of half a cent for what binary fractions lose.
    """
    if not rows:
        return "0"
    return f"ROUND(SUM({sheet}!$J$2:$J${rows + 1}),2)" if sheet else f"ROUND(SUM(J2:J{rows + 1}),2)"


def _provenance(cells: Cells, row: int, line: BomLine, tr: Translator) -> None:
    cells.text(row, 10, label(tr, line.price_kind) if line.price_kind else "")
    cells.day(row, 11, line.price_as_of)
    cells.text(row, 12, line.price_source)
    cells.text(row, 13, price_mark(line, tr))
    cells.number(row, 14, line.power_w, "count")
    cells.number(row, 15, line.rack_units, "count")
    cells.number(row, 16, line.weight_kg, "count")
    cells.text(row, 17, reason_of(line, tr))


def price_mark(line: BomLine, tr: Translator) -> str:
    """Word what a reader must know of a price: that there is none, or that it is old."""
    if line.extended is None:
        return tr(UNPRICED)
    return tr(STALE) if line.stale else ""


def reason_of(line: BomLine, tr: Translator) -> str:
    """Word why a line is there and whether it was changed by hand; a code that has no sentence is left out."""
    known = line.reason in SENTENCES
    why = say(tr, Reason(code=line.reason, fields=dict(line.reason_fields))) if known else ""
    return "; ".join(part for part in (why, tr(BY_HAND) if line.edited else "") if part)


def _sums(cells: Cells, bom: Bom, tr: Translator, last: int, hardware_rows: int) -> Places:
    row = last + 2
    entries = (
        (tr("Net"), f"={sum_of(last)}", bom.net), (tr("Tax"), f"=ROUND(J{row + 1}*tax_rate,2)", bom.tax),
        (tr("Total"), f"=J{row + 1}+J{row + 2}", bom.total),
    )
    for offset, (title, formula, value) in enumerate(entries):
        cells.text(row + offset, 8, title, "bold")
        cells.formula(row + offset, 9, formula, value, "total")
    net, tax, whole = (f"{NAME}!$J${row + n}" for n in (1, 2, 3))
    yearly = "+".join(f"{NAME}!$J${line.number + 1}" for line in bom.lines
                      if line.recurring and line.extended is not None)
    return Places(2, last + 1, sum_of(hardware_rows, NAME), net, tax, whole, yearly)
