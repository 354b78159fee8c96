"""A demand becomes a complete bill of materials, every line with its reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Component
from wizard.costing.cluster import ClusterCounts, Site, count_cluster
from wizard.costing.demand import BuildDemand
from wizard.costing.items import Item
from wizard.costing.lines import priced_lines, range_of, share_line
from wizard.costing.node import Node, choose_node
from wizard.costing.power import BTU_H_PER_W, TYPICAL_SHARE
from wizard.costing.records import Bom, BomLine, Category, Fabric, PowerRack
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_network import NodePorts, SwitchKind, most_endpoints, switch_kinds
from wizard.costing.rules_site import network_items, rack_items, service_items, site_of, uplink_items, ups_items
from wizard.costing.shelf import Shelf, shelf_of
from wizard.costing.terms import Terms, money, share_of, terms_of
from wizard.i18n import mark
from wizard.money import cents, total

SUPPORT_TEXT = mark("Hardware support, first year")
SHIPPING_TEXT = mark("Shipping and insurance")
CONTINGENCY_TEXT = mark("Contingency")


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
    node = choose_node(shelf, accelerator, demand.each, demand.profile, system=demand.system)
    kinds = switch_kinds(shelf, node.ports) if node.ports.count and demand.nodes > 1 else ()
    site = site_of(shelf)
    counts = _counts(node, demand.nodes, kinds, site)
    _check_cluster(counts, node, demand.nodes, kinds, site)
    items = [_of_all(item, demand) for item in node.items]
    items += network_items(counts, kinds, node.ports, demand.nodes, site)
    items += uplink_items(shelf, node, demand.nodes)
    items += rack_items(counts, site)
    power = _power(node, demand.nodes, counts, kinds, site)
    if demand.ups:
        items += ups_items(shelf, power.max_w, power.node_max_w, demand.nodes)
    items += service_items(node, demand.nodes)
    return _bom(shelf, demand, node, items, power, _fabric(counts, node.ports, demand.nodes))


def check_spread(demand: BuildDemand) -> None:
    """Refuse accelerators that cannot be spread over the nodes.

    Raises:
        CannotBuild: there are more nodes than accelerators, or more accelerators than places.
    """
    if not 1 <= demand.nodes <= demand.accelerators <= demand.each * demand.nodes:
        raise CannotBuild("spread", demand.accelerator, need=demand.accelerators, have=demand.nodes)


def _counts(node: Node, nodes: int, kinds: tuple[SwitchKind, ...], site: Site) -> ClusterCounts:
    endpoints = node.ports.count * nodes if nodes > 1 else 0
    return count_cluster(
        np.array([nodes]), np.array([node.rack_units if node.racked else 0.0]), np.array([node.power.max_w]),
        np.array([endpoints]), kinds, site,
    )


def _check_cluster(
    counts: ClusterCounts, node: Node, nodes: int, kinds: tuple[SwitchKind, ...], site: Site,
) -> None:
    if not counts.joined[0]:
        widest = max(kinds, key=lambda k: k.switch.ports or 0).switch
        raise CannotBuild("fabric", widest.name, need=node.ports.count * nodes, have=most_endpoints(widest.ports or 0))
    if not counts.fed[0]:
        raise CannotBuild("power_feed", node.system.name, need=round(node.power.max_w), have=round(site.feed_w))


def _of_all(item: Item, demand: BuildDemand) -> Item:
    if item.category == "accelerator":
        return replace(item, quantity=demand.accelerators)
    return item.times(demand.nodes)


def _power(
    node: Node, nodes: int, counts: ClusterCounts, kinds: tuple[SwitchKind, ...], site: Site,
) -> PowerRack:
    switches = int(counts.leaf[0] + counts.spine[0])
    known = kinds[int(counts.kind[0])].switch if counts.kind[0] >= 0 else None
    watts = node.power.max_w * nodes + switches * ((known.power_w if known else None) or 0.0)
    tors = int(counts.tors[0])
    watts += tors * ((site.tor.power_w if site.tor else None) or 0.0)
    used = [known, site.tor if tors else None]
    unknown = (*node.power.unknown, *(s.name for s in used if s is not None and s.power_w is None))
    own_rack = node.system.kind == "rack"
    per_rack = 1 if own_rack else int(counts.nodes_per_rack[0])
    racks = nodes if own_rack else int(counts.racks[0])
    return PowerRack(
        max_w=watts, typical_w=watts * TYPICAL_SHARE, node_max_w=node.power.max_w, psu_efficiency=node.power.efficiency,
        heat_btu_h=watts * BTU_H_PER_W, racks=racks, nodes_per_rack=per_rack if racks else 0,
        rack_max_w=node.power.max_w if own_rack else float(counts.rack_max_w[0]),
        rack_max_kg=_rack_weight(node, per_rack, racks, None if own_rack else site.rack), breaker_share=0.8,
        basis=node.power.basis, unknown=unknown,
    )


def _rack_weight(node: Node, per_rack: int, racks: int, rack: Component | None) -> float | None:
    """Return the fullest rack with its machines in kg, ``None`` where a machine's weight is not known."""
    if node.weight_kg is None or not racks:
        return None
    return node.weight_kg * per_rack + ((rack.weight_kg or 0.0) if rack else 0.0)


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
    hardware = total(line.extended for line in lines if line.extended is not None)
    lines += _shares(lines, int(hardware * 100), terms, node.server)
    net = total(line.extended for line in lines if line.extended is not None)
    tax = money(share_of(int(net * 100), terms.tax_rate))
    prices = {item.part: item.price for item in items}
    low, high = range_of(lines, prices, terms)
    return Bom(
        currency=terms.currency, usd_rate=terms.rate, rate_as_of=terms.exchange.as_of,
        rate_source=terms.exchange.source,
        lines=tuple(lines), subtotals=subtotals(lines), net=net, tax_rate=terms.tax_rate, tax=tax, total=net + tax,
        low=cents(low * (1 + terms.tax_rate)), high=cents(high * (1 + terms.tax_rate)),
        unpriced=tuple(line.number for line in lines if line.extended is None), power_w=power.max_w,
        rack_units=sum((i.rack_units or 0.0) * i.quantity for i in items),
        weight_kg=None if node.weight_kg is None else sum((i.weight_kg or 0.0) * i.quantity for i in items),
        tax_source=terms.tax_source,
        stale=tuple(line.number for line in lines if line.stale), site=power, fabric=fabric, nodes=demand.nodes,
        spare_nodes=demand.spare_nodes,        system=node.system.id, hardware=hardware,
    )


