"""When owning becomes cheaper than paying by the month."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate


def break_even_month(capex: Decimal, own_month: Decimal, other_month: Decimal, horizon_months: int) -> int | None:
    """Return the first month after which owning has cost no more than the alternative, ``None`` if never in time.

    With constant monthly costs that is the least ``m`` with ``capex + m x own <= m x other``.
    """
    if capex <= 0:
        return 0
    saved = other_month - own_month
    if saved <= 0:
        return None
    month = math.ceil(capex / saved)
    return month if month <= horizon_months else None


def cumulative(start: Decimal, months: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return the running cost after month 0, 1, ..., beginning with ``start``."""
    return tuple(accumulate(months, initial=start))


def first_crossing(own: Sequence[Decimal], other: Sequence[Decimal]) -> int | None:
    """Return the first index at which ``own`` is no more than ``other``, ``None`` where it never is."""
    return next((m for m, (a, b) in enumerate(zip(own, other, strict=True)) if a <= b), None)


def break_even_utilization(own_total: Decimal, other_at_full_use: Decimal) -> float | None:
    """Return the utilisation at which a pay-per-use alternative costs as much as owning; ``None`` where above 1."""
    if other_at_full_use <= 0:
        return None
    share = float(own_total / other_at_full_use)
    return share if share <= 1 else None
