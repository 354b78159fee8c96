"""One node: the machine that takes the accelerators, and everything that makes it whole."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.catalog.records import Accelerator, System
from wizard.costing.demand import Profile
from wizard.costing.hosts import Host, choose_host, is_assembled, is_server
from wizard.costing.items import Item
from wizard.costing.power import NodePower
from wizard.costing.rules_network import NodePorts, bridge_items
from wizard.costing.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Node:
    """A complete node.

    ``cents`` is the net price of its priced items in hundredths of the terms' currency, ``hardware_cents`` that of the
    hardware among them; ``priced`` is false where the machine or its accelerators have no price, so that no sum of
    money stands for it; ``unpriced`` counts the items without a price.
    """

    system: System
    items: tuple[Item, ...]
    ports: NodePorts
    power: NodePower
    rack_units: float
    weight_kg: float | None
    cents: int
    priced: bool
    unpriced: int
    server: bool

    @property
    def racked(self) -> bool:
        """Whether it is mounted in a rack of ours (a rack-scale system brings its own)."""
        return self.server and self.system.kind != "rack" and self.rack_units > 0

    @property
    def items_rack_units(self) -> float:
        """Rack units of all its parts."""
        return sum((item.rack_units or 0.0) * item.quantity for item in self.items)


def choose_node(
    shelf: Shelf, accelerator: Accelerator, count: int, profile: Profile, *, system: str | None = None,
) -> Node:
    """Build the node on the cheapest machine that takes the accelerators.

    Raises:
        CannotBuild: no machine takes them, or each that does breaks a rule.
    """
    return node_on(shelf, choose_host(shelf, accelerator, count, profile, system=system), accelerator, count)


def node_on(shelf: Shelf, host: Host, accelerator: Accelerator, count: int) -> Node:
    """Build the node on a machine that was chosen."""
    system = host.place.system
    bridges = () if system.includes_accelerators else bridge_items(shelf, accelerator, count)
    items = (*_machine(system, accelerator, count), *bridges, *host.kit.items)
    return _priced_node(shelf, system, items, host.kit.ports, host.power, is_server(system))


def _machine(system: System, accelerator: Accelerator, count: int) -> list[Item]:
    items: list[Item] = []
    inside = ", ".join(part for part in (
        system.cpu, f"{system.memory_gb} GB" if system.memory_gb else "", system.nics, system.psu) if part)
    complete = "system_complete_with" if inside else "system_complete"
    if not is_assembled(system):
        items.append(Item(
            "system", system.id, system.vendor, system.name, 1, system.price, rack_units=system.rack_units,
            weight_kg=system.weight_kg, power_w=None,
            reason=complete if system.includes_accelerators else "system_takes",
            fields=(("accelerators", system.max_accelerators), ("needed", count), ("name", accelerator.name),
                    ("inside", inside)),
        ))
    if not system.includes_accelerators:
        items.append(Item(
            "accelerator", accelerator.id, accelerator.vendor, accelerator.name, count, accelerator.price,
            power_w=accelerator.tdp_w, reason="accelerator_count", fields=(("per_node", count),),
        ))
    return items


def _priced_node(
    shelf: Shelf, system: System, items: tuple[Item, ...], ports: NodePorts, power: NodePower, server: bool,
) -> Node:
    nets = [(item, shelf.item_net(item)) for item in items]
    core = [net for item, net in nets if item.category in {"system", "accelerator"}]
    weights = [i.weight_kg * i.quantity for i in items if i.weight_kg is not None]
    return Node(
        system, items, ports, power, system.rack_units or 0.0,
        sum(weights) if system.weight_kg is not None else None,
        sum(net * item.quantity for item, net in nets if net is not None), all(net is not None for net in core),
        sum(net is None for _, net in nets), server,
    )
