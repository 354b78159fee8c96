"""Where the window stands: as it was left, but on a screen that is there now, and never larger than it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

LEAST = QSize(960, 480)
"""A full-HD screen at 200 %, less the frame of the window and the desktop's bar."""
FIRST = QSize(1280, 820)


def place(window: QWidget, kept: Sequence[int]) -> None:
    """Give a window its least size, and the place and size it had.

    Args:
        kept: left, top, width and height of the last time; empty the first time.
    """
    window.setMinimumSize(LEAST)
    box = QRect(*kept) if kept else QRect()
    screen = QGuiApplication.screenAt(box.center()) if kept else None
    room = (screen or window.screen()).availableSize()
    window.resize((box.size() if screen else FIRST).boundedTo(room).expandedTo(LEAST))
    if screen is not None:
        window.move(box.topLeft())
