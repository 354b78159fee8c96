"""Around the nodes: switches and cables, racks and power distribution, UPS, services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wizard.catalog.records import Component, System
from wizard.costing.cluster import BREAKER_SHARE, RACK_UNITS, ClusterCounts, Floats, Ints, Site
from wizard.costing.demand import Room
from wizard.costing.items import Item, item_of
from wizard.costing.node import Node
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import UPLINKS, Link, NodePorts, SwitchKind, tor_switch, uplink_cable
from wizard.costing.shared_storage import storage_kind
from wizard.costing.shelf import Shelf
from wizard.i18n import mark

INSTALLATION_TEXT = mark("Installation and commissioning")
FIBRE_TEXT = mark("Fibre patch cord, MPO-12, both ends")
MANAGEMENT_TEXT = mark("Management cable, both ends")
CABLE_TEXT = mark("Cable with both ends")
UPLINK_CABLE_TEXT = mark("Network cable to the site's switch, both ends")
SWITCH_TEXT = mark("Switch")
RACK_TEXT = mark("Rack, 42 U")
PDU_TEXT = mark("Rack PDU")
_UNPRICED = 10**15


def site_of(shelf: Shelf, room: Room) -> Site:
    """Return racks, PDUs, switches of the site's and the management network, rails and storage of the catalogue."""
    return shelf.once(("site", room), lambda: _site(shelf, room))


def _site(shelf: Shelf, room: Room) -> Site:
    rack = min((p for p in shelf.parts("rack") if p.rack_units in {None, RACK_UNITS}), key=_rank(shelf), default=None)
    pdus = tuple(sorted((p for p in shelf.parts("pdu") if p.capacity_w), key=_rank(shelf)))
    tor = tor_switch(shelf)
    manager = min((p for p in shelf.parts("switch") if p.ports and p.port_gbps == 1), key=_rank(shelf), default=None)
    patch = min((p for p in shelf.parts("cable") if p.connector == "RJ45" or p.form == "RJ45"), key=_rank(shelf),
                default=None)
    rail = min(shelf.parts("rail"), key=_rank(shelf), default=None)

    def cents(part: Component | None) -> int:
        return 0 if part is None else shelf.component_net(part) or 0

    return Site(
        rack, cents(rack), pdus, tuple(cents(p) for p in pdus), tor, cents(tor), manager, cents(manager), patch,
        cents(patch), cents(uplink_cable(shelf)), rail, cents(rail), storage_kind(shelf), room,
    )


def _rank(shelf: Shelf) -> Callable[[Component], tuple[int, float, str]]:
    def rank(part: Component) -> tuple[int, float, str]:
        net = shelf.component_net(part)
        return (_UNPRICED if net is None else net, part.capacity_w or 0.0, part.id)
    return rank


def network_items(
    counts: ClusterCounts, kinds: tuple[SwitchKind, ...], ports: NodePorts, nodes: int, storage: int, site: Site,
) -> list[Item]:
    """Return switches and links with both their ends; where no switch is known, lines without a price.

    ``nodes`` and ``storage`` are machines on the site's network.
    """
    items: list[Item] = []
    if counts.tors[0] and site.tor:
        items.append(item_of(site.tor, int(counts.tors[0]), "switch_uplinks", nodes=nodes + storage))
    if counts.managers[0] and site.manager:
        items.append(item_of(site.manager, int(counts.managers[0]), "switch_management", ports=int(counts.managed[0])))
    if not ports.count or nodes < 2:
        return items
    endpoints = ports.count * nodes
    if counts.kind[0] < 0:
        return [*items, Item("switch", f"switch_{ports.gbps:g}", "", SWITCH_TEXT, 1, None, reason="switch_unknown",
                             fields=(("endpoints", endpoints), ("gbps", ports.gbps)))]
    kind = kinds[int(counts.kind[0])]
    leaf, spine = int(counts.leaf[0]), int(counts.spine[0])
    items.append(item_of(
        kind.switch, leaf + spine, "fabric_leaf_spine" if spine else "fabric_one_switch", leaf=leaf, spine=spine,
        endpoints=endpoints, oversubscription=1.0,
    ))
    link = (kind.in_rack, kind.in_row, kind.in_hall)[int(counts.distance[0])]
    return items + _links(link, int(counts.links[0]), int(counts.spare_links[0]))


def _links(link: Link, count: int, spare: int) -> list[Item]:
    """Return cables, or modules and fibres, for so many links, and the spare ones."""
    kept = (("links", count),)
    if link.cable is not None:
        return [item_of(link.cable, count, "link_both_ends", links=count),
                item_of(link.cable, spare, "spare_links", links=count)]
    if link.optics is None:
        return [Item("cable", "cable", "", CABLE_TEXT, count, None, reason="link_both_ends", fields=kept)]
    modules = [item_of(link.optics, 2 * count, "link_optics", links=count),
               item_of(link.optics, 2 * spare, "spare_links", links=count)]
    if link.fibre is None:
        return [*modules, Item("cable", "fibre_mpo12", "", FIBRE_TEXT, count, None, reason="link_fibre", fields=kept)]
    return [*modules, item_of(link.fibre, count, "link_fibre", links=count),
            item_of(link.fibre, spare, "spare_links", links=count)]


