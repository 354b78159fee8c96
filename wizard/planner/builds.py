"""From replicas to machines: how many are bought, on how many nodes, at which price and power. Columns over candidates.

Prices here rank candidates; the bill of the chosen ones is made line by line in :mod:`wizard.costing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.costing.columns import BuildColumns, CapexColumns
from wizard.costing.rents import RentColumns
from wizard.needs.needs import Needs
from wizard.planner.candidates import Candidates
from wizard.planner.premises import owned
from wizard.planner.shortlist import Device
from wizard.planner.usage import Running
from wizard.sizing.cases import Bools, Floats, Ints

TWICE = frozenset(("2n", "second_site"))
"""Answers that have every replica twice."""
FREE = 1e-6
"""A bound for what is there already, in US dollars: below any running cost, and not zero, whose multiples are none."""
MOST = 1_000_000
"""Counts beyond this are absurd answers to absurd loads; they must not overflow."""


@dataclass(frozen=True, slots=True)
class Builds:
    """Columns of shape ``(n,)``. Where something can be neither bought nor rented its cost is NaN.

    ``cost_usd`` is what the candidate costs over the horizon (purchase and energy, or rent) and ranks it; ``capex_usd``
    is the purchase with tax, ``month_usd`` rent or running cost per month; ``owned`` is the number that is there
    already, NaN where none is.
    """

    replicas: Floats
    spares: Floats
    accelerators: Floats
    nodes: Floats
    capex_usd: Floats
    month_usd: Floats
    cost_usd: Floats
    power_w: Floats
    rack_units: Floats
    rented: Bools
    owned: Floats


@dataclass(frozen=True)
class Market:
    """Where hardware comes from: what the builds of one plan are priced with."""

    needs: Needs
    catalog: Catalog
    devices: Sequence[Device]
    sizes: Mapping[str, int]
    capex: CapexColumns
    running: Running
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Columns of what lies in memory beside the model, and of the draft of speculative decoding."""

    def builds(self, candidates: Candidates, wanted: Floats) -> Builds:
        """Size and price every candidate with ``wanted`` replicas for the load."""
        replicas, spares = self._replicas(candidates, wanted)
        accelerators, nodes = self._machines(candidates, replicas + spares)
        built = self._bought(candidates, accelerators, nodes)
        barred = self._rent_only[candidates.device] | (self.needs.constraints.acquisition == "cloud")
        capex = np.where(barred, np.nan, built.capex_usd)
        power, units = built.power_w, built.rack_units
        capex = self.unpaid(candidates.device, capex, built)
        owning = self.running.month_usd(capex, power, built.recurring_usd)
        share = np.minimum(np.ceil(candidates.per_replica / self._parts(candidates)), self._size(candidates))
        renting = self.rent_month_usd(candidates.device, accelerators, share)
        buy, rent = capex * self.running.lives + owning * self._months, renting * self._months
        rented = np.isfinite(rent) & ~(buy <= rent)
        return Builds(
            replicas=replicas, spares=spares, accelerators=accelerators, nodes=nodes,
            capex_usd=np.where(rented, 0.0, capex), month_usd=np.where(rented, renting, owning),
            cost_usd=np.where(rented, rent, buy), power_w=power, rack_units=units, rented=rented,
            owned=np.where(rented, np.nan, self.owned[candidates.device]),
        )

    def least_usd(self, weights: Ints) -> Floats:
        """Return what one accelerator of each device costs at least over the horizon, however many are taken.

        A cluster costs no less than its nodes, and a node no less per accelerator than the best filled one; renting is
        in whole instances. Infinite where there is no price.

        Args:
            weights: the weight formats that come into question.
        """
        counts = np.concatenate([np.arange(1, size + 1) for size in self._sizes])
        device = np.repeat(np.arange(len(self.devices)), self._sizes)
        each: Floats = np.full(device.shape, np.inf)
        for profile in weights:
            capex, power_w = self.capex.alone(self._known[device], counts, int(profile))
            month = self.running.month_usd(capex, power_w, np.zeros(1))
            cost = capex * self.running.lives + self._months * month
            each = np.fmin(each, cost / counts)
        each = np.where(self._rent_only[device] | (self.needs.constraints.acquisition == "cloud"), np.inf, each)
        least: Floats = np.full(len(self.devices), np.inf)
        np.fmin.at(least, device, each)
        least = np.where(np.isfinite(self.owned), FREE, least)
        if self.needs.constraints.acquisition != "own":
            least = np.minimum(least, self._rents.least_month_usd() * self._months)
        return least

    @cached_property
    def _months(self) -> float:
        return 12.0 * self.needs.economics.horizon_years

    @cached_property
    def _known(self) -> Ints:
        """Index of each device in the columns of prices."""
        places = {name: place for place, name in enumerate(self.capex.accelerators)}
        return np.array([places[device.whole.id] for device in self.devices], dtype=np.int64)

    @cached_property
    def _sizes(self) -> Ints:
        return np.array([self.sizes.get(d.whole.id, 1) for d in self.devices], dtype=np.int64)

    @cached_property
    def _slices(self) -> Ints:
        return np.array([device.parts for device in self.devices], dtype=np.int64)

    @cached_property
    def _rent_only(self) -> Bools:
        return np.array([device.rent_only for device in self.devices], dtype=np.bool_)

    def unpaid(self, device: Ints, capex_usd: Floats, built: BuildColumns) -> Floats:
        """Return the purchase without what is there already: of that only subscriptions are paid."""
        mine = np.isfinite(self.owned[device]) & np.isfinite(built.power_w)
        return np.where(mine, np.nan_to_num(built.recurring_usd), capex_usd)

    @cached_property
    def owned(self) -> Floats:
        """How many of each device are there already; NaN where none is."""
        mine = owned(self.needs, self.catalog)
        return np.array([mine.get(device.whole.id, np.nan) for device in self.devices], dtype=np.float64)

    @cached_property
    def _software_month_usd(self) -> Floats:
        """Return what a month of software costs on top of the rent of one accelerator, by device."""
        return np.array([self.capex.rented_year_usd(device.whole) / 12.0 for device in self.devices], np.float64)

    @cached_property
    def _rents(self) -> RentColumns:
        return RentColumns(self.catalog, [device.whole.id for device in self.devices])

    def _replicas(self, candidates: Candidates, needed: Floats) -> tuple[Floats, Floats]:
        """Return serving and spare replicas: what the load needs, or what a stated number of accelerators holds."""
        availability, count = self.needs.constraints.availability, self.needs.constraints.accelerator_count
        if count is None:
            return needed, _spares(availability, needed)
        held = np.floor(count * self._parts(candidates) / candidates.per_replica)
        spares = _spares(availability, np.floor(held / 2) if availability in TWICE else held)
        return np.maximum(held - spares, 0.0), np.minimum(spares, held)

    def _parts(self, candidates: Candidates) -> Ints:
        return self._slices[candidates.device]

    def _size(self, candidates: Candidates) -> Ints:
        return self._sizes[candidates.device]

    def _bought(self, candidates: Candidates, accelerators: Floats, nodes: Floats) -> BuildColumns:
        return self.capex.build(
            self._known[candidates.device], np.minimum(accelerators, MOST).astype(np.int64),
            np.minimum(nodes, MOST).astype(np.int64), profile=candidates.weights,
            inter_node=candidates.per_replica > self._size(candidates) * self._parts(candidates),
        )

    def _machines(self, candidates: Candidates, replicas: Floats) -> tuple[Floats, Floats]:
        """Return whole accelerators and nodes of all sites; a replica that fits a node is never spread over two."""
        parts, size, sites = self._parts(candidates), self._size(candidates), self.capex.sites
        count, here = self.needs.constraints.accelerator_count, np.ceil(replicas / sites)
        accelerators = np.ceil(here * candidates.per_replica / parts)
        if count is not None:
            # What was asked for is bought, also where no replica can use the last of it.
            accelerators = np.full(accelerators.shape, float(max(1, count // sites)))
        per_node = np.maximum(1, size * parts // candidates.per_replica)
        spanned = np.ceil(candidates.per_replica / (size * parts))
        nodes = np.where(spanned > 1, here * spanned, np.ceil(here / per_node))
        return accelerators * sites, np.maximum(nodes, np.ceil(accelerators / size)) * sites

    def rent_month_usd(self, device: Ints, accelerators: Floats, share: Floats) -> Floats:
        """Return the monthly rent in US dollars; NaN where none is offered or wanted.

        ``share`` accelerators must sit in one instance, for they exchange tensors at every layer.
        """
        if self.needs.constraints.acquisition == "own":
            return np.full(accelerators.shape, np.nan)
        return self._rents.month_usd(device, accelerators, share) + accelerators * self._software_month_usd[device]


def _spares(availability: str, replicas: Floats) -> Floats:
    if availability == "n+1":
        return np.ones(replicas.shape)
    return replicas.copy() if availability in TWICE else np.zeros(replicas.shape)
