"""From mean times to percentiles: the queues of one replica with continuous batching.

Three queues follow each other, each with a textbook formula:

1. **Sequences in the replica.** All running sequences share every step, so the number ``n`` of requests present is a
   birth and death chain whose departure rate ``mu(n) = B / life(B)``, ``B = min(n, most)``, comes from the calibrated
   step times. For independent arrivals such a processor-sharing chain does not depend on how lengths are distributed
   (Kelly 1979). Arrivals in waves are batches of geometric size ``m = (1 + c^2) / 2``, whose squared coefficient of
   variation is ``c^2``; the balance over each cut of the chain then is one linear recursion. Users who think are a
   finite source. A request that finds ``most`` running waits for departures (a sum of exponentials).
2. **Prompts.** Those that arrive during one step are computed in the next (gated service). A step lasts
   ``step / (1 - rho)`` on average, ``rho = rate x prompt``, with the variance of the compound number of prompts in it;
   who arrives at any time meets a step in proportion to its length. The wait is the rest of that step, the own step,
   and the prompts of those who came in the same one. Users in closed loop ask when a step ends and wait for no rest.
   Batch requests yield without interrupting (Cobham 1954).
3. **Steps.** A token takes the step at the batch that its request sees over its life, plus the prompts of others that
   are computed meanwhile (a compound Poisson number).

The parts are independent draws of a fixed lattice (no random numbers), so that joint statements such as goodput are
counts over them. ``tests/core/batching_simulation.py`` simulates the same replica step by step as a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import erfc, lgamma, sqrt

import numpy as np

from wizard.sizing.cases import Floats

DRAWS = 2048
_CHAIN = 6000
"""Requests present beyond which the chain is cut; its tail is then below 1e-9 at loads that are stable."""

_LIFE_AVERAGE = sqrt(2 / 3)
"""Standard deviation of the batch averaged over a life, relative to that at a moment: numbers present are correlated
over one life, falling linearly (infinite servers with equal lives), and the mean of such a process keeps 2/3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one replica works. Seconds."""

    batch: Floats
    """Numbers of running sequences, ascending from 1."""
    step: Floats
    """Time per token at these numbers."""
    length: Floats
    """Prompt lengths relative to the mean one, ascending."""
    alone: Floats
    """Time to compute such a prompt on an idle replica, with its fixed costs."""
    prompt: float
    """Time that a mean prompt takes from a busy replica."""
    interference: float
    """Share of another's prompt that a running sequence waits for."""
    fixed: float
    chunk: float
    """Longest time that a step can spend on prompts."""
    most: int

    def step_at(self, batch: Floats) -> Floats:
        """Return the time per token at a number of running sequences."""
        return np.interp(batch, self.batch, self.step)

    def life(self, batch: Floats, output: float) -> Floats:
        """Return how long an answer runs among ``batch`` sequences, their prompts included."""
        return output * self.step_at(batch) + self.interference * (batch - 1) * self.prompt + self.prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Who asks. ``users`` who wait and think, or ``rate`` requests per second that arrive by themselves; the other is
    NaN. Lengths are lognormal."""

    rate: float
    scv: float
    users: float
    think_s: float
    output: float
    output_cv: float
    prompt_cv: float
    batch_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Draws of what requests see, in seconds, shape ``(DRAWS,)``; infinite where the load is not carried.

    ``itl`` are gaps between two tokens; ``batch`` the mean number of running sequences, ``rate`` requests per second.
    """

    ttft: Floats
    tpot: Floats
    itl: Floats
    e2e: Floats
    batch: float
    rate: float

    @property
    def carried(self) -> bool:
        """Whether the load is carried at all; without end the queue would grow."""
        return self.rate > 0

    def goodput(self, ttft: float | None, tpot: float | None, e2e: float | None) -> float:
        """Return the share of the requests that keep all of the limits that are given, in seconds."""
        kept = np.ones(self.ttft.shape, dtype=bool)
        for seen, limit in ((self.ttft, ttft), (self.tpot, tpot), (self.e2e, e2e)):
            if limit is not None:
                kept &= seen <= limit
        return float(kept.mean())


