"""The quote on a printer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from wizard.ui.preview import opened, render

PRINT_DPI = 200
POINTS_PER_INCH = 72


def ask_and_print(pdf: bytes, owner: QWidget) -> int:
    """Ask for a printer and print on it; returns the number of pages."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if QPrintDialog(printer, owner).exec() != QDialog.DialogCode.Accepted:
        return 0
    return print_pages(pdf, printer)


def print_pages(pdf: bytes, printer: QPrinter) -> int:
    """Print a PDF's pages, each fitted into the printer's, and return how many."""
    with opened(pdf) as document:
        if document is None:
            return 0
        painter = QPainter()
        if not painter.begin(printer):
            return 0
        for number in range(len(document)):
            if number:
                printer.newPage()
            page = render(document, number, scale=PRINT_DPI / POINTS_PER_INCH)
            room = painter.viewport()
            size = page.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(QRect(QPoint(0, 0), size), page)
        painter.end()
        return len(document)
