"""Around the nodes: switches and cables, racks and power distribution, UPS, services."""

from __future__ import annotations

import math

from wizard.catalog.records import Component
from wizard.costing.cluster import BREAKER_SHARE, DEFAULT_PDU_W, ClusterCounts, SiteLimits
from wizard.costing.items import Item, item_of
from wizard.costing.node import Node
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import UPLINKS, NodePorts, SwitchKind
from wizard.costing.shelf import Shelf
from wizard.i18n import mark

INSTALLATION_TEXT = mark("Installation and commissioning")
FIBRE_TEXT = mark("Fibre patch cord, MPO-12, both ends")
CABLE_TEXT = mark("Cable with both ends")
UPLINK_CABLE_TEXT = mark("Network cable to the site's switch, both ends")
SWITCH_TEXT = mark("Switch")
_UNPRICED = 10**15


def site_limits(shelf: Shelf) -> SiteLimits:
    """Return what a PDU of the catalogue carries continuously: 80 % of its rating."""
    pdu = cheapest(shelf, "pdu")
    return SiteLimits((pdu.capacity_w if pdu and pdu.capacity_w else DEFAULT_PDU_W) * BREAKER_SHARE)


def cheapest(shelf: Shelf, category: str) -> Component | None:
    """Return the cheapest component of a category (the largest where none has a price)."""
    def rank(part: Component) -> tuple[int, float, str]:
        net = shelf.component_net(part)
        return (_UNPRICED if net is None else net, -(part.capacity_w or 0.0), part.id)
    return min(shelf.parts(category), key=rank, default=None)


def network_items(
    counts: ClusterCounts, kinds: tuple[SwitchKind, ...], ports: NodePorts, nodes: int,
) -> list[Item]:
    """Return switches and links with both their ends; where no switch is known, lines without a price."""
    if not ports.count or nodes < 2:
        return []
    if counts.kind[0] < 0:
        endpoints = ports.count * nodes
        return [Item("switch", f"switch_{ports.gbps:g}", "", SWITCH_TEXT, 1, None,
                     reason="switch_unknown", fields=(("endpoints", endpoints), ("gbps", ports.gbps)))]
    kind = kinds[int(counts.kind[0])]
    leaf, spine = int(counts.leaf[0]), int(counts.spine[0])
    items = [item_of(
        kind.switch, leaf + spine, "fabric_leaf_spine" if spine else "fabric_one_switch", leaf=leaf, spine=spine,
        endpoints=ports.count * nodes, oversubscription=1.0,
    )]
    items += _links(kind, int(counts.links_short[0]), short=True)
    return items + _links(kind, int(counts.links_long[0]), short=False)


def _links(kind: SwitchKind, count: int, *, short: bool) -> list[Item]:
    if not count:
        return []
    cable = kind.short if short and kind.short is not None else kind.long
    if cable is not None:
        return [item_of(cable, count, "link_both_ends", links=count)]
    if kind.optics is not None:
        fibre = Item("cable", "fibre_mpo12", "", FIBRE_TEXT, count, None, reason="link_fibre",
                     fields=(("links", count),))
        return [item_of(kind.optics, 2 * count, "link_optics", links=count), fibre]
    gbps = f"{kind.switch.port_gbps:g}"
    return [Item("cable", f"cable_{gbps}", "", CABLE_TEXT, count, None, reason="link_both_ends",
                 fields=(("links", count),))]


def rack_items(shelf: Shelf, counts: ClusterCounts, node: Node) -> list[Item]:
    """Return racks and PDUs: two feeds, each of which carries its rack alone with breakers at 80 %."""
    racks = int(counts.racks[0])
    if not racks or not node.racked:
        return []
    rack, pdu = cheapest(shelf, "rack"), cheapest(shelf, "pdu")
    fields = (("racks", racks), ("nodes_per_rack", int(counts.nodes_per_rack[0])))
    feed = (("rack_kw", float(counts.rack_max_w[0]) / 1000), ("breaker_percent", round(100 * BREAKER_SHARE)))
    items = [Item("rack", rack.id if rack else "rack_42u", rack.vendor if rack else "", rack.name if rack else "42U",
                  racks, rack.price if rack else None, weight_kg=rack.weight_kg if rack else None,
                  reason="rack_count", fields=fields)]
    if pdu:
        return [*items, Item("pdu", pdu.id, pdu.vendor, pdu.name, int(counts.pdus[0]), pdu.price, reason="pdu_feeds",
                             fields=feed)]
    return [*items, Item("pdu", "pdu", "", "PDU", int(counts.pdus[0]), None, reason="pdu_feeds", fields=feed)]


def ups_items(shelf: Shelf, watts: float) -> list[Item]:
    """Return the cheapest UPS units, all alike, that carry the load.

    Raises:
        CannotBuild: the catalogue has no UPS with a known output.
    """
    choices = [(p, math.ceil(watts / p.capacity_w)) for p in shelf.parts("ups") if p.capacity_w]
    if not choices:
        raise CannotBuild("power_feed", "UPS", need=round(watts))
    def rank(choice: tuple[Component, int]) -> tuple[int, int, str]:
        net = shelf.component_net(choice[0])
        return ((_UNPRICED if net is None else net) * choice[1], choice[1], choice[0].id)
    part, count = min(choices, key=rank)
    return [item_of(part, count, "ups_load", load_kw=watts / 1000)]


def service_items(node: Node, nodes: int) -> list[Item]:
    """Return installation of servers and their cables to the site's network; nobody sells these at a list price."""
    if not node.server:
        return []
    items = [Item("installation", "installation", "", INSTALLATION_TEXT, nodes, None, reason="installation_nodes",
                  hardware=False)]
    if node.system.kind == "server":
        items.insert(0, Item("cable", "uplink_cable", "", UPLINK_CABLE_TEXT, UPLINKS * nodes, None,
                             reason="uplink_ends", fields=(("nodes", nodes),)))
    return items
