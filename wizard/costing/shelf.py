"""The catalogue's parts, sorted the way the rules ask for them. One shelf per catalogue and terms."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar, cast

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Component, Price, System
from wizard.costing.items import CATEGORY_OF, Item
from wizard.costing.refusal import CannotBuild, Conflict
from wizard.costing.terms import Terms

T = TypeVar("T")
_MOST_KNOWN = 24
"""Answers that are kept for each accelerator of the catalogue, some 4 MB: a session may look at many models."""

_RENT_ONLY = ("cloud only",)
_NOT_SOLD = ("announced", "unconfirmed", "uncertain")


@dataclass(frozen=True, slots=True)
class _Refused:
    """What a refusal said."""

    code: Conflict
    part: str
    need: float
    have: float


_NOTHING = object()


class Shelf:
    """Finds parts and their net prices in hundredths of the terms' currency."""

    def __init__(self, catalog: Catalog, terms: Terms) -> None:
        self.catalog = catalog
        self.terms = terms
        self._known: dict[Hashable, object] = {}
        self._net: dict[tuple[str, str, object], int | None] = {}

    def once(self, key: Hashable, answer: Callable[[], T]) -> T:
        """Answer a question once per shelf, refusals included. A key begins with the name of its question."""
        found = self._known.get(key, _NOTHING)
        if found is _NOTHING:
            try:
                found = answer()
            except CannotBuild as error:
                # Its facts only: an error that is kept keeps every frame, with all columns, that it was raised through.
                found = _Refused(error.code, error.part, error.need, error.have)
            if len(self._known) >= _MOST_KNOWN * max(len(self.catalog.accelerators), 100):
                self._known.clear()
            self._known[key] = found
        if isinstance(found, _Refused):
            raise CannotBuild(found.code, found.part, need=found.need, have=found.have)
        return cast("T", found)

    def net(self, part: str, category: str, listed: Price | None) -> int | None:
        """Return the net unit price in hundredths of the currency, ``None`` where no price is known."""
        key = (part, category, listed.usd if listed else None)
        if key not in self._net:
            price = self.terms.price(part, listed)
            self._net[key] = None if price is None else self.terms.net_cents(
                price.usd, self.terms.discount(part, category)
            )
        return self._net[key]

    def item_net(self, item: Item) -> int | None:
        """Return the net unit price of an item."""
        return self.net(item.part, item.category, item.price)

    def listed(self, part: str) -> Price | None:
        """Return the catalogue's price of a part, machine or accelerator."""
        found = (self.catalog.components.get(part) or self.catalog.systems.get(part)
                 or self.catalog.accelerators.get(part))
        return found.price if found is not None else None

    def component_net(self, part: Component) -> int | None:
        """Return the net unit price of a component."""
        return self.net(part.id, CATEGORY_OF.get(part.category, part.category), part.price)

    @cached_property
    def by_category(self) -> dict[str, tuple[Component, ...]]:
        """Components by category; of generic parts that differ in nothing but their price the newest price."""
        found: dict[str, list[Component]] = {}
        for part in self.catalog.components.values():
            found.setdefault(part.category, []).append(part)
        return {category: tuple(newest(parts, _sameness)) for category, parts in found.items()}

    def parts(self, category: str) -> tuple[Component, ...]:
        """Return the components of a category."""
        return self.by_category.get(category, ())

    @cached_property
    def hosts(self) -> dict[str, tuple[System, ...]]:
        """Machines by the accelerator they take."""
        found: dict[str, list[System]] = {}
        for system in self.catalog.systems.values():
            for accelerator in system.accelerators:
                found.setdefault(accelerator, []).append(system)
        return {accelerator: tuple(systems) for accelerator, systems in found.items()}

    def accelerator(self, id_: str) -> Accelerator:
        """Return an accelerator that can be bought.

        Raises:
            CannotBuild: there is none of that id, or it can only be rented.
        """
        found = self.catalog.accelerators.get(id_)
        if found is None:
            raise CannotBuild("no_such_accelerator", id_)
        if found.form_factor in _RENT_ONLY or "rent only" in found.status:
            raise CannotBuild("rent_only", found.name)
        return found


@lru_cache(maxsize=2)
def shelf_of(catalog: Catalog, terms: Terms) -> Shelf:
    """Return the shelf of a catalogue on some terms; the last few are kept, for their answers stay true."""
    return Shelf(catalog, terms)


def newest(parts: Iterable[Component], same: Callable[[Component], Hashable]) -> list[Component]:
    """Keep one of the parts that are the same but for their price: the one whose price is newest."""
    kept: dict[Hashable, Component] = {}
    for part in parts:
        key = same(part)
        other = kept.get(key)
        if other is None or _date_key(part) > _date_key(other):
            kept[key] = part
    return list(kept.values())


def _date_key(part: Component) -> tuple[bool, object]:
    return (part.price is not None, part.price.as_of.toordinal() if part.price else 0)


def _sameness(part: Component) -> Hashable:
    if part.vendor != "generic" or part.category not in {"memory", "storage"}:
        return part.id
    return (part.category, part.memory_type, part.memory_speed_mt_s, part.size_gb, part.modules, part.capacity_tb,
            part.form, part.pcie_gen)
