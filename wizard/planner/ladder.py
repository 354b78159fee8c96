"""Builds of kinds of groups by the replicas that a load wants, each worked out when first asked for.

Few replicas are met again at other loads, so their builds are kept; of many, only what they cost at least is known
before a row is looked at.
"""

from __future__ import annotations

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


class Ladder:
    """The builds of one market. ``kinds`` has one candidate of each kind of groups that are built alike."""

    def __init__(self, market: Market, kinds: Candidates) -> None:
        self.kinds = kinds
        self.memo = Memo()
        """What else is known of this market."""
        self._market = market
        self._place: Ints = np.full(kinds.size * (FEW + 1), -1)
        """Row of the table of each number of replicas of each kind; -1 where it was never asked for."""
        self._table: Builds | None = None

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
        asked = kind * (FEW + 1) + wanted.astype(np.int64)
        missing = asked[self._place[asked] < 0]
        if missing.size or self._table is None:
            self._table = self._longer(np.unique(missing))
        return take(self._table, self._place[asked])

    def _longer(self, missing: Ints) -> Builds:
        kind, number = np.divmod(missing, FEW + 1)
        known = 0 if self._table is None else self._table.cost_usd.size
        self._place[missing] = np.arange(known, known + missing.size)
        builds = self._market.builds(self.kinds.take(kind), number.astype(np.float64))
        return builds if self._table is None else join(self._table, builds)