def latency(pace: Pace, a: Arrivals) -> Latency:
    """Return what the requests of a load see of one replica."""
    present, rate = _present(pace, a)
    if not np.isfinite(rate):
        never = np.full(DRAWS, np.inf)
        return Latency(never, never, never, never, float(pace.most), 0.0)
    u = _lattice(8)
    prompt, output = _lognormal(u[0], 1.0, a.prompt_cv), np.maximum(_lognormal(u[1], a.output, a.output_cv), 1.0)
    found = np.minimum(np.searchsorted(np.cumsum(present), u[2]), present.size - 1)
    running = np.minimum(found + 1.0, pace.most)
    mean = float(running.mean())
    waves = _wave(a.scv) if np.isnan(a.users) else 1.0
    seen = np.clip(mean + (running - mean) * _LIFE_AVERAGE, 1.0, pace.most)
    step = pace.step_at(seen)
    prompts = _prompts_seen(pace, a, rate, output, step, waves, u[3])
    tpot = step + pace.interference * prompts / output
    ahead = np.maximum(found + 1.0 - pace.most, 0.0)
    leaving = pace.most / float(pace.life(np.array([float(pace.most)]), a.output)[0])
    # Answers end more evenly than at random where they are alike: dispersion (1 + cv^2) / 2 over about one life.
    shape = np.maximum(ahead, 1.0) / ((1 + min(a.output_cv, 3.0) ** 2) / 2)
    slot = np.where(ahead > 0, ahead * _gamma(u[4], shape) / leaving, 0.0)
    wait = _prompt_wait(pace, a, rate, running, waves, u[5:8]) + slot * _priority(a, rate / leaving)
    own = np.interp(prompt, pace.length, pace.alone)
    ttft = pace.fixed + own + wait
    return Latency(ttft, tpot, _gaps(pace, a, rate, seen, u), ttft + output * tpot, mean, rate)


def _priority(a: Arrivals, load: float) -> float:
    """Return how much shorter the wait of those is who do not have time (Cobham 1954): ``(1 - rho) / (1 - rho_1)``."""
    load = min(load, 1.0)
    return (1 - load) / (1 - load * (1 - a.batch_share)) if a.batch_share > 0 else 1.0


def _wave(scv: float) -> float:
    """Return the mean size of the batches whose arrivals vary so; those that are more even than Poisson count as it."""
    return max((1 + scv) / 2, 1.0)


def _present(pace: Pace, a: Arrivals) -> tuple[Floats, float]:
    """Return the distribution of requests that a new one finds, and the rate of requests; NaN if it is not carried."""
    if not np.isnan(a.users):
        return _closed(pace, a)
    n = np.arange(1, _CHAIN + 1, dtype=np.float64)
    running = np.minimum(n, pace.most)
    leave = running / pace.life(running, a.output)
    m = _wave(a.scv)
    if a.rate >= leave[-1] or a.rate * pace.prompt >= 1:
        return np.zeros(1), np.nan
    return _open_chain(leave, a.rate / m, 1 - 1 / m), a.rate


def _open_chain(leave: Floats, waves: float, q: float) -> Floats:
    """Return the distribution that a request finds, those of its own wave before it included.

    Over the cut between ``n`` and ``n + 1``: ``mu(n + 1) p(n + 1) = waves x A(n)`` with ``A(n) = q A(n - 1) + p(n)``,
    for a wave that begins at ``i`` passes ``n`` with probability ``q^(n - i)``. ``(1 - q) A`` is what a request finds.
    """
    seen, peak = [1.0], 1.0
    for rate in leave.tolist():
        now = (q + waves / rate) * seen[-1]
        if now > 1e250:
            seen, peak, now = [s * 1e-250 for s in seen], peak * 1e-250, now * 1e-250
        seen.append(now)
        peak = max(peak, now)
        if now < 1e-12 * peak:
            break
    found = np.array(seen)
    return np.asarray(found / found.sum())


def _closed(pace: Pace, a: Arrivals) -> tuple[Floats, float]:
    """Return what a user finds: the others that do not think, as a finite source with one user less sees them."""
    users = int(max(round(a.users), 1))
    n = np.arange(1, users + 1, dtype=np.float64)
    running = np.minimum(n, pace.most)
    leave = running / pace.life(running, a.output)
    if a.think_s <= 0:
        found = np.zeros(users)
        found[-1] = 1.0
        return found, float(leave[-1])
    def weights(source: int) -> Floats:
        ask = np.log(np.maximum(source - np.arange(source), 1) / a.think_s) - np.log(leave[:source])
        logs = np.concatenate([[0.0], np.cumsum(ask)])
        grown = np.exp(logs - logs.max())
        return np.asarray(grown / grown.sum())
    whole = weights(users)
    return weights(users - 1) if users > 1 else np.ones(1), float((whole[1:] * leave).sum())


def _prompt_wait(pace: Pace, a: Arrivals, rate: float, running: Floats, waves: float, u: Floats) -> Floats:
    """Return draws of the time until the own prompt is computed, without the time that itself takes."""
    load = min(rate * pace.prompt, 0.999)
    step = pace.step_at(np.maximum(running - 1, 1.0)) * (running > 1)
    size = pace.prompt * (a.prompt_cv**2 + 2 * waves - 1)
    usual = float(step.mean())
    cycle = usual / (1 - load)
    waits_for_rest = np.isnan(a.users) or a.think_s > 0
    met = np.full(step.shape, cycle)
    if waits_for_rest and cycle > usual:
        lengths = usual + _compound(_MIDDLES, np.full(1, rate / waves * cycle), load * cycle, size / (1 - load**2))
        met = np.interp(u[0], np.cumsum(lengths) / lengths.sum(), lengths)
    rest = u[1] * met if waits_for_rest else 0.0
    others = _compound(u[2], rate / waves * met, load * met, size)
    wave = pace.prompt * (waves - 1) * _gamma(u[0], np.full(1, 2.0)) if waves > 1 else 0.0
    return np.asarray(step + (rest + others + wave) * _priority(a, load))


