"""One replica with continuous batching, simulated step by step: an independent reference for the queueing formulas.

Each iteration decodes one token of every running sequence and computes prompts, first come first served, up to a
budget of tokens. Nothing of :mod:`wizard.sizing.queueing` is used here; times come from plain functions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """``step(B)`` seconds of one decode step, ``prefill(tokens)`` seconds of so many prompt tokens."""

    step: Callable[[int], float]
    prefill: Callable[[float], float]
    most: int
    budget: float = 8192.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds that each request saw, in the order of their ends, after the warm-up."""

    ttft: Floats
    tpot: Floats
    itl: Floats
    e2e: Floats
    rate: float


def lognormal(dice: np.random.Generator, mean: float, cv: float, size: int) -> Floats:
    spread = np.sqrt(np.log(1 + cv**2))
    return np.asarray(np.maximum(np.round(mean * np.exp(dice.normal(size=size) * spread - spread**2 / 2)), 1.0))


def arrival_times(dice: np.random.Generator, rate: float, scv: float, size: int) -> Floats:
    """Gamma-distributed gaps: any coefficient of variation, and not the batches that the formulas assume."""
    return np.cumsum(dice.gamma(1 / scv, scv / rate, size))


def simulate(
    machine: Machine, *, prompts: Floats, outputs: Floats, arrivals: Floats | None = None, users: int = 0,
    think_s: float = 0.0, seed: int = 1,
) -> Seen:
    """Run all requests; in closed loop (``users``) each is asked when another was answered and the user has thought."""
    run = _Run(machine, prompts, outputs, arrivals, users, think_s, np.random.default_rng(seed))
    while run.done < len(prompts):
        run.iterate()
    return run.seen()


class _Run:
    def __init__(
        self, machine: Machine, prompts: Floats, outputs: Floats, arrivals: Floats | None, users: int, think_s: float,
        dice: np.random.Generator,
    ) -> None:
        self.machine, self.prompts, self.outputs, self.think_s, self.dice = machine, prompts, outputs, think_s, dice
        n = len(prompts)
        self.closed, self.asked = arrivals is None, n if arrivals is not None else users
        self.born = np.full(n, np.inf)
        if arrivals is not None:
            self.born[:] = arrivals
        else:
            self.born[:users] = self.thought(users)
        self.coming = deque(np.argsort(self.born[: self.asked]).tolist())
        self.waiting: deque[int] = deque()
        self.running: list[int] = []
        self.filling: tuple[int, float] | None = None
        self.left, self.first, self.end = outputs.copy(), np.zeros(n), np.zeros(n)
        self.gaps: list[Floats] = []
        self.clock, self.done = 0.0, 0

    def thought(self, size: int) -> Floats:
        return self.dice.exponential(self.think_s, size) if self.think_s else np.zeros(size)

    def iterate(self) -> None:
        """One iteration of the engine: a token for everybody who runs, and prompts within the budget."""
        while self.coming and self.born[self.coming[0]] <= self.clock:
            self.waiting.append(self.coming.popleft())
        if not self.running and not self.waiting and self.filling is None:
            self.clock = float(self.born[self.coming[0]])
            return
        started, computed = self.fill()
        took = self.machine.step(len(self.running)) if self.running else 0.0
        took += self.machine.prefill(computed) if computed else 0.0
        self.clock += took
        self.gaps.append(np.full(len(self.running), took))
        self.running = [one for one in self.running if not self.token(one)]
        self.first[started] = self.clock
        self.running += started

    def fill(self) -> tuple[list[int], float]:
        started: list[int] = []
        budget = self.machine.budget
        while budget > 0:
            if self.filling is None:
                if not self.waiting or len(self.running) + len(started) >= self.machine.most:
                    break
                one = self.waiting.popleft()
                self.filling = (one, float(self.prompts[one]))
            one, rest = self.filling
            part = min(budget, rest)
            budget -= part
            self.filling = None if part >= rest else (one, rest - part)
            if self.filling is None:
                started.append(one)
        return started, self.machine.budget - budget

    def token(self, one: int) -> bool:
        """Give a sequence its token; return whether that was the last."""
        self.left[one] -= 1
        if self.left[one] > 0:
            return False
        self.end[one] = self.clock
        self.done += 1
        if self.closed and self.asked < len(self.prompts):
            self.born[self.asked] = self.clock + float(self.thought(1)[0])
            self.coming.append(self.asked)
            self.asked += 1
            if self.think_s:
                self.coming = deque(sorted(self.coming, key=lambda i: float(self.born[i])))
        return True

    def seen(self) -> Seen:
        n = len(self.prompts)
        kept = np.arange(n // 5, n - n // 10)
        span = float(self.end[kept].max() - self.end[kept].min())
        return Seen(
            ttft=(self.first - self.born)[kept], tpot=((self.end - self.first) / self.outputs)[kept],
            itl=np.concatenate(self.gaps[len(self.gaps) // 5:]), e2e=(self.end - self.born)[kept],
            rate=len(kept) / span,
        )
