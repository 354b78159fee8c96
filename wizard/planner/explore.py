"""Finding the cheapest rows without looking at all of them: walks over a space in step, so that rows are estimated
together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from wizard.planner.lifted import Lifted
from wizard.planner.plan import RATES, SPEED
from wizard.planner.search import Judged
from wizard.planner.space import Prices, Space
from wizard.planner.walk import Rows, Walk
from wizard.sizing.bands import BATCHES
from wizard.sizing.cases import Bools, Floats, Ints

RESOURCES = frozenset({
    "load", "max_accelerators", "max_nodes", "power_w", "rack_units", "purchasable", "budget", "budget_month", "owned",
})
NEAR = 4
"""Cheapest devices at the load itself that larger loads begin with."""


class Explorer:
    """Looks at rows of a space as questions need them and remembers which."""

    def __init__(self, space: Space, cancelled: Callable[[], None]) -> None:
        self.space = space
        self._cancelled = cancelled
        self._seen: dict[float, list[Rows]] = {}
        self._slow: dict[frozenset[str], Floats] = {}
        self._prices: dict[float, Prices] = {}
        self.lifted = Lifted(space.groups.size)

    def judged(self, factor: float) -> Judged:
        """Return all rows looked at so far at ``factor`` times the load, judged there."""
        group, users = _together(self._seen.get(factor, []))
        candidates, columns = self.space.estimates.of(group, users)
        built = self._priced(factor).built(group, users)
        builds, found = self.space.judge(candidates, columns, factor, built)
        return Judged(self.space, candidates, columns, builds, self.lifted.applied(found, group), group)

    def cheapest(self, factor: float, *, without: Collection[str] = (), below: float = np.inf) -> Floats:
        """Look at every row that may be the cheapest of all.

        Args:
            without: codes of requirements that need not be kept.
            below: a price that is known to be reached; dearer rows are not looked at.

        Returns:
            the price of the cheapest row of each device, as far as it is known; the least of them is the cheapest.
        """
        walk = self._walk(factor, without=without, below=below)
        if below == np.inf:
            self._look([(walk, walk.sample())])
        self._finish([walk])
        return walk.best

    def settle(self, factor: float, *, keep: int, also: Sequence[tuple[float, Collection[str]]] = ()) -> Floats:
        """Look at every row that may be the cheapest of a device which is among the ``keep`` cheapest.

        For each other device it finds one row that keeps every promise, or that there is none; a device without one has
        its most promising rows looked at, so that it can be said what they break.

        Args:
            also: multiples of the load at which the cheapest of all is wanted too where this load can be carried, each
                with the codes of requirements that need not be kept there.

        Returns:
            the price of the cheapest row of each device, as far as it is known; infinite elsewhere.
        """
        walk = self._walk(factor, keep=keep, settle=True)
        self._look([(walk, walk.sample()), *self._hopeless(factor, ~walk.devices)])
        self._finish([walk])
        if also and np.isfinite(walk.best).any():
            self._finish(self._begun(also, walk.best))
        return walk.best

    def _begun(self, also: Sequence[tuple[float, Collection[str]]], price: Floats) -> list[Walk]:
        """Begin walks at other loads with the devices that are cheapest at this one."""
        near = price <= np.sort(price)[min(NEAR, int(np.isfinite(price).sum())) - 1]
        walks = [self._walk(factor, without=without) for factor, without in also]
        self._look([(walk, walk.sample(near)) for walk in walks])
        return walks

    def _hopeless(self, factor: float, devices: Bools) -> list[tuple[Walk, Rows]]:
        """Choose rows of devices that no answer can be found on, so that it can be said what they break."""
        g, space = self.space.groups, self.space
        walk = self._walk(factor, without=RESOURCES)
        sample = walk.sample(devices)
        known = np.zeros(devices.shape, dtype=np.bool_)
        known[g.device[sample.group]] = True
        rest = np.flatnonzero(devices[g.device] & ~known[g.device])
        # What does not fit at all, or only in a layout that is no sample: where the least is missing.
        order = rest[np.lexsort((-space.room[rest], g.device[rest]))]
        least = order[np.diff(g.device[order], prepend=-1) != 0]
        users = np.full(least.size, int(space.demand.grid(factor)[0]))
        return [(walk, sample), (walk, Rows(least, users))]

    def _finish(self, walks: list[Walk]) -> None:
        while self._look([(walk, walk.step()) for walk in walks]):
            pass

    def _look(self, asked: list[tuple[Walk, Rows]]) -> bool:
        """Estimate the rows that walks ask for, all at once; false where they ask for none."""
        asked = [(walk, rows) for walk, rows in asked if rows.group.size]
        if not asked:
            return False
        self._cancelled()
        self.space.estimates.ensure(*_together([rows for _, rows in asked]))
        for walk, rows in asked:
            self._seen.setdefault(walk.factor, []).append(rows)
            walk.learn(rows)
        return True

    def _walk(
        self, factor: float, *, without: Collection[str] = (), keep: int = 1, settle: bool = False,
        below: float = np.inf,
    ) -> Walk:
        promises = frozenset(without).intersection((*SPEED, *RATES))
        if promises not in self._slow:
            self._slow[promises] = np.full((self.space.groups.size, len(BATCHES)), np.inf)
        return Walk(self.space, self._priced(factor), factor, self._slow[promises], self.lifted, without=without,
                    keep=keep, settle=settle, below=below)

    def _priced(self, factor: float) -> Prices:
        if factor not in self._prices:
            self._prices[factor] = self.space.prices(factor)
        return self._prices[factor]


def _together(rows: list[Rows]) -> tuple[Ints, Ints]:
    """Return groups and users of all rows, each once."""
    none = np.empty(0, dtype=np.int64)
    keys = np.sort(np.concatenate([none, *((one.group << 32) | one.users for one in rows)]))
    keys = keys[np.diff(keys, prepend=-1) != 0]
    return keys >> 32, keys & 0xFFFFFFFF
