"""The line that values are typed into: it leaves undo to the answers, and its arrow keys may step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit


class Line(QLineEdit):
    """A line whose arrow keys may step a number."""

    def __init__(self, step: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._step = step

    @property
    def being_typed(self) -> bool:
        """Whether somebody is typing: a plan that arrives must not take the letters away."""
        return self.hasFocus() and self.isModified()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._step is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Up else -1)
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Once a value is taken, undo and redo belong to the answers, not to the letters of this line.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and not self.isModified()
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        ):
            event.ignore()
            return False
        return super().event(event)
