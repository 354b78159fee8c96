"""Bills of materials against a second opinion, over random demands from 1 to 1,024 accelerators."""

from __future__ import annotations

import random
from collections.abc import Mapping
from copy import copy
from dataclasses import fields, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import get_args

import pytest

from tests.core.costing_checker import Checker
from tests.core.costing_demands import check_random_bills, random_demand
from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Component, Price, System
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand, Room
from wizard.costing.records import Bom
from wizard.costing.refusal import CannotBuild, Conflict
from wizard.costing.sentences import LABELS, SENTENCES
from wizard.costing.terms import catalog_date, terms_of
from wizard.i18n import fields_of

PLANS = 400


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def test_random_plans_survive_a_second_opinion(catalog: Catalog) -> None:
    """A quick part; tests/slow/test_costing_plans.py looks at 2,000."""
    check_random_bills(catalog, 20261122, PLANS)


def test_what_was_asked_before_changes_no_bill(catalog: Catalog) -> None:
    one, two = (BuildDemand(accelerator="l40s", accelerators=n, nodes=1, weights_bytes=15e9) for n in (1, 2))
    first, second = copy(catalog), copy(catalog)
    assert [build_bom(d, first) for d in (one, two)] == [build_bom(d, second) for d in (two, one)][::-1]


def test_the_second_opinion_is_not_blind(catalog: Catalog) -> None:
    demand = BuildDemand(accelerator="l40s", accelerators=4, nodes=1, weights_bytes=70e9, ups=True)
    bom = build_bom(demand, catalog)
    spoiled = {
        "backup": with_line(bom, "ups", quantity=0),
        "sums": replace(bom, total=bom.total + Decimal("0.01")),
        "dimms": with_line(bom, "memory", quantity=3),
        "processors": with_line(bom, "cpu", part="ryzen_9_9950x"),
        "host_takes_them": with_line(bom, "accelerator", quantity=5),
        "racks": with_line(bom, "pdu", quantity=1),
    }
    for check, wrong in spoiled.items():
        assert any(fault.startswith(check) for fault in Checker(catalog, demand, wrong).faults()), check


def test_the_second_opinion_sees_faults_of_clusters(catalog: Catalog) -> None:
    demand = BuildDemand(
        accelerator="h100_pcie_80", accelerators=64, nodes=8, weights_bytes=140e9, training=True, inter_node=True,
        dataset_tb=50.0, software=("nvidia_ai_enterprise", "ubuntu_pro"), room=Room(2, 30_000.0))
    bom = build_bom(demand, catalog)
    assert Checker(catalog, demand, bom).faults() == []
    assert bom.site is not None
    spoiled = {
        "storage_servers": with_reason(bom, "storage_shared_drives", quantity=4),
        "site_network": with_reason(bom, "uplink_ends", quantity=3),
        "management": with_reason(bom, "management_ports", quantity=2),
        "rails": with_reason(bom, "rails", quantity=1),
        "spares": with_reason(bom, "spare_drives", quantity=0),
        "software": with_reason(bom, "software_machines", quantity=7),
        "second_site": with_reason(bom, "rails", category="link"),
        "racks": replace(bom, site=replace(bom.site, rack_max_w=30_001.0)),
        "ports_and_cables": with_reason(bom, "link_both_ends", quantity=5),
    }
    for check, wrong in spoiled.items():
        assert any(fault.startswith(check) for fault in Checker(catalog, demand, wrong).faults()), check
    twice = replace(demand, accelerators=128, nodes=16, sites=2)
    both = build_bom(twice, catalog)
    assert Checker(catalog, twice, both).faults() == []
    missing = replace(both, lines=tuple(line for line in both.lines if line.category != "link"))
    assert any(fault.startswith("second_site") for fault in Checker(catalog, twice, missing).faults())


def with_reason(bom: Bom, reason: str, **changes: object) -> Bom:
    assert any(x.reason == reason for x in bom.lines), reason
    # Callers change fields of any type.
    lines = tuple(replace(x, **changes) if x.reason == reason else x for x in bom.lines)  # type: ignore[arg-type]
    return replace(bom, lines=lines)


def with_line(bom: Bom, category: str, **changes: object) -> Bom:
    # Callers change fields of any type.
    lines = tuple(replace(x, **changes) if x.category == category else x for x in bom.lines)  # type: ignore[arg-type]
    return replace(bom, lines=lines)


def test_every_conflict_has_a_label() -> None:
    assert set(get_args(Conflict)) <= set(LABELS)


