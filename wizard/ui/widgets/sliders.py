"""A number on a slider over decades: dragging answers at once, and every step is a round value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from wizard.ui.context import Context
from wizard.ui.notches import nearest, notches
from wizard.ui.widgets.basic import row, text
from wizard.ui.widgets.fields import Field
from wizard.ui.widgets.lines import put


class SteppedField(Field):
    """A positive number, or none at the right end.

    Args:
        low: the left end.
        high: the right end.
        kind: ``int``, ``float`` or ``Decimal``, the type of the answer.
        words: words a value.
        blank: what the right end means; empty where there must be a value.
    """

    def __init__(
        self,
        ctx: Context,
        key: str,
        title: str,
        *,
        low: float,
        high: float,
        words: Callable[[float], str],
        kind: type = float,
        blank: str = "",
    ) -> None:
        super().__init__(ctx, key, title)
        self.kind, self.words, self.blank = kind, words, blank
        self.values = notches(low, high, whole=kind is int)
        self.began: object = None
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(self.values) - (0 if blank else 1))
        self.slider.setPageStep(5)
        self.slider.setMinimumWidth(120)
        self.slider.valueChanged.connect(self._moved)
        self.was = text("", "caption", wrap=False)
        self.figure = text("", "strong", wrap=False, right=True)
        self.box.addLayout(row(self.label, -1, self.was, self.figure, gap=6))
        self.label.setVisible(True)
        self._assemble_slider()

    def _assemble_slider(self) -> None:
        title, self.title = self.title, ""
        self._assemble(self.slider)
        self.title = title
        self.slider.setAccessibleName(title)
        self.slider.setObjectName(f"what-if={self.key}")

    def begin(self, value: object) -> None:
        """Remember where the slider stood."""
        self.began = value
        self.refresh()

    def _show(self, value: object) -> None:
        number = None if value is None else float(str(value))
        place = len(self.values) if number is None else nearest(self.values, number)
        self.slider.blockSignals(True)
        self.slider.setValue(place)
        self.slider.blockSignals(False)
        put(self.figure, self._worded(value))
        put(self.was, "" if value == self.began else f"{self._worded(self.began)} →")
        self.slider.setAccessibleDescription(self._worded(value))

    def _worded(self, value: object) -> str:
        return self.blank or "–" if value is None else self.words(float(str(value)))

    def _moved(self, place: int) -> None:
        if place == len(self.values):
            self._put(None)
            return
        value = self.values[place]
        self._put(int(value) if self.kind is int else Decimal(repr(value)) if self.kind is Decimal else value)
