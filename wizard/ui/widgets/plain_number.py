"""A whole number with its name, bound to nothing: for forms that are taken as a whole."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from wizard.i18n import Translator
from wizard.ui import figures
from wizard.ui.widgets.basic import column, text


class PlainNumber(QWidget):
    """``value`` is ``None`` where nothing or no whole number is typed; ``wrong`` tells which."""

    changed = Signal()

    def __init__(self, tr: Translator, name: str, title: str, blank: str = "") -> None:
        super().__init__()
        self.tr_ = tr
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(title)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.setPlaceholderText(blank)
        self.line.setMinimumWidth(72)
        self.line.textEdited.connect(lambda _typed: self.changed.emit())
        label = text(title, "caption", wrap=False)
        label.setBuddy(self.line)
        self.setLayout(column(label, self.line, gap=4))

    @property
    def value(self) -> int | None:
        """The number that stands there."""
        try:
            typed = figures.parse(self.line.text())
        except ValueError:
            return None
        return int(typed) if typed is not None and typed > 0 and typed.is_integer() else None

    @property
    def wrong(self) -> bool:
        """Whether something stands there that is no whole number."""
        return bool(self.line.text().strip()) and self.value is None

    def show_value(self, value: int | None) -> None:
        """Put a number there."""
        self.line.setText("" if value is None else figures.plain(self.tr_, value))
