"""Fields of numbers: typed as people write them, stepped by keys and wheel, or a share on a slider."""

from __future__ import annotations

import math
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from wizard.ui import faults, figures
from wizard.ui.context import Context
from wizard.ui.widgets.basic import row, text
from wizard.ui.widgets.fields import Field
from wizard.ui.widgets.line import Line


class NumberField(Field):
    """A number, typed as people write it, or blank for no wish.

    Args:
        unit: shown behind the editor.
        kind: ``int``, ``float`` or ``Decimal``, the type of the answer.
        optional: whether blank is an answer.
        factor: what is shown is the answer times this (100 for a share).
        blank: what a blank field means.
    """

    def __init__(
        self,
        ctx: Context,
        key: str,
        title: str,
        *,
        unit: str = "",
        note: str = "",
        kind: type = float,
        optional: bool = True,
        factor: float = 1.0,
        blank: str = "",
    ) -> None:
        super().__init__(ctx, key, title, note)
        self.kind, self.optional, self.factor = kind, optional, factor
        self.line = Line(self.step)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.setMinimumWidth(88)
        self.line.setPlaceholderText(blank)
        self.line.textEdited.connect(self._typing)
        self.line.editingFinished.connect(self._commit)
        self.unit = text(unit, "caption", wrap=False)
        if not unit:
            self.unit.hide()
        self._shown = ""
        self._value: object = None
        self._assemble(self.line, row(self.line, self.unit))

    def _show(self, value: object) -> None:
        refused = self.ctx.session.refused.get(self.key)
        if self.line.being_typed and value == self._value and refused is None:
            return
        self._value = value
        if refused is not None:
            shown = refused[0]
        else:
            shown = "" if value is None else figures.plain(self.ctx.tr, float(str(value)) * self.factor)
        self._shown = shown
        if self.line.text() != shown:
            self.line.setText(shown)

    def _typing(self, typed: str) -> None:
        """Let the plan follow every key; what cannot be taken is judged when editing ends."""
        try:
            value = figures.parse(typed)
        except ValueError:
            return
        if value is None:
            return
        had, self._value = self._value, self._typed(value)
        if not self.ctx.session.put({self.key: self._value}, judge=False):
            self._value = had

    def _commit(self) -> None:
        typed = self.line.text()
        self.line.setModified(False)
        if typed == self._shown:
            return
        self._shown = typed
        try:
            value = figures.parse(typed)
        except ValueError:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(faults.NOT_A_NUMBER))
            return
        if value is None and not self.optional:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(faults.NOT_A_NUMBER))
            return
        if not self.ctx.session.put({self.key: self._typed(value)}):
            self.ctx.session.refuse(self.key, typed, self.ctx.session.problem(self.key))
        self.refresh()

    def _typed(self, value: float | None) -> object:
        if value is None:
            return None
        value = round(value / self.factor, 9)
        if self.kind is int:
            return int(value) if value.is_integer() else value
        return Decimal(repr(value)) if self.kind is Decimal else value

    def step(self, way: int) -> None:
        """Go up or down by a tenth of the number's size, rounded to 1, 2 or 5."""
        try:
            now = figures.parse(self.line.text())
        except ValueError:
            return
        if now is None:
            return
        size = 10 ** math.floor(math.log10(abs(now))) if now else 1
        pace = max(size / 10 * (5 if abs(now) >= 5 * size else 1), 1 if self.kind is int else 0.0)
        self.line.setText(figures.plain(self.ctx.tr, max(0.0, now + way * pace)))
        self._commit()


class ShareField(Field):
    """A share of 0 to 100 %, on a slider, with its figure."""

    def __init__(self, ctx: Context, key: str, title: str, note: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(120)
        self.slider.valueChanged.connect(self._moved)
        self.figure = text("", wrap=False, right=True)
        self.figure.setMinimumWidth(48)
        self._assemble(self.slider, row(self.slider, self.figure))

    def _show(self, value: object) -> None:
        share = float(str(value))
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * 100))
        self.slider.blockSignals(False)
        self.figure.setText(figures.percent(self.ctx.tr, share))

    def _moved(self, value: int) -> None:
        self._put(value / 100)
