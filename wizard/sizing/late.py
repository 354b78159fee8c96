"""Percentiles of the times for many cases at once, from the moments of their parts.

The times of :mod:`wizard.sizing.queueing` are sums of independent parts, each with known moments: the own prompt
(lognormal), the prompts of others met in a step (compound Poisson), the wait for a place (gamma), and the share of the
calibrated wait that the queues do not explain (uniform). Their sum is taken as a lognormal, moved along, with the same
three moments; the even part has thin ends, for which the quantile is corrected by its fourth cumulant (Cornish and
Fisher 1938). Against the draws themselves it is off by some percent, so a search goes by it and then checks what it
chose (``tests/core/test_sizing_late.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wizard.sizing.cases import Band, Floats, ServingColumns
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.composition import closed_loop, interference, prefill, prompt_work, running_batch
from wizard.sizing.operators import decode_step, fresh_tokens, mean_context
from wizard.sizing.queueing import normal_quantile, normal_tail
from wizard.sizing.replica import Replica
from wizard.sizing.serving import Constants
from wizard.sizing.traffic import ServingInputs

WIDER = {50: 1.05, 90: 1.09, 95: 1.12, 99: 1.25}
"""How much wider than the mean's a percentile's band is: the error of the queueing formulas against the simulation.
That of 90 lies on the line between its neighbours."""


@dataclass(frozen=True, slots=True)
class Late:
    """Times that the asked share of the requests keeps, each of shape ``(n,)``."""

    ttft_ms: Band
    tpot_ms: Band
    e2e_ms: Band


@dataclass(frozen=True, slots=True)
class PromisedColumns(ServingColumns):
    """Columns with the percentiles that promises are about."""

    late: Late


@dataclass(frozen=True, slots=True)
class _Sum:
    """Cumulants of a sum of independent parts; ``even`` is the fourth of its uniform parts."""

    mean: Floats
    variance: Floats
    third: Floats
    even: Floats

    def quantile(self, z: float) -> Floats:
        """Return the quantile whose standard normal counterpart is ``z``."""
        spread = np.sqrt(np.maximum(self.variance, 1e-30))
        half = self.third / (2 * spread**3)
        # omega of the lognormal with that skewness: (omega + 2) sqrt(omega - 1), a cubic with one real root.
        root = np.cbrt(1 + 2 * half**2 + 2 * half * np.sqrt(1 + half**2))
        omega = np.maximum(root + 1 / root - 1, 1 + 1e-9)
        sigma = np.sqrt(np.log(omega))
        above = np.expm1(sigma * z - sigma**2 / 2) / np.sqrt(omega - 1)
        return np.asarray(self.mean + spread * (above + (z**3 - 3 * z) / 24 * self.even / spread**4))


@dataclass(frozen=True, slots=True)
class Flow:
    """How requests come to the replicas of a plan.

    ``rate`` is what one replica is given at most, in requests per second, shape ``(n,)``; ``None`` where users wait and
    ask again at once, so that all places are always taken. ``scv`` is the squared coefficient of variation of the time
    between requests, ``free`` the share of their time that users spend away from the replica (1 for open arrivals).
    """

    rate: Floats | None = None
    scv: float = 1.0
    free: Floats | float = 1.0


@dataclass(frozen=True, slots=True)
class _State:
    """A replica in its steady state: means, and the spread of the sequences present. Seconds."""

    batch: Floats
    rate: Floats
    step: Floats
    slope: Floats
    """Step time per further sequence."""
    present: Floats
    """Variance of the sequences present."""
    slot: Floats
    """Mean wait for a place among the running sequences, where more ask than run."""
    late_slot: Floats
    """What waiting for a place adds to the percentile, where seldom more come than run."""
    ttft: Floats
    tpot: Floats
    steady: bool


def late(x: ServingInputs, columns: ServingColumns, constants: Constants, percentile: int, flow: Flow) -> Late:
    """Return the percentiles of cases whose mean times are known."""
    r, c = constants.replica, constants.coefficients
    z = float(normal_quantile(np.array(percentile / 100)))
    prompt, share = prompt_work(x, r, c), interference(x, c)
    wave = 1.0 if flow.rate is None else max((1 + flow.scv) / 2, 1.0)
    if flow.rate is None:
        s = _full(x, r, c, columns, prompt, share)
    else:
        s = _flowing(x, r, c, columns, prompt, share, flow.rate, wave * flow.free, 1 - percentile / 100)
    size = prompt * (x.prompt_cv**2 + 2 * wave - 1)
    first = _first(s, c.ttft_fixed_s, _own(x, r, c, z), size, wave, prompt, x)
    token = _token(x, s, share, prompt, size)
    answer = _answer(x, first, token)
    wider, slot = WIDER[percentile], s.late_slot * 1e3
    # Few are promised no more than the mean: who asks for more gets more, also where less comes than is sized for.
    least = float(percentile > 50)
    return Late(
        _band(first.quantile(z) * 1e3 + slot, columns.ttft_ms, wider, least),
        _band(token.quantile(z) * 1e3, columns.tpot_ms, wider, least),
        _band(answer.quantile(z) * 1e3 + slot, columns.e2e_ms, wider, least),
    )


def _full(
    x: ServingInputs, r: Replica, c: Coefficients, columns: ServingColumns, prompt: Floats, share: Floats
) -> _State:
    """All places are taken all the time, and who does not get one waits."""
    users = np.maximum(np.nan_to_num(x.concurrency, nan=256.0), 1.0)
    batch, none = np.maximum(columns.batch, 1.0), np.zeros(1)
    step = decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    rate = batch / (x.output_tokens * step + share * (batch - 1) * prompt + prompt)
    slot = np.maximum(users - np.floor(batch + 1e-6), 0.0) / rate
    return _State(batch, rate, step, none, none, slot, none, columns.ttft_ms.value / 1e3, columns.tpot_ms.value / 1e3,
                  True)


def _flowing(
    x: ServingInputs, r: Replica, c: Coefficients, columns: ServingColumns, prompt: Floats, share: Floats,
    rate: Floats, spread: Floats | float, beyond: float,
) -> _State:
    """Requests come and go: Little's law with steps that grow evenly with the sequences from one to all places.

    The number present is drawn back to its mean by the departures, whose rate grows by ``1 - rate x life'`` per life;
    its variance is the mean over that. Where ``most`` run, the number of those who wait falls like a geometric one.
    """
    most, context = np.maximum(columns.batch, 2.0), mean_context(x)
    alone, full = (decode_step(x, r, c, np.maximum(n / x.pp, 1.0), context) for n in (np.ones(1), most))
    slope = np.maximum((full - alone) / (most - 1), 0.0)
    longer = x.output_tokens * slope + share * prompt
    back = np.maximum(1 - rate * longer, 1e-3)
    batch = np.clip(rate * (x.output_tokens * alone + prompt - longer) / back, 1e-3, 1e6)
    present = np.maximum(batch * spread / back, 1e-9)
    kv = np.maximum(columns.memory.kv_budget, 0.0)
    places = running_batch(x, r, c, kv, np.full(1, np.inf))
    leaving = places / (x.output_tokens * (alone + slope * (places - 1)) + share * (places - 1) * prompt + prompt)
    # A replica is never given all that it could do; where the estimate says so, the last hundredth is kept back.
    gap = np.maximum(leaving - rate, 0.01 * leaving)
    crowded = np.maximum(normal_tail((places - batch) / np.sqrt(present)), 1e-12)
    waiting = np.maximum(np.log(crowded / beyond), 0.0) * np.maximum(spread, 1.0) / gap
    seen = replace(x, concurrency=np.clip(batch, 1.0, places))
    t = closed_loop(seen, r, c, kv)
    return _State(batch, rate, alone + slope * np.maximum(batch - 1, 0.0), slope, present, np.zeros(1), waiting,
                  t.ttft, t.tpot, False)


def _own(x: ServingInputs, r: Replica, c: Coefficients, z: float) -> tuple[Floats, Floats]:
    """Return mean and coefficient of variation of the own prompt's time on an idle replica.

    Between the mean length and the asked percentile's it grows with a power of the length, which keeps it lognormal.
    """
    usual = prefill(x, r, c, fresh_tokens(x))
    if not x.prompt_cv.any():
        return usual, np.zeros(1)
    spread = np.sqrt(np.log1p(x.prompt_cv**2))
    longer = np.where(spread > 0, spread * z - spread**2 / 2, 1.0)
    long = replace(x, prompt_tokens=np.maximum(x.prompt_tokens * np.exp(longer), 1.0), prompt_cv=np.zeros(1))
    power = np.log(prefill(long, r, c, fresh_tokens(long)) / usual) / np.where(longer == 0, 1.0, longer)
    spread = spread * power
    return usual * np.exp(spread**2 * (power - 1) / (2 * power)), np.sqrt(np.expm1(spread**2))


def _first(
    s: _State, fixed: Floats, own: tuple[Floats, Floats], size: Floats, wave: float, prompt: Floats, x: ServingInputs
) -> _Sum:
    """Return the cumulants of the time to the first token."""
    alone, cv = own
    load = np.minimum(s.rate * prompt, 0.999)
    step = s.step * np.minimum(np.maximum(s.batch - s.steady, 0.0), 1.0)
    cycle = step / (1 - load)
    gathered = prompt * (wave - 1)
    if s.steady:
        others, noise, uneven, rest = load * cycle, load * cycle * size, load * cycle, np.zeros(1)
    else:
        others, noise, uneven, rest = _met(step, cycle, load, size)
    shape = np.maximum(s.slot * s.rate, 1.0) / ((1 + np.minimum(x.output_cv, 3.0) ** 2) / 2)
    known = fixed + alone + step + others + gathered + s.slot
    missing = np.maximum(s.ttft - known, 0.0)
    variance = (alone * cv) ** 2 + noise + gathered**2 / 2 + s.slot**2 / shape + (missing**2 + rest**2) / 3
    third = (alone**3 * _third(cv) + 2 * noise**2 / np.maximum(uneven, 1e-12) + gathered**3 / 2
             + 2 * s.slot**3 / shape**2)
    return _Sum(known + missing, variance + s.slope**2 * s.present, third, -2 / 15 * (missing**4 + rest**4))


def _met(step: Floats, cycle: Floats, load: Floats, size: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mean and variance of what a request that comes at any time meets, the mean of its uneven part, and half
    of its even one.

    It comes into a step in proportion to the step's length ``L``, waits for its rest (a uniform share ``u``) and then
    for the prompts that came in it: ``L (u + load)`` and the noise of those prompts.
    """
    varies = load * cycle * size / (1 - load**2)
    first = cycle + varies / np.maximum(cycle, 1e-12)
    excess = np.maximum(load * cycle, 1e-12)
    second = cycle**2 + 3 * varies + 2 * varies**2 / (excess * np.maximum(cycle, 1e-12))
    noise = (0.5 + load) ** 2 * np.maximum(second - first**2, 0.0) + load * first * size
    return first * (0.5 + load), noise, first * (0.5 + load) - step / 2, np.sqrt(second) / 2


