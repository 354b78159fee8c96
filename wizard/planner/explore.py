"""Finding the cheapest rows without looking at all of them: best first, and nothing that a bound rules out.

What may be left out without changing the result:

* a row whose price, or least price, is above the best one of its device that keeps every promise (or above the best
  few of all devices, where no more are asked for);
* a row whose group is already too slow, or out of memory, with fewer users: more users never make an answer faster.
  As bands widen and narrow between classes of users, only the value itself excludes other classes.

``tests/core/test_planner_search.py`` holds this against a search of every row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from wizard.planner.candidates import Candidates
from wizard.planner.requirements import Requirement
from wizard.planner.search import Judged, judged
from wizard.planner.space import Space, price_of
from wizard.sizing.bands import BATCHES
from wizard.sizing.cases import Bools, Floats, Ints, ServingColumns

SPEED = frozenset({"ttft_ms", "tpot_ms", "e2e_ms"})
MEMORY = frozenset({"weights_memory", "kv_memory"})
RESOURCES = frozenset({
    "load", "max_accelerators", "max_nodes", "power_w", "rack_units", "purchasable", "budget", "budget_month",
    "owned",
})
SAMPLES = 5
"""Numbers of users at which a first sample of each device is looked at."""
ROWS = 4096
"""Rows of one round: enough to keep numpy busy, few enough to learn from."""


class Explorer:
    """Looks at rows of a space as questions need them and remembers which."""

    def __init__(self, space: Space, cancelled: Callable[[], None]) -> None:
        self.space = space
        self._cancelled = cancelled
        self._seen: dict[float, list[tuple[Ints, Ints]]] = {}
        self._slow: dict[frozenset[str], Floats] = {}

    def judged(self, factor: float) -> Judged:
        """Return all rows looked at so far at ``factor`` times the load, judged there."""
        seen = self._seen.get(factor, [(np.empty(0, dtype=np.int64),) * 2])
        group, users = (np.concatenate([pair[i] for pair in seen]) for i in (0, 1))
        _, first = np.unique((group << 32) | users, return_index=True)
        return judged(self.space, *self.space.estimates.of(group[first], users[first]), factor)

    def cheapest(
        self, factor: float, *, without: Collection[str] = (), keep: int = 1, first: Bools | None = None,
        below: float = np.inf,
    ) -> Floats:
        """Look at every row that may be the cheapest of a device which is among the ``keep`` cheapest.

        Args:
            without: codes of requirements that need not be kept.
            first: devices that are looked at before the others, because they are likely.
            below: a price that is known to be reached; dearer rows are not looked at.

        Returns:
            the price of the cheapest row of each device, as far as it is among those kept; infinite elsewhere.
        """
        walk = _Walk(self, factor, without)
        if below == np.inf:
            walk.sample(first)
        while walk.step(np.minimum(walk.bound(keep), below)):
            pass
        return walk.best

    def settle(self, factor: float, *, keep: int) -> Floats:
        """Do the same, and find for each other device one row that keeps every promise, or that there is none.

        A device without one has its most promising rows looked at, so that it can be said what they break.
        """
        walk = _Walk(self, factor, ())
        walk.sample(None)
        while walk.step(walk.bound(keep, unsettled=True)):
            pass
        self._explain(factor, np.isfinite(walk.best))
        return walk.best

    def _explain(self, factor: float, settled: Bools) -> None:
        g = self.space.groups
        looked = settled.copy()
        for group, _ in self._seen.get(factor, ()):
            looked[g.device[group]] = True
        if not looked.all():
            _Walk(self, factor, RESOURCES).sample(~looked)
            for group, _ in self._seen.get(factor, ()):
                looked[g.device[group]] = True
        # What does not fit at all: where the least is missing.
        rest = np.flatnonzero(~looked[g.device])
        order = rest[np.lexsort((-self.space.room[rest], g.device[rest]))]
        least = order[np.diff(g.device[order], prepend=-1) != 0]
        if least.size:
            self.look(least, np.full(least.size, int(self.space.demand.grid(factor)[0])), factor)

    def look(self, group: Ints, users: Ints, factor: float) -> tuple[Candidates, ServingColumns]:
        """Estimate rows, and remember that they were looked at."""
        self._cancelled()
        self._seen.setdefault(factor, []).append((group, users))
        return self.space.estimates.of(group, users)

    def slow(self, without: Collection[str]) -> Floats:
        """Return the users from which each group breaks a promise; shape ``(groups, classes of users)``."""
        key = frozenset(without) & SPEED
        if key not in self._slow:
            self._slow[key] = np.full((self.space.groups.size, len(BATCHES)), np.inf)
        return self._slow[key]


class _Walk:
    """One pass over the space: which rows are still open, and the best price of each device so far."""

    def __init__(self, explorer: Explorer, factor: float, without: Collection[str]) -> None:
        self._explorer, self._factor, self._without = explorer, factor, frozenset(without)
        space = explorer.space
        prices = space.prices(factor)
        self._users, self._segment = prices.users, prices.segment
        self._slow = explorer.slow(without)
        opened = prices.allowed(without) & (prices.users <= space.held[:, None])
        opened &= prices.users < self._slow[:, prices.segment]
        self._live = np.flatnonzero(opened.any(axis=1))
        self._open, self._price = opened[self._live], prices.least[self._live]
        self.best: Floats = np.full(len(space.market.devices), np.inf)

    def bound(self, keep: int, *, unsettled: bool = False) -> Floats:
        """Return the price above which rows of each device need not be looked at."""
        most = np.partition(self.best, keep - 1)[keep - 1] if keep <= self.best.size else np.inf
        bound = np.minimum(self.best, most)
        if unsettled:
            bound[np.isinf(self.best)] = np.inf
        return bound

    def sample(self, devices: Bools | None) -> None:
        """Look at a few rows of one group for each size of replica."""
        space = self._explorer.space
        chosen = space.samples[self._live]
        if devices is not None:
            chosen = chosen & devices[space.groups.device[self._live]]
        self._look(_spread(self._open & chosen[:, None], SAMPLES))

    def step(self, bound: Floats) -> bool:
        """Look at the next rows that may be better than the bound; false where there are none."""
        device = self._explorer.space.groups.device
        wanted = self._open & (self._price <= bound[device[self._live]][:, None])
        kept = wanted.any(axis=1)
        # A bound only ever falls: what is above it stays out.
        self._live, self._price, self._open = self._live[kept], self._price[kept], wanted[kept]
        if not kept.any():
            return False
        self._look(_spread(self._open, max(1, min(SAMPLES, ROWS // self._live.size))))
        return True

    def _look(self, picked: Bools) -> None:
        row, column = np.nonzero(picked)
        if row.size == 0:
            return
        space, group, users = self._explorer.space, self._live[row], self._users[column]
        candidates, columns = self._explorer.look(group, users, self._factor)
        builds, found = space.judge(candidates, columns, self._factor)
        kept = [requirement for requirement in found if requirement.code not in self._without]
        good = np.logical_and.reduce([requirement.met for requirement in kept])
        np.minimum.at(self.best, candidates.device[good], price_of(builds)[good])
        self._exclude(group, users, self._segment[column], _late(kept), _hopeless(kept, columns))
        self._open[row, column] = False
        self._open &= self._users < self._slow[self._live][:, self._segment]

    def _exclude(self, group: Ints, users: Ints, segment: Ints, late: Bools, hopeless: Bools) -> None:
        np.minimum.at(self._slow, (group[late], segment[late]), users[late])
        for later in range(self._slow.shape[1]):
            rows = hopeless & (segment <= later)
            np.minimum.at(self._slow[:, later], group[rows], users[rows])


def _late(found: Collection[Requirement]) -> Bools:
    """Return which rows break a target at the slow end: so do more users of the same class."""
    masks = [~requirement.met for requirement in found if requirement.code in SPEED | MEMORY]
    return np.asarray(np.logical_or.reduce(masks))


def _hopeless(found: Collection[Requirement], columns: ServingColumns) -> Bools:
    """Return which rows break a target by their very value, or lack memory: so do all more users."""
    broken = np.zeros(columns.batch.shape, dtype=np.bool_)
    for requirement in found:
        if requirement.code in SPEED:
            broken |= getattr(columns, requirement.code).value > requirement.need * (1 + 1e-9)
        elif requirement.code in MEMORY:
            broken |= ~requirement.met
    return broken


def _spread(rows: Bools, parts: int) -> Bools:
    """Return up to ``parts`` of each line's true elements, evenly spread, the first always among them."""
    count = rows.sum(axis=1, keepdims=True)
    rank = rows.cumsum(axis=1) - 1
    return np.asarray(rows & ((rank * parts) % np.maximum(count, 1) < parts))
