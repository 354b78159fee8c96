"""Which machine takes the accelerators: every one that does is priced, the cheapest is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.catalog.records import Accelerator, Component, System
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.power import NodePower, node_power
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_compute import (
    choose_cpu,
    choose_memory,
    memory_needed_gib,
    rule_of_thumb_gib,
)
from wizard.costing.rules_network import NodePorts, bridge_items, choose_nics, fabric_gbps
from wizard.costing.rules_storage import choose_storage
from wizard.costing.shelf import Shelf

_COMPLETE_KINDS = frozenset({"box", "edge", "mini", "soc", "desktop", "laptop", "devkit", "module", "phone"})


@dataclass(frozen=True, slots=True)
class Place:
    """A machine with accelerators in it: all that the profile does not touch.

    ``cents`` is the net price of machine, accelerators and bridges in hundredths, ``card_cents`` that of one bought
    accelerator; ``priced`` is false where machine or accelerators have no price; ``power`` is ``None`` where it depends
    on the other parts.
    """

    system: System
    cents: int
    card_cents: int
    priced: bool
    power: NodePower | None


@dataclass(frozen=True, slots=True)
class Kit:
    """What a host needs beside its accelerators. ``missing``: CPU or memory has no price; ``short``: accelerators that
    share a fabric port because the host has too few slots for network cards."""

    items: tuple[Item, ...]
    ports: NodePorts
    cents: int
    missing: bool
    short: int


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that was chosen, what it needs beside its accelerators, and its power."""

    place: Place
    kit: Kit
    power: NodePower


def choose_host(
    shelf: Shelf, accelerator: Accelerator, count: int, profile: Profile, *, system: str | None = None,
) -> Host:
    """Choose the cheapest machine that takes the accelerators.

    Machines whose price is known come first, then those with a fabric port for each accelerator; of equal price the one
    whose id sorts first.

    Raises:
        CannotBuild: no machine takes them, or each that does breaks a rule (the first machine's is reported).
    """
    need = memory_needed_gib(accelerator, count, profile)
    gbps = fabric_gbps(accelerator) if profile.fabric else 0.0
    best: tuple[tuple[bool, int, bool, int, str], Place, Kit] | None = None
    first: CannotBuild | None = None
    for place in shelf.once(("places", accelerator.id, count), lambda: _places(shelf, accelerator, count)):
        if isinstance(place, CannotBuild):
            first = first or place
        elif system in {None, place.system.id}:
            try:
                kit = kit_of(shelf, place.system, count, profile, need, gbps)
                if place.power is None:
                    _power(shelf, place.system, accelerator, count, kit.items)
            except CannotBuild as error:
                first = first or error
                continue
            rank = (not place.priced, kit.short, kit.missing, place.cents + kit.cents, place.system.id)
            if best is None or rank < best[0]:
                best = (rank, place, kit)
    if best is None:
        raise first or CannotBuild("no_host", accelerator.name)
    _, place, kit = best
    return Host(place, kit, place.power or _power(shelf, place.system, accelerator, count, kit.items))


def _places(shelf: Shelf, accelerator: Accelerator, count: int) -> list[Place | CannotBuild]:
    hosts = shelf.hosts.get(accelerator.id, ())
    if not hosts:
        raise CannotBuild("no_host", accelerator.name)
    roomy = [s for s in hosts if s.max_accelerators >= count]
    if not roomy:
        raise CannotBuild(
            "too_many_per_node", accelerator.name, need=count, have=max(s.max_accelerators for s in hosts))
    return [_place(shelf, system, accelerator, count) for system in roomy]


def _place(shelf: Shelf, system: System, accelerator: Accelerator, count: int) -> Place | CannotBuild:
    try:
        check_slot(system, accelerator)
        stated = system.max_power_w is not None or system.base_power_w is not None
        power = _power(shelf, system, accelerator, count, ()) if stated else None
    except CannotBuild as error:
        return error
    own = 0 if is_assembled(system) else shelf.net(system.id, "system", system.price)
    card: int | None = 0
    bridges = 0
    if not system.includes_accelerators:
        card = shelf.net(accelerator.id, "accelerator", accelerator.price)
        bridges = sum((shelf.item_net(i) or 0) * i.quantity for i in bridge_items(shelf, accelerator, count))
    cents = (own or 0) + count * (card or 0) + bridges
    return Place(system, cents, card or 0, own is not None and card is not None, power)


def _power(
    shelf: Shelf, system: System, accelerator: Accelerator, count: int, items: Sequence[Item],
) -> NodePower:
    power = node_power(system, accelerator, count, items, server=is_server(system))
    check_supply(shelf, system, power)
    return power


def kit_of(shelf: Shelf, system: System, count: int, profile: Profile, need_gib: float, gbps: float) -> Kit:
    """Choose the host's parts for ``need_gib`` of memory; each distinct question is answered once per shelf.

    Raises:
        CannotBuild: a part does not fit.
    """
    key = ("kit", system.id, count, need_gib, profile, gbps)
    return shelf.once(key, lambda: _kit(shelf, system, count, profile, need_gib, gbps))


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
    each = profile.socket_cores
    cpu = shelf.once(("cpu", system.id, count, profile.training, each),
                     lambda: choose_cpu(shelf, system, count, profile.training, each))
    memory = choose_memory(shelf, system, cpu, need_gib, rule_of_thumb_gib(profile))
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


def is_assembled(system: System) -> bool:
    """Whether it is put together from parts, so that it is no line of its own."""
    return system.price is None and bool(system.parts)


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
