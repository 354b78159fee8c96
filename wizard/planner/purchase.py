"""What the needs say about buying: the same words for the search's columns and for the bill of one option."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.catalog.catalog import Catalog
from wizard.costing.columns import CapexColumns
from wizard.costing.demand import BuildDemand, Profile, Room
from wizard.costing.software import software_ids
from wizard.costing.terms import Terms
from wizard.needs.needs import Needs

SITES = 2


def sites_of(needs: Needs) -> int:
    """Return over how many places the hardware is spread."""
    return SITES if needs.constraints.availability == "second_site" else 1


def room_of(needs: Needs) -> Room:
    """Return what the room gives a rack."""
    return Room(needs.constraints.power_feeds, needs.constraints.max_rack_w)


def columns_of(
    needs: Needs, catalog: Catalog, terms: Terms, weights_bytes: Iterable[float], *, training: bool = False,
) -> CapexColumns:
    """Return the prices of builds; profile ``n`` holds the ``n``-th size of weights.

    Raises:
        InputError: software is wanted that the catalogue does not know.
    """
    storage = needs.storage
    profiles = tuple(
        Profile(weights_bytes=size, training=training, dataset_tb=storage.dataset_tb, fabric=False,
                edge=needs.use_case == "edge", storage=storage.shared, load_s=storage.load_s or 0.0)
        for size in weights_bytes
    )
    return CapexColumns.of(
        catalog, terms, profiles, ups=needs.constraints.ups,
        software=software_ids(catalog, needs.constraints.software), sites=1 if training else sites_of(needs),
        room=room_of(needs),
    )


def demand_of(
    needs: Needs, catalog: Catalog, terms: Terms, accelerator: str, *, accelerators: int, nodes: int,
    weights_bytes: float, spans_nodes: bool, spare_nodes: int = 0, training: bool = False, sites: int = 1,
) -> BuildDemand:
    """Return what is to be bought; a replica or job that ``spans_nodes`` needs a fabric where there are several."""
    storage, wishes = needs.storage, needs.constraints
    return BuildDemand(
        accelerator=accelerator, accelerators=accelerators, nodes=nodes, spare_nodes=spare_nodes,
        weights_bytes=weights_bytes, training=training, dataset_tb=storage.dataset_tb,
        inter_node=spans_nodes and nodes > 1, edge=needs.use_case == "edge", country=needs.economics.country,
        currency=terms.currency, availability=wishes.availability, ups=wishes.ups, storage=storage.shared,
        load_s=storage.load_s or 0.0, software=software_ids(catalog, wishes.software), sites=sites,
        room=room_of(needs),
    )
