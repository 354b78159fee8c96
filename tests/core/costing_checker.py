"""A second opinion on a bill of materials: reads its lines and the catalogue, shares no code with the builder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Component, System
from wizard.costing.demand import BuildDemand
from wizard.costing.records import Bom, BomLine, Fabric

GIB = 2**30
CENT = Decimal("0.01")


class Checker:
    """Looks for what an engineer would send back."""

    def __init__(self, catalog: Catalog, demand: BuildDemand, bom: Bom) -> None:
        self.catalog = catalog
        self.demand = demand
        self.bom = bom
        self.host: System = catalog.systems[bom.system]
        self.nodes = demand.nodes
        self.per_node = math.ceil(demand.accelerators / demand.nodes)

    def faults(self) -> list[str]:
        checks = (self.sums, self.host_takes_them, self.processors, self.dimms, self.drives, self.lanes, self.supply,
                  self.ports_and_cables, self.racks, self.heat_and_power, self.backup)
        return [f"{check.__name__}: {fault}" for check in checks for fault in check()]

    def lines(self, category: str) -> list[BomLine]:
        return [line for line in self.bom.lines if line.category == category]

    def parts(self, category: str) -> Iterator[tuple[Component, int]]:
        for line in self.lines(category):
            if line.part in self.catalog.components:
                yield self.catalog.components[line.part], line.quantity

    def sums(self) -> Iterator[str]:
        net = Decimal(0)
        for line in self.bom.lines:
            if line.unit_net is None or line.unit_list is None:
                if line.extended is not None or line.number not in self.bom.unpriced:
                    yield f"line {line.number} has no price and is not listed"
                continue
            expected = (line.unit_list * (1 - line.discount)).quantize(CENT, ROUND_HALF_UP)
            if line.unit_net != expected or line.extended != line.unit_net * line.quantity:
                yield f"line {line.number} does not multiply"
            net += line.extended or Decimal(0)
        tax = (net * self.bom.tax_rate).quantize(CENT, ROUND_HALF_UP)
        if (net, tax, net + tax) != (self.bom.net, self.bom.tax, self.bom.total):
            yield "the totals are not the sums of the lines"
        if sum((amount for _, amount in self.bom.subtotals), Decimal(0)) != net:
            yield "the subtotals do not add up"
        if not self.bom.low <= self.bom.total <= self.bom.high:
            yield "the total lies outside its range"

    def host_takes_them(self) -> Iterator[str]:
        accelerator = self.catalog.accelerators[self.demand.accelerator]
        if accelerator.id not in self.host.accelerators:
            yield "the machine does not take the accelerator"
        if self.per_node > self.host.max_accelerators:
            yield "more accelerators than places"
        if self.host.slot_power_w and (accelerator.tdp_w or 0) > self.host.slot_power_w:
            yield "a slot gives less power than the card draws"
        bought = sum(line.quantity for line in self.lines("accelerator"))
        expected = 0 if self.host.includes_accelerators else self.demand.accelerators
        if bought != expected:
            yield f"{bought} accelerators bought, {expected} expected"

    def processors(self) -> Iterator[str]:
        if "cpu" in self.host.includes:
            if self.lines("cpu"):
                yield "CPUs are bought twice"
            return
        if self.host.includes_accelerators and self.host.kind not in {"server", "workstation", "rack"}:
            return
        found = list(self.parts("cpu"))
        if len(found) != 1:
            yield "not one kind of CPU"
            return
        cpu, count = found[0]
        if count != max(1, self.host.cpu_sockets) * self.nodes:
            yield "not one CPU per socket"
        if self.host.cpu_socket and cpu.socket != self.host.cpu_socket:
            yield f"{cpu.id} does not fit socket {self.host.cpu_socket}"
        boards = [b for b, _ in self.parts("board")]
        if any(b.socket != cpu.socket for b in boards):
            yield "the CPU does not fit the board"
        cores = (cpu.cores or 0) * self.host.cpu_sockets
        if cores < 4 * self.per_node or (self.demand.training and cores < 16):
            yield f"{cores} cores for {self.per_node} accelerators"

    def dimms(self) -> Iterator[str]:
        if "memory" in self.host.includes or self.host.dimm_slots == 0 or not self.lines("memory"):
            return
        module, kits = next(iter(self.parts("memory")))
        pieces = kits * (module.modules or 1) / self.nodes
        cpu = next(iter(self.parts("cpu")))[0]
        channels = (cpu.memory_channels or 1) * self.host.cpu_sockets
        if pieces != int(pieces) or pieces % channels:
            yield f"{pieces} modules on {channels} channels"
        if pieces > (self.host.dimm_slots or channels):
            yield "more modules than slots"
        if module.memory_type != cpu.memory_type or (self.host.dimm_type and module.memory_type != self.host.dimm_type):
            yield f"{module.memory_type} in a machine for {cpu.memory_type}"
        if self.host.dimm_max_gb and (module.size_gb or 0) > self.host.dimm_max_gb:
            yield "modules larger than the machine takes"
        device = self.catalog.accelerators[self.demand.accelerator].memory_bytes / GIB
        need = 1.2 * self.demand.weights_bytes / GIB
        if self.demand.training:
            need = max(need, 1.5 * device * self.per_node)
        if pieces * (module.size_gb or 0) < max(64, need):
            yield f"{pieces * (module.size_gb or 0)} GiB of memory, {need:.0f} needed"

    def drives(self) -> Iterator[str]:
        data = [line for line in self.lines("storage") if line.reason in {"storage_data", "storage_one"}]
        for line in data:
            drive = self.catalog.components[line.part]
            if self.host.drive_form and drive.form not in self.host.drive_form.split(","):
                yield f"{drive.form} in bays for {self.host.drive_form}"
            if self.host.drive_bays and line.quantity / self.nodes > self.host.drive_bays:
                yield "more drives than bays"
            held = line.quantity / self.nodes * (drive.capacity_tb or 0) * 1e12
            if held < 3 * self.demand.weights_bytes + self.demand.dataset_tb * 1e12:
                yield "the drives do not hold weights and data"
        if self.host.kind == "server" and "storage" not in self.host.includes and len(self.lines("storage")) < 2:
            yield "no boot drives"

    def lanes(self) -> Iterator[str]:
        if self.host.kind != "workstation" or "cpu" in self.host.includes:
            return
        cpu = next(iter(self.parts("cpu")))[0]
        used = 8 * self.per_node + sum(4 * n // self.nodes for _, n in self.parts("storage"))
        if cpu.pcie_lanes and used > cpu.pcie_lanes:
            yield f"{used} lanes of {cpu.pcie_lanes}"

    def supply(self) -> Iterator[str]:
        watts = sum(psu.capacity_w or 0 for psu, _ in self.parts("psu"))
        accelerator = self.catalog.accelerators[self.demand.accelerator]
        cards = self.per_node * (accelerator.tdp_w or 0)
        if watts and watts / self.nodes * self.nodes < cards + (self.host.base_power_w or 0):
            yield f"a supply of {watts} W for cards of {cards} W"

    def ports_and_cables(self) -> Iterator[str]:
        fabric = self.bom.fabric
        if not (self.demand.inter_node and self.nodes > 1):
            if fabric is not None:
                yield "a fabric that nobody needs"
            return
        if fabric is None:
            unknown = any(line.reason == "switch_unknown" for line in self.bom.lines)
            if not unknown and self.host.kind in {"server", "workstation"} and "nic" not in self.host.includes:
                yield "no fabric between nodes"
            return
        yield from self.switch_ports(fabric)
        yield from self.cable_ends(fabric)

    def switch_ports(self, fabric: Fabric) -> Iterator[str]:
        kind, count = [(s, n) for s, n in self.parts("switch") if s.port_gbps == fabric.port_gbps][-1]
        ports, spines, uplinks = kind.ports or 0, fabric.spine_switches, fabric.links - fabric.endpoints
        if count != fabric.leaf_switches + spines:
            yield "switches bought are not those of the fabric"
        if ports * count < fabric.endpoints + 2 * uplinks:
            yield "more cable ends than switch ports"
        if spines and (uplinks < fabric.endpoints or uplinks > spines * ports):
            yield "the spine is oversubscribed"
        if spines and uplinks / fabric.leaf_switches % spines:
            yield "leaves are not wired evenly to the spines"
        if fabric.leaf_switches * ports < fabric.endpoints + uplinks:
            yield "more ends on leaves than ports"
        for card, _ in self.parts("nic"):
            speaks = card.connector == kind.connector and set(card.protocols) & set(kind.protocols)
            if card.port_gbps == fabric.port_gbps and not speaks:
                yield "cards and switches do not speak"

    def cable_ends(self, fabric: Fabric) -> Iterator[str]:
        each = {"link_both_ends": 2, "link_optics": 1}
        ends = sum(each.get(line.reason, 0) * line.quantity for line in self.bom.lines)
        if ends != 2 * fabric.links:
            yield f"{ends} cable ends for {fabric.links} links"
        ports = sum((c.ports or 1) * n for c, n in self.parts("nic") if c.port_gbps == fabric.port_gbps)
        if "nic" not in self.host.includes and ports != fabric.endpoints:
            yield "ports of cards are not the endpoints"

    def racks(self) -> Iterator[str]:
        site = self.bom.site
        assert site is not None
        if self.host.kind != "server" or not self.host.rack_units:
            return
        racks = sum(line.quantity for line in self.lines("rack"))
        if racks != site.racks or racks * site.nodes_per_rack < self.nodes:
            yield "too few racks"
        switch_units = sum((s.rack_units or 1) * n for s, n in self.parts("switch"))
        if site.nodes_per_rack * self.host.rack_units + math.ceil(switch_units / racks) > 42:
            yield "a rack overflows"
        pdu, count = next(iter(self.parts("pdu")))
        if count != 2 * racks:
            yield "not two feeds per rack"
        rack = next(iter(self.parts("rack")))[0]
        if self.host.weight_kg and site.rack_max_kg is not None and (
            site.rack_max_kg < site.nodes_per_rack * self.host.weight_kg + (rack.weight_kg or 0)
        ):
            yield "the fullest rack weighs less than what stands in it"
        if site.rack_max_w > 0.8 * (pdu.capacity_w or 0) + 1e-6:
            yield f"{site.rack_max_w:.0f} W on a feed of {pdu.capacity_w} W"
        if site.rack_max_w + 1e-6 < site.nodes_per_rack * site.node_max_w:
            yield "the fullest rack draws less than its machines"

    def heat_and_power(self) -> Iterator[str]:
        site = self.bom.site
        assert site is not None
        accelerator = self.catalog.accelerators[self.demand.accelerator]
        if self.bom.power_w < self.demand.accelerators * (accelerator.tdp_w or 0):
            yield "less power than the accelerators alone"
        if not 0 <= site.typical_w <= site.max_w or abs(site.heat_btu_h - 3.412 * site.max_w) > 1:
            yield "heat or typical power is off"

    def backup(self) -> Iterator[str]:
        have = sum((unit.capacity_w or 0) * count for unit, count in self.parts("ups"))
        if self.demand.ups and have < self.bom.power_w:
            yield f"a UPS of {have} W behind {self.bom.power_w:.0f} W"
        site = self.bom.site
        assert site is not None
        largest = max((u.capacity_w or 0 for u in self.catalog.components.values() if u.category == "ups" and u.price),
                      default=0)
        for unit, count in self.parts("ups"):
            machines = max(1, int((unit.capacity_w or 0) / site.node_max_w + 1e-9))
            if count * machines < self.nodes:
                yield f"{count} of {unit.id} do not hold {self.nodes} machines of {site.node_max_w:.0f} W"
            if (unit.capacity_w or 0) < min(site.node_max_w, largest):
                yield f"{unit.id} does not carry one machine of {site.node_max_w:.0f} W"
        if not self.demand.ups and have:
            yield "a UPS that nobody asked for"
