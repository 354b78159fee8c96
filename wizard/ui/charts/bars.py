"""Horizontal bars with their name before and their figure behind: what a model weighs at each precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from wizard.i18n import Translator
from wizard.ui.charts.base import RIGHT, Chart
from wizard.ui.theme import Tokens

ROW = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, length, figure as shown, and whether it is the chosen one."""

    name: str
    size: float
    figure: str
    chosen: bool = False


class Bars(Chart):
    """Bars to one scale."""

    def __init__(self, tokens: Tokens, tr: Translator, name: str) -> None:
        super().__init__(tokens, tr, name, ROW)
        self.bars: tuple[Bar, ...] = ()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars."""
        self.bars = tuple(bars)
        height = max(ROW, ROW * len(self.bars))
        if height != self._height:
            self._height = height
            self.updateGeometry()
        chosen = self.t("chosen")
        self.say("\n".join(f"{b.name} {b.figure}" + (f" ({chosen})" if b.chosen else "") for b in self.bars))

    def draw(self, p: QPainter) -> None:
        if not self.bars:
            return
        left = max(self.width_of(b.name, bold=b.chosen) for b in self.bars) + 12
        right = max(self.width_of(b.figure, bold=b.chosen) for b in self.bars) + 12
        longest = max(b.size for b in self.bars) or 1.0
        room = max(8.0, self.width() - left - right)
        for n, bar in enumerate(self.bars):
            y = n * ROW
            role = "text" if bar.chosen else "secondary"
            self.write(p, QRectF(0, y, left, ROW), bar.name, role=role, bold=bar.chosen)
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(self.colour("track"))
            p.drawRoundedRect(QRectF(left, y + 8, room, 8), 4, 4)
            p.setBrush(self.colour("accent" if bar.chosen else "dot"))
            p.drawRoundedRect(QRectF(left, y + 8, max(4.0, room * bar.size / longest), 8), 4, 4)
            self.write(
                p, QRectF(self.width() - right, y, right, ROW), bar.figure, role=role, flags=RIGHT, bold=bar.chosen
            )
