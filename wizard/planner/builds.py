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
from wizard.costing.cloud import CloudOffer, cheapest_cloud
from wizard.costing.columns import BuildColumns, CapexColumns
from wizard.needs.needs import Needs
from wizard.planner.candidates import Candidates
from wizard.planner.demand import Demand
from wizard.planner.shortlist import Device
from wizard.planner.usage import Running
from wizard.sizing.cases import Bools, Floats, Ints, ServingColumns
from wizard.sizing.device_columns import DeviceColumns, stack

TWICE = frozenset(("2n", "second_site"))
"""Answers that have every replica twice."""
MOST = 1_000_000
"""Counts beyond this are absurd answers to absurd loads; they must not overflow."""


@dataclass(frozen=True, slots=True)
class Builds:
    """Columns of shape ``(n,)``. Where something can be neither bought nor rented its cost is NaN.

    ``cost_usd`` is what the candidate costs over the horizon (purchase and energy, or rent) and ranks it; ``capex_usd``
    is the purchase with tax, ``month_usd`` rent or running cost per month.
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

    @cached_property
    def device_columns(self) -> DeviceColumns:
        """The shortlist as columns."""
        return stack(DeviceColumns.of(device.accelerator) for device in self.devices)

    def builds(self, candidates: Candidates, columns: ServingColumns, demand: Demand, factor: float) -> Builds:
        """Size and price every candidate at ``factor`` times the load."""
        wanted = demand.replicas(candidates.users, columns, factor)
        replicas, spares = self._replicas(candidates, wanted)
        accelerators, nodes = self._machines(candidates, replicas + spares)
        built = self._bought(candidates, accelerators, nodes)
        barred = np.array([device.rent_only for device in self.devices])[candidates.device]
        capex = np.where(barred | (self.needs.constraints.acquisition == "cloud"), np.nan, built.capex_usd)
        power, units = built.power_w, built.rack_units
        owning = self.running.month_usd(capex, power, built.recurring_usd)
        share = np.minimum(np.ceil(candidates.per_replica / self._parts(candidates)), self._size(candidates))
        renting = self.rent_month_usd(candidates.device, accelerators, share)
        months = 12.0 * self.needs.economics.horizon_years
        buy, rent = capex * self.running.lives + owning * months, renting * months
        rented = np.isfinite(rent) & ~(buy <= rent)
        return Builds(
            replicas=replicas, spares=spares, accelerators=accelerators, nodes=nodes,
            capex_usd=np.where(rented, 0.0, capex), month_usd=np.where(rented, renting, owning),
            cost_usd=np.where(rented, rent, buy), power_w=power, rack_units=units, rented=rented,
        )

    def _replicas(self, candidates: Candidates, needed: Floats) -> tuple[Floats, Floats]:
        """Return serving and spare replicas: what the load needs, or what a stated number of accelerators holds."""
        availability, count = self.needs.constraints.availability, self.needs.constraints.accelerator_count
        if count is None:
            return needed, _spares(availability, needed)
        held = np.floor(count * self._parts(candidates) / candidates.per_replica)
        spares = _spares(availability, np.floor(held / 2) if availability in TWICE else held)
        return np.maximum(held - spares, 0.0), np.minimum(spares, held)

    def _parts(self, candidates: Candidates) -> Ints:
        return np.array([device.parts for device in self.devices], dtype=np.int64)[candidates.device]

    def _bought(self, candidates: Candidates, accelerators: Floats, nodes: Floats) -> BuildColumns:
        known = np.array([self.capex.index(device.whole.id) for device in self.devices], dtype=np.int64)
        size = self._size(candidates)
        return self.capex.build(
            known[candidates.device], np.minimum(accelerators, MOST).astype(np.int64),
            np.minimum(nodes, MOST).astype(np.int64), profile=candidates.weights,
            inter_node=candidates.per_replica > size * self._parts(candidates),
        )

    def _size(self, candidates: Candidates) -> Ints:
        return np.array([self.sizes.get(d.whole.id, 1) for d in self.devices], dtype=np.int64)[candidates.device]

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
        """Return the monthly rent of whole instances that run all hours, in US dollars; NaN where none is offered.

        ``share`` accelerators must sit in one instance, for they exchange tensors at every layer.
        """
        if self.needs.constraints.acquisition == "own":
            return np.full(accelerators.shape, np.nan)
        asked = np.stack([device, accelerators.astype(np.int64), share.astype(np.int64)])
        kinds, inverse = np.unique(asked, axis=1, return_inverse=True)
        offers = (cheapest_cloud(self.catalog, self.devices[d].whole.id, n, s) for d, n, s in kinds.T.tolist())
        month = [_month_usd(offer) for offer in offers]
        return np.array(month, dtype=np.float64)[inverse.reshape(-1)]


def _month_usd(offer: CloudOffer | None) -> float:
    month = None if offer is None else offer.month_usd(offer.on_demand_usd_h)
    return np.nan if month is None else float(month)


def _spares(availability: str, replicas: Floats) -> Floats:
    if availability == "n+1":
        return np.ones(replicas.shape)
    return replicas.copy() if availability in TWICE else np.zeros(replicas.shape)