def test_every_reason_has_a_sentence_with_its_fields(catalog: Catalog) -> None:
    chance = random.Random(5)
    for _ in range(150):
        try:
            bom = build_bom(random_demand(chance, catalog), catalog)
        except CannotBuild:
            continue
        for line in bom.lines:
            assert line.category in LABELS
            assert fields_of(SENTENCES[line.reason]) <= {name for name, _ in line.reason_fields}, line


@pytest.mark.parametrize(
    ("scenario", "accelerator", "count", "categories"),
    [
        ("S04", "rtx_4090", 1, {"accelerator", "cpu", "board", "memory", "storage", "psu", "case", "cooler"}),
        ("S08", "a100_pcie_40", 2, {"system", "accelerator", "cpu", "memory", "storage", "nic", "rack", "pdu"}),
        ("S09", "h100_sxm_80", 8, {"system", "cable", "rack", "pdu", "support", "installation"}),
    ],
)
def test_scenarios_are_complete(
    catalog: Catalog, scenario: str, accelerator: str, count: int, categories: set[str],
) -> None:
    bom = build_bom(BuildDemand(accelerator=accelerator, accelerators=count, weights_bytes=14e9), catalog)
    assert categories <= {line.category for line in bom.lines}
    core = [x for x in bom.lines if x.category not in {"installation", "shipping"}]
    assert all(line.extended is not None for line in core)


def test_an_rtx_4090_workstation_draws_450_watts_for_the_card_and_says_its_efficiency(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="rtx_4090", accelerators=1, weights_bytes=14e9), catalog)
    base = catalog.systems[bom.system].base_power_w
    rest = [line for line in bom.lines if line.category != "accelerator"]
    parts = sum((line.power_w or 0) * line.quantity for line in rest)
    parts += 0 if any(line.category == "board" and line.power_w for line in rest) else 50
    assert bom.site is not None
    assert bom.site.psu_efficiency == 0.9
    assert next(line.power_w for line in bom.lines if line.category == "accelerator") == 450
    assert bom.power_w == pytest.approx((450 + (parts if base is None else base)) / 0.9)


@pytest.mark.parametrize("box", ["dgx_spark_gb10", "apple_m3_ultra", "jetson_agx_orin_64"])
def test_integrated_boxes_are_one_line_each(catalog: Catalog, box: str) -> None:
    bom = build_bom(BuildDemand(accelerator=box, accelerators=1, weights_bytes=14e9, edge=True), catalog)
    assert [line.category for line in bom.lines] == ["system"]
    assert bom.lines[0].quantity == 1


def test_a_machine_with_its_accelerators_does_not_count_them_twice(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="h100_sxm_80", accelerators=8, weights_bytes=140e9), catalog)
    assert not [line for line in bom.lines if line.category == "accelerator"]


def test_1024_accelerators_get_a_leaf_spine_fabric_worked_by_hand(catalog: Catalog) -> None:
    """1,024 ports on 64-port switches: 32 leaves with 32 down and 32 up, 16 spines; 2,048 links."""
    demand = BuildDemand(accelerator="h100_sxm_80", accelerators=1024, nodes=128, training=True, inter_node=True)
    fabric = build_bom(demand, catalog).fabric
    assert fabric is not None
    assert (fabric.endpoints, fabric.leaf_switches, fabric.spine_switches, fabric.links) == (1024, 32, 16, 2048)
    assert fabric.oversubscription == 1.0


@pytest.mark.parametrize(
    ("demand", "code"),
    [
        (BuildDemand(accelerator="nothing", accelerators=1), "no_such_accelerator"),
        (BuildDemand(accelerator="tpu_v5e", accelerators=1), "rent_only"),
        (BuildDemand(accelerator="rtx_4090", accelerators=64, nodes=1), "too_many_per_node"),
        (BuildDemand(accelerator="l40s", accelerators=2, nodes=3), "spread"),
        (BuildDemand(accelerator="l40s", accelerators=4, dataset_tb=100_000), "drives"),
        (BuildDemand(accelerator="l40s", accelerators=1, weights_bytes=1e14), "memory"),
    ],
)
def test_impossible_builds_are_refused_by_name(catalog: Catalog, demand: BuildDemand, code: str) -> None:
    with pytest.raises(CannotBuild) as refusal:
        build_bom(demand, catalog)
    assert refusal.value.code == code
    assert refusal.value.part
    assert str(refusal.value)


