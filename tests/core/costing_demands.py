"""Random demands for machines and clusters, from a workstation with one card to 1,024 accelerators."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from tests.core.costing_checker import Checker
from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand, Room
from wizard.costing.records import Bom
from wizard.costing.refusal import CannotBuild, Conflict

MOST = 1024
SOFTWARE = ("nvidia_ai_enterprise", "nvidia_run_ai", "ubuntu_pro", "rhel_server", "vmware_vcf")


def random_demand(chance: random.Random, catalog: Catalog, currency: str | None = None) -> BuildDemand:
    accelerator = chance.choice([a for a in catalog.accelerators.values() if a.form_factor != "cloud only"])
    nodes = chance.choice([1, 1, 1, 2, 3, 4, 8, 16, 32, 64, 128])
    per_node = chance.choice([1, 2, 4, 8])
    accelerators = max(nodes, nodes * per_node - chance.choice([0, 0, 0, 1, nodes - 1]))
    sites = 2 if nodes % 2 == 0 and accelerators % 2 == 0 and chance.random() < 0.2 else 1
    return BuildDemand(
        accelerator=accelerator.id, accelerators=accelerators, nodes=nodes,
        weights_bytes=chance.choice([0, 4e9, 15e9, 70e9, 140e9, 700e9, 1.4e12]), training=chance.random() < 0.3,
        dataset_tb=chance.choice([0.0, 0.0, 1.0, 10.0]), inter_node=chance.random() < 0.5,
        currency=currency or chance.choice(["USD", "CNY", "EUR"]),
        country=chance.choice(["US", "CN", "DE", "FR", "JP"]),
        discounts={"accelerator": Decimal("0.07")} if chance.random() < 0.3 else {}, ups=chance.random() < 0.2,
        sites=sites, storage=chance.choice(["auto", "auto", "yes", "no"]),
        load_s=chance.choice([0.0, 0.0, 30.0, 600.0]),
        room=Room(chance.choice([1, 2, 2]), chance.choice([None, None, 15_000.0, 22_500.0, 60_000.0])),
        software=tuple(name for name in SOFTWARE if chance.random() < 0.15),
    )


def random_bills(
    catalog: Catalog, seed: int, count: int, refused: set[Conflict] | None = None,
) -> Iterator[tuple[BuildDemand, Bom]]:
    """Yield so many demands that can be built, with their bills; ``refused`` gathers why others cannot."""
    chance = random.Random(seed)
    built = 0
    while built < count:
        demand = random_demand(chance, catalog)
        try:
            bom = build_bom(demand, catalog)
        except CannotBuild as error:
            if refused is not None:
                refused.add(error.code)
            continue
        built += 1
        yield demand, bom


def check_random_bills(catalog: Catalog, seed: int, count: int) -> None:
    """Let the second opinion look at so many bills."""
    refused: set[Conflict] = set()
    sizes = []
    for demand, bom in random_bills(catalog, seed, count, refused):
        assert Checker(catalog, demand, bom).faults() == [], demand
        sizes.append(demand.accelerators)
    assert len(sizes) == count
    assert (min(sizes), max(sizes)) == (1, MOST)
    assert {"too_many_per_node", "no_host"} & refused
