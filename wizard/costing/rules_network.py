"""Ports of one node and the network between nodes.

- Training, or a model over several nodes: one port per accelerator into a fabric without oversubscription; 400 Gb/s
  behind PCIe 5, 200 behind PCIe 4 and older (a x16 slot carries 256 and 512 Gb/s one way), 800 behind PCIe 6.
- Serving within nodes: two ports of 25 to 100 Gb/s (10 where nothing else is known) to the site's network.
- Fabric: one switch while its ports suffice; else leaf and spine, half of each leaf's ports down and half up, which is
  oversubscription 1.0 and at most radix^2 / 2 endpoints (Clos, two tiers).
- Links: copper within one rack, active optical cables up to 8 racks in a row, optical modules and fibre beyond.
- Serving from 3 machines on: a pair of top-of-rack switches, each machine with one port on each of the two.
- Every board controller, switch and PDU has a port on the management network: copper to switches of 1 Gb/s where there
  are top-of-rack switches, else to the site's network. Two of 100 links lie on the shelf, at least one.
- Cards in PCIe slots that have an NVLink bridge get one for each pair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Accelerator, Component, System
from wizard.costing.items import Item, item_of
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import Shelf

Ints = NDArray[np.int64]
UPLINKS = 2
IN_ROW_M = 10.0
IN_RACK_M = 1.5
TOR_FROM_NODES = 3
FIBRE = "MPO-12"
_UNPRICED = 10**15
_PORTS = re.compile(r"(\d+)x [^,+]*?(\d{3})\s?Gb")


@dataclass(frozen=True, slots=True)
class NodePorts:
    """Fabric ports of one node: ``count`` at ``gbps``; zero where it needs no fabric."""

    count: int
    gbps: float
    protocols: tuple[str, ...]
    connector: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What joins two ports: a cable with fixed ends, or two optical modules and a fibre. ``cents``: net, both ends."""

    cable: Component | None
    optics: Component | None
    cents: int
    fibre: Component | None = None


@dataclass(frozen=True, slots=True)
class SwitchKind:
    """A switch with the links that fit it, within a rack, a row and a hall. ``cents`` is its net price, or zero."""

    switch: Component
    cents: int
    in_rack: Link
    in_row: Link
    in_hall: Link


def fabric_gbps(accelerator: Accelerator) -> float:
    """Return the port speed that the accelerator's own host link can fill."""
    generation = accelerator.pcie_gen or 5
    if generation >= 6:
        return 800.0
    return 400.0 if generation >= 5 else 200.0


def included_ports(shelf: Shelf, system: System) -> NodePorts | None:
    """Read the fabric ports that come with a machine, e.g. ``8x ConnectX-7 400Gb``."""
    found = _PORTS.search(system.nics)
    if not found:
        return None
    count, gbps = system.rails or int(found.group(1)), float(found.group(2))
    if "RoCE" in system.nics or "Ethernet" in system.nics:
        return NodePorts(count, gbps, ("ethernet",))
    card = _card(shelf, gbps, gbps, joined=True)
    return NodePorts(count, gbps, card.protocols if card else (), card.connector if card else "")


