"""The search's prices are those of the bill of materials, to the cent."""

from __future__ import annotations

import math
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.columns import CapexColumns
from wizard.costing.demand import BuildDemand, Profile, Room
from wizard.costing.refusal import CannotBuild
from wizard.costing.terms import terms_of

PROFILES = (
    Profile(weights_bytes=15e9, training=False, dataset_tb=0.0, fabric=False, edge=False),
    Profile(weights_bytes=700e9, training=False, dataset_tb=0.0, fabric=False, edge=False),
    Profile(weights_bytes=140e9, training=True, dataset_tb=4.0, fabric=False, edge=False),
    Profile(weights_bytes=70e9, training=False, dataset_tb=0.0, fabric=False, edge=False, storage="yes", load_s=45.0),
    Profile(weights_bytes=810e9, training=True, dataset_tb=900.0, fabric=False, edge=False, load_s=20.0),
    Profile(weights_bytes=140e9, training=True, dataset_tb=2.0, fabric=False, edge=False, storage="no"),
)
ALL = ("nvidia_ai_enterprise", "nvidia_run_ai", "ubuntu_pro", "rhel_server", "vmware_vcf")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.mark.parametrize(
    ("currency", "country", "ups", "software", "sites", "room", "more"),
    [("USD", "US", False, (), 1, Room(), {}),
     ("USD", "US", True, ALL[:1], 1, Room(1, 20_000.0), {"discounts": {"ups": Decimal("0.12")}}),
     ("CNY", "CN", False, ALL, 1, Room(), {"discounts": {"accelerator": Decimal("0.035"), "memory": Decimal("0.2"),
                                                  "software": Decimal("0.155"), "storage": Decimal("0.31")}}),
     ("EUR", "DE", True, ALL, 2, Room(2, 45_000.0),
      {"shipping_rate": Decimal("0.0125"), "contingency_rate": Decimal("0.05")})],
)
def test_columns_equal_bills(
    catalog: Catalog, currency: str, country: str, ups: bool, software: tuple[str, ...], sites: int,
    room: Room, more: dict[str, object],
) -> None:
    # Keywords of several types.
    terms = terms_of(catalog, currency=currency, country=country, **more)  # type: ignore[arg-type]
    columns = CapexColumns.of(catalog, terms, PROFILES, ups=ups, software=software, sites=sites, room=room)
    chance = random.Random(17)
    rows = []
    for _ in range(400):
        nodes = chance.choice([1, 1, 2, 3, 5, 8, 32, 127, 128, 130, 200])
        count = max(1, nodes * chance.choice([1, 2, 4, 8, 9]) - chance.choice([0, 0, 1]))
        kind = chance.randrange(len(columns.accelerators))
        rows.append((kind, count, nodes, chance.randrange(len(PROFILES)), chance.random() < 0.5))
    found = columns.build(*(np.array(column) for column in zip(*rows, strict=True)))
    compared = 0
    for i, (accelerator, count, nodes, profile, spans) in enumerate(rows):
        p = PROFILES[profile]
        demand = BuildDemand(
            accelerator=columns.accelerators[accelerator], accelerators=count, nodes=nodes, inter_node=bool(spans),
            weights_bytes=p.weights_bytes, training=p.training, dataset_tb=p.dataset_tb, ups=ups, storage=p.storage,
            load_s=p.load_s, software=software, sites=sites, room=room,
        )
        try:
            bom = build_bom(demand, catalog, terms)
        except CannotBuild:
            assert math.isnan(found.capex[i])
            assert math.isnan(found.power_w[i])
            continue
        assert found.power_w[i] == pytest.approx(bom.power_w)
        assert found.rack_units[i] == pytest.approx(bom.rack_units)
        core = [x for x in bom.lines if x.category in {"accelerator", "system"}]
        if all(x.extended is not None for x in core):
            assert f"{found.capex[i]:.2f}" == str(bom.total), demand
            assert f"{found.recurring_usd[i]:.2f}" == f"{bom.recurring / bom.usd_rate:.2f}"
            assert found.capex_usd[i] == pytest.approx(float(bom.total / bom.usd_rate))
            compared += 1
        else:
            assert math.isnan(found.capex[i])
    assert compared > (100 if sites == 1 else 40)