def rack_items(counts: ClusterCounts, site: Site) -> list[Item]:
    """Return racks and PDUs, one for each feed; each carries its rack alone with its breaker at 80 %."""
    racks = int(counts.racks[0])
    if not racks:
        return []
    fields = (("racks", racks), ("nodes_per_rack", int(counts.nodes_per_rack[0])))
    feed = (("rack_kw", float(counts.rack_max_w[0]) / 1000), ("breaker_percent", round(100 * BREAKER_SHARE)))
    rack, pdu = site.rack, site.pdus[int(counts.pdu[0])] if site.pdus else None
    if rack is None:
        items = [Item("rack", "rack_42u", "", RACK_TEXT, racks, None, reason="rack_count", fields=fields)]
    else:
        items = [Item("rack", rack.id, rack.vendor, rack.name, racks, rack.price, weight_kg=rack.weight_kg,
                      reason="rack_count", fields=fields)]
    pieces, reason = int(counts.pdus[0]), "pdu_feeds" if site.room.feeds > 1 else "pdu_feed"
    if pdu is None:
        return [*items, Item("pdu", "pdu", "", PDU_TEXT, pieces, None, reason=reason, fields=feed)]
    return [*items, Item("pdu", pdu.id, pdu.vendor, pdu.name, pieces, pdu.price, reason=reason, fields=feed)]


def ups_items(shelf: Shelf, watts: float, node_w: float, nodes: int) -> list[Item]:
    """Return the cheapest UPS units, all alike, that carry the load.

    Raises:
        CannotBuild: the catalogue has no UPS with a known output.
    """
    kinds = ups_kinds(shelf)
    if not kinds:
        raise CannotBuild("power_feed", "UPS", need=round(watts))
    kind, pieces = (int(x[0]) for x in choose_ups(
        kinds, np.array([watts]), np.array([node_w]), np.array([nodes])))
    return [item_of(kinds[kind].part, pieces, "ups_load", load_kw=watts / 1000)]


@dataclass(frozen=True, slots=True)
class UpsKind:
    """A UPS with a known output and its net price in hundredths, zero where no kind has one."""

    part: Component
    cents: int


def ups_kinds(shelf: Shelf) -> tuple[UpsKind, ...]:
    """Return the UPS units with a known output; those with a price, or all if none has."""
    known = sorted((p for p in shelf.parts("ups") if p.capacity_w), key=lambda p: p.id)
    priced = [p for p in known if shelf.component_net(p) is not None]
    return tuple(UpsKind(p, shelf.component_net(p) or 0) for p in priced or known)


def choose_ups(kinds: tuple[UpsKind, ...], watts: Floats, node_w: Floats, nodes: Ints) -> tuple[Ints, Ints]:
    """Return which kind carries each load for the least money (then with the fewest pieces), and how many of it.

    A machine hangs on one UPS, so each piece carries whole machines of ``node_w`` watts; the largest kind stands for
    those that none of them carries. All of shape ``(n,)``; a load that is not a number takes none.
    """
    largest = max((ups.part.capacity_w or 0.0 for ups in kinds), default=0.0)
    load, each = np.nan_to_num(watts), np.maximum(np.nan_to_num(node_w), 1e-9)
    best = np.full(load.shape, np.inf)
    kind, pieces = np.zeros(load.shape, np.int64), np.zeros(load.shape, np.int64)
    for index, ups in enumerate(kinds):
        capacity = ups.part.capacity_w or 1.0
        whole = np.ceil(nodes / np.maximum(np.floor(np.round(capacity / each, 9)), 1))
        count = np.where(load > 0, np.maximum(np.ceil(np.round(load / capacity, 9)), whole), 0)
        cost = count * ups.cents
        fits = (each <= capacity) | (capacity >= largest)
        better = fits & ((cost < best) | ((cost == best) & (count < pieces)))
        best = np.where(better, cost, best)
        kind, pieces = np.where(better, index, kind), np.where(better, count.astype(np.int64), pieces)
    return kind, pieces


def uplink_items(shelf: Shelf, node: Node, nodes: int, storage: int) -> list[Item]:
    """Return the cables of the uplink ports of nodes and storage servers, both ends on each cable."""
    machines = (nodes if node.system.kind == "server" else 0) + storage
    if not machines:
        return []
    count, fields = UPLINKS * machines, (("nodes", machines),)
    # A complete machine's own cards are known by name only, not by their free ports.
    reason = "uplink_ends_own" if "nic" in node.system.includes else "uplink_ends"
    cable = uplink_cable(shelf)
    if cable is None:
        return [Item("cable", "uplink_cable", "", UPLINK_CABLE_TEXT, count, None, reason=reason, fields=fields)]
    return [item_of(cable, count, reason, nodes=machines)]


def management_items(counts: ClusterCounts, site: Site) -> list[Item]:
    """Return the cables of the management network: one for each port that tells how its device is."""
    managed = int(counts.managed[0])
    if not managed:
        return []
    if site.patch is None:
        return [Item("cable", "management_cable", "", MANAGEMENT_TEXT, managed, None, reason="management_ports",
                     fields=(("ports", managed),))]
    return [item_of(site.patch, managed, "management_ports", ports=managed)]


def rail_items(node: Node, nodes: int, storage: int, site: Site) -> list[Item]:
    """Return the rails of racked machines; a complete machine brings its own."""
    machines = (nodes if bare(node.system) else 0) + storage
    if not machines or site.rail is None:
        return []
    return [item_of(site.rail, machines, "rails", machines=machines)]


def bare(system: System) -> bool:
    """Tell whether a server is bought without accelerators and rails."""
    return system.kind == "server" and not system.includes_accelerators and bool(system.rack_units)


def service_items(node: Node, nodes: int) -> list[Item]:
    """Return installation of servers, which nobody sells at a list price."""
    if not node.server:
        return []
    return [Item("installation", "installation", "", INSTALLATION_TEXT, nodes, None, reason="installation_nodes")]
