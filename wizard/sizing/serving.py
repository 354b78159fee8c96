"""The door of serving: cases in, memory, speed, bands and physical bounds out; a million cases at a time.

    serve(inputs, calibration) -> ServingColumns

Values come from the calibrated formulas; bands from the errors these formulas make in cross-validation; bounds from
the same formulas with ideal hardware (full bandwidth, full dense peak, no overhead). No value leaves its bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TypeVar

import numpy as np

from wizard.sizing.bands import METRICS
from wizard.sizing.calibration import Calibration, band_cell
from wizard.sizing.cases import Band, Floats, Ints, MemoryColumns, ServingColumns
from wizard.sizing.ceilings import Bounds, bounds
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.composition import Timing, closed_loop, saturated
from wizard.sizing.memory import memory
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import ServingInputs

CHUNK = 1 << 16
"""Cases worked on at a time: keeps temporaries in cache and below 200 MB."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Constants:
    """What of a case depends on model, device, formats, engine and layout alone, and not on its traffic."""

    replica: Replica
    coefficients: Coefficients

    @classmethod
    def of(cls, x: ServingInputs, calibration: Calibration) -> Constants:
        """Return the constants of each case."""
        r = Replica.of(x)
        return cls(r, calibration.coefficients(x, r))

    def take(self, index: Ints | slice) -> Constants:
        """Return the constants of ``index``; columns of one element stay as they are."""
        return Constants(self.replica.take(index), self.coefficients.take(index))


@dataclass(frozen=True, slots=True)
class SharedConstants:
    """The constants of many cases of which few differ: those of each set of cases alike are kept once."""

    replica: Replica
    coefficients: Coefficients
    same: Ints | None
    """Which set each case is in; ``None`` where each is in its own."""

    @classmethod
    def of(cls, x: ServingInputs, calibration: Calibration) -> SharedConstants:
        """Return the constants of the cases."""
        r = Replica.of(x)
        return cls(r, *calibration.distinct(x, r))

    def take(self, index: Ints) -> Constants:
        """Return the constants of the cases of ``index``."""
        return Constants(self.replica.take(index),
                         self.coefficients.take(index if self.same is None else self.same[index]))


def serve(inputs: ServingInputs, calibration: Calibration, constants: Constants | None = None) -> ServingColumns:
    """Estimate every case. Columns of the result have shape ``(inputs.rows(),)``.

    ``constants`` are those of the cases, if they are known already.

    Rates are per replica. ``fits`` is false where weights and one sequence do not fit; its speeds are then those of a
    batch of one and mean nothing. ``batch`` is the number of sequences that run at once; where it is less than the
    concurrency, the rest queue and the time to first token says so.
    """
    n = inputs.rows()
    if n <= CHUNK:
        return _serve(inputs, calibration, n, constants or Constants.of(inputs, calibration))
    parts = []
    for start in range(0, n, CHUNK):
        part = slice(start, start + CHUNK)
        cases = inputs.take(part)
        known = constants.take(part) if constants else Constants.of(cases, calibration)
        parts.append(_serve(cases, calibration, min(CHUNK, n - start), known))
    return _join(parts)


def _serve(x: ServingInputs, calibration: Calibration, n: int, known: Constants) -> ServingColumns:
    r, c = known.replica, known.coefficients
    asked = np.where(np.isnan(x.concurrency), 256.0, x.concurrency)
    use = memory(x, asked, r)
    budget = np.maximum(use.kv_budget, 0.0)
    timing = _measured(_timing(x, r, c, budget), x, calibration)
    return _columns(x, calibration, n, use, timing, bounds(x, r, use))


def _timing(x: ServingInputs, r: Replica, c: Coefficients, budget: Floats) -> Timing:
    queue = np.isnan(x.concurrency)
    if not queue.any():
        return closed_loop(x, r, c, budget)
    if queue.all():
        return saturated(x, r, c, budget)
    closed, endless = closed_loop(x, r, c, budget), saturated(x, r, c, budget)
    return Timing(*(np.where(queue, getattr(endless, f.name), getattr(closed, f.name)) for f in fields(Timing)))


