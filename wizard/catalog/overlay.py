"""A catalogue with the user's own figures laid over it. Every figure of the user's is marked ``yours``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from wizard.catalog.catalog import Catalog
from wizard.catalog.check_accelerators import check_accelerators
from wizard.catalog.check_precisions import check_precisions
from wizard.catalog.exchange import exchange_of
from wizard.catalog.kv import kv_shape, state_bytes
from wizard.catalog.overrides import Discount, Overrides, OwnAccelerator, OwnModel, OwnPrice, OwnRate
from wizard.catalog.own_architecture import described
from wizard.catalog.own_base import unknown
from wizard.catalog.own_machines import own_component, own_instance, own_system
from wizard.catalog.prices import OWN_SOURCE
from wizard.catalog.records import Accelerator, CloudSku, Economic, Model, Price, System
from wizard.errors import CatalogFault
from wizard.i18n import mark
from wizard.money import Exchange
from wizard.units import GB

DISCOUNTED = (
    "accelerator", "system", "cpu", "memory", "storage", "nic", "switch", "optics", "cable", "rack", "pdu", "ups",
    "software", "installation", "spare", "board", "psu", "case", "cooler",
)
"""Categories of the bill of materials that a discount may be given on."""

_SHAPE = frozenset({
    "layers", "hidden_size", "intermediate_size", "heads", "kv_heads", "head_dim", "vocab_size", "experts",
    "experts_per_token", "expert_intermediate_size",
})


@lru_cache(maxsize=8)
def overlaid(catalog: Catalog, overrides: Overrides) -> Catalog:
    """Return a shipped catalogue with the user's figures over it; the last few are kept.

    Raises:
        CatalogFault: the overrides name something that does not exist, or describe something impossible.
    """
    found = Catalog(catalog.folder)
    tables = found.__dict__
    tables.update(catalog.__dict__)
    found.base, found.overrides = catalog, overrides
    own = {a.id: own_accelerator(catalog, a) for a in overrides.accelerators}
    models = {m.id: own_model(catalog, m) for m in overrides.models}
    models |= {a.id: described(a) for a in overrides.architectures}
    tables["accelerators"] = MappingProxyType({**catalog.accelerators, **own})
    tables["models"] = MappingProxyType({**catalog.models, **models})
    hosts = (_hosts(catalog, a, own[a.id]) for a in overrides.accelerators if a.id not in catalog.accelerators)
    tables["systems"] = MappingProxyType({**catalog.systems, **_joined(chain.from_iterable(hosts))})
    _lay_machines(found, overrides)
    for discount in overrides.discounts:
        check_discount(found, discount)
    rates = (_rate(catalog, rate) for rate in overrides.rates)
    tables["economics"] = MappingProxyType({**catalog.economics, **{row.id: row for row in rates}})
    _lay_prices(found, overrides.prices)
    return found


def _lay_machines(catalog: Catalog, overrides: Overrides) -> None:
    """Lay over what may name an accelerator or a part of the user's own."""
    tables = catalog.__dict__
    if overrides.components:
        parts = {c.id: own_component(catalog, c) for c in overrides.components}
        tables["components"] = MappingProxyType({**catalog.components, **parts})
    if overrides.systems:
        systems = {s.id: own_system(catalog, s) for s in overrides.systems}
        tables["systems"] = MappingProxyType({**catalog.systems, **systems})
    if overrides.instances:
        priced = {price.part for price in overrides.prices}
        instances = {i.id: own_instance(catalog, i, priced) for i in overrides.instances}
        tables["cloud"] = MappingProxyType({**catalog.cloud, **instances})


def check_price(catalog: Catalog, price: OwnPrice, where: str = "", own: Collection[str] = ()) -> None:
    """Raise :class:`CatalogFault` where nothing that can be priced bears the name, or its currency has no rate.

    ``own`` are ids of the user's that are not in the catalogue yet.
    """
    where = where or "overrides.prices"
    known = (own, *_priced(catalog))
    if not any(price.part in table for table in known):
        raise unknown(price.part, chain.from_iterable(known), f"{where}, column id")
    rates = exchange_of(catalog).per_usd
    if price.currency is not None and price.currency not in rates:
        raise CatalogFault(
            mark("there is no exchange rate for {currency}"), where=f"{where}, column currency",
            mend=mark("Give one as a row of kind rate: id {currency}, and per_usd."), currency=price.currency)


def check_discount(catalog: Catalog, discount: Discount, where: str = "", own: Collection[str] = ()) -> None:
    """Raise :class:`CatalogFault` where neither a part (nor one of ``own``) nor a category bears the name."""
    parts = (own, catalog.accelerators, catalog.systems, catalog.components)
    if discount.item not in DISCOUNTED and not any(discount.item in table for table in parts):
        raise unknown(discount.item, (*DISCOUNTED, *chain.from_iterable(parts)), where or "overrides.discounts")


def own_accelerator(catalog: Catalog, own: OwnAccelerator, where: str = "") -> Accelerator:
    """Return the accelerator that the user describes.

    Its memory is taken as decimal gigabytes, its partitions as unknown where its memory is not that of ``like``.

    Raises:
        CatalogFault: it resembles nothing known, or is physically implausible.
    """
    where = where or f"overrides.accelerators {own.id}"
    base: Accelerator = own.base(catalog.accelerators, where)
    changes = own.given()
    if own.memory_gb is not None and own.memory_gb != base.memory_gb:
        changes |= {"memory_bytes": round(own.memory_gb * GB), "mig_instances": 0, "mig_profiles": (),
                    "memory_options_gb": (), "bins": ()}
    if own.id != base.id:
        # Who describes it can get it, whatever became of the one it is like.
        changes |= {"name": own.name or own.id, "price": None, "aliases": (), "sources": (OWN_SOURCE,),
                    "status": base.status if base.status == "cloud_only" else "current"}
    marks = {column: tuple(f for f in getattr(base, column) if f not in changes) for column in ("derived", "estimated")}
    made = replace(base, **({"sources": (*base.sources, OWN_SOURCE)} | changes | marks))
    for finding in chain(check_accelerators([made]), check_precisions([made])):
        if finding.severity == "error":
            fields: dict[str, Any] = dict(finding.fields)
            raise CatalogFault(finding.what, where=f"{where}, column {finding.column}", **fields)
    return made


