"""Ports of one node and the network between nodes.

- Training, or a model over several nodes: one port per accelerator into a fabric without oversubscription; 400 Gb/s
  behind PCIe 5, 200 behind PCIe 4 and older (a x16 slot carries 256 and 512 Gb/s one way), 800 behind PCIe 6.
- Serving within nodes: two ports of 25 to 100 Gb/s (10 where nothing else is known) to the site's network.
- Fabric: one switch while its ports suffice; else leaf and spine, half of each leaf's ports down and half up, which is
  oversubscription 1.0 and at most radix^2 / 2 endpoints (Clos, two tiers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Accelerator, Component, System
from wizard.costing.items import Item, item_of
from wizard.costing.shelf import Shelf

Ints = NDArray[np.int64]
UPLINKS = 2
NO_PRICE = -1
_UNPRICED = 10**15
_PORTS = re.compile(r"(\d+)x [^,+]*?(\d{3})\s?Gb")


@dataclass(frozen=True, slots=True)
class NodePorts:
    """Fabric ports of one node: ``count`` at ``gbps``; zero where it needs no fabric."""

    count: int
    gbps: float
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwitchKind:
    """A switch with the cables that fit it, as net prices in hundredths (``NO_PRICE``: not known)."""

    switch: Component
    short: Component | None
    long: Component | None
    optics: Component | None
    switch_cents: int
    short_cents: int
    long_cents: int
    optics_cents: int


def fabric_gbps(accelerator: Accelerator) -> float:
    """Return the port speed that the accelerator's own host link can fill."""
    generation = accelerator.pcie_gen or 5
    if generation >= 6:
        return 800.0
    return 400.0 if generation >= 5 else 200.0


def included_ports(system: System) -> NodePorts | None:
    """Read the fabric ports that come with a machine, e.g. ``8x ConnectX-7 400Gb``."""
    found = _PORTS.search(system.nics)
    if not found:
        return None
    return NodePorts(int(found.group(1)), float(found.group(2)), ())


def choose_nics(
    shelf: Shelf, system: System, accelerator: Accelerator, count: int, *, fabric: bool, server: bool,
) -> tuple[list[Item], NodePorts]:
    """Choose network cards; returns them and the ports that the fabric will see."""
    own = included_ports(system) if "nic" in system.includes else None
    if own and fabric:
        return [], own
    ports = NodePorts(0, 0.0, ())
    items: list[Item] = []
    if fabric:
        speed = fabric_gbps(accelerator)
        card = _card(shelf, speed, speed)
        if card is None:
            items.append(Item("nic", f"nic_{speed:g}", "", f"NIC {speed:g} Gb/s", count, None, reason="nic_fabric",
                              fields=(("gbps", speed),)))
            ports = NodePorts(count, speed, ())
        else:
            items.append(item_of(card, count, "nic_fabric", gbps=card.port_gbps))
            ports = NodePorts(count, card.port_gbps or speed, card.protocols)
    if server and "nic" not in system.includes:
        items.append(_uplink(shelf))
    return items, ports


def _uplink(shelf: Shelf) -> Item:
    card = _card(shelf, 25, 100) or _card(shelf, 10, 10)
    if card is None:
        return Item("nic", "nic_uplink", "", "NIC 25 Gb/s", UPLINKS, None, reason="nic_uplink",
                    fields=(("gbps", 25.0),))
    return item_of(card, -(-UPLINKS // (card.ports or 1)), "nic_uplink", gbps=card.port_gbps)


def _card(shelf: Shelf, least: float, most: float) -> Component | None:
    fitting = [p for p in shelf.parts("nic") if p.port_gbps and least <= p.port_gbps <= most]
    return min(fitting, key=lambda p: (_cost(shelf, p) * -(-UPLINKS // (p.ports or 1)), p.id), default=None)


def switch_kinds(shelf: Shelf, ports: NodePorts) -> tuple[SwitchKind, ...]:
    """Return the switches that speak the ports' speed and protocol; those with a price first, or all if none has."""
    fitting = [p for p in shelf.parts("switch") if p.ports and p.port_gbps == ports.gbps and _speaks(p, ports)]
    priced = [p for p in fitting if shelf.component_net(p) is not None]
    return tuple(_kind(shelf, p, ports.gbps) for p in sorted(priced or fitting, key=lambda p: p.id))


def _kind(shelf: Shelf, switch: Component, gbps: float) -> SwitchKind:
    cables = [p for p in shelf.parts("cable") if p.port_gbps == gbps]
    short = _cheapest(shelf, [p for p in cables if (p.length_m or 100.0) <= 5])
    long = _cheapest(shelf, [p for p in cables if (p.length_m or 100.0) >= 10])
    optics = _cheapest(shelf, [p for p in shelf.parts("optics") if p.port_gbps == gbps])
    return SwitchKind(
        switch, short, long, optics,
        *(NO_PRICE if p is None or (net := shelf.component_net(p)) is None else net
          for p in (switch, short, long, optics)),
    )


def _speaks(switch: Component, ports: NodePorts) -> bool:
    return not ports.protocols or not switch.protocols or bool(set(switch.protocols) & set(ports.protocols))


def _cheapest(shelf: Shelf, parts: list[Component]) -> Component | None:
    return min(parts, key=lambda p: (_cost(shelf, p), p.id), default=None)


def _cost(shelf: Shelf, part: Component) -> int:
    net = shelf.component_net(part)
    return _UNPRICED if net is None else net


def leaf_and_spine(endpoints: Ints, radix: int) -> tuple[Ints, Ints, Ints]:
    """Return switches in the leaf tier, in the spine tier, and links between them. ``endpoints`` has shape ``(n,)``."""
    down = radix // 2
    one = endpoints <= radix
    leaf = np.where(one, np.minimum(endpoints, 1), -(-endpoints // down))
    up = np.where(one, 0, leaf * down)
    spine = np.where(one, 0, -(-up // radix))
    return leaf, spine, up


def most_endpoints(radix: int) -> int:
    """Return the ports that two tiers without oversubscription join."""
    return radix * radix // 2
"""The spine's ports each take one leaf: at most ``radix`` leaves with ``radix / 2`` endpoints each."""
