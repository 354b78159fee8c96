"""What a change by hand breaks: parts that do not fit the machine, and less of something than the rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from wizard.catalog.records import Component, System
from wizard.costing.records import Bom, BomLine
from wizard.costing.rules_compute import same_memory
from wizard.costing.rules_storage import drive_forms, is_flash
from wizard.costing.shelf import Shelf

_IN_BAYS = frozenset(("storage_data", "storage_raid"))


@dataclass(frozen=True, slots=True)
class EditFault:
    """``code``: ``edit_lost`` (no such line), ``edit_unknown`` (no such alternative), ``edit_misfit`` (``detail``: the
    rule it breaks), ``edit_short`` (fewer or less than the rules ask for)."""

    code: str
    part: str
    detail: str = ""
    need: float = 0.0
    have: float = 0.0


def conflicts(line: BomLine, part: Component, bom: Bom, shelf: Shelf) -> tuple[str, ...]:
    """Return the rules that a component breaks in a line's place, none where it fits. ``line`` is the rules' own."""
    now = shelf.catalog.components.get(line.part)
    system = shelf.catalog.systems.get(bom.system)
    if now is None or system is None:
        return ()
    swap = Swap(line, now, part, system)
    return tuple(rule for rule, holds in _RULES.get(line.category, {}).items() if not holds(swap))


def faults(old: BomLine, new: BomLine, bom: Bom, shelf: Shelf) -> Iterator[EditFault]:
    """Yield what a changed line breaks; ``old`` is the rules' own line."""
    part = shelf.catalog.components.get(new.part)
    if part is not None and new.part != old.part:
        for rule in conflicts(old, part, bom, shelf):
            yield EditFault("edit_misfit", new.part, detail=rule)
    need, have = (_amount(line, shelf.catalog.components) for line in (old, new))
    if old.category in {"memory", "storage"}:
        need = _asked(old, bom) or need
    if old.reason == "storage_raid" and new.quantity:
        have -= have / new.quantity * bom.nodes
    if have < need - 1e-9:
        yield EditFault("edit_short", new.part, need=need, have=have)
    yield from _places(old, new, bom, shelf)


def _places(old: BomLine, new: BomLine, bom: Bom, shelf: Shelf) -> Iterator[EditFault]:
    """Yield what does not go into the machines: too many accelerators or drives, modules unlike on their channels."""
    system = shelf.catalog.systems.get(bom.system)
    if system is None:
        return
    fields = dict(old.reason_fields)
    most = {"accelerator": system.max_accelerators, "storage": system.drive_bays}.get(old.category)
    if old.category == "storage" and old.reason not in _IN_BAYS:
        most = None
    if most is not None and new.quantity > most * bom.nodes:
        yield EditFault("edit_misfit", new.part, detail="drives" if old.category == "storage" else "too_many_per_node")
    part = shelf.catalog.components.get(new.part)
    channels = fields.get("channels")
    if old.category == "memory" and part is not None and isinstance(channels, int):
        modules = new.quantity * (part.modules or 1)
        if modules % (channels * bom.nodes) or modules > (system.dimm_slots or channels) * bom.nodes:
            yield EditFault("edit_misfit", new.part, detail="modules")


def _amount(line: BomLine, known: Mapping[str, Component]) -> float:
    """Return what a line brings: GiB, TB, watts, ports or pieces."""
    part = known.get(line.part)
    if part is None:
        return float(line.quantity)
    each = {
        "memory": (part.size_gb or 0) * (part.modules or 1), "storage": part.capacity_tb, "psu": part.capacity_w,
        "pdu": part.capacity_w, "ups": part.capacity_w, "switch": part.ports, "nic": part.ports, "cpu": part.cores,
    }.get(line.category)
    return float(line.quantity * (1 if each is None else each))


def _asked(line: BomLine, bom: Bom) -> float | None:
    fields = dict(line.reason_fields)
    each = fields.get("need_gib", fields.get("need_tb"))
    return float(each) * bom.nodes if isinstance(each, int | float) else None


@dataclass(frozen=True, slots=True)
class Swap:
    """A component in another's place: the rules' line, its part, the other part, and the machine."""

    line: BomLine
    now: Component
    part: Component
    system: System


def _cpu_fits(swap: Swap) -> bool:
    system, part = swap.system, swap.part
    listed = part.id in system.cpus if system.cpus else part.socket == (system.cpu_socket or swap.now.socket)
    return listed and (part.max_sockets is None or part.max_sockets >= max(1, system.cpu_sockets))


def _cores(swap: Swap) -> bool:
    need = dict(swap.line.reason_fields).get("need_cores", 0)
    return (swap.part.cores or 0) * max(1, swap.system.cpu_sockets) >= (need if isinstance(need, int) else 0)


def _speaks(swap: Swap) -> bool:
    now, part = swap.now, swap.part
    protocols = not now.protocols or not part.protocols or bool(set(now.protocols) & set(part.protocols))
    plugs = not now.connector or not part.connector or now.connector == part.connector
    return now.port_gbps == part.port_gbps and protocols and plugs


def _reaches(swap: Swap) -> bool:
    return (swap.part.length_m or 0.0) >= (swap.now.length_m or 0.0) and swap.now.port_gbps == swap.part.port_gbps


def _strong(swap: Swap) -> bool:
    return (swap.part.capacity_w or 0.0) >= (swap.now.capacity_w or 0.0)


def _in_socket(swap: Swap) -> bool:
    return not swap.now.socket or not swap.part.socket or swap.now.socket == swap.part.socket


def _in_slot(swap: Swap) -> bool:
    return same_memory(swap.part, swap.system.dimm_type or swap.now.memory_type, swap.system.dimm_max_gb)


def _in_bay(swap: Swap) -> bool:
    forms = drive_forms(swap.system) if swap.line.reason in _IN_BAYS else (swap.now.form,)
    return swap.part.form in forms and is_flash(swap.part) == is_flash(swap.now)


def _tall(swap: Swap) -> bool:
    return (swap.part.rack_units or 0.0) >= (swap.now.rack_units or 0.0)


_RULES: Mapping[str, Mapping[str, Callable[[Swap], bool]]] = {
    "cpu": {"socket": _cpu_fits, "cores": _cores}, "memory": {"modules": _in_slot}, "storage": {"drives": _in_bay},
    "nic": {"plug": _speaks}, "switch": {"plug": _speaks}, "optics": {"plug": _speaks}, "cable": {"length": _reaches},
    "psu": {"supply": _strong}, "pdu": {"supply": _strong}, "board": {"socket": _in_socket},
    "cooler": {"socket": _in_socket}, "rack": {"height": _tall},
}
"""What must hold of an alternative, by category of the line and name of the rule."""
