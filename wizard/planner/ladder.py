"""Builds of kinds of groups by the replicas that a load wants, each worked out when first asked for.

Few replicas are met again at other loads and on the way from one to the next, so their builds are kept; of many, only
what they cost at least is known before a row is looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates
from wizard.planner.estimates import filled, join, leaves, take
from wizard.sizing.cases import Floats, Ints

MOST = 40
"""Replicas up to which builds are kept: some 70 bytes for each kind and number."""


class Ladder:
    """The builds of one market. ``kinds`` has one candidate of each kind of groups that are built alike."""

    def __init__(self, market: Market, kinds: Candidates) -> None:
        self._market, self._kinds = market, kinds
        self._known = np.zeros(MOST + 1, dtype=np.bool_)
        one = market.builds(kinds.take(np.zeros(1, dtype=np.int64)), np.ones(1))
        self._table = filled(one, (np.empty((MOST + 1) * kinds.size, c.dtype) for c in leaves(one)))
        """Number after number, in each the kinds."""

    def at(self, kind: Ints, wanted: Floats) -> Builds:
        """Return the builds of kinds with so many replicas, both of shape ``(n,)``."""
        few = wanted <= MOST
        if few.all():
            return self._kept(kind, wanted)
        rows = self._market.builds(self._kinds.take(kind[~few]), wanted[~few])
        order = np.concatenate([np.flatnonzero(few), np.flatnonzero(~few)]).argsort()
        return take(join(self._kept(kind[few], wanted[few]), rows), order)

    def least(self, wanted: Floats) -> Builds:
        """Return the builds of every kind with each of these numbers of replicas, descending, kind after kind.

        Of more than :data:`MOST` they are what the nodes by themselves cost and draw.
        """
        kinds = np.arange(self._kinds.size)
        many = int(np.count_nonzero(wanted > MOST))
        exact = self._kept(np.repeat(kinds, wanted.size - many), np.tile(wanted[many:], kinds.size))
        if not many:
            return exact
        bare = self._market.builds(
            self._kinds.take(np.repeat(kinds, many)), np.tile(wanted[:many], kinds.size), bare=True)

        def both(bound: NDArray[Any], known: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([bound.reshape(kinds.size, -1), known.reshape(kinds.size, -1)], axis=1).ravel()

        return filled(exact, map(both, leaves(bare), leaves(exact)))

    def _kept(self, kind: Ints, wanted: Floats) -> Builds:
        number = wanted.astype(np.int64)
        asked = np.zeros_like(self._known)
        asked[number] = True
        self._work_out(np.flatnonzero(asked & ~self._known))
        return take(self._table, number * self._kinds.size + kind)

    def _work_out(self, numbers: Ints) -> None:
        if not numbers.size:
            return
        kinds = np.arange(self._kinds.size)
        rows = self._kinds.take(np.tile(kinds, numbers.size))
        builds = self._market.builds(rows, np.repeat(numbers, kinds.size).astype(np.float64))
        place = (numbers[:, None] * kinds.size + kinds).ravel()
        for whole, column in zip(leaves(self._table), leaves(builds), strict=True):
            whole[place] = column
        self._known[numbers] = True
