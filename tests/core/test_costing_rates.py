"""What the search ranks by is the total cost that the chosen build then shows, bought or rented, to the dollar."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pytest

from tests.core.plans import CATALOG
from wizard.costing.build import build_bom
from wizard.costing.case import case_of
from wizard.costing.cloud import CloudOffer, cheapest_cloud
from wizard.costing.columns import CapexColumns
from wizard.costing.demand import BuildDemand, Profile
from wizard.costing.rates import Rates
from wizard.costing.records import Bom
from wizard.costing.refusal import CannotBuild
from wizard.costing.rents import RentColumns
from wizard.costing.tco import total_cost
from wizard.costing.terms import terms_of
from wizard.costing.usage import Usage
from wizard.costing.years import running_cost, years_of
from wizard.money import total
from wizard.needs.needs import Economics

ECONOMICS = (
    Economics(),
    Economics(country="DE", horizon_years=7, hardware_life_years=3, staff_usd_per_year=90_000, pue=1.2),
    Economics(horizon_years=1, colocation_usd_per_kw_month=137.5, electricity_usd_per_kwh=0.31, discount_rate=0.2),
    Economics(country="CN", horizon_years=4, colocation_usd_per_kw_month=210, colocation_includes_energy=True),
)
SOFTWARE = ("nvidia_ai_enterprise", "ubuntu_pro", "rhel_server")
PROFILES = (
    Profile(weights_bytes=15e9, training=False, dataset_tb=0.0, fabric=False, edge=False),
    Profile(weights_bytes=700e9, training=False, dataset_tb=0.0, fabric=False, edge=False),
)


def whole(subject: Bom | CloudOffer, economics: Economics) -> Decimal:
    """Return the undiscounted total of the yearly table, without the draws."""
    return total(year.total for year in years_of(case_of(subject, Usage.at(economics), economics, CATALOG, None)))


@pytest.mark.parametrize("economics", ECONOMICS, ids=range(len(ECONOMICS)))
@pytest.mark.parametrize(("currency", "software"), [("USD", ()), ("EUR", SOFTWARE)])
def test_owning(economics: Economics, currency: str, software: tuple[str, ...]) -> None:
    terms = terms_of(CATALOG, currency=currency, country=economics.country, shipping_rate=Decimal("0.01"),
                     discounts={"accelerator": Decimal("0.07")})
    columns = CapexColumns.of(CATALOG, terms, PROFILES, software=software)
    chance = random.Random(economics.horizon_years)
    rows = []
    for _ in range(60):
        nodes = chance.choice([1, 1, 2, 5, 33])
        count = max(1, nodes * chance.choice([1, 2, 4, 8]) - chance.choice([0, 0, 1]))
        rows.append((chance.randrange(len(columns.accelerators)), count, nodes, chance.randrange(2)))
    built = columns.build(*(np.array(column) for column in zip(*rows, strict=True)))
    rates = Rates.of(CATALOG, economics)
    found, month = rates.own_usd(built), rates.own_month_usd(built)
    boms = []
    for i, (accelerator, count, nodes, profile) in enumerate(rows):
        demand = BuildDemand(
            accelerator=columns.accelerators[accelerator], accelerators=count, nodes=nodes, inter_node=False,
            weights_bytes=PROFILES[profile].weights_bytes, training=False, dataset_tb=0.0, software=software)
        try:
            bom = build_bom(demand, CATALOG, terms)
        except CannotBuild:
            assert np.isnan(found[i])
            continue
        if any(line.extended is None for line in bom.lines if line.category in {"accelerator", "system"}):
            assert np.isnan(found[i])
            continue
        years = years_of(case_of(bom, Usage.at(economics), economics, CATALOG, None))
        running = total(running_cost(year) for year in years[1:]) / len(years[1:]) / 12
        assert found[i] == pytest.approx(float(whole(bom, economics) / bom.usd_rate), abs=1.0), demand
        assert month[i] == pytest.approx(float(running / bom.usd_rate), abs=0.1), demand
        boms.append(bom)
    assert len(boms) > 10
    assert total_cost(boms[0], Usage.at(economics), economics, CATALOG).total == whole(boms[0], economics)


@pytest.mark.parametrize("economics", ECONOMICS, ids=range(len(ECONOMICS)))
def test_renting(economics: Economics) -> None:
    names = sorted({sku.accelerator for sku in CATALOG.cloud.values()})
    rents, rates, chance = RentColumns(CATALOG, names), Rates.of(CATALOG, economics), random.Random(5)
    compared = 0
    for _ in range(150):
        index, share = chance.randrange(len(names)), chance.choice([1, 2, 8])
        count = share * chance.choice([1, 2, 3, 7])
        month = rents.month_usd(np.array([index]), np.array([float(count)]), np.array([float(share)]))
        offer = cheapest_cloud(CATALOG, names[index], count, share)
        if offer is None or offer.on_demand_usd_h is None:
            assert np.isnan(month[0])
            continue
        assert rates.rent_usd(month)[0] == pytest.approx(float(whole(offer, economics)), abs=1.0)
        compared += 1
    assert compared > 20


def test_a_single_node_never_costs_more_than_its_share_of_a_cluster() -> None:
    """The search's least price rests on it."""
    columns, rates = CapexColumns.of(CATALOG, terms_of(CATALOG), PROFILES), Rates.of(CATALOG, ECONOMICS[1])
    kinds = np.arange(len(columns.accelerators))
    for each, nodes in ((1, 1), (2, 3), (4, 8), (8, 40)):
        cluster = rates.least_own_usd(columns.build(kinds, each * nodes, nodes, inter_node=nodes > 1))
        sizes, fabric = np.full(kinds.shape, each), np.full(kinds.shape, nodes > 1)
        alone = rates.least_own_usd(columns.alone(kinds, sizes, np.zeros_like(kinds), fabric))
        known = np.isfinite(cluster)
        assert known.any()
        assert (alone[known] * nodes <= cluster[known] + 0.01).all()
