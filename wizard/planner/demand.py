"""What the traffic asks of a set of replicas, whichever way the user stated it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from wizard.needs.needs import Needs, Targets
from wizard.sizing.cases import Floats, Ints, ServingColumns

MOST_USERS = 512
"""Users per replica that are tried; beyond, engines cap their batch."""
EACH = 16
"""Every number of users per replica up to here is tried, then steps of :data:`STEP`."""
STEP = 1.12
MOST_SHARES = 120
"""Shares of the users up to which each is tried; of more (some 5,000 users) those apart by :data:`FINE`."""
FINE = 1.035
LARGE_SHARES = 4
"""Replicas up to which their share of the users is tried however large it is."""

SECONDS_PER_DAY = 86_400
RESERVE = 1.25
"""Load of the recommended plan: a fifth of its capacity stays free, as for any queueing service."""
HEADROOM = 2.0
"""Load of the headroom plan where the user states no growth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The load at its peak. ``users`` each wait for an answer, think, and ask again; rates arrive by themselves.

    A target on a rate is a load where nothing else is stated, or requests are. Users make the rate themselves, so that
    it is a promise about them (:meth:`made`).
    """

    users: float | None
    requests_s: float | None
    output_tok_s: float | None
    think_time_s: float
    growth: float
    arrival_scv: float = 1.0

    @classmethod
    def of(cls, needs: Needs) -> Demand:
        """Derive the demand: users, or requests, or tokens a day (prompt and answer together)."""
        load = needs.workload
        requests = load.requests_per_s
        if requests is None and load.concurrent_users is None and load.tokens_per_day is not None:
            requests = load.tokens_per_day / SECONDS_PER_DAY / load.context_tokens
        targets = needs.targets if load.concurrent_users is None else Targets()
        rates = [rate for rate in (requests, targets.requests_per_s) if rate is not None]
        growth = (1 + load.growth_per_year) ** needs.economics.horizon_years
        # A peak that is rented from the cloud does not size what is owned.
        peak = 1.0 if needs.constraints.acquisition == "either" else load.peak_factor
        return cls(
            users=None if load.concurrent_users is None else load.concurrent_users * peak,
            requests_s=max(rates) * peak if rates else None, output_tok_s=targets.output_tok_s,
            think_time_s=load.think_time_s, growth=growth if growth > 1 else HEADROOM,
            arrival_scv=load.arrival_scv,
        )

    @property
    def stated(self) -> bool:
        """Whether any load was stated; without one the plan says what the hardware can carry."""
        return any(load is not None for load in (self.users, self.requests_s, self.output_tok_s))

    def factor(self, role: str) -> float:
        """Return the multiple of the load that an option of that role carries."""
        return {"minimum": 1.0, "recommended": RESERVE, "headroom": max(RESERVE, self.growth)}[role]

    @property
    def shared(self) -> bool:
        """Whether the users alone decide how many replicas there are: each serves its equal share of them."""
        return self.users is not None and not self.think_time_s and self.requests_s is self.output_tok_s is None

    @property
    def exact(self) -> bool:
        """Whether the number of replicas follows from the users of each, without any estimate."""
        return self.shared or not self.stated

    def grid(self, factor: float) -> Ints:
        """Return the users per replica that come into question at ``factor`` times the load, ascending.

        Shares of the users over 1, 2, 3, ... replicas; where rates decide, numbers in small steps.
        """
        steps = np.unique(np.round(EACH * STEP ** np.arange(40)).astype(np.int64))
        free = np.union1d(np.arange(1, EACH + 1), steps[steps <= MOST_USERS])
        if self.users is None:
            return free
        shares = _thinned(_shares(self._people(factor)))
        # The same for every role: what carries more must not find a way that what carries less was not shown.
        most = 2 * ceil(self.users * self.factor("headroom"))
        return shares if self.shared else np.union1d(shares, free[free <= most])

    def counts(self, factor: float) -> int:
        """Return how many candidates each layout has at ``factor`` times the load: numbers of replicas, or of users."""
        users = self._people(factor)
        if not self.shared or _shares(users).size > MOST_SHARES:
            return int(self.grid(factor).size)
        return users - (users - 1) // MOST_USERS

    def made(self, places: Floats, requests_s: Floats) -> Floats:
        """Return the requests per second of all users where a replica of so many places finishes ``requests_s``.

        Each of ``N`` users waits ``places / requests_s`` seconds, thinks for Z and asks again: ``N / (wait + Z)``.
        """
        wait = places / np.maximum(requests_s, 1e-12)
        return np.asarray((self.users or 0.0) / (wait + self.think_time_s))

    def _people(self, factor: float) -> int:
        return ceil((self.users or 0) * factor - 1e-9)

    def fewest(self, users: Ints, requests_s: Floats, output_tok_s: Floats, answer_ms: Floats, factor: float) -> Floats:
        """Return a number of replicas below which the load cannot be carried.

        Args:
            requests_s: the most that one replica could do; ``output_tok_s`` likewise.
            answer_ms: the least time of a whole answer.
        """
        needed = np.ones(np.broadcast_shapes(users.shape, requests_s.shape))
        if self.users is not None:
            served = users * (1 + self.think_time_s * 1e3 / np.maximum(answer_ms, 1e-9))
            needed = np.maximum(needed, np.ceil(self.users * factor / served - 1e-9))
        for load, most in ((self.requests_s, requests_s), (self.output_tok_s, output_tok_s)):
            if load is not None:
                needed = np.maximum(needed, np.ceil(load * factor / np.maximum(most, 1e-12) - 1e-9))
        return needed

    def replicas(self, users: Ints, columns: ServingColumns, factor: float) -> Floats:
        """Return how many replicas carry ``factor`` times the load at the conservative end of the estimates.

        A user who thinks for Z seconds occupies a replica only while waiting, so ``users`` places serve
        ``users x (1 + Z / wait)`` people. Without a stated load one replica is enough.
        """
        needed = np.ones(users.shape)
        if self.users is not None:
            served = users * (1 + self.think_time_s * 1e3 / columns.e2e_ms.high)
            needed = np.maximum(needed, np.ceil(self.users * factor / served - 1e-9))
        if self.requests_s is not None:
            rate = np.maximum(columns.requests_s.low * waves_fill(users, self.arrival_scv), 1e-12)
            needed = np.maximum(needed, np.ceil(self.requests_s * factor / rate))
        if self.output_tok_s is not None:
            rate = np.maximum(columns.output_tok_s.low, 1e-12)
            needed = np.maximum(needed, np.ceil(self.output_tok_s * factor / rate))
        return needed


def _shares(users: int) -> Ints:
    """Return the users of each of 1, 2, 3, ... replicas, ascending."""
    some = np.arange(1, min(users, MOST_USERS) + 1)
    replicas = np.concatenate([-(-users // some), np.arange(1, LARGE_SHARES + 1)])
    found: Ints = np.unique(-(-users // replicas))
    return found


def _thinned(shares: Ints) -> Ints:
    """Return the shares, ascending; of very many the largest of those that are about alike."""
    if shares.size <= MOST_SHARES:
        return shares
    step = np.floor(np.log(shares) / np.log(FINE))
    return np.asarray(shares[np.diff(step, append=np.inf) != 0])


def waves_fill(users: Ints, scv: float) -> Floats:
    """Return which share of its rate a replica of ``users`` places may be given where requests come in waves.

    The number present has mean ``B`` and, in waves, variance ``B (1 + scv) / 2``; 95 of 100 times it must fit:
    ``B + 1.645 sqrt(B (1 + scv) / 2) <= users`` (square-root staffing). Relative to independent arrivals, whose spread
    the reserve of the recommended plan covers.
    """
    def filled(variance: float) -> Floats:
        spread = 1.645 * np.sqrt(variance)
        return np.asarray(np.square((np.sqrt(spread**2 + 4.0 * users) - spread) / 2))
    return np.asarray(filled(max((1 + scv) / 2, 1.0)) / filled(1.0))
