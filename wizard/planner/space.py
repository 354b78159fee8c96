"""What one question can choose from: groups of candidates, and what is known of them before any estimate.

A group is a device with its layout, formats and engine; a row is a group with the users that each replica serves. The
price of a row follows from the load; where rates decide, only what it costs at least.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from wizard.catalog.records import Model
from wizard.planner.builds import Builds, Least, Market
from wizard.planner.candidates import Candidates
from wizard.planner.demand import Demand
from wizard.planner.estimates import Estimates
from wizard.planner.ladder import FEW, Ladder, Rungs
from wizard.planner.memo import Memo
from wizard.planner.requirements import Requirement, load, memory_limits, rates, resources, speed
from wizard.sizing.bands import batch_class
from wizard.sizing.cases import Bools, Floats, Ints, MemoryColumns, ServingColumns
from wizard.sizing.ceilings import bounds
from wizard.sizing.formats import BYTES_PER_ELEMENT
from wizard.sizing.memory import memory
from wizard.sizing.replica import Replica

UNPRICED = 1e15
"""Stands for the price of what has none: the smaller machine comes first among them."""
_BLOCK = 512
"""Groups whose bounds are worked out at a time."""
HAIR = 1e-6
"""Share by which bounds are loosened, for what is rounded."""
Limits: TypeAlias = tuple[tuple[str, Bools], ...]
CENT = 0.01
"""By how much a price that is known may be off for being rounded."""


def price_of(builds: Builds) -> Floats:
    """Return what ranks builds: dollars over the horizon, to the cent."""
    return np.where(np.isnan(builds.cost_usd), UNPRICED + builds.accelerators, np.round(builds.cost_usd, 2))


@dataclass(frozen=True)
class Prices:
    """Groups that fit at every number of users of the axis, at one load."""

    users: Ints
    segment: Ints
    """Class of the users within which bands are alike."""
    line: Ints
    """Line of each group that fits in what follows: groups that are built alike share one; shape ``(groups,)``."""
    least: Floats
    """Price in dollars that a row cannot fall below; shape ``(lines, users)``."""
    limits: Limits = ()
    """Limits on machines, money and load that are known before any estimate: code, and which rows keep it."""
    known: Bools | None = None
    """At which numbers of users the least price is that of the whole build; ``None`` where that is not known."""

    def allowed(self, without: Collection[str], below: float) -> Bools:
        """Return which rows may cost no more than ``below`` and keep every known limit but those of the codes in
        ``without``; shape ``(lines, users)``.
        """
        kept: Bools = self.least <= below
        for code, met in self.limits:
            if code not in without:
                kept = kept & met
        return kept


@dataclass(frozen=True)
class Space:
    """The groups of one question."""

    model: Model
    market: Market
    demand: Demand
    estimates: Estimates
    memo: Memo
    budget_usd: float | None
    month_usd: float | None

    @property
    def groups(self) -> Candidates:
        """The groups, at one user each."""
        return self.estimates.groups

    @property
    def considered(self) -> int:
        """How many candidates there are: groups times the numbers of replicas, or of users, up to those of growth."""
        return self.groups.size * self.demand.counts(self.demand.factor("headroom"))

    @cached_property
    def held(self) -> Floats:
        """Sequences that a replica's memory holds at most: with working memory for one only; shape ``(groups,)``."""
        use = self._memory
        return np.floor(np.maximum(use.kv_budget, 0.0) / np.maximum(use.kv_per_sequence, 1.0))

    @cached_property
    def fits(self) -> Ints:
        """The groups whose memory holds at least one sequence."""
        return np.flatnonzero(self.held >= 1)

    @cached_property
    def room(self) -> Floats:
        """Share of the usable memory that weights and one sequence leave; negative where they do not fit."""
        return (self._memory.kv_budget - self._memory.kv_per_sequence) / self._memory.capacity

    @cached_property
    def _memory(self) -> MemoryColumns:
        return memory(self.estimates.inputs(self.groups), np.ones(1))

    @cached_property
    def samples(self) -> Bools:
        """One group for each device and size of replica: the narrowest weights in the plainest layout."""
        g = self.groups
        width = BYTES_PER_ELEMENT[g.weights]
        order = np.lexsort((g.engine, g.dcp, g.ep, g.dp, g.pp, g.kv, width, g.per_replica, g.device))
        changed = (np.diff(g.device[order], prepend=-1) != 0) | (np.diff(g.per_replica[order], prepend=-1) != 0)
        chosen = np.zeros(g.size, dtype=np.bool_)
        chosen[order[changed]] = True
        return chosen

    def prices(self, factor: float, *, below: float = np.inf, without: Collection[str] = ()) -> Prices:
        """Price every group at ``factor`` times the load.

        Args:
            below: a price that is known to be reached; of what costs more, it is enough to know that.
            without: codes of limits that need not be kept; of what breaks others, it is enough to know that.
        """
        users = self.demand.grid(factor)
        segment = batch_class(users.astype(np.float64))
        if not self.demand.exact:
            return Prices(users, segment, np.arange(self.fits.size), *self.bounds(self.fits, users, factor))
        never = np.full(1, np.inf)
        wanted = self.demand.fewest(users, never, never, never, factor)
        kind, wishes = self._kinds[1][self.fits], self.market.needs.constraints
        fit = np.unique(kind)
        key = (fit.tobytes(), wanted.tobytes(), below, frozenset(without), self.budget_usd, self.month_usd, wishes)
        least = self._ladder.memo.get("prices", key, lambda: self._exact(fit, wanted, below, without), keep=6)
        return Prices(users, segment, kind, *least, wanted <= FEW)

    def _exact(self, fit: Ints, wanted: Floats, below: float, without: Collection[str]) -> tuple[Floats, Limits]:
        """Return least prices and limits of kinds of groups, shape ``(kinds, users)``: those of whole builds, or of
        their nodes where they are many, for the kinds that ``fit`` and wherever it matters.
        """
        shape = self._ladder.kinds.size, wanted.size
        price, known = self._at_least(self._ladder.kinds, np.broadcast_to(wanted, shape))
        limits, few = dict(known), wanted <= FEW
        asked = np.zeros(shape, dtype=np.bool_)
        asked[fit] = True
        asked &= np.logical_and.reduce([price <= below, *(met for code, met in known if code not in without)])
        for columns, builder in ((~few, self._ladder.bare), (few, self._ladder.at)):
            place = np.nonzero(asked & columns)
            if not place[0].size:
                continue
            builds = builder(place[0], wanted[place[1]])
            price[place] = price_of(builds) - CENT
            for one in self.afforded(builds, wanted[place[1]]):
                if not one.met.all():
                    limits.setdefault(one.code, np.ones(shape, dtype=np.bool_))[place] &= one.met
        return price, tuple(limits.items())

    @cached_property
    def _ladder(self) -> Ladder:
        """The builds of each kind of groups, from the memo if some were asked for before."""
        market, kinds = self.market, self.groups.take(self._kinds[0])

        def made() -> Ladder:
            if self.memo.get("rungs", self._trade, Rungs, keep=2).full:
                self.memo.forget("rungs")
            return Ladder(market, kinds, self.memo.get("rungs", self._trade, Rungs, keep=2))

        key = *self._trade, market.capex, *(c.tobytes() for c in (kinds.device, kinds.per_replica, kinds.weights))
        return self.memo.get("ladder", key, made, keep=2)

    @cached_property
    def _trade(self) -> tuple[Hashable, ...]:
        """All that the price of a build hangs on beside its kind."""
        market, wishes = self.market, self.market.needs.constraints
        return (
            market.capex.nodes, market.rates, wishes.availability, wishes.accelerator_count, wishes.acquisition,
            wishes.owned, tuple((d.whole.id, d.parts, d.rent_only) for d in market.devices),
        )

    @cached_property
    def _kinds(self) -> tuple[Ints, Ints]:
        """Return one group of each kind that is built alike, and the kind of each group."""
        g = self.groups
        key = ((g.device * 4096 + g.per_replica) << 24) + self.market.capex.alike[g.weights]
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
        return first, kind

    def bounds(self, group: Ints, users: Ints, factor: float) -> tuple[Floats, Limits]:
        """Return, where rates decide, the least prices of groups that fit, shape ``(groups, users)``, and limits that
        may be kept.

        Replicas are counted by what is known of their rates: the physical ceiling bounds what was never estimated, and
        what was estimated bounds the same group with more users: none of them is answered sooner.
        """
        parts = [self._bounds(group[at:at + _BLOCK], users, factor) for at in range(0, group.size, _BLOCK)]
        if len(parts) == 1:
            return parts[0]
        nothing = np.empty((0, users.size))
        codes = [code for code, _ in parts[0][1]] if parts else []
        limits = tuple(
            (code, np.concatenate([limits[i][1] for _, limits in parts])) for i, code in enumerate(codes))
        return np.concatenate([nothing, *(price for price, _ in parts)]), limits

    def _bounds(self, group: Ints, users: Ints, factor: float) -> tuple[Floats, Limits]:
        g, place = self.groups.take(group), np.searchsorted(self.fits, group)
        ceiling, floor = (column[place, None] for column in self._ceilings)
        known, rate, waited = self.estimates.pace(group)
        column = np.searchsorted(known, users, side="right") - 1
        some = np.flatnonzero(column >= 0)
        answer = np.broadcast_to(floor, (group.size, users.size)).copy()
        answer[:, some] = np.maximum(answer[:, some], waited[:, column[some]] / 1e3 * (1 - HAIR))
        requests = np.minimum(ceiling, users / answer)
        requests[:, some] = np.minimum(requests[:, some], rate[:, column[some]] * users[some] * (1 + HAIR))
        output = requests * self.market.needs.workload.output_tokens
        return self._at_least(g, self.demand.fewest(users[None, :], requests, output, answer * 1e3, factor))

    def _at_least(self, g: Candidates, fewest: Floats) -> tuple[Floats, Limits]:
        """Return the least prices of groups with so many replicas, shape ``(groups, users)``, and limits that may be
        kept.
        """
        parts = np.array([device.parts for device in self.market.devices])[g.device]
        stated = self.market.stated
        accelerators = np.ceil(fewest * (g.per_replica / parts)[:, None]) if stated is None else np.full(
            fewest.shape, stated)
        each, wishes = self._least, self.market.needs.constraints
        cost = each.cost_usd[g.device, None]
        price = np.where(np.isinf(cost), UNPRICED, cost * (1 - HAIR) * accelerators + self.market.rates.total.always)
        wanted = (
            ("max_accelerators", wishes.max_accelerators, accelerators),
            ("power_w", wishes.max_power_w, each.power_w[g.device, None] * accelerators),
            ("budget", self.budget_usd, each.capex_usd[g.device, None] * accelerators),
        )
        # What has no known figure is not held against it here.
        limits = tuple((code, ~(have * (1 - HAIR) > most) | np.isinf(have)) for code, most, have in wanted if most)
        return price - CENT, limits

    @cached_property
    def _least(self) -> Least:
        """Least figures of one accelerator of each device."""
        weights = np.unique(self.groups.weights[self.fits])
        alike, first = np.unique(self.market.capex.alike[weights], return_index=True)
        key = *self._trade, alike.tobytes()
        return self.memo.get("least", key, lambda: self.market.least(weights[first]))

    @cached_property
    def _ceilings(self) -> tuple[Floats, Floats]:
        """Requests per second that no number of users exceeds, and the least seconds of an answer."""
        g = self.groups.take(self.fits)
        alone = self.estimates.inputs(g)
        full = self.estimates.inputs(replace(g, users=self.held[self.fits].astype(np.int64)))
        use = memory(alone, np.ones(1))
        limit = bounds(full, Replica.of(full), use)
        first = bounds(alone, Replica.of(alone), use)
        return np.asarray(limit.requests), self.market.needs.workload.output_tokens * first.tpot

    def judge(
        self, candidates: Candidates, columns: ServingColumns, factor: float, group: Ints | None = None
    ) -> tuple[Builds, tuple[Requirement, ...]]:
        """Build rows at ``factor`` times the load and hold them against every requirement.

        Args:
            group: their groups, which makes it fast where they share builds.
        """
        wanted = self.demand.replicas(candidates.users, columns, factor)
        builds = self.market.builds(candidates, wanted) if group is None else self.built(group, candidates, wanted)
        return builds, (*self.served(candidates, columns), *self.afforded(builds, wanted))

    def built(self, group: Ints, candidates: Candidates, wanted: Floats) -> Builds:
        """Return the builds of rows with so many replicas."""
        if not self.demand.exact:
            return self.market.builds(candidates, wanted)
        return self._ladder.at(self._kinds[1][group], wanted)

    def served(self, candidates: Candidates, columns: ServingColumns) -> tuple[Requirement, ...]:
        """Hold rows against what is asked of memory and times, which hang on the estimates alone."""
        needs = self.market.needs
        return (*memory_limits(candidates, columns), *speed(needs, columns),
                *rates(needs, self.demand, candidates.users, columns))

    def afforded(self, builds: Builds, wanted: Floats) -> tuple[Requirement, ...]:
        """Hold builds against the load that they must carry, and the limits on machines and money."""
        needs = self.market.needs
        return (*load(needs, builds, wanted), *resources(needs, builds, self.budget_usd, self.month_usd))