class Changed(Catalog):
    """The shipped catalogue with one machine or component changed."""

    def __init__(self, **changes: object) -> None:
        super().__init__()
        self.changes = changes

    @cached_property
    def systems(self) -> Mapping[str, System]:
        host = Catalog().systems[HOST]
        known = {f.name for f in fields(System)}
        # Callers change fields of any type.
        return {HOST: replace(host, **{k: v for k, v in self.changes.items() if k in known})}  # type: ignore[arg-type]

    @cached_property
    def components(self) -> Mapping[str, Component]:
        parts = Catalog().components
        cores = self.changes.get("cores")
        # Cores are typed by the test, as parts are.
        return {k: replace(p, cores=cores) if p.category == "cpu" and cores else p for k, p in parts.items()}  # type: ignore[arg-type]


HOST = "srv_pcie5_4u_8dw"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slot_power_w": 100.0}, "slot_power"), ({"psu_w": 100.0, "psu_count": 1}, "psu"),
        ({"nic_slots": 1}, "nic_slots"), ({"accelerators": ()}, "no_host"),
        ({"max_accelerators": 2}, "too_many_per_node"),
        ({"max_power_w": 90_000.0, "psu_w": None}, "power_feed"), ({"cores": 1}, "cpu"), ({"dimm_slots": 8}, "memory"),
        ({"kind": "workstation", "cpu_sockets": 1, "parts": (), "nic_slots": 30}, "lanes"),
    ],
)
def test_each_rule_refuses_by_name(changes: dict[str, object], code: str) -> None:
    changed = Changed(**changes)
    demand = BuildDemand(accelerator="l40s", accelerators=16, nodes=2, inter_node=True, weights_bytes=70e9)
    with pytest.raises(CannotBuild) as refusal:
        build_bom(demand, changed)
    assert refusal.value.code == code


def test_two_tiers_of_switches_have_an_end(catalog: Catalog) -> None:
    """64-port switches join 64 x 64 / 2 = 2,048 ports."""
    with pytest.raises(CannotBuild) as refusal:
        build_bom(BuildDemand(accelerator="h100_sxm_80", accelerators=4096, nodes=512, inter_node=True), catalog)
    assert (refusal.value.code, refusal.value.have) == ("fabric", 2048)


def test_lines_are_numbered_and_categories_stand_together(catalog: Catalog) -> None:
    demand = BuildDemand(accelerator="a100_pcie_40", accelerators=8, nodes=4, inter_node=True)
    bom = build_bom(demand, catalog)
    assert [line.number for line in bom.lines] == list(range(1, len(bom.lines) + 1))
    changes = sum(a.category != b.category for a, b in pairwise(bom.lines))
    assert changes == len({line.category for line in bom.lines}) - 1


def test_spare_machines_are_counted_and_named(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="l40s", accelerators=8, nodes=2, spare_nodes=1), catalog)
    assert (bom.nodes, bom.spare_nodes) == (2, 1)
    assert next(line.quantity for line in bom.lines if line.category == "system") == 2


def test_the_users_price_replaces_ours_and_is_not_stale(catalog: Catalog) -> None:
    day = catalog_date(catalog)
    mine = Price(usd=Decimal("7142.86"), kind="yours", as_of=day, source="yours")
    terms = terms_of(catalog, currency="CNY", country="CN", price_book={"rtx_4090": mine})
    bom = build_bom(BuildDemand(accelerator="rtx_4090", accelerators=1), catalog, terms)
    line = next(x for x in bom.lines if x.category == "accelerator")
    expected = (Decimal("7142.86") * bom.usd_rate).quantize(Decimal("0.01"))
    assert (line.unit_list, line.price_kind, line.stale) == (expected, "yours", False)


def test_prices_older_than_ninety_days_are_marked(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="rtx_4090", accelerators=1), catalog)
    today = catalog_date(catalog)
    for line in bom.lines:
        if line.price_as_of is not None:
            assert line.stale == ((today - line.price_as_of).days > 90)
    assert bom.stale == tuple(line.number for line in bom.lines if line.stale)


def test_a_ups_carries_the_load(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="l40s", accelerators=4, ups=True), catalog)
    line = next(x for x in bom.lines if x.category == "ups")
    assert line.quantity * (catalog.components[line.part].capacity_w or 0) >= bom.power_w


def test_currencies_agree_to_rounding(catalog: Catalog) -> None:
    demand = BuildDemand(accelerator="l40s", accelerators=4, weights_bytes=70e9)
    dollars = build_bom(demand, catalog, terms_of(catalog, country="US", currency="USD"))
    for currency in ("CNY", "EUR"):
        other = build_bom(demand, catalog, terms_of(catalog, country="US", currency=currency))
        pieces = sum(line.quantity for line in other.lines)
        assert abs(other.net / other.usd_rate - dollars.net) <= Decimal("0.02") * pieces
        assert other.rate_as_of.isoformat() == "2026-10-30"
