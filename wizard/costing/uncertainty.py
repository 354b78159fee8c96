"""How far off the total cost may be: triangular draws with a fixed seed, and one bar per input.

Cost per token is convex in utilisation, so the median of the draws lies above the base case: the median with its band
is the headline, the base case is labelled as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wizard.costing.assumptions import Range
from wizard.costing.model import Costs, Fixed, Floats, costs_of
from wizard.costing.records import Swing

DRAWS = 20_000
SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Spread:
    """10th, 50th and 90th percentile of the draws."""

    p10: float
    p50: float
    p90: float


def draw(ranges: Mapping[str, Range], draws: int = DRAWS, seed: int = SEED) -> dict[str, Floats]:
    """Draw every input from its triangular distribution, independently; each of shape ``(draws,)``."""
    spread_out = sum(r.low < r.high for r in ranges.values())
    place = iter(range(spread_out))
    return {
        name: _drawn(spread_out, next(place), draws, seed, r) if r.low < r.high else np.full(draws, r.mode)
        for name, r in sorted(ranges.items())
    }


@lru_cache(maxsize=16)
def _drawn(count: int, place: int, draws: int, seed: int, r: Range) -> Floats:
    """Return the draws of one of ``count`` inputs: most have the same range in all options of a plan."""
    found = _triangular(_uniform(count, draws, seed)[place], r)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=4)
def _uniform(count: int, draws: int, seed: int) -> Floats:
    """Return uniform numbers that every case draws from; shape ``(count, draws)``."""
    found = np.random.default_rng(seed).random((count, draws))
    found.flags.writeable = False
    return found


def _triangular(uniform: Floats, r: Range) -> Floats:
    """Turn uniform numbers into triangular ones by the inverse of the distribution."""
    width, rise = r.high - r.low, r.mode - r.low
    left = r.low + np.sqrt(uniform * (rise * width))
    right = r.high - np.sqrt((1.0 - uniform) * ((r.high - r.mode) * width))
    return np.where(uniform <= rise / width, left, right)


def base(ranges: Mapping[str, Range]) -> dict[str, Floats]:
    """Return every input at its most likely value, each of shape ``(1,)``."""
    return {name: np.array([r.mode]) for name, r in ranges.items()}


def spread(values: Floats) -> Spread:
    """Return the percentiles of the draws."""
    p10, p50, p90 = np.percentile(values, (10, 50, 90))
    return Spread(float(p10), float(p50), float(p90))


def swings(fixed: Fixed, ranges: Mapping[str, Range], *, per_million: bool) -> tuple[Swing, ...]:
    """Return the tornado: the headline with one input at its low and high end, widest bar first."""
    uncertain = [name for name, r in sorted(ranges.items()) if r.low < r.high]
    if not uncertain:
        return ()
    size = 2 * len(uncertain)
    inputs = {name: np.full(size, r.mode) for name, r in ranges.items()}
    for i, name in enumerate(uncertain):
        inputs[name][2 * i], inputs[name][2 * i + 1] = ranges[name].low, ranges[name].high
    costs = costs_of(fixed, inputs)
    outcome = costs.per_million if per_million else costs.npv
    bars = [
        Swing(name=name, low_input=ranges[name].low, high_input=ranges[name].high, at_low=float(outcome[2 * i]),
              at_high=float(outcome[2 * i + 1]))
        for i, name in enumerate(uncertain)
    ]
    return tuple(sorted((b for b in bars if b.at_low != b.at_high), key=lambda b: -abs(b.at_high - b.at_low)))


def break_even_months(drawn: Costs, other_month: Floats, horizon_months: int) -> tuple[int | None, int | None]:
    """Return the 10th and 90th percentile of the month from which owning is cheaper; ``None`` beyond the horizon."""
    saved = other_month - drawn.running_month
    months = np.where(saved > 0, np.ceil(drawn.capex / np.where(saved > 0, saved, 1.0)), np.inf)
    ends = np.percentile(months, (10, 90), method="closest_observation")
    low, high = (int(m) if m <= horizon_months else None for m in ends)
    return low, high


def simulate(fixed: Fixed, ranges: Mapping[str, Range]) -> Costs:
    """Evaluate the model on :data:`DRAWS` draws."""
    return costs_of(fixed, draw(ranges))
