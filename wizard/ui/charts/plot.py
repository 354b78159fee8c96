"""Axes: a plane of two scales with hairlines, ticks and names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from wizard.i18n import Translator
from wizard.ui.charts.base import CENTRE, LEFT, RIGHT, Chart, log_ticks, nice_ticks
from wizard.ui.theme import Tokens


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def over(cls, values: Sequence[float], *, log: bool = False, zero: bool = False) -> Scale:
        """Return a scale that holds the values with some air."""
        low, high = min(values), max(values)
        if log and low > 0:
            return cls(low / 1.15, high * 1.15, log=True)
        low = 0.0 if zero else low
        air = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        return cls(low if zero else low - air, high + air)

    def share(self, value: float) -> float:
        """Return where a value lies, 0 to 1."""
        if self.log:
            return (math.log(max(value, 1e-12)) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round values along the scale."""
        made = log_ticks(self.low, self.high) if self.log else nice_ticks(self.low, self.high)
        return [v for v in made if self.low <= v <= self.high * 1.0001]


class Plot(Chart):
    """A chart with an x and a y axis.

    Args:
        x_name: what x is, with its unit.
        y_name: what y is, with its unit.
        x_words: words a tick of x.
        y_words: words a tick of y.
    """

    def __init__(
        self,
        tokens: Tokens,
        tr: Translator,
        name: str,
        height: int,
        *,
        x_name: str,
        y_name: str,
        x_words: Callable[[float], str],
        y_words: Callable[[float], str],
    ) -> None:
        super().__init__(tokens, tr, name, height)
        self.x_name, self.y_name, self.x_words, self.y_words = x_name, y_name, x_words, y_words
        self.across, self.up = Scale(0, 1), Scale(0, 1)
        self.area = QRectF()

    def place(self, x: float, y: float) -> QPointF:
        """Return where a pair of values is drawn."""
        a = self.area
        return QPointF(a.left() + self.across.share(x) * a.width(), a.bottom() - self.up.share(y) * a.height())

    def axes(self, p: QPainter) -> None:
        """Draw both axes; leaves ``area`` for the values."""
        left = max((self.width_of(self.y_words(v)) for v in self.up.ticks()), default=20.0) + 8
        self.area = QRectF(left, 22, self.width() - left - 8, self.height() - 22 - 40)
        self.write(p, QRectF(0, 0, self.width(), 18), self.y_name, flags=LEFT)
        self.write(p, QRectF(0, self.height() - 18, self.width() - 8, 18), self.x_name, flags=RIGHT)
        a = self.area
        for v in self.up.ticks():
            y = self.place(self.across.low, v).y()
            p.setPen(QPen(self.colour("hairline"), 1, Qt.PenStyle.SolidLine))
            p.drawLine(QPointF(a.left(), y), QPointF(a.right(), y))
            self.write(p, QRectF(0, y - 9, left - 8, 18), self.y_words(v), flags=RIGHT)
        taken = -1e9
        for v in self.across.ticks():
            x = self.place(v, self.up.low).x()
            words = self.x_words(v)
            wide = self.width_of(words)
            if x - wide / 2 < taken or x + wide / 2 > self.width():
                continue
            taken = x + wide / 2 + 10
            self.write(p, QRectF(x - wide / 2 - 1, a.bottom() + 4, wide + 2, 18), words, flags=CENTRE)
        p.setPen(QPen(self.colour("dot"), 1))
        p.drawLine(a.bottomLeft(), a.bottomRight())

    def tag(self, p: QPainter, at: QPointF, words: str, *, bold: bool = False, role: str = "text") -> None:
        """Write a name beside a point, on the side where there is room."""
        wide = self.width_of(words, bold=bold)
        x = at.x() + 9 if at.x() + 9 + wide < self.width() else at.x() - 9 - wide
        y = at.y() - 20 if at.y() - 20 > 18 else at.y() + 4
        self.label(p, QRectF(max(0.0, x), y, wide + 2, 18), words, bold=bold, role=role)

    def label(self, p: QPainter, box: QRectF, words: str, *, bold: bool = False, role: str = "text") -> None:
        """Write a name into a box, over whatever is there."""
        p.fillRect(box, self.colour("background"))
        self.write(p, box, words, role=role, bold=bold)
