"""Lines and pairs that keep their widgets: when a value changes only its text does, so nothing flickers or leaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from wizard.ui.since import Line
from wizard.ui.widgets.basic import button, row, text, unbroken


def put(label: QLabel | QPushButton, words: str) -> None:
    """Set a text where it differs: a label lays itself out anew even for the text that it has."""
    words = unbroken(words)
    if label.text() != words:
        label.setText(words)


def broken(words: str, metrics: QFontMetrics, room: int) -> str:
    """Return a text in lines of at most ``room`` pixels, broken at spaces; a longer word stays whole."""
    lines = [""]
    for word in re.split(r"(?<= )|(?<=，)", words):
        longer = lines[-1] + word
        if not lines[-1] or metrics.horizontalAdvance(longer.rstrip()) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value; one with a ``code`` can be asked where it comes from."""

    name: str
    value: str
    code: str = ""


class Pairs(QWidget):
    """Name and value per row, the values right-aligned.

    Args:
        explain: called with the code of the value that was asked about.
        why: what asking it means, for the screen reader.
    """

    def __init__(self, explain: Callable[[str], object], why: str) -> None:
        super().__init__()
        self._explain, self._why = explain, why
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(8)
        self.grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel, QPushButton]] = []
        self._pairs: Sequence[Pair] = ()

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """Show these names and values."""
        while len(self._rows) < len(pairs):
            self._add()
        for n, (name, value, asked) in enumerate(self._rows):
            pair = pairs[n] if n < len(pairs) else None
            name.setVisible(pair is not None)
            value.setVisible(pair is not None and not pair.code)
            asked.setVisible(pair is not None and bool(pair.code))
            if pair is None:
                continue
            put(name, pair.name)
            put(value, pair.value)
            asked.setObjectName(f"ask-{pair.code}")
            asked.setProperty("explains", pair.code)
            asked.setAccessibleName(f"{pair.name}: {pair.value}")
        self._pairs = pairs
        self._break()

    def _break(self) -> None:
        """Break values that are buttons, which cannot do it themselves."""
        rows = list(zip(self._rows, self._pairs, strict=False))
        names = max((name.sizeHint().width() for (name, _, _), _ in rows), default=0)
        room = self.width() - names - self.grid.horizontalSpacing() - 2
        for (_, _, asked), pair in rows:
            if pair.code:
                put(asked, broken(unbroken(pair.value), asked.fontMetrics(), room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break()

    def _add(self) -> None:
        at, side = len(self._rows), Qt.AlignmentFlag.AlignTop
        name, value = text("", "why", wrap=False), text("", right=True)
        asked = button("", lambda: self._explain(str(self._rows[at][2].property("explains"))), role="figure-link")
        asked.setAccessibleDescription(self._why)
        asked.setToolTip(self._why + " (F1)")
        # Its text is broken to the room there is, so it must not ask for more.
        asked.setMinimumWidth(1)
        self.grid.addWidget(name, at, 0, side)
        self.grid.addWidget(value, at, 1, side)
        self.grid.addWidget(asked, at, 1, side | Qt.AlignmentFlag.AlignRight)
        self._rows.append((name, value, asked))


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
