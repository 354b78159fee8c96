"""Cells of a workbook: text never becomes a formula, a formula always carries its value, money is a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Style = Literal["text", "head", "bold", "money", "total", "rate", "fine", "count", "input", "date", "wrap"]

_FORMATS: dict[Style, dict[str, object]] = {
    "text": {},
    "head": {"bold": True, "bg_color": "#E7ECF3", "bottom": 1, "text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "money": {"num_format": "#,##0.00"},
    "total": {"num_format": "#,##0.00", "bold": True, "top": 1},
    "rate": {"num_format": "0.0###%"},
    "fine": {"num_format": "#,##0.0000"},
    "count": {"num_format": "#,##0.##"},
    "input": {"num_format": "General", "font_color": "#0B5CAD"},
    "date": {"num_format": "yyyy-mm-dd"},
    "wrap": {"text_wrap": True, "valign": "top"},
}


@dataclass(frozen=True)
class Book:
    """A workbook with its formats."""

    workbook: Workbook
    formats: dict[Style, object]

    @classmethod
    def on(cls, workbook: Workbook) -> Book:
        """Register the formats in a workbook."""
        return cls(workbook, {style: workbook.add_format(what) for style, what in _FORMATS.items()})

    def sheet(self, name: str, widths: tuple[float, ...]) -> Cells:
        """Add a sheet with columns of these widths."""
        sheet = self.workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return Cells(sheet, self.formats)


@dataclass(frozen=True)
class Cells:
    """One sheet. Rows and columns count from zero; formulas are written as in A1 notation."""

    sheet: Worksheet
    formats: dict[Style, object]

    def text(self, row: int, column: int, value: str, style: Style = "text") -> None:
        """Write text as text, whatever it begins with."""
        if value:
            self.sheet.write_string(row, column, value[:32_767], self.formats[style])

    def number(self, row: int, column: int, value: Decimal | float | None, style: Style = "money") -> None:
        """Write a number; nothing where it is not known."""
        if value is not None:
            self.sheet.write_number(row, column, value, self.formats[style])

    def day(self, row: int, column: int, value: date | None) -> None:
        """Write a date."""
        if value is not None:
            self.sheet.write_datetime(row, column, value, self.formats["date"])

    def formula(
        self, row: int, column: int, formula: str, value: Decimal | float | str | None, style: Style = "money",
    ) -> None:
        """Write a formula with the value that it has now, so that readers that do not calculate show it too."""
        self.sheet.write_formula(row, column, formula, self.formats[style], "" if value is None else value)

    def head(self, row: int, titles: tuple[str, ...]) -> None:
        """Write a header row."""
        for column, title in enumerate(titles):
            self.text(row, column, title, "head")
