"""Are prices, cloud instances and running costs plausible, dated, sourced and fresh?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import get_args

from wizard.catalog.findings import Findings, Place
from wizard.catalog.names import normalise
from wizard.catalog.prices import FRESH_DAYS, is_stale
from wizard.catalog.records import Accelerator, CloudSku, Economic, Price, Source, SourceClass

_SKU_PER_HOUR = (Decimal("0.04"), Decimal(30))
_INSTANCE_FAMILIES = {
    "g4dn": ("t4",), "g5": ("a10g",), "g6": ("l4",), "g6e": ("l40s",), "g7e": ("rtx_pro_6000_bw_server",),
    "p3": ("v100_sxm2_16",), "p3dn": ("v100_sxm2_32",), "p4d": ("a100_sxm_40",), "p4de": ("a100_sxm_80",),
    "p5": ("h100_sxm_80",), "p5e": ("h200_sxm_141",), "p5en": ("h200_sxm_141",), "p6-b200": ("b200_sxm_180",),
    "p6-b300": ("b300_sxm_288",), "inf2": ("inferentia2",), "trn1": ("trainium1",), "trn1n": ("trainium1",),
    "trn2": ("trainium2",),
}
"""Accelerator of each AWS instance family (EC2 instance types)."""

_PUBLISHED = frozenset({"vendor", "measured", "regulator"})
_EXACT = frozenset({"vat", "fx"})
_RANGES = {
    "electricity": (Decimal("0.005"), Decimal(1)),
    "pue": (Decimal(1), Decimal(3)),
    "vat": (Decimal(0), Decimal("0.3")),
    "carbon": (Decimal(5), Decimal(1200)),
    "support": (Decimal(0), Decimal("0.5")),
    "fx": (Decimal("0.1"), Decimal(2000)),
    "colocation": (Decimal(30), Decimal(600)),
    "discount": (Decimal(0), Decimal("0.3")),
    "import_duty": (Decimal(0), Decimal(1)),
    "depreciation": (Decimal(0), Decimal(15)),
    "staff": (Decimal(0), Decimal(20)),
}


def check_price(place: Place, price: Price, sources: Mapping[str, Source], today: date) -> Findings:
    """Yield what is wrong with one price."""
    if price.usd <= 0:
        yield place.error("price", "price_usd", "a price must be positive")
    low, high = price.low_usd, price.high_usd
    if (low is not None and low > price.usd) or (high is not None and high < price.usd):
        yield place.error("price_range", "price_usd", "{value} does not lie in its range {low} to {high}",
                          value=price.usd, low=low, high=high)
    if price.kind == "estimate" and (low is None or high is None):
        yield place.error("no_range", "price_low_usd", "an estimate needs a range")
    source = sources.get(price.source)
    if source is None:
        yield place.error("unknown_source", "price_source", "there is no source {source}", source=repr(price.source))
    elif price.kind not in {"estimate", "yours"} and source.kind == "estimate":
        yield place.error("price_class", "price_kind", "an estimate cannot be a {kind} price", kind=price.kind)
    if price.as_of > today or price.as_of.year < 2015:
        yield place.error("price_date", "price_as_of", "{date} cannot be its date", date=price.as_of)
    elif is_stale(price.as_of, today):
        yield place.stale("price_age", "price_as_of", "it is older than {days} days", days=FRESH_DAYS)


def check_cloud(
    cloud: Mapping[str, CloudSku], accelerators: Mapping[str, Accelerator], today: date,
) -> Findings:
    """Yield what is wrong with cloud instances."""
    for sku in cloud.values():
        place = Place("cloud.csv", sku.id)
        if sku.accelerator not in accelerators:
            yield place.error("unknown_accelerator", "accelerator", "there is no accelerator {id}", id=sku.accelerator)
        wanted = "/".join(part.lower().replace(" ", "-") for part in (sku.provider, sku.instance, sku.region))
        if sku.id != wanted:
            yield place.error("id", "id", "it must be {wanted}", wanted=wanted)
        yield from check_instance(sku)
        if sku.as_of > today:
            yield place.error("price_date", "as_of", "{date} cannot be its date", date=sku.as_of)
        elif is_stale(sku.as_of, today):
            yield place.stale("price_age", "as_of", "it is older than {days} days", days=FRESH_DAYS)


def check_instance(sku: CloudSku) -> Findings:
    """Yield what is wrong with one instance or its prices."""
    place = Place("cloud.csv", sku.id)
    family = _INSTANCE_FAMILIES.get(sku.instance.split(".")[0])
    if sku.provider == "AWS" and family and sku.accelerator not in family:
        yield place.error("instance_family", "accelerator", "{instance} has {wanted}", instance=sku.instance,
                          wanted=" / ".join(family))
    yield from _hourly(place, sku)


def _hourly(place: Place, sku: CloudSku) -> Findings:
    full = sku.on_demand_usd_h
    if full is None and sku.spot_usd_h is None and sku.reserved_1y_usd_h is None:
        yield place.warning("no_price", "on_demand_usd_h", "it has no price")
    if sku.count < 1:
        yield place.error("count", "count", "an instance has at least one accelerator")
        return
    for column in ("on_demand_usd_h", "spot_usd_h", "reserved_1y_usd_h", "reserved_3y_usd_h"):
        value = getattr(sku, column)
        if value is None:
            continue
        if not _SKU_PER_HOUR[0] <= value / sku.count <= _SKU_PER_HOUR[1]:
            yield place.error("hourly", column, "{value} USD per hour for {n} accelerators", value=value, n=sku.count)
        elif full is not None and value > full:
            yield place.error("cheaper", column, "it must not cost more than on demand")


def check_economics(economics: Mapping[str, Economic], today: date) -> Findings:
    """Yield what is wrong with running costs, taxes and exchange rates."""
    for row in economics.values():
        place = Place("economics.csv", row.id)
        limits = _RANGES.get(row.category)
        if limits and not limits[0] <= row.value <= limits[1]:
            yield place.error("value", "value", "{value} {unit} is not plausible ({low} to {high})", value=row.value,
                              unit=row.unit, low=limits[0], high=limits[1])
        if (row.low is not None and row.low > row.value) or (row.high is not None and row.high < row.value):
            yield place.error("range", "value", "{value} does not lie in {low} to {high}", value=row.value, low=row.low,
                              high=row.high)
        if row.category not in _EXACT and (row.low is None or row.high is None):
            yield place.error("no_range", "low", "it needs a range: only taxes and exchange rates are exact")
        if "estimate" in row.sources and "value" not in row.estimated:
            yield place.error("unmarked", "estimated", "it rests on an estimate and does not say so")
        if not row.id.startswith(f"{row.category}/") or not row.id.endswith(f"/{row.country.lower()}"):
            yield place.error("id", "id", "it must name its category and its country")
        if row.as_of and row.as_of > today:
            yield place.error("price_date", "as_of", "{date} cannot be its date", date=row.as_of)
        elif row.category == "fx" and row.as_of and is_stale(row.as_of, today):
            yield place.stale("price_age", "as_of", "it is older than {days} days", days=FRESH_DAYS)
    yield from _exchange(economics)


def _exchange(economics: Mapping[str, Economic]) -> Findings:
    rates = {row.item: row for row in economics.values() if row.category == "fx"}
    for item, row in rates.items():
        back = rates.get("/".join(reversed(item.split("/"))))
        if back and abs(row.value * back.value - 1) > Decimal("0.005"):
            yield Place("economics.csv", row.id).error("exchange", "value", "it is not the inverse of {other}",
                                                       other=back.item)


def check_sources(sources: Mapping[str, Source], used: frozenset[str]) -> Findings:
    """Yield what is wrong with sources themselves."""
    for source in sources.values():
        place = Place("sources.csv", source.id)
        for column in ("publisher", "document"):
            if not normalise(getattr(source, column)):
                yield place.error("blank", column, "it must not be blank")
        if source.kind not in get_args(SourceClass):
            yield place.error("unknown_word", "kind", "{value} is no class of sources", value=repr(source.kind))
        if source.kind in _PUBLISHED and not source.address.startswith("https://"):
            yield place.error("address", "address", "a published source needs its address")
        if source.id not in used:
            yield place.warning("unused", "", "nothing rests on it")
