"""Scales and ticks: data on one side, points on the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 9


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps ``low..high`` to ``start..end`` points, linearly or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of a value, kept within the drawing."""
        low, high, value = (self._level(v) for v in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def _level(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.log else value


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from at or below ``low`` to at or above ``high``."""
    span = (high - low) or abs(high) or 1.0
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return 1-2-5 values that enclose ``low..high``, or decades where those are too many."""
    first = math.floor(math.log10(low))
    last = math.ceil(math.log10(high))
    every = [m * 10.0**e for e in range(first, last + 1) for m in (1, 2, 5)]
    below = max((t for t in every if t <= low * 1.0001), default=every[0])
    above = min((t for t in every if t >= high * 0.9999), default=every[-1])
    inside = [t for t in every if below <= t <= above]
    return inside if len(inside) <= _MOST else [10.0**e for e in range(first, last + 1)]


def enclosing(values: list[float], *, log: bool = False, zero: bool = True) -> list[float]:
    """Return ticks around the values; from zero unless logarithmic."""
    low, high = min(values), max(values)
    if log and low > 0:
        return log_ticks(low, high)
    return ticks(min(low, 0.0) if zero else low, max(high, 0.0) if zero else high)


Format = Callable[[float], str]
