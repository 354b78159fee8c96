"""Round values along a logarithmic scale, for sliders over decades. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence

SERIES = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Ten steps to a decade, each about a quarter more than the one before."""


def notches(low: float, high: float, *, whole: bool = False) -> tuple[float, ...]:
    """Return the round values from ``low`` to ``high``."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    made = [round(step * 10.0**decade, 9) for decade in decades for step in SERIES]
    return tuple(v for v in made if low <= v <= high and (not whole or v.is_integer()))


def nearest(values: Sequence[float], value: float) -> int:
    """Return the index of the value that is nearest on the logarithmic scale."""
    if value <= 0:
        return 0
    return min(range(len(values)), key=lambda n: abs(math.log(values[n]) - math.log(value)))