def own_model(catalog: Catalog, own: OwnModel, where: str = "") -> Model:
    """Return the model that the user describes.

    Raises:
        CatalogFault: it resembles nothing known, or its shape differs but its size is not given.
    """
    where = where or f"overrides.models {own.id}"
    base: Model = own.base(catalog.models, where)
    changes = own.given()
    changes |= {"sources": (*base.sources, OWN_SOURCE)} if own.id == base.id else {
        "sources": (OWN_SOURCE,), "aliases": (), "release_date": None, "verified": OWN_SOURCE}
    if all(getattr(base, column) == changes.get(column, getattr(base, column)) for column in _SHAPE):
        return replace(base, **changes)
    return _reshaped(base, own, changes, where)


def _reshaped(base: Model, own: OwnModel, changes: dict[str, Any], where: str) -> Model:
    """Take nothing from ``base`` that follows from the shape."""
    missing = next((column for column in ("total_params", *(("active_params",) if base.is_moe else ()))
                    if getattr(own, column) is None), None)
    if missing:
        raise CatalogFault(mark("{column} is needed, because the shape is not that of {like}"),
                           where=f"{where}, column {missing}", column=missing, like=base.id)
    if own.layers not in (None, base.layers) and base.full_layers != base.layers:
        raise CatalogFault(mark("the layers of {like} differ from each other, so their number cannot change"),
                           where=f"{where}, column layers", like=base.id)
    layers = own.layers or base.layers
    made = replace(base, **({
        "checkpoint_bytes": None, "active_params": own.active_params or own.total_params,
        "active_params_excl_input_embedding": None, "full_layers": layers if own.layers else base.full_layers,
    } | changes))
    made = replace(made, state_bytes_per_sequence=state_bytes(made) or None if base.state_bytes_per_sequence else None)
    shape = kv_shape(made)
    return replace(made, kv_bytes_per_token_bf16=round(shape.bytes_per_token()) if shape.known else None,
                   kv_window_bytes_per_token_bf16=shape.window_elements * 2 or None)


def _hosts(catalog: Catalog, own: OwnAccelerator, made: Accelerator) -> Iterable[tuple[System, str]]:
    """Yield the machines that take what it is like, sold without accelerators, and have the power for it."""
    for system in catalog.systems.values():
        if own.like not in system.accelerators or system.includes_accelerators:
            continue
        watts, supply = made.tdp_w or 0, (system.psu_w or 0) * (system.psu_count or 0)
        slot = system.slot_power_w is None or watts <= system.slot_power_w
        if slot and (not supply or (system.base_power_w or 0) + system.max_accelerators * watts <= supply):
            yield system, made.id


def _joined(hosts: Iterable[tuple[System, str]]) -> dict[str, System]:
    found: dict[str, System] = {}
    for system, accelerator in hosts:
        current = found.get(system.id, system)
        found[system.id] = replace(current, accelerators=(*current.accelerators, accelerator))
    return found


def _priced(catalog: Catalog) -> tuple[Mapping[str, Any], ...]:
    return catalog.accelerators, catalog.systems, catalog.components, catalog.cloud


def _lay_prices(catalog: Catalog, prices: Iterable[OwnPrice]) -> None:
    rows: dict[str, dict[str, Any]] = {"accelerators": {}, "systems": {}, "components": {}, "cloud": {}}
    exchange = exchange_of(catalog)
    for own in prices:
        check_price(catalog, own)
        price = _price(own, exchange)
        for name, changed in rows.items():
            record = getattr(catalog, name).get(own.part)
            if record is not None:
                changed[own.part] = _rented(record, price) if name == "cloud" else replace(record, price=price)
    for name, changed in rows.items():
        if changed:
            catalog.__dict__[name] = MappingProxyType({**getattr(catalog, name), **changed})


def _price(own: OwnPrice, exchange: Exchange) -> Price:
    usd, low, high = own.in_usd(exchange.per_usd)
    return Price(usd=usd, kind="yours", as_of=own.as_of, source=OWN_SOURCE, low_usd=low, high_usd=high)


def _rate(catalog: Catalog, own: OwnRate) -> Economic:
    """Return the row of running costs that a rate of the user's is; it takes the place of the shipped one."""
    item = f"USD/{own.currency}"
    shipped = next((row.id for row in catalog.economics.values() if row.category == "fx" and row.item == item), None)
    return Economic(
        id=shipped or f"fx/usd-{own.currency.lower()}/", category="fx", item=item, country="", value=own.per_usd,
        low=None, high=None, unit=f"{own.currency} per USD", as_of=own.as_of, sources=(OWN_SOURCE,),
    )


def _rented(sku: CloudSku, own: Price) -> CloudSku:
    """Replace the price on demand; other prices are kept where they are still cheaper."""
    others = ("spot_usd_h", "reserved_1y_usd_h", "reserved_3y_usd_h")
    kept: dict[str, Any] = {name: value if value is None or value <= own.usd else None
                            for name in others for value in (getattr(sku, name),)}
    return replace(sku, **kept, on_demand_usd_h=own.usd, as_of=own.as_of, sources=(*sku.sources, OWN_SOURCE),
                   estimated=tuple(name for name in sku.estimated if name in others))
