"""A demand becomes a complete bill of materials, every line with its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.costing.cluster import ClusterCounts, Site, count_cluster
from wizard.costing.demand import BuildDemand
from wizard.costing.items import Item
from wizard.costing.lines import priced_lines
from wizard.costing.node import Node, choose_node
from wizard.costing.power import TYPICAL_SHARE
from wizard.costing.records import Bom, Fabric, PowerRack
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import NodePorts, SwitchKind, most_endpoints, switch_kinds
from wizard.costing.rules_site import (
    management_items,
    network_items,
    rack_items,
    rail_items,
    service_items,
    site_of,
    uplink_items,
    ups_items,
)
from wizard.costing.shared_storage import StorageCounts, count_storage, storage_items
from wizard.costing.shelf import Shelf, shelf_of
from wizard.costing.sites import link_items, of_sites
from wizard.costing.software import software_items
from wizard.costing.terms import Terms, terms_of
from wizard.costing.totals import share_lines, totalled
from wizard.units import BTU_H_PER_W


def build_bom(demand: BuildDemand, catalog: Catalog, terms: Terms | None = None) -> Bom:
    """Build the complete system that carries the demand.

    Args:
        terms: prices, tax and currency; those of the demand's country, currency and discounts if not given.

    Raises:
        CannotBuild: no machine can be built that way; names the part in conflict.
    """
    shelf = shelf_of(catalog, terms or terms_of(catalog, demand))
    accelerator = shelf.accelerator(demand.accelerator)
    check_spread(demand)
    here = demand.of_one_site
    node = choose_node(shelf, accelerator, demand.each, here.profile, system=demand.system)
    kinds = switch_kinds(shelf, node.ports) if node.ports.count and here.nodes > 1 else ()
    site = site_of(shelf, demand.room)
    storage = count_storage(site.storage, here.profile, np.array([here.nodes]), np.array([node.server]))
    counts = _counts(node, here.nodes, kinds, site, storage)
    _check_cluster(counts, node, here.nodes, kinds, site)
    power = _power(node, here.nodes, counts, storage, kinds, site)
    items = _site_items(shelf, here, node, counts, storage, kinds)
    if demand.ups:
        items += ups_items(shelf, power.max_w, power.node_max_w, here.nodes)
    services = software_items(shelf, demand, node) + service_items(node, demand.nodes)
    if demand.sites > 1:
        items, power = [item.at(demand.sites) for item in items], of_sites(power, demand.sites)
        services = link_items() + services
    return _bom(shelf, demand, node, items + services, power, _fabric(counts, node.ports, here.nodes))


def _site_items(
    shelf: Shelf, demand: BuildDemand, node: Node, counts: ClusterCounts, storage: StorageCounts,
    kinds: tuple[SwitchKind, ...],
) -> list[Item]:
    """Return the machines of one site and what lies between and around them."""
    site, nodes, servers = site_of(shelf, demand.room), demand.nodes, int(storage.servers[0])
    return [
        *(_of_all(item, demand) for item in node.items),
        *storage_items(site.storage, storage, demand.profile, nodes),
        *network_items(counts, kinds, node.ports, nodes, servers, site),
        *uplink_items(shelf, node, nodes, servers), *management_items(counts, site),
        *rack_items(counts, site), *rail_items(node, nodes, servers, site),
    ]


def check_spread(demand: BuildDemand) -> None:
    """Refuse accelerators that cannot be spread over the nodes.

    Raises:
        CannotBuild: there are more nodes than accelerators, or more accelerators than places.
    """
    spread = 1 <= demand.nodes <= demand.accelerators <= demand.each * demand.nodes
    if not spread or demand.nodes % demand.sites or demand.accelerators % demand.sites:
        raise CannotBuild("spread", demand.accelerator, need=demand.accelerators, have=demand.nodes)


def _counts(
    node: Node, nodes: int, kinds: tuple[SwitchKind, ...], site: Site, storage: StorageCounts,
) -> ClusterCounts:
    endpoints = node.ports.count * nodes if nodes > 1 else 0
    return count_cluster(
        np.array([nodes]), np.array([node.rack_units if node.racked else 0.0]), np.array([node.power.max_w]),
        np.array([endpoints]), kinds, site, storage,
    )


def _check_cluster(
    counts: ClusterCounts, node: Node, nodes: int, kinds: tuple[SwitchKind, ...], site: Site,
) -> None:
    if not counts.joined[0]:
        widest = max(kinds, key=lambda k: k.switch.ports or 0).switch
        raise CannotBuild("fabric", widest.name, need=node.ports.count * nodes, have=most_endpoints(widest.ports or 0))
    alone = node.server and not node.racked and node.power.max_w > (site.room.max_rack_w or node.power.max_w)
    if not counts.fed[0] or alone:
        raise CannotBuild("power_feed", node.system.name, need=round(node.power.max_w), have=round(site.feed_w))


def _of_all(item: Item, demand: BuildDemand) -> Item:
    if item.category == "accelerator":
        return replace(item, quantity=demand.accelerators)
    return item.times(demand.nodes)


def _power(
    node: Node, nodes: int, counts: ClusterCounts, storage: StorageCounts, kinds: tuple[SwitchKind, ...], site: Site,
) -> PowerRack:
    switches = int(counts.leaf[0] + counts.spine[0])
    known = kinds[int(counts.kind[0])].switch if counts.kind[0] >= 0 else None
    watts = node.power.max_w * nodes + switches * ((known.power_w if known else None) or 0.0)
    tors = int(counts.tors[0])
    watts += tors * ((site.tor.power_w if site.tor else None) or 0.0)
    watts += int(counts.managers[0]) * ((site.manager.power_w if site.manager else None) or 0.0)
    watts += int(storage.servers[0]) * float(storage.watts[0])
    used = [known, site.tor if tors else None]
    unknown = (*node.power.unknown, *(s.name for s in used if s is not None and s.power_w is None))
    own_rack = node.system.kind == "rack"
    per_rack = 1 if own_rack else int(counts.nodes_per_rack[0])
    inside = -(-int(storage.servers[0]) // max(int(counts.racks[0]), 1)) if not counts.storage_racks[0] else 0
    racks = nodes + int(counts.racks[0]) if own_rack else int(counts.racks[0])
    return PowerRack(
        max_w=watts, typical_w=watts * TYPICAL_SHARE, node_max_w=node.power.max_w, psu_efficiency=node.power.efficiency,
        heat_btu_h=watts * BTU_H_PER_W, racks=racks, nodes_per_rack=per_rack if racks else 0,
        rack_max_w=max(node.power.max_w if own_rack else 0.0, float(counts.rack_max_w[0])),
        rack_max_kg=_rack_weight(node, per_rack, racks, None if own_rack else site, inside), breaker_share=0.8,
        basis=node.power.basis, unknown=unknown, cooling=_cooling(node), desk=not node.server,
    )


def _cooling(node: Node) -> str:
    """Return how a machine is cooled; a workstation's liquid stays inside it."""
    how = node.system.cooling.partition(" ")[0]
    return "closed" if how == "liquid" and not node.server else how


