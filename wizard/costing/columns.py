"""Purchase price, power and rack units for many builds at once: what the search compares.

Nodes come from :func:`~wizard.costing.node.choose_node`, each distinct one built once and kept; what lies around them
from :func:`~wizard.costing.cluster.count_cluster`, which the bill of materials uses too. Money is counted in whole
hundredths, so that a figure here equals the ``total`` of the bill of materials exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator
from wizard.costing.cluster import count_cluster, surrounding_cents
from wizard.costing.demand import USUAL_ROOM, Profile, Room
from wizard.costing.hosts import choose_host, is_assembled, is_server
from wizard.costing.node import Node, choose_node
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import UPLINKS, NodePorts, SwitchKind, switch_kinds
from wizard.costing.rules_site import bare, choose_ups, site_of, ups_kinds
from wizard.costing.shared_storage import count_storage
from wizard.costing.shelf import shelf_of
from wizard.costing.software import accelerator_cents, cores_counted, cores_of, rented_cents, subscribed
from wizard.costing.terms import Terms, micro

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_MOST_PER_NODE = 512
_USUAL_NODES = 64
_MICRO = 1_000_000
_FIGURES = 7
_PLAIN = Profile(weights_bytes=0.0, training=False, dataset_tb=0.0, fabric=False, edge=False)


@dataclass(frozen=True, slots=True)
class BuildColumns:
    """Many builds, each of shape ``(n,)``. ``NaN`` where nothing can be bought at a known price.

    ``capex`` is the total with tax in the terms' currency, ``capex_usd`` the same in dollars at the terms' rate;
    ``power_w`` and ``rack_units`` are ``NaN`` only where nothing can be built. ``recurring_usd`` is the part of it that
    is paid again each year (subscriptions); ``net_usd`` the total without tax, ``hardware_usd`` its hardware, and
    ``supported_usd`` that hardware where a year of support is a share of it.
    """

    capex: Floats
    capex_usd: Floats
    power_w: Floats
    rack_units: Floats
    recurring_usd: Floats
    net_usd: Floats
    hardware_usd: Floats
    supported_usd: Floats


class CapexColumns:
    """Prices builds by the thousand; see :meth:`of`."""

    def __init__(
        self, catalog: Catalog, terms: Terms, profiles: tuple[Profile, ...], *, ups: bool = False,
        software: tuple[str, ...] = (), sites: int = 1, room: Room = USUAL_ROOM,
    ) -> None:
        self.terms = terms
        self.ups = ups
        self.sites = sites
        self.profiles = tuple(replace(p, fabric=fabric) for p in profiles for fabric in (False, True))
        self.accelerators = tuple(catalog.accelerators)
        self._shelf = shelf_of(catalog, terms)
        self._site = site_of(self._shelf, room)
        self._ups = ups_kinds(self._shelf) if ups else ()
        self._software = subscribed(self._shelf, software)
        self._slot = np.full(len(self.accelerators) * _MOST_PER_NODE * len(self.profiles), -1, np.int32)
        self._ints: list[tuple[int, ...]] = [(0, 0, 0, -1, 0, 0, 0, 0, 0, 0)]
        self._floats: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)]
        self._int_rows, self._float_rows = np.array(self._ints, np.int64), np.array(self._floats, np.float64)
        self._cache = np.empty((0, _USUAL_NODES, _FIGURES), np.float64)
        self._variants: dict[NodePorts, int] = {}

    @classmethod
    def of(
        cls, catalog: Catalog, terms: Terms, profiles: tuple[Profile, ...] = (_PLAIN,), *, ups: bool = False,
        software: tuple[str, ...] = (), sites: int = 1, room: Room = USUAL_ROOM,
    ) -> CapexColumns:
        """Prepare for a catalogue, terms and the profiles (weights on disk, training, data set) that rows may have.

        ``ups``: each site has a UPS that carries it; ``software``: ids of subscriptions; ``sites``: places over which
        rows are spread evenly; ``room``: what it gives a rack. The last few are kept: asked again with the same
        arguments, they know the nodes they have built.
        """
        return _columns(catalog, terms, profiles, ups, software, sites, room)

    def index(self, accelerator: str) -> int:
        """Return the index of an accelerator's id in the columns of the rows."""
        return self.accelerators.index(accelerator)

    def rented_year_usd(self, accelerator: Accelerator) -> float:
        """Return what a year of software costs in dollars on top of the rent of one accelerator."""
        return rented_cents(self._software, accelerator) / 100.0 / float(self.terms.rate)

    def capex_usd(
        self, accelerator: ArrayLike, accelerators: ArrayLike, nodes: ArrayLike, profile: ArrayLike = 0,
        inter_node: ArrayLike = False,
    ) -> Floats:
        """Return the purchase total with tax in dollars, shape ``(n,)``; ``NaN`` where it cannot be bought."""
        return self.build(accelerator, accelerators, nodes, profile, inter_node).capex_usd

    def power_w(
        self, accelerator: ArrayLike, accelerators: ArrayLike, nodes: ArrayLike, profile: ArrayLike = 0,
        inter_node: ArrayLike = False,
    ) -> Floats:
        """Return the maximum watts at the wall, shape ``(n,)``; ``NaN`` where it cannot be built."""
        return self.build(accelerator, accelerators, nodes, profile, inter_node).power_w

    def rack_units(
        self, accelerator: ArrayLike, accelerators: ArrayLike, nodes: ArrayLike, profile: ArrayLike = 0,
        inter_node: ArrayLike = False,
    ) -> Floats:
        """Return rack units of machines and switches, shape ``(n,)``; ``NaN`` where it cannot be built."""
        return self.build(accelerator, accelerators, nodes, profile, inter_node).rack_units

    def build(
        self, accelerator: ArrayLike, accelerators: ArrayLike, nodes: ArrayLike, profile: ArrayLike = 0,
        inter_node: ArrayLike = False,
    ) -> BuildColumns:
        """Price many builds.

        Args:
            accelerator: index into :attr:`accelerators`; ``accelerators`` and ``nodes`` are what is bought;
                ``profile`` an index into the profiles given; ``inter_node`` whether one replica or training job spans
                nodes. Integers; shapes broadcast to ``(n,)``.
        """
        columns = (accelerator, accelerators, nodes, profile, inter_node)
        a, count, n, p, spans = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, np.int64)) for x in columns))
        even = (n % self.sites == 0) & (count % self.sites == 0)
        count, n = np.where(even, count // self.sites, 0), n // self.sites
        each = -(-count // np.maximum(n, 1))
        slots = self._slots(a, each, 2 * p + (spans & (n > 1)))
        absent = each * n - count
        odd = (absent != 0) | (n < 1) | (n >= _USUAL_NODES)
        found = self._usual(slots, np.where(odd, 0, n))
        if odd.any():
            rows = np.flatnonzero(odd)
            ok = (n[rows] >= 1) & (count[rows] >= n[rows])
            found[:, rows] = self._clusters(slots[rows], n[rows], absent[rows], ok)
        return self._columns(found)

    def _columns(self, figures: Floats) -> BuildColumns:
        rate = float(self.terms.rate)
        capex, power, units = figures[:3]
        return BuildColumns(capex, capex / rate, power, units, *figures[3:] / rate)

    def alone(self, accelerator: Ints, each: Ints, profile: int, *, fabric: bool) -> BuildColumns:
        """Return one node of each row by itself: no rack, switches, UPS, subscriptions.

        What a cluster of such nodes costs and draws at least, per node. ``NaN`` where it cannot be bought or built.
        """
        slots = self._slots(accelerator, each, np.full(accelerator.shape, 2 * profile + fabric))
        cents, priced, server = self._int_rows[slots][:, (0, 2, 5)].T
        watts, _, units = self._float_rows[slots].T
        return self._columns(self._figures(
            cents, np.zeros_like(cents), server > 0, watts, units, slots > 0, (slots > 0) & (priced > 0)))

    def _usual(self, slots: Ints, nodes: Ints) -> Floats:
        """Look up builds whose nodes are alike and few, each worked out when first asked for; shape ``(7, n)``."""
        if len(self._cache) < len(self._ints):
            room = np.full((2 * len(self._ints), _USUAL_NODES, _FIGURES), np.inf)
            room[: len(self._cache)] = self._cache
            self._cache = room
        flat = self._cache.reshape(-1, _FIGURES)
        key = slots * _USUAL_NODES + nodes
        unknown = np.isposinf(flat[key, 0])
        if unknown.any():
            missing = np.unique(key[unknown])
            slot, n = np.divmod(missing, _USUAL_NODES)
            flat[missing] = self._clusters(slot, n, np.zeros_like(n), n >= 1).T
        return np.ascontiguousarray(flat[key].T)

    def node(self, accelerator: int, per_node: int, profile: int = 0, *, fabric: bool = False) -> Node | None:
        """Return the node that rows with these values are built of; ``None`` where none can be."""
        found = self._shelf.catalog.accelerators[self.accelerators[accelerator]]
        try:
            return choose_node(self._shelf, found, per_node, self.profiles[2 * profile + fabric])
        except CannotBuild:
            return None

    def _slots(self, accelerator: Ints, each: Ints, profile: Ints) -> Ints:
        key = (accelerator * _MOST_PER_NODE + np.clip(each, 0, _MOST_PER_NODE - 1)) * len(self.profiles) + profile
        found = self._slot[key]
        if (found < 0).any():
            for missing in np.unique(key[found < 0]):
                self._slot[missing] = self._add(int(missing))
            self._int_rows, self._float_rows = np.array(self._ints, np.int64), np.array(self._floats, np.float64)
            found = self._slot[key]
        return np.asarray(found, np.int64)

    def _add(self, key: int) -> int:
        """Choose the machine of one kind of node and note its figures; row 0 stands for what cannot be built."""
        rest, profile = divmod(key, len(self.profiles))
        accelerator, each = divmod(rest, _MOST_PER_NODE)
        try:
            found = self._shelf.accelerator(self.accelerators[accelerator])
            host = choose_host(self._shelf, found, each, self.profiles[profile]) if each else None
        except CannotBuild:
            host = None
        if host is None:
            return 0
        place, kit = host.place, host.kit
        server = is_server(place.system)
        plain = place.system.kind == "server"
        variant = self._variants.setdefault(replace(kit.ports, count=1), len(self._variants))
        own_units = 0.0 if is_assembled(place.system) else place.system.rack_units or 0.0
        uplinks, rails = UPLINKS * self._site.uplink_cents, self._site.rail_cents if bare(place.system) else 0
        self._ints.append((place.cents + kit.cents + (uplinks if plain else 0) + rails, place.card_cents,
                           int(place.priced), variant, kit.ports.count, int(server), profile, each,
                           accelerator_cents(self._shelf, self._software, found), cores_of(kit.items, self._shelf)))
        self._floats.append((host.power.max_w, (place.system.rack_units or 0.0) if plain else 0.0, own_units))
        return len(self._ints) - 1

    def _clusters(self, slots: Ints, nodes: Ints, absent: Ints, ok: Bools) -> Floats:
        """Return the figures of all sites (:meth:`_figures`); shape ``(7, n)``.

        ``nodes`` and ``absent`` accelerators are those of one site.
        """
        cents, single, priced, variant, ports, server, profile, each, yearly, cores = self._int_rows[slots].T
        watts, units, own_units = self._float_rows[slots].T
        hardware = cents * nodes - single * absent
        power, rack_units, good = watts * nodes, own_units * nodes, ok & (slots > 0)
        for key, index in self._variants.items():
            for kind in np.unique(profile[variant == index]):
                rows = np.flatnonzero((variant == index) & (profile == kind))
                extra, more_w, more_units, fine = self._around(
                    nodes[rows], units[rows], watts[rows], ports[rows], server[rows] > 0, key, self.profiles[kind])
                hardware[rows] += extra
                power[rows] += more_w
                rack_units[rows] += more_units
                good[rows] &= fine
        if self.ups:
            cents_ups, units_ups = self._carried(np.where(good, power, np.nan), watts, nodes)
            hardware, rack_units, good = hardware + cents_ups, rack_units + units_ups, good & bool(self._ups)
        hardware, power, rack_units = (figure * self.sites for figure in (hardware, power, rack_units))
        recurring = self._subscriptions(nodes * self.sites, (nodes * each - absent) * self.sites, yearly, cores)
        return self._figures(hardware, recurring, server > 0, power, rack_units, good, good & (priced > 0))

    def _figures(
        self, hardware: Ints, recurring: Ints, server: Bools, power: Floats, units: Floats, good: Bools, sold: Bools,
    ) -> Floats:
        """Stack capex, watts, rack units, what recurs, net price, hardware and supported hardware.

        Money comes in hundredths and leaves in the terms' currency.
        """
        net = self._net(hardware, recurring, server)
        total = net + _share(net, micro(self.terms.tax_rate))
        found = np.stack((total / 100.0, power, units, recurring / 100.0, net / 100.0, hardware / 100.0,
                          np.where(server, hardware, 0) / 100.0))
        found[0, ~sold] = found[4, ~sold] = np.nan
        found[1:3, ~good] = np.nan
        return found

    def _subscriptions(self, nodes: Ints, accelerators: Ints, yearly: Ints, cores: Ints) -> Ints:
        """Return a year of software in hundredths."""
        total = accelerators * yearly
        for subscription in self._software:
            if subscription.unit == "machine":
                total = total + nodes * subscription.cents
            elif subscription.unit == "core":
                total = total + cores_counted(nodes, cores) * subscription.cents
        return total

    def _carried(self, watts: Floats, node_w: Floats, nodes: Ints) -> tuple[Ints, Floats]:
        """Return price in hundredths and rack units of the UPS for each load."""
        kind, pieces = choose_ups(self._ups, watts, node_w, nodes)
        cents = np.array([u.cents for u in self._ups] or [0], np.int64)[kind]
        units = np.array([u.part.rack_units or 0.0 for u in self._ups] or [0.0])[kind]
        return pieces * cents, pieces * units

    def _around(
        self, nodes: Ints, units: Floats, watts: Floats, ports: Ints, server: Bools, key: NodePorts, profile: Profile,
    ) -> tuple[Ints, Floats, Floats, Bools]:
        """Return price in hundredths, watts and rack units of what lies around nodes, and whether it can be built."""
        kinds, site, heights = self._kinds(key), self._site, units
        storage = count_storage(site.storage, profile, nodes, server)
        counts = count_cluster(nodes, units, watts, np.where(nodes > 1, ports * nodes, 0), kinds, site, storage)
        cents = surrounding_cents(kinds, counts, site) + storage.cents
        cents = cents + storage.servers * (UPLINKS * site.uplink_cents + site.rail_cents)
        switches, boxes = counts.leaf + counts.spine, site.storage.server if site.storage else None
        each_w = np.array([k.switch.power_w or 0.0 for k in kinds] + [0.0])[counts.kind]
        each_u = np.array([k.switch.rack_units or 0.0 for k in kinds] + [0.0])[counts.kind]
        power, units = switches * each_w + storage.servers * storage.watts, switches * each_u
        for part, count in ((site.tor, counts.tors), (site.manager, counts.managers)):
            power = power + count * ((part.power_w if part else 0.0) or 0.0)
            units = units + count * ((part.rack_units if part else 0.0) or 0.0)
        units = units + storage.servers * ((boxes.rack_units if boxes else 0.0) or 0.0)
        alone = server & (heights <= 0) & (watts > (site.room.max_rack_w or np.inf))
        return cents, power, units, counts.fed & counts.joined & ~alone

    def _kinds(self, key: NodePorts) -> tuple[SwitchKind, ...]:
        return switch_kinds(self._shelf, key) if key.gbps else ()

    def _net(self, hardware: Ints, on_top: Ints, server: Bools) -> Ints:
        terms = self.terms
        support = _share(hardware, micro(terms.support_rate)) if terms.support_rate else np.zeros_like(hardware)
        net = hardware + on_top + np.where(server, support, 0)
        for rate in (terms.shipping_rate, terms.contingency_rate):
            if rate:
                net = net + _share(hardware, micro(rate))
        return net


@lru_cache(maxsize=2)
def _columns(
    catalog: Catalog, terms: Terms, profiles: tuple[Profile, ...], ups: bool, software: tuple[str, ...], sites: int,
    room: Room,
) -> CapexColumns:
    return CapexColumns(catalog, terms, profiles, ups=ups, software=software, sites=sites, room=room)


def _share(cents: Ints, millionths: int) -> Ints:
    """``(cents x millionths + half) // million`` as :func:`~wizard.costing.terms.share_of`, without overflow."""
    whole, rest = np.divmod(cents, _MICRO)
    return np.asarray(whole * millionths + (rest * millionths + _MICRO // 2) // _MICRO)
