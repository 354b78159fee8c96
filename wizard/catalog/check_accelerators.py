"""Is an accelerator physically plausible: memory, bandwidth, power, links, partitions?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wizard.catalog.check_stacks import check_power_modes
from wizard.catalog.findings import Findings, Place, outside
from wizard.catalog.records import Accelerator
from wizard.units import GB, GIB

STATUSES = frozenset({
    "current", "legacy", "end_of_life", "announced", "withdrawn", "regional", "cloud_only",
})
_FORMS = frozenset({
    "PCIe", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "OAM", "SoC", "module", "superchip", "socket", "M.2", "CPU",
    "laptop", "cloud only",
})
_BANDWIDTH: dict[str, tuple[float, float]] = {
    "GDDR5": (60, 500), "GDDR5X": (280, 600), "GDDR6": (60, 1000), "GDDR6X": (450, 1100), "GDDR7": (200, 2000),
    "HBM": (600, 2500), "HBM2": (450, 1700), "HBM2e": (600, 4200), "HBM3": (1400, 5600), "HBM3e": (2000, 9000),
    "HBM4": (5000, 30000), "LPDDR4": (8, 200), "LPDDR4X": (15, 600), "LPDDR5": (25, 650), "LPDDR5X": (60, 650),
    "LPDDR": (60, 1300), "DDR4": (15, 260), "DDR5": (30, 900),
}
"""GB/s that a device with this memory can have, narrowest to widest bus on the market."""

_POWER: dict[str, tuple[float, float]] = {
    "PCIe": (25, 600), "laptop": (30, 200), "SXM2": (250, 300), "SXM3": (300, 450), "SXM4": (400, 500),
    "SXM5": (350, 700), "SXM6": (700, 1200), "OAM": (250, 1600), "M.2": (1, 15), "CPU": (4, 600), "SoC": (4, 400),
    "module": (5, 800), "superchip": (450, 1500),
}
_NVLINK = {"2": (300.0,), "3": (400.0, 600.0), "4": (400.0, 900.0), "5": (1800.0,)}
_GENERATION: dict[str, tuple[float, ...]] = {
    "Pascal": (3,), "Volta": (3, 4), "Turing": (3,), "Ampere": (4,), "Ada Lovelace": (4,), "Hopper": (5,),
    "Blackwell": (5,), "Blackwell Ultra": (6,), "CDNA": (4,), "CDNA2": (4,), "CDNA3": (5,), "CDNA4": (5,),
}
_ETHERNET = re.compile(r"^(\d+)x (\d+)GbE")
_PROFILE = re.compile(r"^(\d)g\.(\d+)gb:(\d)$")
_MIG_MEMORY = 1.1
_FLOP_PER_BYTE = (1.0, 1000.0)
_FLOP_PER_W = (1e9, 8e12)


def check_accelerators(accelerators: Iterable[Accelerator]) -> Findings:
    """Yield what is implausible about each accelerator on its own."""
    for accelerator in accelerators:
        place = Place("accelerators.csv", accelerator.id)
        yield from _words(place, accelerator)
        yield from _memory(place, accelerator)
        yield from _power(place, accelerator)
        yield from check_power_modes(place, accelerator)
        yield from _links(place, accelerator)
        yield from _partitions(place, accelerator)


def _words(place: Place, a: Accelerator) -> Findings:
    for column, value, known in (("status", a.status, STATUSES), ("form_factor", a.form_factor, _FORMS)):
        if value not in known:
            yield place.error("unknown_word", column, "{value} is not one of {known}", value=repr(value),
                              known=", ".join(sorted(known)))
    for column in ("vendor", "name", "architecture", "memory_type", "software"):
        if not getattr(a, column):
            yield place.error("blank", column, "it must not be blank")
    if (a.status == "cloud_only") != (a.form_factor == "cloud only"):
        yield place.error("cloud_only", "status", "status and form disagree on whether it can be bought")
    if outside(a.release_year, 2015, 2027):
        yield place.error("year", "release_year", "{year} is not a year of such parts", year=a.release_year)


def _memory(place: Place, a: Accelerator) -> Findings:
    low, high = 0.93 * a.memory_gb * GB, a.memory_gb * GIB
    if not low <= a.memory_bytes <= high:
        yield place.error(
            "memory_bytes", "memory_bytes", "{bytes} bytes are not {gb:g} GB: they must lie in {low:.0f} to {high:.0f}",
            bytes=a.memory_bytes, gb=a.memory_gb, low=low, high=high,
        )
    limits = _BANDWIDTH.get(a.memory_type.split(" ")[0])
    if limits and outside(a.bandwidth_gb_s, *limits):
        yield place.error(
            "bandwidth", "bandwidth_gb_s", "{value:g} GB/s cannot come from {kind} ({low:g} to {high:g})",
            value=a.bandwidth_gb_s, kind=a.memory_type, low=limits[0], high=limits[1],
        )
    if not 0 < a.usable_share <= 1 or (a.usable_share < 1 and not a.unified_memory):
        yield place.error("usable_share", "usable_share", "only unified memory is shared, and by at most 1")
    if a.fp16_tflops and a.bandwidth_gb_s:
        ratio = a.fp16_tflops * 1000 / a.bandwidth_gb_s
        if outside(ratio, *_FLOP_PER_BYTE):
            yield place.error("flop_per_byte", "fp16_tflops", "{ratio:.0f} FLOP per byte of bandwidth", ratio=ratio)


def _power(place: Place, a: Accelerator) -> Findings:
    limits = _POWER.get(a.form_factor)
    if limits and outside(a.tdp_w, *limits):
        yield place.error(
            "power", "tdp_w", "{value:g} W do not fit a {form} ({low:g} to {high:g})", value=a.tdp_w,
            form=a.form_factor, low=limits[0], high=limits[1],
        )
    if a.tdp_w and a.fp16_tflops and outside(a.fp16_tflops * 1e12 / a.tdp_w, *_FLOP_PER_W):
        yield place.error("flop_per_watt", "tdp_w", "power and rate do not fit each other")
    if a.tdp_w is None and a.status not in {"announced", "cloud_only"}:
        yield place.warning("no_power", "tdp_w", "its power is not known")


def _links(place: Place, a: Accelerator) -> Findings:
    joined = bool(a.scaleup_kind)
    if a.scaleup_domain < 1 or (not joined and (a.scaleup_gb_s or a.scaleup_domain != 1)):
        yield place.error("scaleup", "scaleup_kind", "kind, rate and domain of the scale-up link disagree")
    if outside(a.scaleup_gb_s, 10, 2 * (a.bandwidth_gb_s or 1e5)):
        yield place.error("scaleup_rate", "scaleup_gb_s", "{value:g} GB/s against {memory} GB/s of memory",
                          value=a.scaleup_gb_s, memory=a.bandwidth_gb_s)
    if a.scaleup_kind.startswith("NVLink ") and a.scaleup_kind[7:8].isdigit():
        known = _NVLINK.get(a.scaleup_kind[7:8], ())
        if a.scaleup_gb_s not in known:
            yield place.error("nvlink", "scaleup_gb_s", "{kind} has {known} GB/s per device, both directions",
                              kind=a.scaleup_kind, known=" / ".join(f"{k:g}" for k in known))
    if found := _ETHERNET.match(a.scaleup_kind):
        both = int(found[1]) * int(found[2]) / 8 * 2
        if a.scaleup_gb_s != both:
            yield place.error("scaleup_unit", "scaleup_gb_s", "{kind} is {both:g} GB/s in both directions",
                              kind=a.scaleup_kind, both=both)
    yield from _host_link(place, a)


def _host_link(place: Place, a: Accelerator) -> Findings:
    if a.pcie_gen is not None and a.pcie_gen not in (2, 3, 4, 5, 6):
        yield place.error("pcie", "pcie_gen", "there is no PCIe {value:g}", value=a.pcie_gen)
    if a.pcie_lanes is not None and a.pcie_lanes not in (1, 2, 4, 8, 16):
        yield place.error("pcie", "pcie_lanes", "{value} lanes are no PCIe link", value=a.pcie_lanes)
    known = _GENERATION.get(a.architecture)
    if known and a.pcie_gen is not None and not a.unified_memory and a.pcie_gen not in known:
        yield place.error("pcie_generation", "pcie_gen", "{architecture} has PCIe {known}",
                          architecture=a.architecture, known=" / ".join(f"{k:g}.0" for k in known))


def _partitions(place: Place, a: Accelerator) -> Findings:
    if a.mig_instances and a.vendor != "NVIDIA":
        yield place.error("mig", "mig_instances", "only NVIDIA parts have MIG")
    if not 0 <= a.mig_instances <= 7:
        yield place.error("mig", "mig_instances", "MIG makes at most 7 instances")
    counts = []
    for text in a.mig_profiles:
        found = _PROFILE.match(text)
        if not found or int(found[2]) * int(found[3]) > _MIG_MEMORY * a.memory_gb:
            yield place.error("mig_profile", "mig_profiles", "{profile} does not fit {gb:g} GB", profile=text,
                              gb=a.memory_gb)
        else:
            counts.append(int(found[3]))
    if counts and max(counts) != a.mig_instances:
        yield place.error("mig_profile", "mig_profiles", "the smallest profile must give all {n} instances",
                          n=a.mig_instances)
