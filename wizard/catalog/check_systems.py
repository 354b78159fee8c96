"""Do machines and their parts fit each other: forms, slots, power, sockets, memory generations?"""

from __future__ import annotations

from collections.abc import Mapping

from wizard.catalog.findings import Findings, Place, outside
from wizard.catalog.records import Accelerator, Component, System

KINDS = frozenset({"server", "workstation", "rack", "box", "desktop", "laptop", "mini", "edge"})
CATEGORIES = frozenset({
    "cpu", "memory", "storage", "nic", "switch", "optics", "cable", "rack", "pdu", "ups", "psu", "motherboard", "case",
    "cooler", "storage_server", "rail", "software",
})
_FORM = {"sxm2": "SXM2", "sxm3": "SXM3", "sxm4": "SXM4", "sxm5": "SXM5", "sxm6": "SXM6", "oam": "OAM",
         "superchip": "superchip", "m2": "M.2", "pcie_dw": "PCIe", "pcie_sw": "PCIe", "pcie_lp": "PCIe"}
"""Accelerator form by the form a machine takes; forms without an entry are not compared (soc, module)."""

_HOST_GENERATION = {"sxm2": 3.0, "sxm3": 3.0, "sxm4": 4.0}
"""Newest PCIe generation of hosts for these baseboards."""

_SOCKET_MEMORY = {"sp3": "DDR4", "lga4189": "DDR4", "swrx8": "DDR4", "sp5": "DDR5", "lga4677": "DDR5",
                  "lga4710": "DDR5", "am5": "DDR5", "str5": "DDR5", "lga1851": "DDR5"}
_SPEED = {"DDR4": (2133, 3600), "DDR5": (4400, 8800)}
_NEEDS: dict[str, tuple[str, ...]] = {
    "cpu": ("cores", "socket", "memory_type", "memory_channels", "power_w"),
    "memory": ("size_gb", "modules", "memory_type"), "storage": ("capacity_tb", "form"),
    "nic": ("ports", "port_gbps", "connector"), "switch": ("ports", "port_gbps", "connector", "power_w"),
    "optics": ("port_gbps",), "psu": ("capacity_w",), "pdu": ("capacity_w",), "ups": ("capacity_w",),
    "motherboard": ("socket", "memory_type"), "rack": ("rack_units",),
    "storage_server": ("modules", "form", "ports", "port_gbps", "power_w", "rack_units"), "software": ("form",),
}
_PORTS = frozenset({1, 2.5, 10, 25, 40, 50, 100, 200, 400, 800, 1600})


def check_systems(
    systems: Mapping[str, System], components: Mapping[str, Component], accelerators: Mapping[str, Accelerator],
) -> Findings:
    """Yield what is wrong with machines, and accelerators that no machine takes."""
    for system in systems.values():
        yield from check_system(system, components, accelerators)
    hosted = {id_ for system in systems.values() for id_ in system.accelerators}
    for accelerator in accelerators.values():
        if accelerator.price and accelerator.id not in hosted and accelerator.form_factor != "cloud only":
            place = Place("accelerators.csv", accelerator.id)
            yield place.error("no_host", "", "it has a price, but no machine takes it")


def check_system(
    system: System, components: Mapping[str, Component], accelerators: Mapping[str, Accelerator],
) -> Findings:
    """Yield what is wrong with one machine."""
    place = Place("systems.csv", system.id)
    yield from _shape(place, system)
    for id_ in sorted(set(system.accelerators) - accelerators.keys()):
        yield place.error("unknown_accelerator", "accelerators", "there is no accelerator {id}", id=id_)
    for id_ in system.accelerators:
        if id_ in accelerators:
            yield from _takes(place, system, accelerators[id_])
    yield from _parts(place, system, components)


def check_components(components: Mapping[str, Component]) -> Findings:
    """Yield what is wrong with single parts."""
    for part in components.values():
        yield from check_component(part)


def check_component(part: Component) -> Findings:
    """Yield what is wrong with one part."""
    place = Place("components.csv", part.id)
    if part.category not in CATEGORIES:
        yield place.error("unknown_word", "category", "{value} is no category", value=repr(part.category))
    for column in _NEEDS.get(part.category, ()):
        if getattr(part, column) in (None, ""):
            yield place.error("blank", column, "a {category} needs it", category=part.category)
    if part.port_gbps is not None and part.port_gbps not in _PORTS:
        yield place.error("port_speed", "port_gbps", "there are no ports of {value:g} Gb/s", value=part.port_gbps)
    yield from _memory_of(place, part)


