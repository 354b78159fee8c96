"""Lines and pairs that keep their widgets: when a value changes only its text does, so nothing flickers or leaks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from wizard.ui.since import Line
from wizard.ui.widgets.basic import row, text


def put(label: QLabel, words: str) -> None:
    """Set a label's text where it differs: a label lays itself out anew even for the text that it has."""
    if label.text() != words:
        label.setText(words)


class Pairs(QWidget):
    """Name and value per row, the values right-aligned."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(8)
        self.grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these names and values."""
        while len(self._rows) < len(pairs):
            made = (text("", "why", wrap=False), text("", right=True))
            for n, label in enumerate(made):
                self.grid.addWidget(label, len(self._rows), n, Qt.AlignmentFlag.AlignTop)
            self._rows.append(made)
        for n, (name, value) in enumerate(self._rows):
            shown = n < len(pairs)
            if shown:
                put(name, pairs[n][0])
                put(value, pairs[n][1])
            name.setVisible(shown)
            value.setVisible(shown)


class Lines(QWidget):
    """Sentences behind signs."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.role = role
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(4)
        self._rows: list[tuple[QWidget, QLabel, QLabel]] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines; what they leave out is in their tool tips."""
        while len(self._rows) < len(lines):
            self._add()
        for n, (holder, sign, words) in enumerate(self._rows):
            shown = n < len(lines)
            if shown:
                put(sign, lines[n].sign)
                put(words, lines[n].words)
                more = "\n".join(lines[n].more[:40])
                words.setToolTip(more)
                words.setAccessibleDescription(more)
            holder.setVisible(shown)

    def _add(self) -> None:
        holder = QWidget()
        sign, words = text("", self.role, wrap=False), text("", self.role, selectable=True)
        sign.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        sign.setFixedWidth(14)
        line = row(sign, words, gap=6)
        line.setStretch(1, 1)
        holder.setLayout(line)
        self.box.addWidget(holder)
        self._rows.append((holder, sign, words))