def choose_nics(
    shelf: Shelf, system: System, count: int, gbps: float, *, server: bool,
) -> tuple[list[Item], NodePorts]:
    """Choose network cards; returns them and the ports that the fabric of ``gbps`` (zero: none) will see."""
    if "nic" in system.includes:
        own = included_ports(shelf, system) if gbps else None
        return [], own or NodePorts(0, 0.0, ())
    ports = NodePorts(0, 0.0, ())
    items: list[Item] = []
    if gbps:
        cards = _fabric_cards(system, count, server=server)
        speed = min(gbps, 200.0 if (system.pcie_gen or 5) < 5 else 800.0)
        reason = "nic_fabric" if cards == count else "nic_fabric_shared"
        card = _card(shelf, speed, speed, joined=True)
        fields = (("gbps", speed), ("per_port", -(-count // cards)))
        if card is None:
            items.append(Item("nic", f"nic_{speed:g}", "", f"NIC {speed:g} Gb/s", cards, None, reason=reason,
                              fields=fields))
            ports = NodePorts(cards, speed, ())
        else:
            items.append(item_of(card, cards, reason, gbps=speed, per_port=-(-count // cards)))
            ports = NodePorts(cards, speed, card.protocols, card.connector)
    if server:
        items.append(_uplink(shelf))
    return items, ports


def _fabric_cards(system: System, count: int, *, server: bool) -> int:
    """Return one card per accelerator, or as many as there are slots beside the uplink's."""
    if system.nic_slots is None:
        return count
    free = system.nic_slots - (1 if server else 0)
    if free < 1:
        raise CannotBuild("nic_slots", system.name)
    return min(count, free)


def _uplink(shelf: Shelf) -> Item:
    card = _card(shelf, 25, 100) or _card(shelf, 10, 10)
    if card is None:
        return Item("nic", "nic_uplink", "", "NIC 25 Gb/s", UPLINKS, None, reason="nic_uplink",
                    fields=(("gbps", 25.0),))
    return item_of(card, -(-UPLINKS // (card.ports or 1)), "nic_uplink", gbps=card.port_gbps)


def _card(shelf: Shelf, least: float, most: float, *, joined: bool = False) -> Component | None:
    """Return the cheapest card by its price for two ports; ``joined``: one port, and a switch that takes its plug."""
    fitting = [p for p in shelf.parts("nic") if p.port_gbps and least <= p.port_gbps <= most]
    if joined:
        fitting = [p for p in fitting if (p.ports or 1) == 1 and any(_joins(s, p) for s in shelf.parts("switch"))]
    return min(fitting, key=lambda p: (_cost(shelf, p) * -(-UPLINKS // (p.ports or 1)), p.id), default=None)


def uplink_cable(shelf: Shelf) -> Component | None:
    """Return the cable between a machine's uplink port and the site's switch."""
    card = _card(shelf, 25, 100) or _card(shelf, 10, 10)
    if card is None:
        return None
    copper = "RJ45" if card.connector == "RJ45" else "DAC"
    return _cheapest(shelf, [p for p in shelf.parts("cable") if p.port_gbps == card.port_gbps and p.form == copper])


def tor_switch(shelf: Shelf) -> Component | None:
    """Return the cheapest switch for the uplink ports of machines that serve."""
    card = _card(shelf, 25, 100) or _card(shelf, 10, 10)
    return None if card is None else _cheapest(shelf, [s for s in shelf.parts("switch") if s.ports and _joins(s, card)])


def bridge_items(shelf: Shelf, accelerator: Accelerator, count: int) -> list[Item]:
    """Return the NVLink bridges of cards that have one: one set for each pair."""
    if not accelerator.scaleup_kind.startswith("NVLink bridge") or count < 2:
        return []
    part = shelf.catalog.components.get(f"nvlink_bridge_{accelerator.architecture.lower()}")
    if part is None:
        return [Item("cable", "nvlink_bridge", accelerator.vendor, "NVLink bridge", count // 2, None,
                     reason="bridge_pair")]
    return [item_of(part, count // 2, "bridge_pair")]


def switch_kinds(shelf: Shelf, ports: NodePorts) -> tuple[SwitchKind, ...]:
    """Return the switches that speak the ports' speed, protocol and plug; those with a price, or all if none has."""
    fitting = [p for p in shelf.parts("switch") if p.ports and p.port_gbps == ports.gbps and _speaks(p, ports)]
    priced = [p for p in fitting if shelf.component_net(p) is not None]
    return tuple(_kind(shelf, p) for p in sorted(priced or fitting, key=lambda p: p.id))


def _kind(shelf: Shelf, switch: Component) -> SwitchKind:
    cables = [p for p in shelf.parts("cable") if p.port_gbps == switch.port_gbps and p.form in {"", "DAC", "AOC"}]
    optics = _cheapest(shelf, [p for p in shelf.parts("optics") if p.port_gbps == switch.port_gbps])
    in_row = _link(shelf, [p for p in cables if (p.length_m or 0) >= IN_ROW_M], optics)
    in_rack = _link(shelf, [p for p in cables if (p.length_m or 0) >= IN_RACK_M], optics)
    return SwitchKind(switch, shelf.component_net(switch) or 0, in_rack, in_row, _link(shelf, [], optics))


def _link(shelf: Shelf, cables: list[Component], optics: Component | None) -> Link:
    cable = _cheapest(shelf, cables)
    if cable is not None:
        return Link(cable, None, shelf.component_net(cable) or 0)
    if optics is None:
        return Link(None, None, 0)
    fibre = _cheapest(shelf, [p for p in shelf.parts("cable") if p.form == FIBRE])
    cents = 2 * (shelf.component_net(optics) or 0) + ((shelf.component_net(fibre) or 0) if fibre else 0)
    return Link(None, optics, cents, fibre)


def _speaks(switch: Component, ports: NodePorts) -> bool:
    protocols = not ports.protocols or not switch.protocols or bool(set(switch.protocols) & set(ports.protocols))
    return protocols and (not ports.connector or not switch.connector or switch.connector == ports.connector)


def _joins(switch: Component, card: Component) -> bool:
    return switch.port_gbps == card.port_gbps and _speaks(
        switch, NodePorts(1, card.port_gbps or 0.0, card.protocols, card.connector))


def _cheapest(shelf: Shelf, parts: list[Component]) -> Component | None:
    return min(parts, key=lambda p: (_cost(shelf, p), p.id), default=None)


def _cost(shelf: Shelf, part: Component) -> int:
    net = shelf.component_net(part)
    return _UNPRICED if net is None else net


def leaf_and_spine(endpoints: Ints, radix: int) -> tuple[Ints, Ints, Ints]:
    """Return switches in the leaf tier, in the spine tier, and links between them. ``endpoints`` has shape ``(n,)``.

    Each leaf has the same number of links to each spine, so the spines divide half the radix; an even split is what
    makes the fabric non-blocking.
    """
    down = radix // 2
    one = endpoints <= radix
    leaf = np.where(one, np.minimum(endpoints, 1), -(-endpoints // down))
    up = np.where(one, 0, leaf * down)
    even = np.array([n for n in range(1, down + 1) if down % n == 0])
    least = np.minimum(-(-up // radix), down)
    spine = np.where(one, 0, even[np.searchsorted(even, least)])
    return leaf, spine, up


def most_endpoints(radix: int) -> int:
    """Return the ports that two tiers without oversubscription join."""
    return radix * radix // 2
"""The spine's ports each take one leaf: at most ``radix`` leaves with ``radix / 2`` endpoints each."""
