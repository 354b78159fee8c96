"""The sheet of assumptions: every input with its value and source; blue cells may be changed."""

from __future__ import annotations

from wizard.costing.records import Bom, Tco
from wizard.i18n import Translator, mark
from wizard.quote.sheet_cells import Book, Cells
from wizard.words import label

NAME = "Assumptions"
_TITLES = (mark("Input"), mark("Value"), mark("Source"), mark("Name in formulas"))


def write(book: Book, bom: Bom | None, tco: Tco | None, tr: Translator) -> None:
    """Write the sheet and give each value a name that formulas of other sheets use; no sheet without values."""
    rows = _of_bom(bom, tr) + _of_tco(tco, tr)
    if not rows:
        return
    cells = book.sheet(NAME, (48, 18, 44, 28))
    cells.head(0, tuple(tr(t) for t in _TITLES))
    cells.sheet.freeze_panes(1, 0)
    for row, (title, value, source, name) in enumerate(rows, 1):
        _row(book, cells, row, title, value, source, name)


def _row(book: Book, cells: Cells, row: int, title: str, value: float, source: str, name: str) -> None:
    cells.text(row, 0, title)
    cells.number(row, 1, value, "input")
    cells.text(row, 2, source)
    cells.text(row, 3, name)
    book.workbook.define_name(name, f"={NAME}!$B${row + 1}")


def _of_bom(bom: Bom | None, tr: Translator) -> list[tuple[str, float, str, str]]:
    if bom is None:
        return []
    rate = tr("{currency} per USD, {day}", currency=bom.currency, day=bom.rate_as_of.isoformat())
    power = tr("Maximum power at the wall, W")
    tax = bom.tax_source or tr("no national rate is known: not included")
    return [
        (tr("Tax rate"), float(bom.tax_rate), label(tr, tax), "tax_rate"),
        (rate, float(bom.usd_rate), bom.rate_source, "per_usd"),
        (power, bom.power_w, tr("bill of materials"), "power_w"),
    ]


def _of_tco(tco: Tco | None, tr: Translator) -> list[tuple[str, float, str, str]]:
    if tco is None:
        return []
    return [(label(tr, name), value, tr("this plan's estimate") if name == "output_tok_s" else label(tr, source), name)
            for name, value, source in tco.assumptions]
