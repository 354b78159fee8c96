"""The catalogue as one immutable value, loaded table by table when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

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
    Source,
    System,
)
from wizard.catalog.tables import read_records
from wizard.paths import catalog_dir

if TYPE_CHECKING:
    from wizard.catalog.overrides import Overrides

R = TypeVar(
    "R", Accelerator, ApiPrice, CloudSku, Component, Conflict, Economic, Maker, Model, SoftwareStack, Source, System
)


class Catalog:
    """Everything that exists, by id. Tables are read on first use and never change.

    Args:
        folder: the catalogue's folder; the shipped one if not given.

    Raises:
        CatalogFault: (on first use of a table) a row is wrong.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or catalog_dir()
        self.base: Catalog = self
        self.overrides: Overrides | None = None

    @cached_property
    def version(self) -> str:
        """The catalogue's own version, a date."""
        return (self.folder / "VERSION").read_text(encoding="utf-8").strip()

    @cached_property
    def accelerators(self) -> Mapping[str, Accelerator]:
        """Accelerators by id."""
        return self._table("accelerators.csv", Accelerator)

    @cached_property
    def systems(self) -> Mapping[str, System]:
        """Servers, workstations and boxes by id."""
        return self._table("systems.csv", System)

    @cached_property
    def components(self) -> Mapping[str, Component]:
        """CPUs, memory, SSDs, NICs, switches, optics, cables, power by id."""
        return self._table("components.csv", Component)

    @cached_property
    def cloud(self) -> Mapping[str, CloudSku]:
        """Cloud instances by id (``provider/instance/region``)."""
        return self._table("cloud.csv", CloudSku)

    @cached_property
    def economics(self) -> Mapping[str, Economic]:
        """Tariffs, PUE, taxes, exchange rates by id (``category/item/country``)."""
        return self._table("economics.csv", Economic)

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Models by hub id."""
        return self._table("models.csv", Model)

    @cached_property
    def api_prices(self) -> Mapping[str, ApiPrice]:
        """What hosts ask by the token, by id (``provider/model``)."""
        return self._table("api_prices.csv", ApiPrice)

    @cached_property
    def makers(self) -> Mapping[str, Maker]:
        """Makers of accelerators by name."""
        return self._table("makers.csv", Maker)

    @cached_property
    def conflicts(self) -> Mapping[str, Conflict]:
        """Where sources contradict each other, and what was chosen."""
        return self._table("conflicts.csv", Conflict)

    @cached_property
    def stacks(self) -> Mapping[str, SoftwareStack]:
        """Which versions of a software stack drive which architectures."""
        return self._table("stacks.csv", SoftwareStack)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Where facts come from, by key; what models rest on has a table of its own."""
        return MappingProxyType({**self._table("sources.csv", Source), **self._table("model_sources.csv", Source)})

    def with_overrides(self, overrides: Overrides) -> Catalog:
        """Return the catalogue as shipped with a user's own figures over it, and over nobody else's.

        Raises:
            CatalogFault: they name something that does not exist, or describe something impossible.
        """
        if overrides == (self.overrides or type(overrides)()):
            return self
        if not overrides:
            return self.base
        from wizard.catalog.overlay import overlaid

        return overlaid(self.base, overrides)

    def _table(self, name: str, record: type[R]) -> Mapping[str, R]:
        return MappingProxyType({r.id: r for r in read_records(self.folder / name, record)})
