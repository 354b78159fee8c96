"""Where names go in a chart: beside their point, off the lines, off the dots, off each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, hypot

from PySide6.QtCore import QPointF, QRectF

HIGH = 18.0
GAPS = (0.0, 16.0, 32.0)
"""How far a name may stand off, nearest first."""
BESIDE, OVER, STEP = 9.0, 2.0, 4.0
LINE, DOT, FAR = 100.0, 3.0, 1.0
"""What it costs to hide a piece of a line or a dot, and to stand off."""


def rim(dot: QPointF, radius: float) -> list[tuple[float, float]]:
    """Return points on a dot that is too large to be half hidden."""
    x, y = dot.x(), dot.y()
    return [(x, y), (x - radius, y), (x + radius, y), (x, y - radius), (x, y + radius)]


def along(line: Sequence[QPointF]) -> list[tuple[float, float]]:
    """Return points on a line, so close that none can pass a name unseen."""
    found = [(point.x(), point.y()) for point in line]
    for a, b in pairwise(line):
        dx, dy = b.x() - a.x(), b.y() - a.y()
        pieces = ceil(hypot(dx, dy) / STEP)
        found += [(a.x() + dx * n / pieces, a.y() + dy * n / pieces) for n in range(1, pieces)]
    return found


@dataclass
class Names:
    """The names of one painting.

    Attributes:
        room: where names may be.
        line: points along the lines, and on the dots, that must stay visible.
        dots: points that had better stay visible.
        taken: where names are already.
    """

    room: QRectF
    line: Sequence[tuple[float, float]]
    dots: Sequence[tuple[float, float]]
    taken: list[QRectF] = field(default_factory=list)

    def beside(self, at: QPointF, wide: float, *, far: bool = False, must: bool = False) -> QRectF | None:
        """Take a place beside a point; ``None`` where there is none off the lines, unless it ``must`` be named.

        Args:
            far: whether the name may stand off a little.
        """
        return self._take(_around(at, wide, GAPS if far else GAPS[:1]), must=must)

    def upon(self, y: float, wide: float) -> QRectF | None:
        """Take a place on a horizontal line, at one of its ends, else further in."""
        left, free = self.room.left() + 2, self.room.width() - wide - 4
        ends = (QRectF(left + free * share, top, wide, HIGH)
                for share in (1.0, 0.0, 0.75, 0.25, 0.5) for top in (y - HIGH - 1, y + 1))
        return self._take(ends, must=True)

    def _take(self, boxes: Iterator[QRectF], *, must: bool) -> QRectF | None:
        free = [box for box in boxes if self.room.contains(box) and not any(box.intersects(x) for x in self.taken)]
        costs = [self._cost(box) + FAR * n for n, box in enumerate(free)]
        if not free or (min(costs) >= LINE and not must):
            return None
        best = free[costs.index(min(costs))]
        self.taken.append(best)
        return best

    def _cost(self, box: QRectF) -> float:
        return LINE * _hidden(box, self.line) + DOT * _hidden(box, self.dots)


def _around(at: QPointF, wide: float, gaps: Sequence[float]) -> Iterator[QRectF]:
    for gap in gaps:
        up, down = at.y() - HIGH - OVER - gap, at.y() + OVER + 2 + gap
        for x in (at.x() + BESIDE, at.x() - BESIDE - wide, at.x() - wide / 2):
            yield QRectF(x, up, wide, HIGH)
            yield QRectF(x, down, wide, HIGH)
        yield QRectF(at.x() + BESIDE + gap, at.y() - HIGH / 2, wide, HIGH)
        yield QRectF(at.x() - BESIDE - gap - wide, at.y() - HIGH / 2, wide, HIGH)


def _hidden(box: QRectF, points: Sequence[tuple[float, float]]) -> int:
    left, right, top, bottom = box.left() - 2, box.right() + 2, box.top(), box.bottom()
    return sum(left < x < right and top < y < bottom for x, y in points)
