"""What one question can choose from: groups of candidates, and what is known of them before any estimate.

A group is a device with its layout, formats and engine; a row is a group with the users that each replica serves. The
price of a row follows from the load; where rates decide, only what it costs at least.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from wizard.catalog.records import Model
from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates
from wizard.planner.demand import Demand
from wizard.planner.estimates import Estimates
from wizard.planner.requirements import Requirement, load, requirements, resources
from wizard.sizing.bands import batch_class
from wizard.sizing.cases import Bools, Floats, Ints, ServingColumns
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
    """Groups at every number of users of the axis, at one load: shape ``(groups, users)``."""

    users: Ints
    segment: Ints
    """Class of the users within which bands are alike."""
    least: Floats
    """Price in dollars; where rates decide, a price that it cannot fall below."""
    limits: tuple[tuple[str, Bools], ...]
    """Limits on machines, money and load that are known before any estimate: code, and which rows keep it."""

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
        found = memory(self.estimates.inputs(self.groups), np.ones(1))
        return np.floor(np.maximum(found.kv_budget, 0.0) / np.maximum(found.kv_per_sequence, 1.0))

    @cached_property
    def room(self) -> Floats:
        """Share of the usable memory that weights and one sequence leave; negative where they do not fit."""
        found = memory(self.estimates.inputs(self.groups), np.ones(1))
        return (found.kv_budget - found.kv_per_sequence) / found.capacity

    @cached_property
    def samples(self) -> Bools:
        """One group for each device and size of replica: the narrowest weights in the plainest layout."""
        g = self.groups
        order = np.lexsort((g.engine, g.ep, g.dp, g.pp, g.kv, BYTES_PER_ELEMENT[g.weights], g.per_replica, g.device))
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
        return Prices(users, segment, self._least(users, factor), ())

    def _exact(self, users: Ints, segment: Ints, factor: float) -> Prices:
        """Price groups that are built alike together."""
        g, shape = self.groups, (-1, users.size)
        kinds, first, kind = np.unique(
            (g.device * 4096 + g.per_replica) * 16 + g.weights, return_index=True, return_inverse=True)
        rows = g.take(np.repeat(first, users.size))
        never = np.full(1, np.inf)
        wanted = self.demand.fewest(np.tile(users, kinds.size), never, never, never, factor)
        builds = self.market.builds(rows, wanted)
        found = (*load(self.market.needs, builds, wanted), *self._resources(builds))
        limits = tuple((one.code, one.met.reshape(shape)[kind]) for one in found if not one.met.all())
        return Prices(users, segment, price_of(builds).reshape(shape)[kind], limits)

    def _least(self, users: Ints, factor: float) -> Floats:
        """Return the least price: replicas at the physical ceiling of their rates, at the best price of a device."""
        g = self.groups
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
        return np.asarray(each * accelerators)

    @cached_property
    def _ceilings(self) -> tuple[Floats, Floats]:
        """Requests per second that no number of users exceeds, and the least seconds of an answer."""
        g = self.groups
        alone = self.estimates.inputs(g)
        full = self.estimates.inputs(replace(g, users=np.maximum(self.held, 1.0).astype(np.int64)))
        use = memory(alone, np.ones(1))
        limit = bounds(full, Replica.of(full), use)
        first = bounds(alone, Replica.of(alone), use)
        return np.asarray(limit.requests), self.market.needs.workload.output_tokens * first.tpot

    def _resources(self, builds: Builds) -> tuple[Requirement, ...]:
        return resources(self.market.needs, builds, self.budget_usd, self.month_usd)

    def judge(
        self, candidates: Candidates, columns: ServingColumns, factor: float
    ) -> tuple[Builds, tuple[Requirement, ...]]:
        """Build rows at ``factor`` times the load and hold them against every requirement."""
        wanted = self.demand.replicas(candidates.users, columns, factor)
        builds = self.market.builds(candidates, wanted)
        return builds, requirements(
            self.market.needs, candidates, columns, builds, wanted, self.budget_usd, self.month_usd)
