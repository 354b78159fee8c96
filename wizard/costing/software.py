"""Subscriptions to software: by accelerator, machine or core, the first year on the bill, the others in the total cost.

NVIDIA's licensing guide gives five years of AI Enterprise with each H100 PCIe, H100 NVL and H200 NVL.
Broadcom counts at least 16 cores for each CPU and sells no fewer than 72 cores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Component
from wizard.costing.demand import BuildDemand
from wizard.costing.items import Item, item_of
from wizard.costing.node import Node
from wizard.costing.shelf import Shelf
from wizard.errors import InputError
from wizard.i18n import mark

Ints = NDArray[np.int64]
CORES_A_CPU = 16
CORES_AN_ORDER = 72
_INCLUDED = {"nvidia_ai_enterprise": ("h100_pcie", "h100_nvl", "h200_nvl")}
"""Accelerators that bring a subscription with them, by the beginning of their id."""
_VENDORS = {"nvidia_ai_enterprise": "NVIDIA", "nvidia_run_ai": "NVIDIA"}
"""Software that runs on one maker's accelerators only."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A year of one software: what it is counted by, and its price of a piece in hundredths, zero if not known."""

    part: Component
    cents: int

    @property
    def unit(self) -> str:
        """``accelerator``, ``machine`` or ``core``."""
        return self.part.form

    def serves(self, accelerator: Accelerator) -> bool:
        """Tell whether it runs on the accelerator."""
        maker = _VENDORS.get(self.part.id)
        return maker is None or maker == accelerator.vendor

    def included(self, accelerator: Accelerator) -> bool:
        """Tell whether the accelerator's price holds it."""
        return accelerator.id.startswith(_INCLUDED.get(self.part.id, ("-",)))


def subscribed(shelf: Shelf, names: tuple[str, ...]) -> tuple[Subscription, ...]:
    """Return what the ids stand for; ids that the catalogue does not know are left out (:func:`software_ids`)."""
    known = (shelf.catalog.components.get(name) for name in names)
    return tuple(Subscription(part, shelf.component_net(part) or 0) for part in known
                 if part is not None and part.category == "software")


def software_ids(catalog: Catalog, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of software as people name it.

    Raises:
        InputError: the catalogue does not know one of them.
    """
    known = [part for part in catalog.components.values() if part.category == "software"]
    found = []
    for name in names:
        plain = _plain(name)
        fits = [part.id for part in known if plain == _plain(part.id)] or [
            part.id for part in known if plain and plain in _plain(f"{part.vendor} {part.name}")]
        if not fits:
            raise InputError(mark("there is no software {name}"), where="constraints.software", name=name,
                             mend=mark("Known software: {known}."), known=", ".join(part.id for part in known))
        found.append(fits[0])
    return tuple(dict.fromkeys(found))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def cores_counted(nodes: Ints, cores: Ints) -> Ints:
    """Return the cores to pay for of ``nodes`` machines with ``cores`` counted cores each; zero where not known."""
    return np.where(cores > 0, np.maximum(nodes * cores, CORES_AN_ORDER), 0)


def cores_of(items: tuple[Item, ...], shelf: Shelf) -> int:
    """Return the cores of one machine as they are counted; zero where its CPUs are not known."""
    cpus = [(shelf.catalog.components[i.part], i.quantity) for i in items
            if i.category == "cpu" and i.part in shelf.catalog.components]
    return sum(max(cpu.cores or 0, CORES_A_CPU) * count for cpu, count in cpus if cpu.cores)


def accelerator_cents(shelf: Shelf, subscriptions: tuple[Subscription, ...], accelerator: Accelerator) -> int:
    """Return what a year of the software that is counted by accelerator costs for one of them, in hundredths."""
    lines = (_by_accelerator(s, accelerator, 1) for s in subscriptions
             if s.unit == "accelerator" and s.serves(accelerator))
    return sum(shelf.item_net(line) or 0 for line in lines)


def rented_cents(subscriptions: tuple[Subscription, ...], accelerator: Accelerator) -> int:
    """Return what a year of software costs for one rented accelerator, in hundredths.

    A rent holds the machine and its operating system, but no subscription that is counted by accelerator; what comes
    with a bought card does not come with a rented one.
    """
    return sum(s.cents for s in subscriptions if s.unit == "accelerator" and s.serves(accelerator))


def software_items(shelf: Shelf, demand: BuildDemand, node: Node) -> list[Item]:
    """Return a year of each software that the demand subscribes to, for all its sites."""
    accelerator = shelf.catalog.accelerators[demand.accelerator]
    found = []
    for subscription in subscribed(shelf, demand.software):
        part = subscription.part
        if subscription.unit == "accelerator":
            if subscription.serves(accelerator):
                found.append(_by_accelerator(subscription, accelerator, demand.accelerators))
        elif subscription.unit == "machine":
            found.append(_yearly(item_of(part, demand.nodes, "software_machines", machines=demand.nodes)))
        else:
            cores = int(cores_counted(np.array([demand.nodes]), np.array([cores_of(node.items, shelf)]))[0])
            line = item_of(part, cores or 1, "software_cores" if cores else "software_cores_unknown", cores=cores)
            found.append(_yearly(line if cores else replace(line, price=None)))
    return found


def _by_accelerator(subscription: Subscription, accelerator: Accelerator, count: int) -> Item:
    part = subscription.part
    if not subscription.included(accelerator):
        return _yearly(item_of(part, count, "software_accelerators", accelerators=count))
    line = item_of(part, count, "software_included", name=accelerator.name)
    return _yearly(replace(line, price=None if part.price is None else replace(
        part.price, usd=Decimal(0), low_usd=None, high_usd=None)))


def _yearly(item: Item) -> Item:
    return replace(item, recurring=True)
