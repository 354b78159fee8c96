"""The memory of one accelerator: a stacked bar against what the engine may use and what the device has."""

from __future__ import annotations

from wizard.planner.plan import MemoryUse
from wizard.quote.charts.ink import box, hatched, put, stroke
from wizard.quote.charts.scale import Scale
from wizard.quote.flow import Block, Pen
from wizard.quote.paper import Paper
from wizard.quote.style import BAD, BOLD, MUTED, REGULAR, SERIES, TEXT, TRACK
from wizard.quote.text import clean, width

PARTS = ("weights", "kv_cache", "activations", "overhead", "gradients", "optimizer")
_BAR = 20.0


class MemoryBar(Block):
    """Stacked bar and legend. Memory beyond the device's is drawn past its mark, in the scale of the whole."""

    after = 8.0

    def __init__(self, paper: Paper, memory: MemoryUse) -> None:
        self.paper = paper
        self.memory = memory
        self.shares = [(code, float(getattr(memory, code))) for code in PARTS if getattr(memory, code) > 0]

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        return 18 + _BAR + 8 + 12 * len(self._legend(width_pt))

    def _entries(self) -> list[tuple[str, str]]:
        paper = self.paper
        entries = [(code, f"{paper.label(code)} {paper.gib(value)}") for code, value in self.shares]
        return [*entries, ("free", f"{paper.label('free')} {paper.gib(self.memory.free)}")]

    def _legend(self, width_pt: float) -> list[list[tuple[str, str, float]]]:
        lines: list[list[tuple[str, str, float]]] = [[]]
        used = 0.0
        for code, text in self._entries():
            wide = width(clean(text), REGULAR, 7.5) + 24
            if lines[-1] and used + wide > width_pt:
                lines.append([])
                used = 0.0
            lines[-1].append((code, text, used))
            used += wide
        return lines

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw marks, bar and legend."""
        canvas, memory = page.canvas, self.memory
        scale = Scale(0, max(memory.capacity, memory.used, memory.usable) or 1.0, x, x + width_pt)
        bottom = top - 18 - _BAR
        box(canvas, x, bottom, scale(memory.capacity) - x, _BAR, TRACK)
        level = 0.0
        for code, value in self.shares:
            hatched(canvas, scale(level), bottom, scale(level + value) - scale(level), _BAR, SERIES[code], code)
            level += value
        self._marks(page, scale, top, bottom)
        for i, line in enumerate(self._legend(width_pt)):
            y = bottom - 15 - 12 * i
            for code, text, offset in line:
                hatched(canvas, x + offset, y - 0.5, 8, 7, SERIES.get(code, TRACK), code)
                put(canvas, text, x + offset + 12, y)

    def _marks(self, page: Pen, scale: Scale, top: float, bottom: float) -> None:
        paper, memory, canvas = self.paper, self.memory, page.canvas
        usable = paper.tr("usable {size}", size=paper.gib(memory.usable))
        capacity = paper.tr("device {size}", size=paper.gib(memory.capacity))
        over = memory.used > memory.usable
        colour = BAD if over else TEXT
        stroke(canvas, scale(memory.usable), bottom - 3, scale(memory.usable), top - 15, colour, 1.2)
        stroke(canvas, scale(memory.capacity), bottom - 3, scale(memory.capacity), top - 15, MUTED, 0.8, (2, 1.5))
        end = scale(memory.capacity)
        wide = width(clean(capacity), REGULAR, 7)
        first = min(scale(memory.usable), end - wide - 10)
        put(canvas, capacity, end, top - 11, size=7, colour=MUTED, align="right")
        room = max(first - scale.start, width(clean(usable), BOLD, 7))
        put(canvas, usable, scale.start + room, top - 11, size=7, bold=True, colour=colour, align="right")
