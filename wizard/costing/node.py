"""One node: the machine that takes the accelerators, and everything that makes it whole."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.catalog.records import Accelerator, System
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.power import NodePower, node_power
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_compute import choose_cpu, choose_memory, memory_needed_gib
from wizard.costing.rules_network import NodePorts, bridge_items, choose_nics
from wizard.costing.rules_storage import choose_storage
from wizard.costing.shelf import Shelf

_COMPLETE_KINDS = frozenset({"box", "edge", "mini", "soc", "desktop", "laptop", "devkit", "module", "phone"})


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
    """Build the node on every machine that takes the accelerators and return the cheapest.

    Machines whose price is known come first; of equal price the one whose id sorts first.

    Raises:
        CannotBuild: no machine takes them, or each that does breaks a rule (the first machine's is reported).
    """
    hosts = shelf.hosts.get(accelerator.id, ())
    if system is not None:
        hosts = tuple(s for s in hosts if s.id == system)
    if not hosts:
        raise CannotBuild("no_host", accelerator.name)
    roomy = [s for s in hosts if s.max_accelerators >= count]
    if not roomy:
        most = max(s.max_accelerators for s in hosts)
        raise CannotBuild("too_many_per_node", accelerator.name, need=count, have=most)
    built: list[Node] = []
    first: CannotBuild | None = None
    for host in roomy:
        try:
            built.append(build_node(shelf, host, accelerator, count, profile))
        except CannotBuild as error:
            first = first or error
    if not built:
        assert first is not None
        raise first
    return min(built, key=_rank)


def _rank(node: Node) -> tuple[bool, bool, int, str]:
    core = any(i.category in {"cpu", "memory"} and i.price is None for i in node.items)
    return (not node.priced, core, node.cents, node.system.id)


def build_node(shelf: Shelf, system: System, accelerator: Accelerator, count: int, profile: Profile) -> Node:
    """Build one node on one machine.

    Raises:
        CannotBuild: a part does not fit.
    """
    if system.slot_power_w is not None and (accelerator.tdp_w or 0) > system.slot_power_w:
        raise CannotBuild("slot_power", accelerator.name, need=accelerator.tdp_w or 0, have=system.slot_power_w)
    server = system.kind in {"server", "rack"}
    whole = system.kind in _COMPLETE_KINDS
    items: list[Item] = []
    ports = NodePorts(0, 0.0, ())
    if not whole:
        items, ports = _host_items(shelf, system, accelerator, count, profile, server)
    if not system.includes_accelerators:
        items = [*bridge_items(shelf, accelerator, count), *items]
    items = [*_machine(system, accelerator, count), *items]
    power = node_power(system, accelerator, count, items, server=server)
    _check_supply(shelf, system, power)
    return _priced_node(shelf, system, tuple(items), ports, power, server)


def _host_items(
    shelf: Shelf, system: System, accelerator: Accelerator, count: int, profile: Profile, server: bool,
) -> tuple[list[Item], NodePorts]:
    items: list[Item] = []
    cpu = choose_cpu(shelf, system, count, profile.training)
    if cpu.item:
        items.append(cpu.item)
    memory = choose_memory(shelf, system, cpu, memory_needed_gib(accelerator, count, profile))
    if memory:
        items.append(memory)
    items += choose_storage(shelf, system, profile, server)
    nics, ports = choose_nics(shelf, system, accelerator, count, fabric=profile.fabric, server=server)
    items += nics
    items += [item_of(shelf.catalog.components[p], 1, "part_of_machine") for p in system.parts
              if p in shelf.catalog.components]
    return items, ports


def _machine(system: System, accelerator: Accelerator, count: int) -> list[Item]:
    items: list[Item] = []
    if system.price is not None or not system.parts:
        items.append(Item(
            "system", system.id, system.vendor, system.name, 1, system.price, rack_units=system.rack_units,
            weight_kg=system.weight_kg, power_w=None,
            reason="system_complete" if system.includes_accelerators else "system_takes",
            fields=(("accelerators", system.max_accelerators), ("needed", count), ("name", accelerator.name)),
        ))
    if not system.includes_accelerators:
        items.append(Item(
            "accelerator", accelerator.id, accelerator.vendor, accelerator.name, count, accelerator.price,
            power_w=accelerator.tdp_w, reason="accelerator_count", fields=(("per_node", count),),
        ))
    return items


def _check_supply(shelf: Shelf, system: System, power: NodePower) -> None:
    supplies = [p for id_ in system.parts if (p := shelf.catalog.components.get(id_)) and p.category == "psu"]
    have = sum(p.capacity_w or 0 for p in supplies)
    if have and power.supply_w > have:
        raise CannotBuild("psu", supplies[0].name, need=round(power.supply_w), have=have)


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
