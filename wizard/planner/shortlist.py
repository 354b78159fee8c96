"""Which accelerators come into question, and why the others do not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.records import Accelerator
from wizard.errors import InputError
from wizard.needs.needs import Needs
from wizard.planner.plan import Rejection
from wizard.planner.premises import hosted, owned, servers_come_late

EDGE_POWER_W = 150.0
"""Above this a device needs a server's airflow; edge boxes do not have it."""

LEGACY = frozenset({"legacy", "end_of_life"})

MIG_COMPUTE_SHARE = 7
MIG_MEMORY_SHARE = 8
"""A 1g slice is 1/7 of the streaming multiprocessors and 1/8 of memory and bandwidth (NVIDIA MIG user guide)."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a replica runs on: a whole accelerator, or one of its ``parts`` MIG slices."""

    accelerator: Accelerator
    whole: Accelerator
    parts: int = 1
    rent_only: bool = False
    """Legacy parts stay for rent in clouds; buying them takes the user's word."""


def shortlist(needs: Needs, catalog: Catalog) -> tuple[tuple[Device, ...], tuple[Rejection, ...]]:
    """Split the catalogue into devices to size and accelerators ruled out by the answers alone.

    Raises:
        UnknownName: an accelerator that the needs name does not exist.
    """
    wishes = needs.constraints
    named = {_resolve(catalog, name, "constraints.accelerators").id for name in wishes.accelerators}
    barred = {_resolve(catalog, name, "constraints.exclude_accelerators").id for name in wishes.exclude_accelerators}
    vendors = {_vendor(catalog, name) for name in wishes.vendors}
    rented = {sku.accelerator for sku in catalog.cloud.values()} if wishes.acquisition != "own" else set()
    mine = owned(needs, catalog)
    barred_hosts = wishes.quiet or servers_come_late(needs, catalog)
    homeless = hosted(catalog.base) - hosted(catalog) - rented if barred_hosts else frozenset[str]()
    devices: list[Device] = []
    rejected: list[Rejection] = []
    for accelerator in catalog.accelerators.values():
        reason = _misplaced(accelerator, needs, catalog, homeless)
        reason = reason or _ruled_out(accelerator, needs, named, barred, vendors, rented, mine)
        if reason:
            rejected.append(Rejection(what=accelerator.id, reason=reason, need=None, have=None))
        else:
            new = named or wishes.include_legacy or accelerator.id in mine
            rent_only = not new and accelerator.status in LEGACY
            devices.append(_slice(accelerator) if wishes.mig else Device(accelerator, accelerator, rent_only=rent_only))
    return tuple(devices), tuple(rejected)


def _misplaced(accelerator: Accelerator, needs: Needs, catalog: Catalog, homeless: frozenset[str]) -> str:
    allowed = needs.constraints.maker_countries
    if allowed:
        maker = catalog.makers.get(accelerator.vendor)
        if maker is None or maker.country not in allowed:
            return "other_country"
    if accelerator.id not in homeless:
        return ""
    return "too_loud" if needs.constraints.quiet else "too_late"


def _ruled_out(
    accelerator: Accelerator, needs: Needs, named: set[str], barred: set[str], vendors: set[str], rented: set[str],
    mine: Collection[str],
) -> str:
    if accelerator.id in barred:
        return "excluded_by_user"
    if not accelerator.bandwidth_gb_s or not accelerator.memory_bytes:
        return "no_speed_known"
    if needs.constraints.mig and accelerator.mig_instances < MIG_COMPUTE_SHARE:
        return "no_mig"
    if mine:
        return "" if accelerator.id in mine else "not_owned"
    if named:
        return "" if accelerator.id in named else "not_among_named"
    if vendors:
        return "" if accelerator.vendor in vendors and accelerator.status in {"current", "regional"} else "other_vendor"
    return _unsuitable(accelerator, needs, rented)


def _unsuitable(accelerator: Accelerator, needs: Needs, rented: set[str]) -> str:
    status = accelerator.status
    if status in {"announced", "withdrawn"}:
        return "not_sold"
    if status == "cloud_only" and accelerator.id not in rented:
        return "rent_only"
    if status in LEGACY and not needs.constraints.include_legacy and accelerator.id not in rented:
        return "legacy"
    if status == "regional" and needs.economics.country != "CN":
        return "regional"
    form = accelerator.form_factor.lower()
    if form == "cpu":
        return "cpu_only"
    small = "module" in form or (accelerator.unified_memory and accelerator.scaleup_domain < 8)
    if needs.use_case == "edge":
        too_hot = (accelerator.tdp_w or 0) > (needs.constraints.max_power_w or EDGE_POWER_W)
        return "too_hot_for_edge" if too_hot or not small else ""
    return "edge_only" if accelerator.vendor == "NVIDIA" and "jetson" in accelerator.id else ""


def _slice(whole: Accelerator) -> Device:
    def part(peak: float | None) -> float | None:
        return None if peak is None else peak / MIG_COMPUTE_SHARE

    accelerator = replace(
        whole, memory_gb=whole.memory_gb / MIG_MEMORY_SHARE, memory_bytes=whole.memory_bytes // MIG_MEMORY_SHARE,
        bandwidth_gb_s=(whole.bandwidth_gb_s or 0) / MIG_MEMORY_SHARE, fp32_tflops=part(whole.fp32_tflops),
        tf32_tflops=part(whole.tf32_tflops), fp16_tflops=part(whole.fp16_tflops), fp8_tflops=part(whole.fp8_tflops),
        int8_tops=part(whole.int8_tops), fp4_tflops=part(whole.fp4_tflops), scaleup_kind="", scaleup_gb_s=None,
        scaleup_domain=1, pcie_gen=None, pcie_lanes=None,
    )
    return Device(accelerator, whole, MIG_COMPUTE_SHARE)


def _resolve(catalog: Catalog, name: str, where: str) -> Accelerator:
    return resolve_accelerator(catalog, name, where=where)


def _vendor(catalog: Catalog, name: str) -> str:
    vendors = sorted({a.vendor for a in catalog.accelerators.values()})
    for vendor in vendors:
        if vendor.lower() == name.strip().lower():
            return vendor
    raise InputError("no vendor is called \"{name}\"", where="constraints.vendors", mend="Known vendors: {vendors}.",
                     name=name, vendors=", ".join(vendors))
