"""Our own drawings (``resources/icons``), in the colours of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtSvgWidgets import QSvgWidget

from wizard.paths import resource
from wizard.ui.theme import Tokens


@cache
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def _coloured(name: str, tokens: Tokens, role: str) -> QByteArray:
    text = _drawing(name).replace("currentColor", str(getattr(tokens, role)))
    return QByteArray(text.replace("accentColor", tokens.accent_soft).encode())


def svg(name: str, tokens: Tokens, size: int, role: str = "accent") -> QSvgWidget:
    """Return a drawing as a widget, sharp at every scale."""
    made = QSvgWidget()
    made.load(_coloured(name, tokens, role))
    made.setFixedSize(size, size)
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    made.setStyleSheet("background: transparent")
    return made


def icon(name: str, tokens: Tokens, role: str = "secondary", size: int = 32) -> QIcon:
    """Return a drawing as an icon."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(_coloured(name, tokens, role)).render(painter)
    painter.end()
    return QIcon(QPixmap.fromImage(image))


def app_icon() -> QIcon:
    """Return the program's icon."""
    return QIcon(str(resource("icons", "rackwright.svg")))
