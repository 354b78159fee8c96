"""Parts of a build before they become lines: what, how many, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.catalog.records import Component, Price
from wizard.costing.records import Category

Fields = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Some pieces of one part. ``power_w`` and ``rack_units`` are per piece; ``reason`` is a code for the words."""

    category: Category
    part: str
    vendor: str
    description: str
    quantity: int
    price: Price | None
    power_w: float | None = None
    rack_units: float | None = None
    weight_kg: float | None = None
    reason: str = ""
    fields: Fields = ()
    recurring: bool = False
    """Whether it is paid again each year."""

    def times(self, n: int) -> Item:
        """Return the same part for ``n`` nodes."""
        return replace(self, quantity=self.quantity * n)

    def at(self, sites: int) -> Item:
        """Return the same at each of several sites; what its reason counts is that of one."""
        return replace(self, quantity=self.quantity * sites, fields=(*self.fields, ("sites", sites)))


def item_of(part: Component, quantity: int, reason: str, category: Category | None = None, **fields: object) -> Item:
    """Turn a component of the catalogue into an item."""
    return Item(
        category=category or CATEGORY_OF.get(part.category, "software"), part=part.id, vendor=part.vendor,
        description=part.name, quantity=quantity, price=part.price,
        power_w=None if part.category in {"ups", "pdu", "psu"} else part.power_w, rack_units=part.rack_units,
        weight_kg=part.weight_kg, reason=reason, fields=tuple(fields.items()),
    )


CATEGORY_OF: dict[str, Category] = {
    "cpu": "cpu", "memory": "memory", "storage": "storage", "nic": "nic", "switch": "switch", "optics": "optics",
    "cable": "cable", "rack": "rack", "pdu": "pdu", "ups": "ups", "board": "board", "motherboard": "board",
    "psu": "psu", "case": "case", "chassis": "case", "cooler": "cooler", "support": "support",
    "installation": "installation", "software": "software",
    "storage_server": "storage", "rail": "rail",
}
"""Category of a line by the category of the component."""
