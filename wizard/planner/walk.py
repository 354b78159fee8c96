"""One pass over a space, best first: which rows are still open, and the best price of each device so far.

What may be left out without changing the result:

* a row whose price, or least price, is above the best one of its device that keeps every promise (or above the best
  few of all devices, where no more are asked for);
* a row whose group is already too slow, or out of memory, with fewer users: more users never make an answer faster.
  As bands widen and narrow between classes of users, only the value itself excludes other classes.

``tests/core/test_planner_search.py`` holds this against a search of every row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from wizard.planner.candidates import Candidates
from wizard.planner.lifted import Lifted
from wizard.planner.requirements import Requirement
from wizard.planner.space import Prices, Space, price_of
from wizard.sizing.cases import Bools, Floats, Ints, ServingColumns

MEMORY = frozenset({"weights_memory", "kv_memory"})
SAMPLES = 5
"""Numbers of users at which a first sample of each device is looked at."""
ROWS = 2048
"""Rows of one step: enough to keep numpy busy, few enough to learn from."""


@dataclass(frozen=True)
class Rows:
    """Rows to look at: groups, and users of each replica."""

    group: Ints
    users: Ints

    def take(self, index: Ints) -> Rows:
        """Return the rows of ``index``."""
        return Rows(self.group[index], self.users[index])


class Walk:
    """Asks for rows step by step, and learns from what they turn out to be.

    Args:
        factor: multiple of the load.
        slow: users from which each group breaks a promise, by class of users; shared by walks with the same promises.
        lifted: what a closer look taught about groups.
        without: codes of requirements that need not be kept.
        keep: how many devices the cheapest row is wanted of.
        settle: whether it is wanted of each other device too if any row keeps every promise.
        below: a price that is known to be reached; dearer rows are not looked at.
        devices: those whose rows are looked at; all if not given.
    """

    def __init__(
        self, space: Space, prices: Prices, factor: float, slow: Floats, lifted: Lifted, *,
        without: Collection[str] = (), keep: int = 1, settle: bool = False, below: float = np.inf,
        devices: Bools | None = None,
    ) -> None:
        self.factor = factor
        self.best: Floats = np.full(len(space.market.devices), np.inf)
        """Price of the cheapest row of each device; infinite where none is known."""
        self.found = Rows(*np.zeros((2, len(space.market.devices)), dtype=np.int64))
        """A row of that price."""
        self._space, self._prices, self._slow, self._without = space, prices, slow, frozenset(without)
        self._lifted = lifted
        self._keep, self._settle, self._below = keep, settle, below
        allowed = prices.allowed(without, below)
        some: Bools = np.asarray(allowed.any(axis=1))[prices.line]
        if devices is not None:
            some &= devices[space.groups.device[space.fits]]
        group, line = space.fits[some], prices.line[some]
        opened = allowed[line] & (prices.users <= space.held[group, None])
        if np.isfinite(slow).any():
            opened &= self._in_time(group)
        live = np.flatnonzero(opened.any(axis=1))
        self._live, self._open, self._price = group[live], opened[live], prices.least[line[live]]

    @property
    def devices(self) -> Bools:
        """Devices with rows that are still open."""
        found = np.zeros(self.best.shape, dtype=np.bool_)
        found[self._space.groups.device[self._live]] = True
        return found

    def sample(self) -> Rows:
        """Ask for a few rows of one group for each size of replica."""
        return self._picked(np.flatnonzero(self._space.samples[self._live]), SAMPLES, self._prices.known)

    def step(self) -> Rows:
        """Ask for the next rows that may be better than what is known; for none when all is known."""
        device = self._space.groups.device
        if not self._space.demand.exact:
            price, limits = self._space.bounds(self._live, self._prices.users, self.factor)
            self._price = np.maximum(self._price, price)
            for code, met in limits:
                if code not in self._without:
                    self._open &= met
        wanted = self._open & (self._price <= self._bound()[device[self._live]][:, None])
        kept = wanted.any(axis=1)
        # A bound only ever falls: what is above it stays out.
        self._live, self._price, self._open = self._live[kept], self._price[kept], wanted[kept]
        return self._picked(np.arange(self._live.size), max(1, ROWS // max(self._live.size, 1)))

    def learn(self, rows: Rows) -> None:
        """Take in the estimates of rows that were asked for."""
        space = self._space
        candidates, columns = space.estimates.of(rows.group, rows.users)
        kept = self._kept(self._lifted.applied(space.served(candidates, columns), rows.group))
        self._note(np.flatnonzero(_all(kept)), rows, candidates, columns)
        segment = self._prices.segment[np.searchsorted(self._prices.users, rows.users)]
        late, hopeless = _late(kept), _hopeless(kept)
        self._exclude(rows, segment, late, hopeless)
        learnt = np.zeros(len(self._slow), dtype=np.bool_)
        learnt[rows.group[late | hopeless]] = True
        place = np.flatnonzero(learnt[self._live])
        self._open[place] &= self._in_time(self._live[place])

    def _in_time(self, group: Ints) -> Bools:
        """Return at which numbers of users groups are not known to be too slow; shape ``(groups, users)``."""
        users, segment = self._prices.users, self._prices.segment
        found = np.empty((group.size, users.size), dtype=np.bool_)
        for each in np.unique(segment):
            # Users ascend, and so do their classes.
            part = slice(*np.searchsorted(segment, (each, each + 1)))
            found[:, part] = users[part] < self._slow[group, each, None]
        return found

    def _note(self, good: Ints, rows: Rows, candidates: Candidates, columns: ServingColumns) -> None:
        """Note the prices of rows that are fast and large enough, where machines and money allow them."""
        space, wanted = self._space, self._space.demand.replicas(rows.users, columns, self.factor)[good]
        if not good.size:
            return
        builds = space.built(rows.group[good], candidates.take(good), wanted)
        allowed = np.flatnonzero(_all(self._kept(space.afforded(builds, wanted))))
        price, device = price_of(builds)[allowed], candidates.device[good[allowed]]
        np.minimum.at(self.best, device, price)
        best = good[allowed[price == self.best[device]]]
        self.found.group[candidates.device[best]] = rows.group[best]
        self.found.users[candidates.device[best]] = rows.users[best]

    def _kept(self, found: Collection[Requirement]) -> list[tuple[Requirement, Bools]]:
        """Return the requirements that must be kept, each with the rows that do."""
        return [(requirement, requirement.met) for requirement in found if requirement.code not in self._without]

    def _picked(self, among: Ints, parts: int, columns: Bools | None = None) -> Rows:
        """Pick open rows of groups, evenly spread; of those in ``columns`` where a group has any."""
        rows = self._open[among]
        if columns is not None:
            some = rows & columns
            rows = np.where(some.any(axis=1, keepdims=True), some, rows)
        row, column = np.nonzero(_spread(rows, parts))
        row = among[row]
        self._open[row, column] = False
        return Rows(self._live[row], self._prices.users[column])

    def _bound(self) -> Floats:
        """Return the price above which rows of each device need not be looked at."""
        keep = self._keep
        most = np.partition(self.best, keep - 1)[keep - 1] if keep <= self.best.size else np.inf
        bound = np.minimum(self.best, min(float(most), self._below))
        if self._settle:
            bound[np.isinf(self.best)] = np.inf
        return bound

    def _exclude(self, rows: Rows, segment: Ints, late: Bools, hopeless: Bools) -> None:
        np.minimum.at(self._slow, (rows.group[late], segment[late]), rows.users[late])
        for later in range(self._slow.shape[1]):
            chosen = hopeless & (segment <= later)
            np.minimum.at(self._slow[:, later], rows.group[chosen], rows.users[chosen])


def _all(kept: Collection[tuple[Requirement, Bools]]) -> Bools:
    """Return which rows keep all of the requirements."""
    return np.asarray(np.logical_and.reduce([met for _, met in kept]))


def _late(found: Collection[tuple[Requirement, Bools]]) -> Bools:
    """Return which rows break a target at the slow end: so do more users of the same class."""
    masks = [~met for requirement, met in found if requirement.likely is not None or requirement.code in MEMORY]
    return np.asarray(np.logical_or.reduce(masks))


def _hopeless(found: Sequence[tuple[Requirement, Bools]]) -> Bools:
    """Return which rows break a target by their very value, or lack memory: so do all more users."""
    broken = np.zeros(found[0][1].shape, dtype=np.bool_)
    for requirement, met in found:
        broken |= ~met if requirement.code in MEMORY else requirement.hopeless
    return broken


def _spread(rows: Bools, parts: int) -> Bools:
    """Return up to ``parts`` of each line's true elements, evenly spread, the first always among them."""
    rank = rows.cumsum(axis=1, dtype=np.int32) - 1
    count = rank[:, -1:] + 1
    return np.asarray(rows & ((rank * parts) % np.maximum(count, 1) < parts))
