"""Builds of kinds of groups by the replicas that a load wants, each worked out when first asked for.

Few replicas are met again at other loads, so their builds are kept; of many, only what they cost at least is known
before a row is looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates
from wizard.planner.estimates import filled, join, leaves, take
from wizard.planner.memo import Memo
from wizard.sizing.cases import Bools, Floats, Ints

FEW = 40
"""Replicas up to which builds are kept: some 80 bytes for each number and kind."""
ROWS = 16_384
"""Rows that are priced at a time: some 15 MB."""
SHORT = 64
"""Numbers of replicas up to which all builds of a load are kept together: some 2 MB."""


class Ladder:
    """The builds of one market. ``kinds`` has one candidate of each kind of groups that are built alike."""

    def __init__(self, market: Market, kinds: Candidates) -> None:
        self._market, self._kinds, self._memo = market, kinds, Memo()
        self._place: Ints = np.full(FEW + 1, -1)
        """Where the builds of each number begin in the table; -1 where they are not known."""
        self._table: Builds | None = None

    def at(self, kind: Ints, wanted: Floats) -> Builds:
        """Return the builds of kinds with so many replicas, both of shape ``(n,)``."""
        few = wanted <= FEW
        if few.all():
            return self._kept(kind, wanted)
        rows = self._market.builds(self._kinds.take(kind[~few]), wanted[~few])
        if not few.any():
            return rows
        order = np.concatenate([np.flatnonzero(few), np.flatnonzero(~few)]).argsort()
        return take(join(self._kept(kind[few], wanted[few]), rows), order)

    def least(self, wanted: Floats) -> Builds:
        """Return the builds of every kind with each of these numbers of replicas, descending, kind after kind.

        Of more than :data:`FEW` they are what the nodes by themselves cost and draw.
        """
        if wanted.size > SHORT:
            return self._least(wanted)
        return self._memo.get("least", wanted.tobytes(), lambda: self._least(wanted), keep=3)

    def few(self, wanted: Floats) -> Bools:
        """Return which numbers of replicas are few."""
        return wanted <= FEW

    def _least(self, wanted: Floats) -> Builds:
        kinds, many = np.arange(self._kinds.size), int(np.count_nonzero(wanted > FEW))
        parts = []
        if many:
            step = max(1, ROWS // many)
            parts.append(join(*(self._bare(kinds[at:at + step], wanted[:many]) for at in range(0, kinds.size, step))))
        if many < wanted.size:
            parts.append(self._kept(np.repeat(kinds, wanted.size - many), np.tile(wanted[many:], kinds.size)))

        def together(*columns: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([column.reshape(kinds.size, -1) for column in columns], axis=1).ravel()

        return filled(parts[0], map(together, *(leaves(part) for part in parts)))

    def _bare(self, kinds: Ints, wanted: Floats) -> Builds:
        rows = self._kinds.take(np.repeat(kinds, wanted.size))
        return self._market.builds(rows, np.tile(wanted, kinds.size), bare=True)

    def _kept(self, kind: Ints, wanted: Floats) -> Builds:
        number = wanted.astype(np.int64)
        asked = np.zeros(FEW + 1, dtype=np.bool_)
        asked[number] = True
        missing = np.flatnonzero(asked & (self._place < 0))
        if missing.size or self._table is None:
            self._table = self._longer(missing)
        return take(self._table, self._place[number] + kind)

    def _longer(self, numbers: Ints) -> Builds:
        size, known = self._kinds.size, int(np.count_nonzero(self._place >= 0))
        rows = self._kinds.take(np.tile(np.arange(size), numbers.size))
        builds = self._market.builds(rows, np.repeat(numbers, size).astype(np.float64))
        self._place[numbers] = (known + np.arange(numbers.size)) * size
        return builds if self._table is None else join(self._table, builds)
