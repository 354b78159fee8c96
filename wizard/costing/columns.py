"""Purchase price, power and rack units for many builds at once: what the search compares.

Nodes come from :mod:`~wizard.costing.node_kinds`, each distinct one built once and kept; what lies around them
from :func:`~wizard.costing.cluster.count_cluster`, which the bill of materials uses too. Money is counted in whole
hundredths, so that a figure here equals the ``total`` of the bill of materials exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator
from wizard.costing.cluster import count_cluster, surrounding_cents
from wizard.costing.demand import USUAL_ROOM, Profile, Room
from wizard.costing.node import Node, choose_node
from wizard.costing.node_kinds import USUAL_NODES, Figures, NodeKinds
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import UPLINKS, NodePorts, SwitchKind, switch_kinds
from wizard.costing.rules_site import choose_ups, site_of, ups_kinds
from wizard.costing.shared_storage import count_storage
from wizard.costing.shelf import Shelf, shelf_of
from wizard.costing.software import cores_counted, rented_cents, subscribed
from wizard.costing.terms import Terms, micro

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_MICRO = 1_000_000
_FEW_ROWS = 500
_MOST_NODES = 1 << 20
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

    def __init__(self, known: NodeKinds, shelf: Shelf, profiles: tuple[Profile, ...], asked: _Asked) -> None:
        self.terms = shelf.terms
        self.ups = asked.ups
        self.sites = asked.sites
        self.accelerators = known.accelerators
        self._known = known
        self._shelf = shelf
        self._site = site_of(shelf, asked.room)
        self._ups = ups_kinds(shelf) if asked.ups else ()
        self._software = subscribed(shelf, asked.software)
        self._profiles = tuple(replace(p, fabric=fabric) for p in profiles for fabric in (False, True))
        with known.lock:
            self._profile: Ints = np.array([known.profile(p) for p in self._profiles], np.int64)

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
        return _family(catalog, terms, _Asked(ups, software, sites, room)).of(profiles)

    @property
    def nodes(self) -> NodeKinds:
        """The nodes that are known, shared by the columns of all profiles on the same terms."""
        return self._known

    @property
    def alike(self) -> Ints:
        """A number for each profile given: those with the same, here and in columns that share nodes, are built alike.
        """
        return self._profile[::2]

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
        with self._known.lock:
            kinds, n, absent, ok = self._rows(accelerator, accelerators, nodes, profile, inter_node)
            odd = (absent != 0) | (n < 1) | (n >= USUAL_NODES)
            found = self._usual(kinds, np.where(odd, 0, n))
            if odd.any():
                rows = np.flatnonzero(odd)
                first, same = _alike(kinds[rows], n[rows], absent[rows])
                one = rows[first]
                found[:, rows] = self._clusters(kinds[one], n[one], absent[one], ok[one])[:, same]
        return self._columns(found)

    def bare(
        self, accelerator: ArrayLike, accelerators: ArrayLike, nodes: ArrayLike, profile: ArrayLike = 0,
        inter_node: ArrayLike = False,
    ) -> BuildColumns:
        """Return what :meth:`build` returns at least: the nodes by themselves, with nothing around them."""
        with self._known.lock:
            kinds, n, absent, ok = self._rows(accelerator, accelerators, nodes, profile, inter_node)
            return self._columns(self._nodes(self._known.figures(kinds), n, absent, ok & (kinds > 0)))

    def _rows(self, *columns: ArrayLike) -> tuple[Ints, Ints, Ints, Bools]:
        """Return the kind of node of each row, nodes and absent accelerators of one site, and which rows make sense."""
        a, count, n, p, spans = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, np.int64)) for x in columns))
        even = (n % self.sites == 0) & (count % self.sites == 0)
        count, n = np.where(even, count // self.sites, 0), n // self.sites
        each = -(-count // np.maximum(n, 1))
        kinds = self._known.find(a, each, self._profile[2 * p + (spans & (n > 1))])
        return kinds, n, each * n - count, (n >= 1) & (count >= n)

    def _columns(self, figures: Floats) -> BuildColumns:
        rate = float(self.terms.rate)
        capex, power, units = figures[:3]
        return BuildColumns(capex, capex / rate, power, units, *figures[3:] / rate)

    def alone(self, accelerator: Ints, each: Ints, profile: Ints, fabric: Bools) -> BuildColumns:
        """Return one node of each row by itself: no rack, switches, UPS, subscriptions.

        What a cluster of such nodes costs and draws at least, per node. ``NaN`` where it cannot be bought or built.
        """
        with self._known.lock:
            kinds = self._known.find(accelerator, each, self._profile[2 * profile + fabric])
            one = np.ones_like(kinds)
            return self._columns(self._nodes(self._known.figures(kinds), one, one - 1, kinds > 0, of_all_sites=False))

    def _nodes(self, f: Figures, nodes: Ints, absent: Ints, good: Bools, *, of_all_sites: bool = True) -> Floats:
        """Return the figures of nodes by themselves."""
        sites = self.sites if of_all_sites else 1
        cents = (f.cents * nodes - f.single * absent) * sites
        return self._figures(cents, np.zeros_like(cents), f.server > 0, f.watts * nodes * sites,
                             f.own_units * nodes * sites, good, good & (f.priced > 0))

    def _usual(self, kinds: Ints, nodes: Ints) -> Floats:
        """Look up builds whose nodes are alike and few, each worked out when first asked for; shape ``(7, n)``."""
        flat = self._known.usual()
        key = kinds * USUAL_NODES + nodes
        unknown = np.isposinf(flat[key, 0])
        if unknown.any():
            missing = np.unique(key[unknown])
            kind, n = np.divmod(missing, USUAL_NODES)
            flat[missing] = self._clusters(kind, n, np.zeros_like(n), n >= 1).T
        return np.ascontiguousarray(flat[key].T)

    def node(self, accelerator: int, per_node: int, profile: int = 0, *, fabric: bool = False) -> Node | None:
        """Return the node that rows with these values are built of; ``None`` where none can be."""
        found = self._shelf.catalog.accelerators[self.accelerators[accelerator]]
        try:
            return choose_node(self._shelf, found, per_node, self._profiles[2 * profile + fabric])
        except CannotBuild:
            return None

    def _clusters(self, kinds: Ints, nodes: Ints, absent: Ints, ok: Bools) -> Floats:
        """Return the figures of all sites (:meth:`_figures`); shape ``(7, n)``.

        ``nodes`` and ``absent`` accelerators are those of one site.
        """
        f = self._known.figures(kinds)
        hardware = f.cents * nodes - f.single * absent
        power, rack_units, good = f.watts * nodes, f.own_units * nodes, ok & (kinds > 0)
        stored = self._known.stored[f.profile]
        for key, index in self._known.variants.items():
            for profile in np.unique(stored[f.variant == index]):
                rows = np.flatnonzero((f.variant == index) & (stored == profile))
                extra, more_w, more_units, fine = self._around(
                    nodes[rows], f.units[rows], f.watts[rows], f.ports[rows], f.server[rows] > 0, key,
                    self._known.profiles[profile])
                hardware[rows] += extra
                power[rows] += more_w
                rack_units[rows] += more_units
                good[rows] &= fine
        if self.ups:
            cents_ups, units_ups = self._carried(np.where(good, power, np.nan), f.watts, nodes)
            hardware, rack_units, good = hardware + cents_ups, rack_units + units_ups, good & bool(self._ups)
        hardware, power, rack_units = hardware * self.sites, power * self.sites, rack_units * self.sites
        recurring = self._subscriptions(nodes * self.sites, (nodes * f.each - absent) * self.sites, f.yearly, f.cores)
        return self._figures(hardware, recurring, f.server > 0, power, rack_units, good, good & (f.priced > 0))

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the site and the software around nodes."""

    ups: bool
    software: tuple[str, ...]
    sites: int
    room: Room


