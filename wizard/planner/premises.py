"""Where the hardware stands and what is there already: the catalogue as these premises leave it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.needs.needs import Needs

DESK_KINDS = frozenset({"workstation", "desktop", "laptop", "mini", "box", "edge"})
"""Kinds of machines that are made to stand beside people; servers and racks need a room of their own."""

DELIVERY = "delivery/gpu-server/world"
"""The row of the catalogue's economics that says how many weeks servers with accelerators take to be delivered."""


def catalog_of(needs: Needs, catalog: Catalog) -> Catalog:
    """Return the catalogue with the user's figures over it, and only the machines that may stand where they must.

    Raises:
        CatalogFault: the user's figures name something that does not exist, or describe something impossible.
    """
    whole = catalog.with_overrides(needs.overrides)
    rented = needs.constraints.acquisition == "cloud"
    barred = needs.constraints.quiet or servers_come_late(needs, whole)
    return _desk_side(whole) if barred and not rented else whole


def servers_come_late(needs: Needs, catalog: Catalog) -> bool:
    """Whether servers have taken longer to deliver than is allowed; what is owned needs no delivery."""
    most, known = needs.constraints.max_delivery_weeks, catalog.economics.get(DELIVERY)
    if most is None or known is None or needs.constraints.owned:
        return False
    return float(known.high or known.value) > most


@lru_cache(maxsize=4)
def _desk_side(catalog: Catalog) -> Catalog:
    found = Catalog(catalog.folder)
    tables = found.__dict__
    tables.update(catalog.__dict__)
    tables["systems"] = MappingProxyType({s.id: s for s in catalog.systems.values() if s.kind in DESK_KINDS})
    return found


def hosted(catalog: Catalog) -> frozenset[str]:
    """Return the accelerators that some machine of the catalogue takes."""
    return frozenset(name for system in catalog.systems.values() for name in system.accelerators)


def owned(needs: Needs, catalog: Catalog) -> Mapping[str, int]:
    """Return how many of each accelerator are there already, by id.

    Raises:
        UnknownName: an accelerator that the needs name does not exist.
    """
    found: dict[str, int] = {}
    for mine in needs.constraints.owned:
        known = resolve_accelerator(catalog, mine.accelerator, where="constraints.owned").id
        found[known] = found.get(known, 0) + mine.count
    return found
