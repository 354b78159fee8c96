"""A user's own machines, parts and rented instances: each is like one of the catalogue's, with what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from wizard.catalog.catalog import Catalog
from wizard.catalog.check_money import check_instance
from wizard.catalog.check_systems import check_component, check_system
from wizard.catalog.findings import Finding
from wizard.catalog.own_base import Count, Names, OwnThing, Rate, Words, unknown
from wizard.catalog.prices import OWN_SOURCE
from wizard.catalog.records import CloudSku, Component, System
from wizard.errors import CatalogFault
from wizard.i18n import mark

Few = Annotated[int, Field(ge=1, le=1024)]
"""More accelerators than any one machine or rack holds."""


class OwnSystem(OwnThing):
    """A machine. ``accelerators`` are those it takes, ``includes`` the categories of parts that its price holds."""

    vendor: Words = ""
    name: Words = ""
    accelerators: Names = ()
    max_accelerators: Few | None = None
    includes_accelerators: bool | None = None
    includes: Names = ()
    cpu_sockets: Count | None = None
    dimm_slots: Count | None = None
    memory_gb: Count | None = None
    max_power_w: Rate | None = None
    base_power_w: Rate | None = None
    slot_power_w: Rate | None = None
    psu_w: Rate | None = None
    psu_count: Count | None = None
    rack_units: Rate | None = None
    weight_kg: Rate | None = None
    cooling: Words = ""


class OwnComponent(OwnThing):
    """A part; its category is that of the part it is like."""

    vendor: Words = ""
    name: Words = ""
    specs: Words = ""
    power_w: Rate | None = None
    cores: Count | None = None
    size_gb: Count | None = None
    modules: Count | None = None
    memory_speed_mt_s: Count | None = None
    capacity_tb: Rate | None = None
    ports: Count | None = None
    port_gbps: Rate | None = None
    capacity_w: Rate | None = None
    rack_units: Rate | None = None
    weight_kg: Rate | None = None


class OwnInstance(OwnThing):
    """An instance that can be rented; its price per hour is the own price of its ``id``."""

    provider: Words = ""
    instance: Words = ""
    region: Words = ""
    accelerator: Words = ""
    count: Few | None = None
    vcpu: Count | None = None
    ram_gib: Rate | None = None
    network_gbps: Rate | None = None


def own_system(catalog: Catalog, own: OwnSystem, where: str = "") -> System:
    """Return the machine that the user describes.

    Raises:
        CatalogFault: it resembles nothing known, or cannot be as it is described.
    """
    where = where or f"overrides.systems {own.id}"
    base = own.base(catalog.systems, where)
    changes = _changes(own, base)
    if own.max_accelerators not in (None, base.max_accelerators):
        # A board may carry several accelerators; what the whole machine draws is not what its relative does.
        boards = (base.accelerator_slots or base.max_accelerators) / base.max_accelerators
        changes = {"accelerator_slots": max(1, round(boards * (own.max_accelerators or 1))), "max_power_w": None,
                   "rails": None} | changes
    made = replace(base, **changes)
    _refuse(check_system(made, catalog.components, catalog.accelerators), where)
    return made


def own_component(catalog: Catalog, own: OwnComponent, where: str = "") -> Component:
    """Return the part that the user describes.

    Raises:
        CatalogFault: it resembles nothing known, or there can be no such part.
    """
    where = where or f"overrides.components {own.id}"
    base = own.base(catalog.components, where)
    made = replace(base, **_changes(own, base))
    _refuse(check_component(made), where)
    return made


def own_instance(catalog: Catalog, own: OwnInstance, priced: Iterable[str], where: str = "") -> CloudSku:
    """Return the instance that the user describes; ``priced`` are the ids that bear an own price.

    Raises:
        CatalogFault: it resembles nothing known, has no price, or has an accelerator that does not exist.
    """
    where = where or f"overrides.instances {own.id}"
    base = own.base(catalog.cloud, where)
    changes = _changes(own, base)
    if own.id != base.id:
        if own.id not in set(priced):
            raise CatalogFault(mark("it needs its price per hour"), where=f"{where}, column price_usd")
        changes |= dict.fromkeys(("on_demand_usd_h", "spot_usd_h", "reserved_1y_usd_h", "reserved_3y_usd_h"))
        changes.setdefault("instance", own.id)
    if own.accelerator and own.accelerator not in catalog.accelerators:
        raise unknown(own.accelerator, catalog.accelerators, f"{where}, column accelerator")
    made = replace(base, **changes)
    _refuse(check_instance(made), where)
    return made


def _changes(own: OwnThing, base: System | Component | CloudSku) -> dict[str, Any]:
    """Return what differs; a new thing has neither the price nor the other names of the one it is like."""
    given = own.given()
    kept = {mark_: tuple(column for column in getattr(base, mark_) if column not in given)
            for mark_ in ("derived", "estimated") if hasattr(base, mark_)}
    if own.id == base.id:
        return kept | given | {"sources": (*base.sources, OWN_SOURCE)}
    fresh = {"name": own.id, "price": None, "aliases": (), "notes": ""}
    return kept | {k: v for k, v in fresh.items() if hasattr(base, k)} | given | {"sources": (OWN_SOURCE,)}


def _refuse(findings: Iterable[Finding], where: str) -> None:
    for finding in findings:
        if finding.severity == "error":
            fields: dict[str, Any] = dict(finding.fields)
            raise CatalogFault(finding.what, where=f"{where}, column {finding.column}", **fields)