class _Family:
    """Columns of one shelf and site for any profiles: they share the kinds of node that they know."""

    def __init__(self, shelf: Shelf, asked: _Asked) -> None:
        self._shelf, self._asked = shelf, asked
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        software = subscribed(self._shelf, self._asked.software)
        self._known = NodeKinds(self._shelf, site_of(self._shelf, self._asked.room), software)
        self._columns: dict[tuple[Profile, ...], CapexColumns] = {}

    def of(self, profiles: tuple[Profile, ...]) -> CapexColumns:
        """Return the columns for profiles; once too many kinds are known they begin anew."""
        with self._lock:
            if self._known.full:
                self._begin()
            if profiles not in self._columns:
                self._columns[profiles] = CapexColumns(self._known, self._shelf, profiles, self._asked)
            return self._columns[profiles]


@lru_cache(maxsize=2)
def _family(catalog: Catalog, terms: Terms, asked: _Asked) -> _Family:
    return _Family(shelf_of(catalog, terms), asked)


def _alike(kinds: Ints, nodes: Ints, absent: Ints) -> tuple[Ints, Ints]:
    """Return the first of each set of rows that are the same, and which of them each row is."""
    if kinds.size < _FEW_ROWS or nodes.max() >= _MOST_NODES or nodes.min() < 1:
        return np.arange(kinds.size), np.arange(kinds.size)
    # Fewer accelerators are absent than there are nodes.
    key = (kinds * _MOST_NODES + nodes) * _MOST_NODES + absent
    _, first, same = np.unique(key, return_index=True, return_inverse=True)
    return first, same


def _share(cents: Ints, millionths: int) -> Ints:
    """``(cents x millionths + half) // million`` as :func:`~wizard.costing.terms.share_of`, without overflow."""
    whole, rest = np.divmod(cents, _MICRO)
    return np.asarray(whole * millionths + (rest * millionths + _MICRO // 2) // _MICRO)
