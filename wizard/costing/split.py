"""Own the baseline, rent the peak; and what an interruptible rent really costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wizard.money import cents

DAYS_PER_MONTH = Decimal(730) / 24


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSplit:
    """The cheapest mix for a daily load profile. Costs are per month; ``rented_hours`` are unit-hours per month."""

    own_units: int
    peak_units: int
    rented_hours: float
    own_month: Decimal
    rent_month: Decimal
    all_own_month: Decimal
    all_rented_month: Decimal

    @property
    def month(self) -> Decimal:
        """Cost of the mix per month."""
        return self.own_month + self.rent_month


def split_load(
    load: Sequence[float], capacity: float, own_unit_month: Decimal, rent_unit_hour: Decimal,
) -> LoadSplit:
    """Choose how many units to own and how many to rent by the hour.

    A unit is worth owning where the hours it is busy cost more in rent than the unit costs in a month (the newsvendor's
    critical ratio), so each number of units from none to the peak is tried and the cheapest kept.

    Args:
        load: what is asked in each hour of a typical day (24 values), in any unit.
        capacity: what one unit serves, in the same unit.
        own_unit_month: purchase spread over its life plus running cost of one unit, per month.
        rent_unit_hour: rent of one unit for an hour.

    Raises:
        ValueError: the profile is empty or negative, or the capacity is not positive.
    """
    if not load or capacity <= 0 or any(not value >= 0 for value in load):
        raise ValueError("a load profile needs values of zero or more, and a positive capacity")
    needed = [math.ceil(value / capacity - 1e-9) for value in load]
    peak = max(needed)
    hours = [_rented_hours(needed, own) for own in range(peak + 1)]
    rents = [cents(rent_unit_hour * Decimal(repr(hour))) for hour in hours]
    owned = [cents(own_unit_month * own) for own in range(peak + 1)]
    best = min(range(peak + 1), key=lambda own: (owned[own] + rents[own], own))
    return LoadSplit(
        own_units=best, peak_units=peak, rented_hours=hours[best], own_month=owned[best], rent_month=rents[best],
        all_own_month=owned[peak], all_rented_month=rents[0],
    )


def _rented_hours(needed: Sequence[int], own: int) -> float:
    over = sum(max(0, units - own) for units in needed)
    return float(Decimal(over) * DAYS_PER_MONTH * 24 / len(needed))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRun:
    """A run on interruptible instances. ``hours`` is the expected wall time, ``worth_it`` against on demand."""

    hours: float
    checkpoint_every_hours: float
    interruptions: float
    cost_usd: Decimal
    on_demand_usd: Decimal
    worth_it: bool


def spot_run(
    work_hours: float, spot_usd_h: Decimal, on_demand_usd_h: Decimal, *, interruptions_per_hour: float,
    checkpoint_hours: float, restart_hours: float,
) -> SpotRun:
    """Return the expected time and cost of a run that is interrupted at random.

    Checkpoints are written at Daly's interval ``sqrt(2 d / rate) - d``; the expected time is Daly's (2006, eq. 20)
    ``exp(rate R) / rate (exp(rate (t + d)) - 1) T / t`` for an exponential time to the next interruption.

    Raises:
        ValueError: a duration or the rate is negative, or the work is not positive.
    """
    if work_hours <= 0 or min(interruptions_per_hour, checkpoint_hours, restart_hours) < 0:
        raise ValueError("durations and rates cannot be negative")
    rate, write = interruptions_per_hour, checkpoint_hours
    every = work_hours
    hours = work_hours
    if rate > 0:
        every = min(work_hours, max(write, math.sqrt(2 * write / rate) - write)) if write else work_hours
        hours = math.exp(rate * restart_hours) / rate * math.expm1(rate * (every + write)) * work_hours / every
    cost, full = cents(spot_usd_h * Decimal(repr(hours))), cents(on_demand_usd_h * Decimal(repr(work_hours)))
    return SpotRun(
        hours=hours, checkpoint_every_hours=every, interruptions=rate * hours, cost_usd=cost, on_demand_usd=full,
        worth_it=cost < full,
    )