def _measured(t: Timing, x: ServingInputs, calibration: Calibration) -> Timing:
    """Move the times to where the user's own measurements say they are."""
    if not calibration.own:
        return t
    factor = {name: calibration.own_factor(x, name) for name in ("ttft", "tpot", "throughput")}
    return Timing(batch=t.batch, ttft=t.ttft * factor["ttft"], tpot=t.tpot * factor["tpot"],
                  requests=t.requests * factor["throughput"])


def _columns(
    x: ServingInputs, calibration: Calibration, n: int, use: MemoryColumns, t: Timing, limit: Bounds
) -> ServingColumns:
    spread = _Spread(x, calibration)
    held = np.floor(np.maximum(use.kv_budget, 0.0) / np.maximum(use.kv_per_sequence, 1.0))
    answer = t.ttft + x.output_tokens * t.tpot
    length = x.prompt_tokens + x.output_tokens
    return _full(n, ServingColumns(
        memory=use, batch=t.batch, max_concurrency=_memory_band(held),
        ttft_ms=spread.time("ttft", t.ttft * 1e3, limit.ttft * 1e3),
        tpot_ms=spread.time("tpot", t.tpot * 1e3, limit.tpot * 1e3),
        e2e_ms=spread.time("tpot", answer * 1e3, (limit.ttft + x.output_tokens * limit.tpot) * 1e3),
        output_tok_s=spread.rate(t.requests * x.output_tokens, limit.requests * x.output_tokens),
        total_tok_s=spread.rate(t.requests * length, limit.requests * length),
        requests_s=spread.rate(t.requests, limit.requests),
        fits=held >= 1, basis=spread.basis,
    ))


class _Spread:
    """Bands of the cases, looked up once for all metrics."""

    def __init__(self, x: ServingInputs, calibration: Calibration) -> None:
        cells = band_cell(x)
        self._endless = np.isnan(x.concurrency)
        metrics = ("ttft", "tpot", "throughput") if self._endless.any() else ("ttft", "tpot")
        ends = {name: calibration.interval(x, np.full(1, METRICS.index(name)), cells) for name in metrics}
        self._ends_of = {name: (np.exp(low), np.exp(high)) for name, (low, high) in ends.items()}
        """Factors on the value, low and high."""
        shape = calibration.bands.low.shape[1:]
        self.basis: Ints = np.ravel_multi_index(tuple(np.broadcast_arrays(*cells)), shape).astype(np.int64)

    def time(self, metric: str, value: Floats, floor: Floats) -> Band:
        """A time never falls below its floor."""
        low, high = (value * factor for factor in self._ends_of[metric])
        value = np.maximum(value, floor)
        return Band(value=value, low=np.clip(low, floor, value), high=np.maximum(high, value), ceiling=floor)

    def rate(self, value: Floats, ceiling: Floats) -> Band:
        """A rate never rises above its ceiling. Users in closed loop wait for tokens, so its error is theirs."""
        slow, fast = self._ends_of["tpot"]
        low, high = value / fast, value / slow
        if "throughput" in self._ends_of:
            less, more = (value * factor for factor in self._ends_of["throughput"])
            low, high = np.where(self._endless, less, low), np.where(self._endless, more, high)
        value = np.minimum(value, ceiling)
        return Band(value=value, low=np.minimum(low, value), high=np.clip(high, value, ceiling), ceiling=ceiling)


def _memory_band(held: Floats) -> Band:
    """Sequences that fit: what engines report differs by 7 % from the formula at the median of published logs."""
    return Band(value=held, low=np.floor(held * 0.88), high=np.ceil(held * 1.10), ceiling=np.ceil(held * 1.15))


def _full(n: int, columns: T) -> T:
    """Broadcast every column of a dataclass to ``n`` elements."""
    def one(value: object) -> object:
        if not isinstance(value, np.ndarray):
            return _full(n, value)
        return value if value.shape == (n,) else np.broadcast_to(value, (n,))
    return type(columns)(*(one(getattr(columns, f.name)) for f in fields(columns)))  # type: ignore[arg-type]


def _join(parts: list[T]) -> T:
    first = parts[0]
    def one(name: str) -> object:
        values = [getattr(p, name) for p in parts]
        return _join(values) if is_dataclass(values[0]) else np.concatenate(values)
    return type(first)(*(one(f.name) for f in fields(first)))  # type: ignore[arg-type]
