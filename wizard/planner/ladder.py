"""Builds of kinds of groups by the replicas that a load wants, each worked out when first asked for.

Few replicas are met again at other loads, so their builds are kept; of many, only what they cost at least is known
before a row is looked at.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates
from wizard.planner.estimates import join, take
from wizard.planner.memo import Memo
from wizard.sizing.cases import Floats, Ints

FEW = 40
"""Replicas up to which builds are kept: some 80 bytes for each number and kind."""
ROWS = 16_384
"""Rows that are priced at a time: some 15 MB."""


MOST_LINES = 2048
"""Kinds whose builds are kept together before it is time to begin anew: some 3 MB."""


class Rungs:
    """Builds of few replicas in one market, whatever the model: models of about a size are built alike."""

    def __init__(self) -> None:
        self._line: dict[tuple[int, ...], int] = {}
        self._place: Ints = np.empty(0, dtype=np.int64)
        """Row of the table of each number of replicas of each line; -1 where it was never asked for."""
        self._table: Builds | None = None

    @property
    def full(self) -> bool:
        """Whether so much is known that it is time to begin anew."""
        return len(self._line) > MOST_LINES

    def lines(self, kinds: Candidates, alike: Ints) -> Ints:
        """Return the line of each kind: of a device, devices per replica, and what is ``alike`` of its nodes."""
        keys = zip(kinds.device.tolist(), kinds.per_replica.tolist(), alike.tolist(), strict=True)
        found = np.array([self._line.setdefault(key, len(self._line)) for key in keys], dtype=np.int64)
        new = np.full(len(self._line) * (FEW + 1) - self._place.size, -1)
        self._place = np.concatenate([self._place, new])
        return found

    def at(self, rung: Ints, build: Callable[[Ints], Builds]) -> Builds:
        """Return the builds of rungs (line x (FEW + 1) + number), those never asked for by ``build``, which is given
        the first of ``rung`` that each of them is.
        """
        unknown = np.flatnonzero(self._place[rung] < 0)
        if unknown.size or self._table is None:
            new, first = np.unique(rung[unknown], return_index=True)
            known = 0 if self._table is None else self._table.cost_usd.size
            self._place[new] = np.arange(known, known + new.size)
            builds = build(unknown[first])
            self._table = builds if self._table is None else join(self._table, builds)
        return take(self._table, self._place[rung])


class Ladder:
    """The builds of one market. ``kinds`` has one candidate of each kind of groups that are built alike."""

    def __init__(self, market: Market, kinds: Candidates, rungs: Rungs) -> None:
        self.kinds = kinds
        self.memo = Memo()
        """What else is known of these kinds."""
        self._market, self._rungs = market, rungs
        self._line = rungs.lines(kinds, market.capex.alike[kinds.weights])

    def at(self, kind: Ints, wanted: Floats) -> Builds:
        """Return the builds of kinds with so many replicas, both of shape ``(n,)``."""
        few = wanted <= FEW
        if few.all():
            return self._kept(kind, wanted)
        rows = self._market.builds(self.kinds.take(kind[~few]), wanted[~few])
        if not few.any():
            return rows
        order = np.concatenate([np.flatnonzero(few), np.flatnonzero(~few)]).argsort()
        return take(join(self._kept(kind[few], wanted[few]), rows), order)

    def bare(self, kind: Ints, wanted: Floats) -> Builds:
        """Return the least that builds cost, draw and take up: what their nodes do by themselves."""
        parts = [self._market.builds(self.kinds.take(kind[at:at + ROWS]), wanted[at:at + ROWS], bare=True)
                 for at in range(0, max(kind.size, 1), ROWS)]
        return parts[0] if len(parts) == 1 else join(*parts)

    def _kept(self, kind: Ints, wanted: Floats) -> Builds:
        def build(rows: Ints) -> Builds:
            return self._market.builds(self.kinds.take(kind[rows]), wanted[rows])

        return self._rungs.at(self._line[kind] * (FEW + 1) + wanted.astype(np.int64), build)