def _compound(u: Floats, count: Floats, mean: Floats | float, size: float) -> Floats:
    """Return quantiles of a Poisson number (``count`` on average) of lengths: zero or else a gamma.

    ``mean`` is that of the sum, ``size`` its variance over its mean.
    """
    none = np.exp(-count)
    some = np.maximum(1 - none, 1e-12)
    part = mean / some
    variance = np.maximum((mean * size + mean**2) / some - part**2, 1e-6 * part**2)
    shape = part**2 / np.maximum(variance, 1e-300)
    inside = np.clip((u - none) / some, 1e-9, 1 - 1e-9)
    return np.where(u < none, 0.0, part * _gamma(inside, shape))


_MIDDLES = (np.arange(512) + 0.5) / 512


def _prompts_seen(
    pace: Pace, a: Arrivals, rate: float, output: Floats, step: Floats, waves: float, u: Floats
) -> Floats:
    """Return draws of the time of other prompts that are computed while an answer runs, as a gamma with the mean and
    variance of the compound number."""
    others = rate if np.isnan(a.users) else rate * max(a.users - 1, 0.0) / max(a.users, 1.0)
    load = min(others * pace.prompt * pace.interference, 0.999)
    mean = others * pace.prompt * output * step / (1 - load)
    return _compound(u, mean / pace.prompt / waves, mean, pace.prompt * (a.prompt_cv**2 + 2 * waves - 1))


def _gaps(pace: Pace, a: Arrivals, rate: float, seen: Floats, u: Floats) -> Floats:
    """Return draws of the gap between two tokens: a step, with the chunk of a prompt in some of them."""
    step = pace.step_at(seen)
    load = min(rate * pace.prompt * pace.interference, 0.999)
    prompts = rate * step / (1 - load)
    often = 1 - np.exp(-prompts)
    stall = pace.interference * pace.prompt * _lognormal(u[0], 1.0, a.prompt_cv) * prompts / often
    chunks = np.maximum(np.ceil(stall / max(pace.chunk, 1e-9)), 1.0)
    return np.asarray(step + np.where(u[4] < np.minimum(often * chunks, 1.0), stall / chunks, 0.0))


def uniform_draws() -> Floats:
    """Return draws between 0 and 1 that are independent of those of :func:`latency`."""
    return np.asarray(_lattice(9)[8])


@cache
def _lattice(size: int) -> Floats:
    """Return ``size`` rows of evenly spread numbers in (0, 1): the additive recurrence of Roberts (2018)."""
    root = 1.5
    for _ in range(40):
        root = (1 + root) ** (1 / (size + 1))
    steps = np.arange(1, DRAWS + 1)
    return np.stack([np.mod(0.5 + steps * root ** -(k + 1), 1.0) for k in range(size)]).clip(1e-9, 1 - 1e-9)


_GRID = np.linspace(-6, 6, 2401)
_BELOW = np.array([0.5 * erfc(-z / sqrt(2)) for z in _GRID])


def normal_quantile(u: Floats) -> Floats:
    """Return the standard normal quantiles, interpolated in a table of the error function."""
    return np.interp(u, _BELOW, _GRID)


def normal_tail(z: Floats) -> Floats:
    """Return the share of a standard normal above ``z``, from the same table."""
    return np.asarray(1 - np.interp(z, _GRID, _BELOW))


def _lognormal(u: Floats, mean: float, cv: float) -> Floats:
    spread = sqrt(np.log(1 + cv**2))
    return np.asarray(mean * np.exp(spread * normal_quantile(u) - spread**2 / 2))


def _gamma(u: Floats, shape: Floats) -> Floats:
    """Return quantiles of a gamma with mean 1 (Wilson and Hilferty 1931); below the shape of an exponential, of a
    Weibull with the same variation, which that approximation misses."""
    k = np.maximum(shape, 0.05)
    root = 1 - 1 / (9 * k) + normal_quantile(u) / (3 * np.sqrt(k))
    power = k ** -0.6
    thin = (-np.log1p(-u)) ** power
    return np.asarray(np.where(k >= 1, np.maximum(root, 0.0) ** 3, thin * np.exp(-np.interp(power, _POWERS, _LGAMMA))))


_POWERS = np.linspace(0.0, 6.1, 1221)
_LGAMMA = np.array([lgamma(1 + power) for power in _POWERS])
