"""The bill of materials and the total cost as a workbook that can be re-priced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import OutputError
from wizard.i18n import Translator, mark
from wizard.planner.plan import Plan
from wizard.quote import sheet_assumptions, sheet_bom, sheet_summary, sheet_tco
from wizard.quote.sheet_cells import Book

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
}


def write_xlsx(plan: Plan, path: Path, translator: Translator) -> None:
    """Write ``bom.xlsx`` of the plan's chosen option: sheets Summary, BOM, TCO and Assumptions.

    The same plan gives the same bytes. Formulas carry their values; without an option only the summary is written.

    Raises:
        OutputError: the file cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        workbook = Workbook(str(path), _OPTIONS)
        _fill(workbook, plan, translator)
        workbook.close()
    except (OSError, XlsxWriterException) as error:
        raise OutputError(
            mark("the spreadsheet cannot be written: {why}"), where=str(path),
            mend=mark("Close the file where it is open, or choose another folder."), why=str(error),
        ) from error


def _fill(workbook: Workbook, plan: Plan, tr: Translator) -> None:
    created = datetime(*_date_of(plan.catalog_version), tzinfo=UTC)
    workbook.set_properties({"title": tr("Bill of materials"), "created": created, "author": "Rackwright"})
    workbook.set_calc_mode("auto")
    book = Book.on(workbook)
    option = plan.chosen
    bom, tco = (option.bom, option.tco) if option is not None else (None, None)
    summary = sheet_summary.sheet(book)
    places = sheet_bom.write(book, bom, tr) if bom is not None else None
    if tco is not None:
        sheet_tco.write(book, tco, places, tr)
    sheet_assumptions.write(book, bom, tco, tr)
    sheet_summary.write(summary, plan, places, tr)


def _date_of(version: str) -> tuple[int, int, int]:
    """The catalogue's date stands for the time of writing, so that the same plan gives the same bytes."""
    parts = version.replace("-", ".").split(".")
    if len(parts) >= 3 and all(part.isdecimal() for part in parts[:3]):
        return (int(parts[0]), int(parts[1]), int(parts[2]))
    return (2000, 1, 1)
