"""One node: the machine that takes the accelerators, and everything that makes it whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.catalog.records import Accelerator, Component, System
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.power import NodePower, node_power
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_compute import choose_cpu, choose_memory, cores_needed, memory_needed_gib
from wizard.costing.rules_network import NodePorts, bridge_items, choose_nics, fabric_gbps
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


@dataclass(frozen=True, slots=True)
class Kit:
    """What a host needs beside its accelerators. ``missing``: CPU or memory has no price; ``short``: accelerators that
    share a fabric port because the host has too few slots for network cards."""

    items: tuple[Item, ...]
    ports: NodePorts
    cents: int
    missing: bool
    short: int


def choose_node(
    shelf: Shelf, accelerator: Accelerator, count: int, profile: Profile, *, system: str | None = None,
) -> Node:
    """Build the node on the cheapest machine that takes the accelerators.

    Machines whose price is known come first, then those with a fabric port for each accelerator; of equal price the one
    whose id sorts first.

    Raises:
        CannotBuild: no machine takes them, or each that does breaks a rule (the first machine's is reported).
    """
    roomy = _roomy(shelf, accelerator, count, system)
    ranked: list[tuple[tuple[bool, int, bool, int, str], System]] = []
    first: CannotBuild | None = None
    for host in roomy:
        try:
            ranked.append((_rank(shelf, host, accelerator, count, profile), host))
        except CannotBuild as error:
            first = first or error
    if not ranked:
        assert first is not None
        raise first
    return build_node(shelf, min(ranked, key=lambda r: r[0])[1], accelerator, count, profile)


def _roomy(shelf: Shelf, accelerator: Accelerator, count: int, system: str | None) -> list[System]:
    hosts = [s for s in shelf.hosts.get(accelerator.id, ()) if system in {None, s.id}]
    if not hosts:
        raise CannotBuild("no_host", accelerator.name)
    roomy = [s for s in hosts if s.max_accelerators >= count]
    if not roomy:
        raise CannotBuild(
            "too_many_per_node", accelerator.name, need=count, have=max(s.max_accelerators for s in hosts))
    return roomy


def _rank(
    shelf: Shelf, system: System, accelerator: Accelerator, count: int, profile: Profile,
) -> tuple[bool, int, bool, int, str]:
    """Order a machine among others without building it; raises where a rule is broken."""
    check_slot(system, accelerator)
    kit = kit_of(shelf, system, accelerator, count, profile)
    check_supply(shelf, system, node_power(system, accelerator, count, kit.items, server=is_server(system)))
    own = 0 if _assembled(system) else shelf.net(system.id, "system", system.price)
    cards: int | None = 0
    if not system.includes_accelerators:
        cards = shelf.net(accelerator.id, "accelerator", accelerator.price)
    cents = (own or 0) + count * (cards or 0) + kit.cents
    return (own is None or cards is None, kit.short, kit.missing, cents, system.id)


def kit_of(shelf: Shelf, system: System, accelerator: Accelerator, count: int, profile: Profile) -> Kit:
    """Choose the host's parts; each distinct question is answered once per shelf.

    Raises:
        CannotBuild: a part does not fit.
    """
    need = memory_needed_gib(accelerator, count, profile)
    gbps = fabric_gbps(accelerator) if profile.fabric else 0.0
    key = ("kit", system.id, count, need, profile, gbps)
    return shelf.once(key, lambda: _kit(shelf, system, count, profile, need, gbps))


def build_node(shelf: Shelf, system: System, accelerator: Accelerator, count: int, profile: Profile) -> Node:
    """Build one node on one machine.

    Raises:
        CannotBuild: a part does not fit.
    """
    check_slot(system, accelerator)
    kit = kit_of(shelf, system, accelerator, count, profile)
    bridges = () if system.includes_accelerators else bridge_items(shelf, accelerator, count)
    items = (*_machine(system, accelerator, count), *bridges, *kit.items)
    server = is_server(system)
    power = node_power(system, accelerator, count, items, server=server)
    check_supply(shelf, system, power)
    return _priced_node(shelf, system, items, kit.ports, power, server)


def is_server(system: System) -> bool:
    """Tell whether it is installed in a data centre, with support, installation and redundant network ports."""
    return system.kind in {"server", "rack"}


def _kit(shelf: Shelf, system: System, count: int, profile: Profile, need_gib: float, gbps: float) -> Kit:
    items: list[Item] = []
    ports = NodePorts(0, 0.0, ())
    if system.kind not in _COMPLETE_KINDS:
        items, ports = _host_items(shelf, system, count, profile, need_gib, gbps)
    short = max(0, count - ports.count) if profile.fabric else 0
    return Kit(tuple(items), ports, sum((shelf.item_net(i) or 0) * i.quantity for i in items),
               any(i.category in {"cpu", "memory"} and i.price is None for i in items), short)


def _host_items(
    shelf: Shelf, system: System, count: int, profile: Profile, need_gib: float, gbps: float,
) -> tuple[list[Item], NodePorts]:
    server = is_server(system)
    cpu = shelf.once(("cpu", system.id, cores_needed(count, profile.training)),
                     lambda: choose_cpu(shelf, system, count, profile.training))
    memory = choose_memory(shelf, system, cpu, need_gib)
    items = [item for item in (cpu.item, memory) if item is not None]
    items += choose_storage(shelf, system, profile, server)
    nics, ports = shelf.once(("nic", system.id, count if gbps else 0, gbps),
                             lambda: choose_nics(shelf, system, count, gbps, server=server))
    items += nics
    items += shelf.once(("parts", system.id), lambda: _parts(shelf, system))
    check_lanes(system, cpu.part, count, items)
    return items, ports


def _parts(shelf: Shelf, system: System) -> list[Item]:
    known = (shelf.catalog.components.get(part) for part in system.parts)
    return [item_of(part, 1, "part_of_machine") for part in known if part is not None]


def check_lanes(system: System, cpu: Component | None, count: int, items: Sequence[Item]) -> None:
    """Refuse a workstation whose CPU has too few PCIe lanes: 8 for each card at least, 4 for each drive, a card's own.

    Servers for many cards have PCIe switches, which the catalogue does not describe.

    Raises:
        CannotBuild: there are too few lanes.
    """
    if system.kind != "workstation" or cpu is None or cpu.pcie_lanes is None:
        return
    need = 8 * count + 4 * sum(i.quantity for i in items if i.category == "storage")
    need += sum(8 * i.quantity for i in items if i.category == "nic")
    if need > cpu.pcie_lanes:
        raise CannotBuild("lanes", cpu.name, need=need, have=cpu.pcie_lanes)


def _assembled(system: System) -> bool:
    """Whether it is put together from parts, so that it is no line of its own."""
    return system.price is None and bool(system.parts)


def _machine(system: System, accelerator: Accelerator, count: int) -> list[Item]:
    items: list[Item] = []
    if not _assembled(system):
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


def check_slot(system: System, accelerator: Accelerator) -> None:
    """Refuse a card that draws more than a slot of the machine gives.

    Raises:
        CannotBuild: it does.
    """
    if system.slot_power_w is not None and (accelerator.tdp_w or 0) > system.slot_power_w:
        raise CannotBuild("slot_power", accelerator.name, need=accelerator.tdp_w or 0, have=system.slot_power_w)


def check_supply(shelf: Shelf, system: System, power: NodePower) -> None:
    """Refuse a machine whose power supplies do not deliver what its parts may draw together.

    Raises:
        CannotBuild: they do not.
    """
    supplies = [p for id_ in system.parts if (p := shelf.catalog.components.get(id_)) and p.category == "psu"]
    have = sum(p.capacity_w or 0 for p in supplies) or (system.psu_w or 0) * (system.psu_count or 1)
    if have and power.supply_w > have:
        raise CannotBuild("psu", supplies[0].name if supplies else system.name, need=round(power.supply_w), have=have)


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
