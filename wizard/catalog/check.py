"""Checking the catalogue: types, references, sources, ages, and whether the figures are physically possible."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from wizard.catalog.availability import EXPORT_SOURCE
from wizard.catalog.catalog import Catalog
from wizard.catalog.check_accelerators import check_accelerators
from wizard.catalog.check_claims import check_api_prices, check_conflicts
from wizard.catalog.check_money import check_cloud, check_economics, check_price, check_sources
from wizard.catalog.check_precisions import check_precisions
from wizard.catalog.check_stacks import check_stacks
from wizard.catalog.check_systems import check_components, check_systems
from wizard.catalog.findings import Finding, Findings, Place
from wizard.catalog.names import normalise
from wizard.catalog.records import (
    Accelerator,
    ApiPrice,
    CloudSku,
    Component,
    Conflict,
    Economic,
    Maker,
    Model,
    SoftwareStack,
    System,
)
from wizard.errors import CatalogFault

Sourced = Accelerator | System | Component | CloudSku | Economic | Maker | Model | ApiPrice | Conflict | SoftwareStack
_TABLES = (
    "sources", "accelerators", "systems", "components", "cloud", "economics", "models", "api_prices", "conflicts",
    "makers", "stacks",
)


def check(catalog: Catalog, today: date | None = None) -> tuple[Finding, ...]:
    """Check a catalogue as it lies on disk and return everything that is wrong, doubtful or too old.

    ``today`` is the day from which ages count; the catalogue's own date if not given. A table that cannot be read is
    one finding, and what depends on it is not checked.
    """
    unreadable = tuple(_unreadable(catalog))
    if unreadable:
        return unreadable
    day = today or _own_date(catalog)
    return tuple(_findings(catalog, day))


def _own_date(catalog: Catalog) -> date:
    year, month, day = (int(part) for part in catalog.version.split(".")[:3])
    return date(year, month, day)


def _unreadable(catalog: Catalog) -> Findings:
    for table in _TABLES:
        try:
            getattr(catalog, table)
        except CatalogFault as fault:
            yield Place(f"{table}.csv", fault.where).error("unreadable", "", "{fault}", fault=str(fault))


def _findings(catalog: Catalog, today: date) -> Findings:
    yield from _duplicates(catalog)
    yield from _sources(catalog)
    yield from check_accelerators(catalog.accelerators.values())
    yield from check_precisions(catalog.accelerators.values())
    yield from _aliases(catalog.accelerators)
    yield from check_systems(catalog.systems, catalog.components, catalog.accelerators)
    yield from check_components(catalog.components)
    yield from check_cloud(catalog.cloud, catalog.accelerators, today)
    yield from check_economics(catalog.economics, today)
    yield from check_api_prices(catalog.api_prices, catalog.models, today)
    yield from check_conflicts(catalog)
    yield from check_stacks(catalog.stacks, catalog.accelerators.values())
    priced: Iterable[tuple[str, Accelerator | System | Component]] = (
        *(("accelerators.csv", a) for a in catalog.accelerators.values()),
        *(("systems.csv", s) for s in catalog.systems.values()),
        *(("components.csv", c) for c in catalog.components.values()),
    )
    for table, record in priced:
        if record.price:
            yield from check_price(Place(table, record.id), record.price, catalog.sources, today)


def _duplicates(catalog: Catalog) -> Findings:
    """Ids that stand in a table twice: the later row would silently win."""
    for table in (*_TABLES, "model_sources"):
        seen: set[str] = set()
        for line, key in _ids(catalog.folder / f"{table}.csv"):
            if key in seen:
                yield Place(f"{table}.csv", key).error("duplicate", "id", "row {line} repeats it", line=line)
            if not key:
                yield Place(f"{table}.csv", f"row {line}").error("blank", "id", "it must not be blank")
            seen.add(key)


def _ids(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(newline="", encoding="utf-8-sig") as f:
        reader = csv.reader(f)
        place = next(reader).index("id")
        for row in reader:
            yield reader.line_num, row[place]


def _sources(catalog: Catalog) -> Findings:
    tables: tuple[tuple[str, Mapping[str, Sourced]], ...] = (
        ("accelerators.csv", catalog.accelerators), ("systems.csv", catalog.systems),
        ("components.csv", catalog.components), ("cloud.csv", catalog.cloud),
        ("economics.csv", catalog.economics), ("models.csv", catalog.models), ("makers.csv", catalog.makers),
        ("api_prices.csv", catalog.api_prices), ("conflicts.csv", catalog.conflicts),
        ("stacks.csv", catalog.stacks),
    )
    used = {EXPORT_SOURCE}
    for table, records in tables:
        for record in records.values():
            place = Place(table, record.id)
            if not record.sources:
                yield place.error("no_source", "sources", "every row needs a source")
            yield from _marks(place, record)
            kinds = {catalog.sources[key].kind for key in record.sources if key in catalog.sources}
            if kinds == {"estimate"} and getattr(record, "estimated", None) == ():
                yield place.error("unmarked", "estimated", "it rests on an estimate and does not say so")
            for key in record.sources:
                if key not in catalog.sources:
                    yield place.error("unknown_source", "sources", "there is no source {source}", source=repr(key))
            used.update(record.sources)
            price = getattr(record, "price", None)
            if price:
                used.add(price.source)
    yield from check_sources(catalog.sources, frozenset(used))


def _marks(place: Place, record: Sourced) -> Findings:
    known = {f.name for f in fields(record)}
    for column in ("derived", "estimated"):
        for name in getattr(record, column, ()):
            if name not in known:
                yield place.error("unknown_field", column, "{field} is no column", field=name)


def _aliases(accelerators: Mapping[str, Accelerator]) -> Findings:
    """Names that mean several accelerators; such a name asks back, which is right only where it is meant."""
    owners: dict[str, str] = {}
    for accelerator in accelerators.values():
        for name in {normalise(n) for n in (accelerator.id, accelerator.name, *accelerator.aliases)}:
            other = owners.setdefault(name, accelerator.id)
            if other != accelerator.id:
                yield Place("accelerators.csv", accelerator.id).warning(
                    "shared_name", "aliases", "{name} also means {other}", name=name, other=other,
                )
