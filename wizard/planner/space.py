"""What one question can choose from: groups of candidates, and what is known of them before any estimate.

A group is a device with its layout, formats and engine; a row is a group with the users that each replica serves. The
price of a row follows from the load; where rates decide, only what it costs at least.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Model
from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates
from wizard.planner.demand import Demand
from wizard.planner.estimates import Estimates, take
from wizard.planner.memo import Memo
from wizard.planner.requirements import Requirement, load, requirements, resources
from wizard.sizing.bands import batch_class
from wizard.sizing.cases import Bools, Floats, Ints, MemoryColumns, ServingColumns
from wizard.sizing.ceilings import bounds
from wizard.sizing.formats import BYTES_PER_ELEMENT
from wizard.sizing.memory import memory
from wizard.sizing.replica import Replica

UNPRICED = 1e15
"""Stands for the price of what has none: the smaller machine comes first among them."""


def price_of(builds: Builds) -> Floats:
    """Return what ranks builds: dollars over the horizon, to the cent."""
    return np.where(np.isnan(builds.cost_usd), UNPRICED + builds.accelerators, np.round(builds.cost_usd, 2))


@dataclass(frozen=True)
class Prices:
    """Groups that fit at every number of users of the axis, at one load: shape ``(groups, users)``."""

    users: Ints
    segment: Ints
    """Class of the users within which bands are alike."""
    least: Floats
    """Price in dollars; where rates decide, a price that it cannot fall below."""
    limits: tuple[tuple[str, Bools], ...] = ()
    """Limits on machines, money and load that are known before any estimate: code, and which rows keep it."""
    kind: Ints | None = None
    """Which of all groups are built alike; ``None`` where builds hang on estimates."""
    builds: Builds | None = None
    """Builds of each kind at every number of users, one after the other."""

    def built(self, group: Ints, users: Ints) -> Builds | None:
        """Return the builds of rows, where they are known."""
        if self.kind is None or self.builds is None:
            return None
        return take(self.builds, self.kind[group] * self.users.size + np.searchsorted(self.users, users))

    def allowed(self, without: Collection[str]) -> Bools:
        """Return which rows keep every known limit but those of the codes in ``without``."""
        kept: Bools = np.isfinite(self.least)
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

    def prices(self, factor: float) -> Prices:
        """Price every group at ``factor`` times the load."""
        users = self.demand.grid(factor)
        segment = batch_class(users.astype(np.float64))
        if self.demand.exact:
            return self._exact(users, segment, factor)
        return Prices(users, segment, self._least(users, factor))

    def _exact(self, users: Ints, segment: Ints, factor: float) -> Prices:
        """Price groups that are built alike together."""
        first, kind = self._kinds
        never = np.full(1, np.inf)
        each = self.demand.fewest(users, never, never, never, factor)
        wanted = np.tile(each, first.size)
        builds = self._built(self.groups.take(first), each)

        def of_groups(column: NDArray[Any]) -> NDArray[Any]:
            return np.asarray(column.reshape(-1, users.size)[kind[self.fits]])

        found = (*load(self.market.needs, builds, wanted), *self._resources(builds))
        limits = tuple((one.code, of_groups(one.met)) for one in found if not one.met.all())
        return Prices(users, segment, of_groups(price_of(builds)), limits, kind, builds)

    def _built(self, kinds: Candidates, wanted: Floats) -> Builds:
        """Return builds of each kind with each number of replicas, from the memo if they were asked for before."""
        market = self.market
        columns = (kinds.device, kinds.per_replica, kinds.weights, wanted)
        key = (
            market.capex, market.rates, market.needs.constraints,
            tuple((d.whole.id, d.parts, d.rent_only) for d in market.devices), *(c.tobytes() for c in columns),
        )

        def make() -> Builds:
            rows = kinds.take(np.repeat(np.arange(kinds.size), wanted.size))
            return market.builds(rows, np.tile(wanted, kinds.size))

        return self.memo.get("builds", key, make, keep=4)

    @cached_property
    def _kinds(self) -> tuple[Ints, Ints]:
        """Return one group of each kind that is built alike, and the kind of each group."""
        g = self.groups
        key = (g.device * 4096 + g.per_replica) * 16 + g.weights
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
        return first, kind

    def _least(self, users: Ints, factor: float) -> Floats:
        """Return the least price: replicas at the physical ceiling of their rates, at the best price of a device."""
        g = self.groups.take(self.fits)
        ceiling, answer = self._ceilings
        load = self.market.needs.workload
        requests = np.minimum(ceiling[:, None], users / answer[:, None])
        fewest = self.demand.fewest(
            users[None, :], requests, requests * load.output_tokens, answer[:, None] * 1e3, factor)
        parts = np.array([device.parts for device in self.market.devices])[g.device]
        count = self.market.needs.constraints.accelerator_count
        accelerators = np.ceil(fewest * (g.per_replica / parts)[:, None]) if count is None else np.full(
            fewest.shape, float(count))
        each = self.market.least_usd(np.unique(g.weights))[g.device][:, None]
        # A hair less, for the cents that are rounded.
        each = np.where(np.isinf(each), UNPRICED, each * 0.999999)
        return np.asarray(each * accelerators + self.market.rates.total.always - 0.01)

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

    def _resources(self, builds: Builds) -> tuple[Requirement, ...]:
        return resources(self.market.needs, builds, self.budget_usd, self.month_usd)

    def judge(
        self, candidates: Candidates, columns: ServingColumns, factor: float, builds: Builds | None = None
    ) -> tuple[Builds, tuple[Requirement, ...]]:
        """Build rows at ``factor`` times the load, if they are not yet, and hold them against every requirement."""
        wanted = self.demand.replicas(candidates.users, columns, factor)
        if builds is None:
            builds = self.market.builds(candidates, wanted)
        return builds, requirements(
            self.market.needs, candidates, columns, builds, wanted, self.budget_usd, self.month_usd)
