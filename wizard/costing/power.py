"""Power of one node at the wall.

Three bases, best first: the maker's own maximum; the machine's power without accelerators plus theirs; the sum of the
parts. The last two are direct current and are divided by the efficiency of the power supply: 80 PLUS Platinum gives
0.94 at half load (230 V), Gold 0.92 (115 V: 0.90). Typical power is 0.75 of the maximum: 8-GPU machines of 10.2 kW draw
6.5 to 8.5 kW under load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.catalog.records import Accelerator, System
from wizard.costing.items import Item

SERVER_PSU_EFFICIENCY = 0.94
WORKSTATION_PSU_EFFICIENCY = 0.90
TYPICAL_SHARE = 0.75
DIMM_W = 6.0
DRIVE_W = 10.0
NIC_W = 25.0
BOARD_SERVER_W = 100.0
BOARD_WORKSTATION_W = 50.0
FAN_SHARE = 0.12
"""Allowances where no source gives the part's own power; such a sum is marked ``parts`` (an estimate)."""


@dataclass(frozen=True, slots=True)
class NodePower:
    """Maximum watts at the wall, watts the power supply delivers (DC), what they rest on, what is missing."""

    max_w: float
    supply_w: float
    efficiency: float
    basis: str
    unknown: tuple[str, ...]


def node_power(
    system: System, accelerator: Accelerator, count: int, items: Sequence[Item], *, server: bool,
) -> NodePower:
    """Return a node's power with ``count`` accelerators."""
    each = accelerator.tdp_w
    unknown = () if each is not None else (accelerator.name,)
    efficiency = SERVER_PSU_EFFICIENCY if server else WORKSTATION_PSU_EFFICIENCY
    if system.max_power_w is not None:
        spare = 0 if system.includes_accelerators else system.max_accelerators - count
        watts = max(system.max_power_w - spare * (each or 0.0), count * (each or 0.0))
        return NodePower(watts, watts * efficiency, 1.0, "maker", ())
    if system.base_power_w is not None:
        supply = system.base_power_w + count * (each or 0.0)
        return NodePower(supply / efficiency, supply, efficiency, "base", unknown)
    if system.includes_accelerators and system.kind not in {"server", "workstation", "rack"}:
        return NodePower(count * (each or 0.0) / efficiency, count * (each or 0.0), efficiency, "accelerator", unknown)
    supply, missing = _sum_of_parts(system, count * (each or 0.0), items, server)
    return NodePower(supply / efficiency, supply, efficiency, "parts", unknown + missing)


def _sum_of_parts(
    system: System, accelerators_w: float, items: Sequence[Item], server: bool,
) -> tuple[float, tuple[str, ...]]:
    """Add up what the parts draw, with allowances for those whose power no source gives; CPUs are then missing."""
    parts = [item for item in items if item.category not in {"accelerator", "system"}]
    watts = accelerators_w + sum(_watts(item) for item in parts)
    if not any(item.category == "board" and item.power_w for item in parts):
        watts += BOARD_SERVER_W if server else BOARD_WORKSTATION_W
    cpus = [item for item in parts if item.category == "cpu"]
    missing = [cpu.description for cpu in cpus if cpu.power_w is None] if cpus else [system.cpu or "CPU"]
    return watts * (1 + FAN_SHARE if server else 1), tuple(missing)


def _watts(item: Item) -> float:
    if item.category == "memory" and item.power_w is None:
        modules = dict(item.fields).get("modules", item.quantity)
        return DIMM_W * modules if isinstance(modules, int) else 0.0
    return watts_each(item.category, item.power_w) * item.quantity


def watts_each(category: str, power_w: float | None) -> float:
    """Return what one piece draws, an allowance where no source gives its power."""
    return _ALLOWANCE.get(category, 0.0) if power_w is None else power_w


_ALLOWANCE = {"storage": DRIVE_W, "nic": NIC_W}
