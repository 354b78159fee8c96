"""What nodes need around them, for many clusters at once: switches, links, racks, power feeds.

One implementation serves both a single bill of materials (arrays of length one) and the search (many rows), so that the
two cannot differ. Each rack has an A and a B feed from one PDU each; either feed alone carries the whole rack with its
breaker loaded to 80 % (the limit for continuous loads, NEC 210.20). Where the room has one feed only, there is no B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Component
from wizard.costing.demand import USUAL_ROOM, Room
from wizard.costing.rules_network import TOR_FROM_NODES, SwitchKind, leaf_and_spine, most_endpoints
from wizard.costing.shared_storage import SPARE_SHARE, StorageCounts, StorageKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RACK_UNITS = 42
RACK_UNITS_KEPT = 7
RACKS_IN_ROW = 8
BREAKER_SHARE = 0.8
SWITCHES_PER_RACK = 2
TOR_PORTS_KEPT = 4
DEFAULT_SWITCH_W = 1000.0
"""Kept in a rack for a switch whose power no source gives."""
_HUGE = np.int64(2**61)


@dataclass(frozen=True, slots=True)
class Site:
    """Racks, PDUs and top-of-rack switches with net prices in hundredths (zero: not known). PDUs by price.

    ``manager`` is the switch of the management network, ``patch`` its cable; ``uplink_cents`` a cable of the site's
    network, ``rail_cents`` the rails of one machine.
    """

    rack: Component | None
    rack_cents: int
    pdus: tuple[Component, ...]
    pdu_cents: tuple[int, ...]
    tor: Component | None
    tor_cents: int
    manager: Component | None = None
    manager_cents: int = 0
    patch: Component | None = None
    patch_cents: int = 0
    uplink_cents: int = 0
    rail: Component | None = None
    rail_cents: int = 0
    storage: StorageKind | None = None
    room: Room = USUAL_ROOM

    @property
    def usable_w(self) -> tuple[float, ...]:
        """Watts that each kind of PDU carries continuously."""
        return tuple((pdu.capacity_w or 0.0) * BREAKER_SHARE for pdu in self.pdus)

    @property
    def feed_w(self) -> float:
        """Watts that a rack may draw: what the largest feed carries and the room gives."""
        most = self.room.max_rack_w
        return min(max(self.usable_w, default=float("inf")), float("inf") if most is None else most)


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """Counts for each of ``n`` clusters, each of shape ``(n,)``. ``kind`` indexes the switch kinds, -1: no fabric.

    ``distance`` is 0 within a rack, 1 within a row, 2 in a hall; ``pdu`` indexes the kinds of PDU. ``fed`` is false
    where one node draws more than a feed gives, ``joined`` where no fabric joins that many ports. ``spare_links`` lie
    on the shelf; ``managers`` are switches of the management network, ``managed`` the ports that it joins;
    ``storage_racks`` those of the racks that hold nothing but storage.
    """

    kind: Ints
    leaf: Ints
    spine: Ints
    links: Ints
    distance: Ints
    tors: Ints
    racks: Ints
    nodes_per_rack: Ints
    pdus: Ints
    pdu: Ints
    rack_max_w: Floats
    fed: Bools
    joined: Bools
    spare_links: Ints
    managers: Ints
    managed: Ints
    storage_racks: Ints


def count_cluster(
    nodes: Ints, units: Floats, watts: Floats, endpoints: Ints, kinds: tuple[SwitchKind, ...], site: Site,
    storage: StorageCounts,
) -> ClusterCounts:
    """Count the parts around ``nodes`` racked nodes of ``units`` rack units and ``watts`` each; all of shape ``(n,)``.

    ``units`` of zero: not mounted in a rack of ours.
    """
    tors = _tors(nodes, units, storage.servers, site)
    tor_w = 2 * (_watts(site.tor) if site.tor else 0.0) + (_watts(site.manager) if site.manager else 0.0)
    per_rack, fed = _nodes_per_rack(units, watts, _kept_watts(kinds, endpoints) + tor_w * (tors > 0), site)
    racks = np.where(units > 0, -(-nodes // np.maximum(per_rack, 1)), 0)
    kind, leaf, spine, up, joined = _best_fabric(endpoints, _distance(racks), kinds)
    racks = np.maximum(racks, np.where(units > 0, -(-(leaf + spine) // SWITCHES_PER_RACK), 0))
    in_fullest = np.minimum(per_rack, nodes)
    switch_w = np.array([_watts(k.switch) for k in kinds] + [0.0])[kind]
    here = -(-(leaf + spine) // np.maximum(racks, 1))
    rack_w = np.where(units > 0, in_fullest * watts + here * switch_w + (tors > 0) * tor_w, 0.0)
    distance = _distance(racks)
    storage_racks, rack_w = _beside(racks, in_fullest * units, rack_w, storage, site)
    racks = racks + storage_racks
    links = np.where(kind >= 0, endpoints, 0) + up
    around = np.where(tors > 0, leaf + spine + tors + site.room.feeds * racks, 0)
    managed = np.where(units > 0, nodes, 0) + storage.servers + around
    managers = np.where(tors > 0, -(-managed // _ports(site.manager)), 0) if site.manager else np.zeros_like(nodes)
    return ClusterCounts(
        kind, leaf, spine, links, distance, tors, racks, in_fullest, site.room.feeds * racks, _pdu_kind(rack_w, site),
        rack_w, fed, joined, np.ceil(links * SPARE_SHARE).astype(np.int64), managers, managed, storage_racks,
    )


def _beside(
    racks: Ints, units: Floats, rack_w: Floats, storage: StorageCounts, site: Site,
) -> tuple[Ints, Floats]:
    """Return racks for storage servers that find no place beside ``units`` of nodes in each rack, and its watts."""
    if site.storage is None or not storage.servers.any():
        return np.zeros_like(racks), rack_w
    height, each = site.storage.server.rack_units or 1.0, -(-storage.servers // np.maximum(racks, 1))
    inside = (racks > 0) & (units + each * height + RACK_UNITS_KEPT <= RACK_UNITS) & (
        rack_w + each * storage.watts <= site.feed_w)
    by_power = np.floor(np.minimum(site.feed_w / np.maximum(storage.watts, 1.0), 1e6))
    alone = np.maximum(np.minimum(np.floor((RACK_UNITS - RACK_UNITS_KEPT) / height), by_power), 1).astype(np.int64)
    own = np.where(inside | (storage.servers == 0), 0, -(-storage.servers // alone))
    full = np.where(own > 0, np.minimum(storage.servers, alone) * storage.watts, 0.0)
    return own, np.where(inside, rack_w + each * storage.watts, np.maximum(rack_w, full))


def surrounding_cents(kinds: tuple[SwitchKind, ...], counts: ClusterCounts, site: Site) -> Ints:
    """Return the net price of everything counted that has a price, in hundredths; shape ``(n,)``."""
    total = counts.tors * site.tor_cents + counts.racks * site.rack_cents + counts.managers * site.manager_cents
    total = total + counts.managed * site.patch_cents
    if site.pdus:
        total = total + counts.pdus * np.array(site.pdu_cents, np.int64)[counts.pdu]
    for index, kind in enumerate(kinds):
        links = counts.links + counts.spare_links
        cents = _fabric_cents(kind, counts.leaf + counts.spine, links, counts.distance)
        total = total + np.where(counts.kind == index, cents, 0)
    return total


def _fabric_cents(kind: SwitchKind, switches: Ints, links: Ints, distance: Ints) -> Ints:
    each = np.array([kind.in_rack.cents, kind.in_row.cents, kind.in_hall.cents], np.int64)
    return np.asarray(switches * kind.cents + links * each[distance])


def _distance(racks: Ints) -> Ints:
    return np.where(racks <= 1, 0, np.where(racks <= RACKS_IN_ROW, 1, 2))


def _best_fabric(
    endpoints: Ints, distance: Ints, kinds: tuple[SwitchKind, ...],
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Choose the cheapest switch kind that joins the endpoints (the first of equal price)."""
    zero = np.zeros_like(endpoints)
    best = np.full_like(endpoints, _HUGE)
    kind, leaf, spine, up = zero - 1, zero, zero, zero
    for index, option in enumerate(kinds):
        radix = option.switch.ports or 0
        a, b, c = leaf_and_spine(endpoints, radix)
        cents = _fabric_cents(option, a + b, endpoints + c, distance)
        better = (endpoints > 0) & (endpoints <= most_endpoints(radix)) & (cents < best)
        best = np.where(better, cents, best)
        kind, leaf, spine, up = (np.where(better, new, old) for new, old in zip(
            (zero + index, a, b, c), (kind, leaf, spine, up), strict=True))
    return kind, leaf, spine, up, (endpoints == 0) | (kind >= 0) | (not kinds)


