"""From replicas to machines: how many are bought, on how many nodes, at which price and power. Columns over candidates.

Prices here rank candidates and equal the total cost that the chosen ones then show; their bills are made line by line
in :mod:`wizard.costing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.costing.columns import BuildColumns, CapexColumns
from wizard.costing.rates import Rates
from wizard.costing.rents import RentColumns
from wizard.needs.needs import Needs
from wizard.planner.candidates import Candidates
from wizard.planner.premises import owned
from wizard.planner.shortlist import Device
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

    ``cost_usd`` is the total cost of ownership or rent over the horizon, without tax, at the most likely inputs, and
    ranks the candidate; ``capex_usd`` is the purchase with tax, ``month_usd`` rent or running cost per month; ``owned``
    is the number that is there already, NaN where none is.
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


@dataclass(frozen=True, slots=True)
class Least:
    """Figures of one accelerator of each device that no build falls below; infinite where there are none."""

    cost_usd: Floats
    capex_usd: Floats
    power_w: Floats


@dataclass(frozen=True)
class Market:
    """Where hardware comes from: what the builds of one plan are priced with."""

    needs: Needs
    catalog: Catalog
    devices: Sequence[Device]
    sizes: Mapping[str, int]
    capex: CapexColumns
    rates: Rates
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Columns of what lies in memory beside the model, and of the draft of speculative decoding."""

    def builds(self, candidates: Candidates, wanted: Floats, *, bare: bool = False) -> Builds:
        """Size and price every candidate with ``wanted`` replicas for the load.

        Args:
            bare: the least they cost, draw and take up, by their nodes alone and as if rented where that is possible.
        """
        replicas, spares = self._replicas(candidates, wanted)
        accelerators, nodes = self._machines(candidates, replicas + spares)
        built = self.paid(candidates.device, self._bought(candidates, accelerators, nodes, bare=bare))
        share = np.minimum(np.ceil(candidates.per_replica / self._parts(candidates)), self._size(candidates))
        renting = self.rent_month_usd(candidates.device, accelerators, share)
        buy, rent = self.rates.own_usd(built), self.rates.rent_usd(renting)
        rented, month = np.isfinite(rent) & ~(buy <= rent), self.rates.own_month_usd(built)
        cost = np.where(rented, rent, buy)
        if bare:
            rented, month = np.isfinite(rent), np.fmin(month, renting)
        else:
            month = np.where(rented, renting, month)
        return Builds(
            replicas=replicas, spares=spares, accelerators=accelerators, nodes=nodes,
            capex_usd=np.where(rented, 0.0, built.capex_usd), month_usd=month, cost_usd=cost,
            power_w=built.power_w, rack_units=built.rack_units, rented=rented,
            owned=np.where(rented, np.nan, self.owned[candidates.device]),
        )

    def least(self, weights: Ints) -> Least:
        """Return what one accelerator of each device costs and draws at least, however many are taken.

        A cluster costs no less than its nodes, be they joined by a fabric (which may take another machine) or not, and
        a node no less per accelerator than the best filled one; renting is in whole instances. What is paid for
        whatever is built comes on top of it.

        Args:
            weights: the weight formats that come into question.
        """
        counts = np.concatenate([np.arange(1, size + 1) for size in self._sizes])
        device = np.repeat(np.arange(len(self.devices)), self._sizes)
        profile, fabric, place = (axis.ravel() for axis in np.meshgrid(
            weights, (False, True), np.arange(device.size), indexing="ij"))
        alone = self.capex.alone(self._known[device[place]], counts[place], profile, fabric)
        each = np.stack((self.rates.least_own_usd(alone), alone.capex_usd, alone.power_w)) / counts[place]
        figures = np.fmin.reduce(each.reshape(3, -1, device.size), axis=1, initial=np.inf)
        figures[:2, self._barred[device]] = np.inf
        least = np.full((3, len(self.devices)), np.inf)
        for found, figure in zip(least, figures, strict=True):
            np.fmin.at(found, device, figure)
        cost, capex, watts = least
        cost, capex = (np.where(np.isfinite(self.owned), free, money) for free, money in ((FREE, cost), (0.0, capex)))
        if self.needs.constraints.acquisition != "own":
            rent = self._rents.least_month_usd() * self.rates.months
            cost, capex = np.minimum(cost, rent), np.where(np.isfinite(rent), 0.0, capex)
        return Least(cost, capex, watts)

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
    def _barred(self) -> Bools:
        """Which devices are not bought."""
        cloud = self.needs.constraints.acquisition == "cloud"
        return np.array([cloud or device.rent_only for device in self.devices], dtype=np.bool_)

    def paid(self, device: Ints, built: BuildColumns) -> BuildColumns:
        """Return builds with prices only of what may be bought; of what is there already only subscriptions are paid.

        As :func:`wizard.costing.edits.paid` does with a bill.
        """
        barred, mine = self._barred[device], np.isfinite(self.owned[device]) & np.isfinite(built.power_w)
        if not barred.any() and not mine.any():
            return built
        tax = 1.0 + float(self.capex.terms.tax_rate)

        def price(bought: Floats, there: Floats | float) -> Floats:
            return np.where(mine, there, np.where(barred, np.nan, bought))

        return replace(
            built, capex_usd=price(built.capex_usd, built.recurring_usd * tax),
            net_usd=price(built.net_usd, built.recurring_usd), hardware_usd=price(built.hardware_usd, 0.0),
            supported_usd=price(built.supported_usd, 0.0),
        )

    @property
    def stated(self) -> float | None:
        """How many accelerators are bought where their number was asked for: the same at each site."""
        count, sites = self.needs.constraints.accelerator_count, self.capex.sites
        return None if count is None else float(max(1, count // sites) * sites)

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

    def _bought(
        self, candidates: Candidates, accelerators: Floats, nodes: Floats, *, bare: bool
    ) -> BuildColumns:
        return (self.capex.bare if bare else self.capex.build)(
            self._known[candidates.device], np.minimum(accelerators, MOST).astype(np.int64),
            np.minimum(nodes, MOST).astype(np.int64), profile=candidates.weights,
            inter_node=candidates.per_replica > self._size(candidates) * self._parts(candidates),
        )

    def _machines(self, candidates: Candidates, replicas: Floats) -> tuple[Floats, Floats]:
        """Return whole accelerators and nodes of all sites; a replica that fits a node is never spread over two."""
        parts, size, sites = self._parts(candidates), self._size(candidates), self.capex.sites
        here = np.ceil(replicas / sites)
        accelerators = np.ceil(here * candidates.per_replica / parts)
        if self.stated is not None:
            # What was asked for is bought, also where no replica can use the last of it.
            accelerators = np.full(accelerators.shape, self.stated / sites)
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
