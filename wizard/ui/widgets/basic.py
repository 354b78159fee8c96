"""Labels, panels, buttons and rows, told apart by their ``role`` in the style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

L = TypeVar("L", bound=QBoxLayout)
Badge = Literal["good", "warning", "bad", "plain"]


_UNIT = re.compile(r"(?<=\d) (?=(?:%|[GMTk]i?B|ms|s|h|U|k?W|tok/s|/s)(?!\w))")


def text(words: str, role: str = "", *, wrap: bool = True, right: bool = False, selectable: bool = False) -> QLabel:
    """Make a label; plain text always, for names come from users and files."""
    made = QLabel(unbroken(words))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if right:
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if wrap:
        made.setMinimumWidth(1)
    return made


def unbroken(words: str) -> str:
    """Return a text whose figures stay with their units at the end of a line."""
    return _UNIT.sub("\u00a0", words)


def badge(words: str, kind: Badge) -> QLabel:
    """Make a small coloured word; the word says what the colour says."""
    made = text(words, wrap=False)
    made.setProperty("badge", kind)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def rule() -> QFrame:
    """Make a hairline."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


class Chip(QPushButton):
    """A small button to choose with; wide enough for its bold, chosen state."""

    def sizeHint(self) -> QSize:
        bold = QFont(self.font())
        bold.setBold(True)
        return QSize(QFontMetrics(bold).horizontalAdvance(self.text()) + 30, 30)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def button(
    words: str,
    clicked: Callable[[], object] | None = None,
    *,
    role: str = "",
    name: str = "",
    icon: QIcon | None = None,
) -> QPushButton:
    """Make a push button that Enter and Space press."""
    made = Chip(words) if role == "chip" else QPushButton(words)
    # Enter presses what has the focus, but on a chip it goes on to the next question; Space chooses.
    made.setAutoDefault(role != "chip")
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    if icon is not None:
        made.setIcon(icon)
        made.setIconSize(QSize(16, 16))
    if role in ("link", "figure-link", "chip", "quiet"):
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def column(
    *items: QWidget | QLayout | int, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Stack items; a number is a space, ``-1`` a stretch."""
    return _fill(QVBoxLayout(), items, gap, margins)


def row(
    *items: QWidget | QLayout | int, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Put items side by side; a number is a space, ``-1`` a stretch."""
    return _fill(QHBoxLayout(), items, gap, margins)


def _fill(layout: L, items: Iterable[object], gap: int, margins: tuple[int, int, int, int]) -> L:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        elif isinstance(item, int):
            if item < 0:
                layout.addStretch(1)
            else:
                layout.addSpacing(item)
    return layout


class Panel(QFrame):
    """A framed part of a page with a head and a note at its right.

    Args:
        head: its name; empty for none.
        note: a short remark.
    """

    def __init__(self, head: str = "", note: str = "", *, padding: int = 14) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, 12, padding, 12)
        self.body.setSpacing(8)
        self.note = text(note, "caption", right=True)
        self.head = text(head, "head", wrap=False)
        self.head.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        if head:
            self.setAccessibleName(head)
            line = row(self.head, self.note, gap=12)
            line.setStretch(1, 1)
            self.body.addLayout(line)

    def add(self, item: QWidget | QLayout) -> None:
        """Add a widget or a layout."""
        if isinstance(item, QWidget):
            self.body.addWidget(item)
        else:
            self.body.addLayout(item)


def scrolled(content: QWidget) -> QScrollArea:
    """Wrap a widget so that it scrolls when the window is small."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setObjectName(content.objectName() or "scrolled")
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