def _tors(nodes: Ints, units: Floats, storage: Ints, site: Site) -> Ints:
    if site.tor is None:
        return np.zeros_like(nodes)
    joined = np.where(units > 0, nodes, 0) + storage
    return np.where(joined >= TOR_FROM_NODES, 2 * -(-joined // _ports(site.tor)), 0)


def _ports(switch: Component | None) -> int:
    """Ports of a switch for machines; the others lead to the site's network."""
    return max(1, ((switch.ports if switch else 0) or 0) - TOR_PORTS_KEPT)


def _nodes_per_rack(units: Floats, watts: Floats, kept_w: Floats, site: Site) -> tuple[Ints, Bools]:
    room = RACK_UNITS - RACK_UNITS_KEPT
    by_units = np.where(units > 0, np.floor(room / np.maximum(units, 1e-9)), 1)
    by_power = np.floor(np.minimum((site.feed_w - kept_w) / np.maximum(watts, 1e-9), 1e6))
    fed = (units <= 0) | (by_power >= 1)
    return np.maximum(1, np.minimum(by_units, by_power)).astype(np.int64), fed


def _kept_watts(kinds: tuple[SwitchKind, ...], endpoints: Ints) -> Floats:
    most = max((_watts(k.switch) for k in kinds), default=DEFAULT_SWITCH_W)
    return np.where(endpoints > 0, SWITCHES_PER_RACK * most, 0.0)


def _watts(switch: Component) -> float:
    return DEFAULT_SWITCH_W if switch.power_w is None else switch.power_w


def _pdu_kind(rack_w: Floats, site: Site) -> Ints:
    """Return the first (cheapest) kind of PDU that carries the rack, else the largest."""
    usable = np.array(site.usable_w or (0.0,))
    enough = rack_w[:, None] <= usable[None, :]
    return np.where(enough.any(axis=1), enough.argmax(axis=1), usable.argmax()).astype(np.int64)
