"""Finding the cheapest rows without looking at all of them: walks over a space in step, so that rows are estimated
together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from wizard.planner.lifted import Lifted
from wizard.planner.plan import RATES, SPEED
from wizard.planner.search import Judged
from wizard.planner.space import Prices, Space, price_of
from wizard.planner.walk import Rows, Walk
from wizard.sizing.bands import BATCHES
from wizard.sizing.cases import Bools, Floats, Ints

RESOURCES = frozenset({
    "load", "max_accelerators", "max_nodes", "power_w", "rack_units", "purchasable", "budget", "budget_month", "owned",
})
NEAR = 4
"""Devices that are cheapest at the load itself, on which larger loads are tried first."""


class Explorer:
    """Looks at rows of a space as questions need them and remembers which."""

    def __init__(self, space: Space, cancelled: Callable[[], None]) -> None:
        self.space = space
        self._cancelled = cancelled
        self._seen: dict[float, list[Rows]] = {}
        self._slow: dict[frozenset[str], Floats] = {}
        self._prices: dict[tuple[float, frozenset[str]], tuple[float, Prices]] = {}
        """Prices at each multiple of the load without some limits, and up to where they are known."""
        self.lifted = Lifted(space.groups.size)

    def judged(self, factor: float) -> Judged:
        """Return all rows looked at so far at ``factor`` times the load, judged there."""
        group, users = _together(self._seen.get(factor, []))
        candidates, columns = self.space.estimates.of(group, users)
        builds, found = self.space.judge(candidates, columns, factor, group)
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
            self._finish(self._begun(also, walk))
        return walk.best

    def _begun(self, also: Sequence[tuple[float, Collection[str]]], done: Walk) -> list[Walk]:
        """Begin walks at other loads with the price of what is cheapest at this one, where that carries them too."""
        near = done.best.argsort(kind="stable")[:NEAR]
        rows = done.found.take(near[np.isfinite(done.best[near])])
        tried = [(factor, without, self._fewer(rows, factor)) for factor, without in also]
        self.space.estimates.ensure(*_together([fewer for *_, fewer in tried]))
        reached = [self._reached(fewer, factor, without) for factor, without, fewer in tried]
        walks = [self._walk(factor, without=without, below=below)
                 for (factor, without), below in zip(also, reached, strict=True)]
        self._look([(walk, walk.sample()) for walk, below in zip(walks, reached, strict=True) if below == np.inf])
        return walks

    def _fewer(self, rows: Rows, factor: float) -> Rows:
        """Return the rows of the same groups whose users are the next fewer ones at another load."""
        grid = self.space.demand.grid(factor)
        return Rows(rows.group, grid[np.maximum(np.searchsorted(grid, rows.users, side="right") - 1, 0)])

    def _reached(self, rows: Rows, factor: float, without: Collection[str]) -> float:
        """Return the least price of those of the rows that keep all promises, infinite if none does."""
        candidates, columns = self.space.estimates.of(rows.group, rows.users)
        builds, found = self.space.judge(candidates, columns, factor, rows.group)
        kept = [one.met for one in self.lifted.applied(found, rows.group) if one.code not in without]
        return float(price_of(builds)[np.logical_and.reduce(kept)].min(initial=np.inf))

    def _hopeless(self, factor: float, devices: Bools) -> list[tuple[Walk, Rows]]:
        """Choose rows of devices that no answer can be found on, so that it can be said what they break."""
        g, space = self.space.groups, self.space
        # What rows cost does not matter here.
        walk = self._walk(factor, without=RESOURCES, prices=self._priced(factor), devices=devices)
        sample = walk.sample()
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
        below: float = np.inf, prices: Prices | None = None, devices: Bools | None = None,
    ) -> Walk:
        promises = frozenset(without).intersection((*SPEED, *RATES))
        if promises not in self._slow:
            self._slow[promises] = np.full((self.space.groups.size, len(BATCHES)), np.inf)
        return Walk(self.space, prices or self._priced(factor, below, without), factor, self._slow[promises],
                    self.lifted, without=without, keep=keep, settle=settle, below=below, devices=devices)

    def _priced(self, factor: float, below: float = np.inf, without: Collection[str] = ()) -> Prices:
        """Return prices that are known of all rows that may be chosen; see :meth:`Space.prices`."""
        if not self.space.demand.exact:
            below, without = np.inf, ()
        key = factor, RESOURCES.intersection(without)
        if key not in self._prices or self._prices[key][0] < below:
            self._prices[key] = below, self.space.prices(factor, below=below, without=without)
        return self._prices[key][1]


def _together(rows: list[Rows]) -> tuple[Ints, Ints]:
    """Return groups and users of all rows, each once."""
    none = np.empty(0, dtype=np.int64)
    keys = np.sort(np.concatenate([none, *((one.group << 32) | one.users for one in rows)]))
    keys = keys[np.diff(keys, prepend=-1) != 0]
    return keys >> 32, keys & 0xFFFFFFFF
