"""A second opinion on a bill of materials: reads its lines and the catalogue, shares no code with the builder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Component, System
from wizard.costing.demand import BuildDemand
from wizard.costing.records import Bom, BomLine, Fabric, PowerRack

GIB = 2**30
CENT = Decimal("0.01")


class Checker:
    """Looks for what an engineer would send back."""

    def __init__(self, catalog: Catalog, demand: BuildDemand, bom: Bom) -> None:
        self.whole = (demand, bom)
        if demand.sites > 1:
            demand, bom = one_site(demand, bom)
        self.catalog = catalog
        self.demand = demand
        self.bom = bom
        self.host: System = catalog.systems[bom.system]
        self.nodes = demand.nodes
        self.per_node = math.ceil(demand.accelerators / demand.nodes)

    def faults(self) -> list[str]:
        checks = (self.sums, self.host_takes_them, self.processors, self.dimms, self.drives, self.lanes, self.supply,
                  self.ports_and_cables, self.racks, self.heat_and_power, self.backup, self.storage_servers,
                  self.site_network, self.management, self.rails, self.spares, self.software, self.second_site)
        return [f"{check.__name__}: {fault}" for check in checks for fault in check()]

    def lines(self, category: str) -> list[BomLine]:
        return [line for line in self.bom.lines if line.category == category]

    def parts(self, category: str) -> Iterator[tuple[Component, int]]:
        for line in self.lines(category):
            if line.part in self.catalog.components:
                yield self.catalog.components[line.part], line.quantity

    def by_reason(self, reason: str) -> int:
        return sum(line.quantity for line in self.bom.lines if line.reason == reason)

    def sums(self) -> Iterator[str]:
        bom, net, yearly = self.whole[1], Decimal(0), Decimal(0)
        for line in bom.lines:
            if line.unit_net is None or line.unit_list is None:
                if line.extended is not None or line.number not in bom.unpriced:
                    yield f"line {line.number} has no price and is not listed"
                continue
            expected = (line.unit_list * (1 - line.discount)).quantize(CENT, ROUND_HALF_UP)
            if line.unit_net != expected or line.extended != line.unit_net * line.quantity:
                yield f"line {line.number} does not multiply"
            net += line.extended or Decimal(0)
            yearly += (line.extended or Decimal(0)) if line.recurring else Decimal(0)
        tax = (net * bom.tax_rate).quantize(CENT, ROUND_HALF_UP)
        if (net, tax, net + tax) != (bom.net, bom.tax, bom.total):
            yield "the totals are not the sums of the lines"
        if yearly != bom.recurring:
            yield "what recurs is not the sum of its lines"
        if sum((amount for _, amount in bom.subtotals), Decimal(0)) != net:
            yield "the subtotals do not add up"
        if not bom.low <= bom.total <= bom.high:
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
        own = {"storage_data", "storage_raid", "storage_one"}
        data = [line for line in self.lines("storage") if line.reason in own]
        for line in data:
            drive = self.catalog.components[line.part]
            if self.host.drive_form and drive.form not in self.host.drive_form.split(","):
                yield f"{drive.form} in bays for {self.host.drive_form}"
            if self.host.drive_bays and line.quantity / self.nodes > self.host.drive_bays:
                yield "more drives than bays"
            redundant = self.demand.training and self.host.kind == "server" and not self.by_reason("storage_shared")
            if redundant != (line.reason == "storage_raid"):
                yield "a run's data on drives of which none may fail"
            held = (line.quantity / self.nodes - redundant) * (drive.capacity_tb or 0) * 1e12
            kept = 0 if self.by_reason("storage_shared") else self.demand.dataset_tb * 1e12
            if held < 3 * self.demand.weights_bytes + kept:
                yield "the drives do not hold weights and data"
        boots = self.by_reason("storage_boot")
        if self.host.kind == "server" and "storage" not in self.host.includes and boots != 2 * self.nodes:
            yield "no boot drives"

    def lanes(self) -> Iterator[str]:
        if self.host.kind != "workstation" or "cpu" in self.host.includes:
            return
        cpu = next(iter(self.parts("cpu")))[0]
        kinds = {"storage_one", "storage_data", "storage_raid", "storage_boot"}
        own = [line for line in self.lines("storage") if line.reason in kinds]
        used = 8 * self.per_node + sum(4 * line.quantity // self.nodes for line in own)
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
        found = [line for line in self.lines("switch") if line.reason in {"fabric_one_switch", "fabric_leaf_spine"}]
        kind, count = self.catalog.components[found[0].part], found[0].quantity
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
        units = switch_units + sum((line.rack_units or 0) * line.quantity for line in self.bom.lines
                                   if line.category in {"system", "storage"})
        if units > 42 * racks:
            yield f"{units} rack units in {racks} racks"
        if site.nodes_per_rack * self.host.rack_units + math.ceil(switch_units / racks) > 42:
            yield "a rack overflows"
        yield from self.rack_weight(site, racks)
        yield from self.rack_power(site, racks)

    def rack_weight(self, site: PowerRack, racks: int) -> Iterator[str]:
        if site.rack_max_kg is None or not self.host.weight_kg:
            return
        boxes = sum((line.weight_kg or 0) * line.quantity for line in self.lines("storage")) if racks == 1 else 0
        rack = next(iter(self.parts("rack")))[0].weight_kg or 0
        if site.rack_max_kg < site.nodes_per_rack * self.host.weight_kg + rack + boxes:
            yield "the fullest rack weighs less than what stands in it"

    def rack_power(self, site: PowerRack, racks: int) -> Iterator[str]:
        room = self.demand.room
        pdu, count = next(iter(self.parts("pdu")))
        if count != room.feeds * racks:
            yield f"not {room.feeds} feeds per rack"
        if site.rack_max_w > (room.max_rack_w or math.inf) + 1e-6:
            yield f"{site.rack_max_w:.0f} W in a rack of {room.max_rack_w:.0f}"
        if site.rack_max_w > 0.8 * (pdu.capacity_w or 0) + 1e-6:
            yield f"{site.rack_max_w:.0f} W on a feed of {pdu.capacity_w} W"
        if self.bom.power_w > racks * 0.8 * (pdu.capacity_w or 0) + 1e-6:
            yield f"{self.bom.power_w:.0f} W on {racks} racks of one feed each"
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

    def storage_servers(self) -> Iterator[str]:
        """Capacity with one server lost, bandwidth of the ports, drives that fit and fill the bays."""
        server = self.host.kind in {"server", "rack"}
        wanted = self.demand.storage == "yes" or (
            self.demand.storage == "auto" and self.demand.training and self.demand.inter_node and self.nodes > 1)
        boxes, drives = self.by_reason("storage_shared"), self.by_reason("storage_shared_drives")
        if bool(boxes) != (server and wanted):
            yield f"{boxes} storage servers where {wanted} was wanted"
        if not boxes:
            return
        box = next(self.catalog.components[x.part] for x in self.bom.lines if x.reason == "storage_shared")
        drive = next(self.catalog.components[x.part] for x in self.bom.lines if x.reason == "storage_shared_drives")
        if boxes < 3 or drives % boxes or drives / boxes > (box.modules or 0) or drive.form != box.form:
            yield f"{drives} drives {drive.form} in {boxes} servers"
        usable = (boxes - 1) / boxes * drives * (drive.capacity_tb or 0) * 0.8
        weights = self.demand.weights_bytes / 1e12
        need = 3 * weights + 1.2 * self.demand.dataset_tb + (3 * 7 * weights if self.demand.training else 0)
        if usable < need - 1e-6:
            yield f"{usable:.1f} TB usable, {need:.1f} needed"
        gb_s = boxes * (box.ports or 0) * (box.port_gbps or 0) / 8 * 0.8
        write = 7 * weights * 1000 / 300 if self.demand.training else 0
        read = self.nodes * weights * 1000 / self.demand.load_s if self.demand.load_s else 0
        if gb_s < max(read, write) - 1e-6 and boxes < 4096:
            yield f"{gb_s:.0f} GB/s of {max(read, write):.0f}"

    def site_network(self) -> Iterator[str]:
        """Each machine and storage server has two cables, one to each switch of a pair."""
        machines = (self.nodes if self.host.kind == "server" else 0) + self.by_reason("storage_shared")
        if self.by_reason("uplink_ends") + self.by_reason("uplink_ends_own") != 2 * machines:
            yield "not two cables for each machine"
        ports = sum((self.catalog.components[x.part].ports or 0) * x.quantity for x in self.bom.lines
                    if x.reason == "switch_uplinks")
        tall = self.host.kind == "server" and bool(self.host.rack_units)
        joined = (self.nodes if tall else 0) + self.by_reason("storage_shared")
        if (joined >= 3) != bool(ports) or (ports and ports < 2 * joined):
            yield f"{ports} ports at the top of the racks for {joined} machines"

    def management(self) -> Iterator[str]:
        """A board controller of each machine, and where there are switches, theirs and the PDUs'."""
        tall = self.host.kind == "server" and bool(self.host.rack_units)
        devices = (self.nodes if tall else 0) + self.by_reason("storage_shared")
        manager = [x for x in self.bom.lines if x.reason == "switch_management"]
        if self.by_reason("switch_uplinks"):
            others = [x for x in self.lines("switch") if x not in manager and x.reason != "switch_unknown"]
            devices += sum(x.quantity for x in others)
            devices += sum(x.quantity for x in self.lines("pdu"))
        if self.by_reason("management_ports") != devices:
            yield f"{self.by_reason('management_ports')} management cables for {devices} devices"
        ports = sum((self.catalog.components[x.part].ports or 0) * x.quantity for x in manager)
        if bool(ports) != bool(self.by_reason("switch_uplinks")) or (ports and ports < devices):
            yield f"{ports} management ports for {devices} devices"

    def rails(self) -> Iterator[str]:
        bare = self.host.kind == "server" and self.host.rack_units and not self.host.includes_accelerators
        if self.by_reason("rails") != (self.nodes if bare else 0) + self.by_reason("storage_shared"):
            yield "machines without rails"

    def spares(self) -> Iterator[str]:
        """At least two of 100 links and storage drives, never none where there are some."""
        for line in self.bom.lines:
            lies = [x for x in self.bom.lines if x.part == line.part and x.reason in {"spare_links", "spare_drives"}]
            if line.reason in {"link_both_ends", "link_optics", "storage_shared_drives"} and line.unit_list is not None:
                spare = sum(x.quantity for x in lies)
                if not 0.02 * line.quantity <= spare <= 0.02 * line.quantity + 2:
                    yield f"{spare} spare for {line.quantity} of {line.part}"

    def software(self) -> Iterator[str]:
        demand, bom = self.whole
        accelerator = self.catalog.accelerators[demand.accelerator]
        cores = sum(max(16, cpu.cores or 0) * count for cpu, count in self.parts("cpu")) * demand.sites
        expected: dict[str, int] = {}
        for name in demand.software:
            if name.startswith("nvidia") and accelerator.vendor != "NVIDIA":
                continue
            by_core = max(72, cores) if cores else 1
            expected[name] = {"accelerator": demand.accelerators, "machine": demand.nodes, "core": by_core}[
                self.catalog.components[name].form]
        found = {x.part: x.quantity for x in bom.lines if x.category == "software"}
        if found != expected:
            yield f"subscriptions {found}, expected {expected}"
        bundled = accelerator.id in {"h100_pcie_80", "h100_nvl_94", "h200_nvl_141"}
        for line in bom.lines:
            free = line.part == "nvidia_ai_enterprise" and bundled
            if line.category == "software" and line.unit_list is not None and free != (line.unit_list == 0):
                yield f"{line.part} is free: {line.unit_list == 0}"
            if line.category in {"software", "link"} and not line.recurring:
                yield f"{line.part} does not recur"

    def second_site(self) -> Iterator[str]:
        demand, bom = self.whole
        links = [line for line in bom.lines if line.category == "link"]
        if bool(links) != (demand.sites > 1):
            yield "a line between sites is missing or idle"
        if demand.sites > 1 and bom.sites != demand.sites:
            yield "the bill does not know its sites"


def one_site(demand: BuildDemand, bom: Bom) -> tuple[BuildDemand, Bom]:
    """Return what stands at one of the sites: half of every piece, which must be whole."""
    assert bom.site is not None
    kept = [x for x in bom.lines if x.category not in {"software", "link", "support", "shipping", "contingency"}]
    assert all(x.quantity % demand.sites == 0 for x in kept), demand
    site = replace(bom.site, max_w=bom.site.max_w / demand.sites, typical_w=bom.site.typical_w / demand.sites,
                   heat_btu_h=bom.site.heat_btu_h / demand.sites, racks=bom.site.racks // demand.sites)
    half = replace(demand, accelerators=demand.accelerators // demand.sites, nodes=demand.nodes // demand.sites)
    lines = tuple(replace(x, quantity=x.quantity // demand.sites) for x in kept)
    return half, replace(bom, lines=lines, site=site, power_w=bom.power_w / demand.sites)