def _grouped(items: list[Item]) -> list[Item]:
    """Keep the items of a category together, in the order in which the categories first appear."""
    order = list(dict.fromkeys(item.category for item in items))
    return sorted(items, key=lambda item: order.index(item.category))


def _shares(lines: list[BomLine], hardware: int, terms: Terms, server: bool) -> list[BomLine]:
    """Support, shipping and contingency: shares of the hardware. A workstation has its parts' own warranty."""
    number = len(lines)
    found: list[BomLine] = []

    def add(category: Category, part: str, text: str, rate: Decimal | None, reason: str, source: str) -> None:
        found.append(share_line(
            number + len(found) + 1, category, part, text, hardware, rate, terms, reason, source))

    if server:
        add("support", "hardware_support", SUPPORT_TEXT, terms.support_rate,
            "support_open" if terms.support_rate is None else "support_share", terms.support_source)
    if terms.shipping_rate or server:
        add("shipping", "shipping", SHIPPING_TEXT, terms.shipping_rate or None,
            "shipping_share" if terms.shipping_rate else "shipping_open", "yours")
    if terms.contingency_rate:
        add("contingency", "contingency", CONTINGENCY_TEXT, terms.contingency_rate, "contingency_share", "yours")
    return found


def subtotals(lines: list[BomLine]) -> tuple[tuple[Category, Decimal], ...]:
    """Add up the priced lines by category, in the order in which the categories first appear."""
    sums: dict[Category, Decimal] = {}
    for line in lines:
        if line.extended is not None:
            sums[line.category] = sums.get(line.category, Decimal("0.00")) + line.extended
    return tuple(sums.items())