def test_models_of_about_a_size_share_their_nodes_and_no_others(catalog: Catalog) -> None:
    terms, dice = terms_of(catalog), random.Random(3)
    sizes = [dice.uniform(0, 1) ** 3 * 1.5e12 for _ in range(8)]
    profiles = [replace(PROFILES[0], weights_bytes=size * (1 + off)) for size in sizes for off in (0.0, 1e-4, 0.02)]
    names = ("h100_sxm_80", "l4", "rtx_4090", "mi300x", "rtx_6000_ada")
    kind = [CapexColumns.of(catalog, terms).index(name) for name in names]
    row = (np.repeat(kind, 4), np.tile([1, 2, 8, 16], len(kind)), np.tile([1, 1, 1, 2], len(kind)))
    together = [CapexColumns.of(catalog, terms, (profile,)).build(*row) for profile in profiles]
    assert len({found.capex_usd.tobytes() for found in together}) > len(sizes) // 2
    for profile, found in zip(profiles, together, strict=True):
        anew = CapexColumns.of(copy(catalog), terms, (profile,)).build(*row)
        for name in ("capex_usd", "power_w", "rack_units"):
            assert np.array_equal(getattr(found, name), getattr(anew, name), equal_nan=True), profile


def test_nodes_by_themselves_cost_no_more_than_the_whole(catalog: Catalog) -> None:
    columns, generator = CapexColumns.of(catalog, terms_of(catalog), PROFILES, ups=True, software=ALL), (
        np.random.default_rng(5))
    nodes = generator.integers(1, 200, 5_000)
    row = (generator.integers(0, len(columns.accelerators), 5_000), nodes * 8 - generator.integers(0, 8, 5_000), nodes,
           generator.integers(0, len(PROFILES), 5_000), generator.integers(0, 2, 5_000))
    least, whole = columns.bare(*row), columns.build(*row)
    for name in ("capex_usd", "power_w", "rack_units", "net_usd", "hardware_usd", "recurring_usd"):
        bound, real = getattr(least, name), getattr(whole, name)
        assert not (np.isnan(bound) & ~np.isnan(real)).any()
        assert (bound <= real)[np.isfinite(real)].all()
    assert (least.capex_usd < whole.capex_usd)[np.isfinite(whole.capex_usd)].any()


def test_scalars_and_absurd_counts_are_answered(catalog: Catalog) -> None:
    columns = CapexColumns.of(catalog, terms_of(catalog))
    h100 = columns.index("h100_sxm_80")
    assert columns.capex_usd(h100, 8, 1)[0] > 100_000
    assert columns.power_w(h100, 8, 1)[0] > 8 * 700
    assert columns.rack_units(h100, 8, 1)[0] >= 4
    assert columns.capex_usd(h100, 8_000_000, 1_000_000)[0] > 1e10
    assert np.isnan(columns.capex_usd(h100, 0, 1)).all()
    assert np.isnan(columns.capex_usd(h100, 2, 3)).all()
    assert np.isnan(columns.capex_usd(h100, 4000, 1)).all()
    assert columns.node(h100, 8) is not None
    assert columns.node(h100, 64) is None


def test_questions_side_by_side_find_the_same_prices(catalog: Catalog) -> None:
    """A window plans while it answers what a requirement costs: both ask the same shelf for nodes."""
    kinds = np.arange(0, 350, 3)
    profiles = [(replace(PROFILES[0], weights_bytes=1e9 * n),) for n in (9, 31, 90, 250, 600, 900)]

    def prices(columns: list[CapexColumns]) -> list[list[float]]:
        return [one.build(kinds, 8 * nodes, nodes).capex_usd.tolist() for one in columns for nodes in (1, 2)]

    def families() -> list[CapexColumns]:
        fresh = copy(catalog)
        return [CapexColumns.of(fresh, terms_of(fresh), profile) for profile in profiles]

    expected, interval = prices(families()), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(3) as pool:
            for _ in range(2):
                shared = families()
                ways = [shared, shared[::-1], shared[3:] + shared[:3]]
                first, second, third = pool.map(prices, ways)
                np.testing.assert_equal(first, expected)
                np.testing.assert_equal(second[-2:], expected[:2])
                np.testing.assert_equal(third[:6], expected[6:])
    finally:
        sys.setswitchinterval(interval)