def _memory_of(place: Place, part: Component) -> Findings:
    generation = part.memory_type.split(" ")[0]
    wanted = _SOCKET_MEMORY.get(part.socket)
    if wanted and generation and generation != wanted:
        yield place.error("memory_generation", "memory_type", "socket {socket} takes {wanted}", socket=part.socket,
                          wanted=wanted)
    limits = _SPEED.get(generation)
    if limits and outside(part.memory_speed_mt_s, *limits):
        yield place.error("memory_speed", "memory_speed_mt_s", "{value} MT/s is no {kind}",
                          value=part.memory_speed_mt_s, kind=generation)
    if part.size_gb is not None and part.size_gb not in {4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256}:
        yield place.error("module_size", "size_gb", "there are no modules of {value} GB", value=part.size_gb)


def _shape(place: Place, s: System) -> Findings:
    if s.kind not in KINDS:
        yield place.error("unknown_word", "kind", "{value} is no kind of machine", value=repr(s.kind))
    if not s.accelerators or s.max_accelerators < 1:
        yield place.error("empty", "accelerators", "it takes no accelerator")
    if unknown := sorted(set(s.includes) - CATEGORIES):
        yield place.error("unknown_word", "includes", "{value} is no category", value=", ".join(unknown))
    if outside(s.rack_units, 0.5, 60) or outside(s.weight_kg, 0.02, 2500):
        yield place.error("size", "rack_units", "its size or weight is not that of a machine")
    wanted = _SOCKET_MEMORY.get(s.cpu_socket)
    if wanted and s.dimm_type and not s.dimm_type.startswith(wanted):
        yield place.error("memory_generation", "dimm_type", "socket {socket} takes {wanted}", socket=s.cpu_socket,
                          wanted=wanted)
    newest = _HOST_GENERATION.get(s.accelerator_form)
    if newest and s.pcie_gen and s.pcie_gen > newest:
        yield place.error("host_generation", "pcie_gen", "hosts for {form} have at most PCIe {newest:g}.0",
                          form=s.accelerator_form, newest=newest)
    if s.includes_accelerators and not s.includes:
        yield place.error("includes", "includes", "a machine sold with accelerators is complete")


def _takes(place: Place, s: System, a: Accelerator) -> Findings:
    form = _FORM.get(s.accelerator_form)
    if form and a.form_factor != form:
        yield place.error("form", "accelerators", "{id} is {have}, the machine takes {form}", id=a.id,
                          have=a.form_factor, form=form)
    watts = a.tdp_w or 0
    if s.slot_power_w is not None and watts > s.slot_power_w:
        yield place.error("slot_power", "accelerators", "{id} draws {watts:g} W, a slot carries {slot:g}", id=a.id,
                          watts=watts, slot=s.slot_power_w)
    supply = (s.psu_w or 0) * (s.psu_count or 0)
    need = (s.base_power_w or 0) + s.max_accelerators * watts
    if supply and need > supply:
        yield place.error("supply", "psu_w", "with {n} x {id} it needs {need:.0f} W, the supplies give {supply:.0f}",
                          n=s.max_accelerators, id=a.id, need=need, supply=supply)
    if s.max_power_w is not None and s.max_accelerators * watts > 1.1 * s.max_power_w:
        yield place.error("max_power", "max_power_w", "{n} x {id} alone draw more", n=s.max_accelerators, id=a.id)


def _parts(place: Place, s: System, components: Mapping[str, Component]) -> Findings:
    for column, ids in (("parts", s.parts), ("cpus", s.cpus)):
        for id_ in ids:
            part = components.get(id_)
            if part is None:
                yield place.error("unknown_component", column, "there is no component {id}", id=id_)
            elif part.socket and s.cpu_socket and part.socket != s.cpu_socket:
                yield place.error("socket", column, "{id} has socket {have}, the machine {want}", id=id_,
                                  have=part.socket, want=s.cpu_socket)
    supply = sum(components[id_].capacity_w or 0 for id_ in s.parts if id_ in components)
    if supply and s.psu_w and supply != s.psu_w * (s.psu_count or 1):
        yield place.error("supply", "psu_w", "the power supply among its parts gives {supply:g} W", supply=supply)
