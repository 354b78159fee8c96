"""Shared strokes of the charts: labels, patterned boxes, axes, and labels that make room for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from wizard.quote.charts.scale import Format, Scale
from wizard.quote.style import BOLD, HAIRLINE, MUTED, REGULAR, TEXT, Align, rgb
from wizard.quote.text import clean, fitted, width

if TYPE_CHECKING:
    from wizard.quote.surface import Surface

PATTERNS = ("weights", "kv_cache", "activations", "overhead", "gradients", "optimizer")
_BEYOND = 6.0
"""How far the last label of an axis may reach past its end."""
_SLANTS: dict[str, tuple[float, float]] = {
    "kv_cache": (1, 1), "activations": (1, -1), "overhead": (0, 1), "gradients": (1, 0), "optimizer": (2, 1),
}


def put(canvas: Surface, text: str, x: float, y: float, *, size: float = 7.5, bold: bool = False, colour: str = TEXT,
        align: Align = "left", room: float | None = None) -> float:
    """Draw a label and return its width in points; cut it where it has less room."""
    font = BOLD if bold else REGULAR
    shown = clean(text).replace("\n", " ")
    if room is not None:
        shown = fitted(shown, font, size, room)
    wide = width(shown, font, size)
    canvas.setFont(font, size)
    canvas.setFillColor(rgb(colour))
    canvas.drawString(x - (wide if align == "right" else wide / 2 if align == "center" else 0), y, shown)
    return wide


def box(canvas: Surface, x: float, y: float, wide: float, high: float, colour: str) -> None:
    """Draw a filled box."""
    if wide > 0:
        canvas.setFillColor(rgb(colour))
        canvas.rect(x, y, wide, high, stroke=0, fill=1)


def stroke(canvas: Surface, x1: float, y1: float, x2: float, y2: float, colour: str = HAIRLINE, thick: float = 0.6,
           dash: Sequence[float] = ()) -> None:
    """Draw a line."""
    canvas.setStrokeColor(rgb(colour))
    canvas.setLineWidth(thick)
    canvas.setDash(list(dash))
    canvas.line(x1, y1, x2, y2)
    canvas.setDash([])


def hatched(canvas: Surface, x: float, y: float, wide: float, high: float, colour: str, pattern: str) -> None:
    """Draw a box whose pattern tells it apart in grey print too."""
    box(canvas, x, y, wide, high, colour)
    slant = _SLANTS.get(pattern)
    if slant is None or wide <= 0:
        return
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(x, y, wide, high)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setStrokeColor(rgb("#ffffff"))
    canvas.setStrokeAlpha(0.75)
    canvas.setLineWidth(0.5)
    for x1, y1, x2, y2 in _hatches(wide, high, slant):
        canvas.line(x + x1, y + y1, x + x2, y + y2)
    canvas.restoreState()


def _hatches(wide: float, high: float, slant: tuple[float, float]) -> list[tuple[float, float, float, float]]:
    run, rise = slant
    step = 3.6 * max(run, 1)
    if run == 0:
        return [(i * step, 0, i * step, high) for i in range(1, int(wide / step) + 1)]
    if rise == 0:
        return [(0, i * step, wide, i * step) for i in range(1, int(high / step) + 1)]
    lean = high * run / abs(rise)
    lines: list[tuple[float, float, float, float]] = []
    for i in range(int((wide + lean) / step) + 1):
        foot = i * step - lean
        lines.append((foot, 0, foot + lean, high) if rise > 0 else (foot, high, foot + lean, 0))
    return lines


@dataclass(slots=True)
class Labels:
    """Places labels beside points, each where it overlaps none before it; a label without room is left out."""

    canvas: Surface
    left: float
    right: float
    bottom: float
    top: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def reserve(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Keep labels out of a box."""
        self.taken.append((x1, y1, x2, y2))

    def reserve_line(self, points: Sequence[tuple[float, float]]) -> None:
        """Keep labels off a line through points."""
        for (x1, y1), (x2, y2) in pairwise(points):
            steps = max(1, int(max(abs(x2 - x1), abs(y2 - y1)) / 4))
            for i in range(steps):
                x, y = x1 + (x2 - x1) * (i + 0.5) / steps, y1 + (y2 - y1) * (i + 0.5) / steps
                self.taken.append((x - 2, y - 1.2, x + 2, y + 1.2))

    def place(self, text: str, x: float, y: float, *, size: float = 7, bold: bool = False, colour: str = TEXT) -> bool:
        """Draw the label near a point, or return ``False``."""
        wide = width(clean(text), BOLD if bold else REGULAR, size)
        for dx, dy in ((5, 3), (-wide - 5, 3), (5, -size - 1), (-wide - 5, -size - 1), (-wide / 2, 7),
                       (-wide / 2, -size - 6), (5, 12), (-wide - 5, 12), (5, -size - 11), (-wide - 5, -size - 11)):
            spot = (x + dx, y + dy - 1.5, x + dx + wide, y + dy + size)
            if self._free(spot):
                self.taken.append(spot)
                put(self.canvas, text, x + dx, y + dy, size=size, bold=bold, colour=colour)
                return True
        return False

    def _free(self, spot: tuple[float, float, float, float]) -> bool:
        x1, y1, x2, y2 = spot
        if x1 < self.left or x2 > self.right or y1 < self.bottom or y2 > self.top:
            return False
        return all(x2 <= a or x1 >= c or y2 <= b or y1 >= d for a, b, c, d in self.taken)


def x_axis(canvas: Surface, scale: Scale, values: Sequence[float], y: float, show: Format) -> None:
    """Draw the axis with as many labels as have room."""
    stroke(canvas, scale.start, y, scale.end, y, MUTED)
    last = -1e9
    for value in values:
        x, text = scale(value), show(value)
        stroke(canvas, x, y, x, y - 2.5, MUTED)
        half = width(clean(text), REGULAR, 7) / 2
        middle = min(x, scale.end + _BEYOND - half)
        if middle - half > last + 4:
            put(canvas, text, middle, y - 11, size=7, colour=MUTED, align="center")
            last = middle + half


def y_axis(canvas: Surface, scale: Scale, values: Sequence[float], x: float, right: float, show: Format) -> None:
    """Draw hairlines and labels."""
    for value in values:
        y = scale(value)
        stroke(canvas, x, y, right, y)
        put(canvas, show(value), x - 4, y - 2.5, size=7, colour=MUTED, align="right")


def gutter(values: Sequence[float], show: Format) -> float:
    """Return the room that the labels of a vertical axis need."""
    return max((width(clean(show(v)), REGULAR, 7) for v in values), default=0.0) + 6


def polyline(canvas: Surface, points: Sequence[tuple[float, float]], colour: str, thick: float = 1.2,
             dash: Sequence[float] = ()) -> None:
    """Draw a line through points."""
    if len(points) < 2:
        return
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.setStrokeColor(rgb(colour))
    canvas.setLineWidth(thick)
    canvas.setDash(list(dash))
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setDash([])


def dot(canvas: Surface, x: float, y: float, radius: float, colour: str, *, hollow: bool = False) -> None:
    """Draw a point; a hollow one in outline."""
    canvas.setStrokeColor(rgb(colour))
    canvas.setFillColor(rgb("#ffffff" if hollow else colour))
    canvas.setLineWidth(0.9)
    canvas.circle(x, y, radius, stroke=1, fill=1)
