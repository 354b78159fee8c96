"""What fills the memory of one accelerator."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from wizard.i18n import Translator
from wizard.planner.plan import MemoryUse
from wizard.ui import figures
from wizard.ui.charts.base import LEFT, Chart
from wizard.ui.theme import SERIES, Tokens
from wizard.words import label

PARTS = ("weights", "gradients", "optimizer", "kv_cache", "activations", "overhead")


class MemoryBar(Chart):
    """A bar of parts with a legend that carries the figures."""

    def __init__(self, tokens: Tokens, tr: Translator, name: str, *, legend: bool = True) -> None:
        super().__init__(tokens, tr, name, 72 if legend else 22)
        self.memory: MemoryUse | None = None
        self.legend = legend
        # A fixed height would cap what the legend needs at the width that it gets.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_memory(self, memory: MemoryUse | None) -> None:
        """Show the parts."""
        self.memory = memory
        self.updateGeometry()
        if memory is None:
            self.say("")
            return
        parts = [f"{label(self.tr_, name)} {figures.gibibytes(self.tr_, size)}" for name, size in self.parts()]
        self.say(
            self.t(
                "{used} of {usable} usable: {parts}",
                used=figures.gibibytes(self.tr_, memory.used),
                usable=figures.gibibytes(self.tr_, memory.usable),
                parts=" · ".join(parts),
            )
        )

    def parts(self) -> list[tuple[str, float]]:
        """Return the parts that are not empty, and what is free."""
        m = self.memory
        if m is None:
            return []
        filled = [(name, float(getattr(m, name))) for name in PARTS if getattr(m, name) > 0.005]
        return [*filled, ("free", m.free)]

    def draw(self, p: QPainter) -> None:
        bar = QRectF(0, 1, self.width(), 18)
        outline = QPainterPath()
        outline.addRoundedRect(bar, 6, 6)
        p.fillPath(outline, self.colour("track"))
        m = self.memory
        if m is None or m.usable <= 0:
            return
        p.save()
        p.setClipPath(outline)
        x, whole = 0.0, max(m.usable, m.used)
        for name, size in self.parts():
            if name == "free":
                continue
            wide = size / whole * bar.width()
            p.fillRect(QRectF(x, 1, wide, 18), QColor(SERIES[name]))
            p.fillRect(QRectF(x + wide - 1, 1, 1, 18), self.colour("background"))
            x += wide
        p.restore()
        if self.legend:
            self._legend(p)

    def _legend(self, p: QPainter) -> None:
        for name, words, x, y in self._places(self.width()):
            p.setPen(Qt.PenStyle.NoPen if name != "free" else QPen(self.colour("dot")))
            p.setBrush(self.colour("track") if name == "free" else QColor(SERIES[name]))
            p.drawRoundedRect(QRectF(x, y + 4, 10, 10), 2, 2)
            self.write(p, QRectF(x + 16, y, self.width() - x - 16, 18), words, flags=LEFT)
            if y + 18 > self.height():
                self.clipped.append(words)

    def _places(self, width: int) -> list[tuple[str, str, float, float]]:
        """Return name, words and place of each entry of the legend, broken into lines."""
        x, y, placed = 0.0, 30.0, []
        for name, size in self.parts():
            words = f"{label(self.tr_, name)} {figures.memory_figure(self.tr_, size)}"
            wide = 16 + self.width_of(words)
            if x and x + wide > width:
                x, y = 0.0, y + 20
            placed.append((name, words, x, y))
            x += wide + 12
        return placed

    def hasHeightForWidth(self) -> bool:
        return self.legend

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return int(places[-1][3]) + 22 if self.legend and places else 22