def _rack_weight(node: Node, per_rack: int, racks: int, site: Site | None, storage: int) -> float | None:
    """Return the fullest rack with its machines in kg, ``None`` where a machine's weight is not known."""
    if node.weight_kg is None or not racks:
        return None
    rack = site.rack.weight_kg if site and site.rack else None
    box = site.storage.server.weight_kg if site and site.storage else None
    return node.weight_kg * per_rack + (rack or 0.0) + storage * (box or 0.0)


def _fabric(counts: ClusterCounts, ports: NodePorts, nodes: int) -> Fabric | None:
    if counts.kind[0] < 0:
        return None
    return Fabric(
        endpoints=ports.count * nodes, port_gbps=ports.gbps, leaf_switches=int(counts.leaf[0]),
        spine_switches=int(counts.spine[0]), links=int(counts.links[0]),
        oversubscription=1.0,
    )


def _bom(
    shelf: Shelf, demand: BuildDemand, node: Node, items: list[Item], power: PowerRack, fabric: Fabric | None,
) -> Bom:
    terms = shelf.terms
    lines = priced_lines(_grouped(items), shelf)
    lines += share_lines(lines, terms, server=node.server)
    sums = totalled(lines, shelf)
    rate_as_of, rate_source = terms.exchange.basis(terms.currency)
    return Bom(
        currency=terms.currency, usd_rate=terms.rate, rate_as_of=rate_as_of, rate_source=rate_source,
        lines=tuple(lines), subtotals=sums.subtotals, net=sums.net, tax_rate=terms.tax_rate, tax=sums.tax,
        total=sums.total, low=sums.low, high=sums.high, unpriced=sums.unpriced, power_w=power.max_w,
        rack_units=sum((i.rack_units or 0.0) * i.quantity for i in items),
        weight_kg=None if node.weight_kg is None else sum((i.weight_kg or 0.0) * i.quantity for i in items),
        tax_source=terms.tax_source, stale=sums.stale, site=power, fabric=fabric, nodes=demand.nodes,
        spare_nodes=demand.spare_nodes, system=node.system.id, hardware=sums.hardware,
        recurring=sums.recurring, sites=demand.sites,
    )


def _grouped(items: list[Item]) -> list[Item]:
    """Keep the items of a category together, in the order in which the categories first appear."""
    order = list(dict.fromkeys(item.category for item in items))
    return sorted(items, key=lambda item: order.index(item.category))