def _token(x: ServingInputs, s: _State, share: Floats, prompt: Floats, size: Floats) -> _Sum:
    """Return the cumulants of the time per token: steps, and the prompts of others between them."""
    others = s.rate * np.maximum(s.batch - 1, 0.0) / s.batch if s.steady else s.rate
    load = np.minimum(others * prompt * share, 0.999)
    stall = load * s.step / (1 - load)
    even = s.tpot / (s.step + stall) if s.steady else np.ones(1)
    per_token = even * share * size / x.output_tokens * (1 + x.output_cv**2)
    variance = even * stall * per_token
    steps = (2 / 3) * s.slope**2 * s.present
    return _Sum(even * (s.step + stall), variance + steps, 2 * variance * per_token, np.zeros(1))


def _answer(x: ServingInputs, first: _Sum, token: _Sum) -> _Sum:
    """Return the cumulants of a whole answer."""
    tokens = x.output_tokens * token.mean
    stalls = x.output_tokens**2 * token.variance / (1 + x.output_cv**2)
    return _Sum(first.mean + tokens, first.variance + stalls + (tokens * x.output_cv) ** 2,
                first.third + tokens**3 * _third(x.output_cv), first.even)


def _third(cv: Floats) -> Floats:
    """Return the third cumulant of a lognormal of mean 1."""
    return (cv**2 + 3) * cv**4


def _band(value: Floats, mean: Band, wider: float, least: float) -> Band:
    """Return percentiles with the band of their mean, ``wider`` at both ends.

    They are at least ``least`` times the mean with all places taken, and never below the mean's floor.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = mean.low / mean.value / wider, mean.high / mean.value * wider
    value = np.maximum(value, np.maximum(mean.ceiling, least * mean.value))
    return Band(value=value, low=np.clip(value * low, mean.ceiling, value), high=np.maximum(value * high, value),
                ceiling=mean.ceiling)
