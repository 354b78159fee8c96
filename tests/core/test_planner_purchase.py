"""What the needs say about buying reaches search and bill alike: second site, storage, software, life, spares."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.core.costing_checker import Checker
from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.errors import InputError
from wizard.needs.needs import Constraints, Economics, Needs, Storage, Training, Workload
from wizard.needs.presets import preset
from wizard.planner.plan import Option, Plan
from wizard.planner.planner import plan

MODEL = "meta-llama/Llama-3.1-70B-Instruct"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def serving(**changes: object) -> Needs:
    wishes = {"accelerators": ("L40S",), "availability": "n", **changes}
    return Needs(model=MODEL, workload=Workload(concurrent_users=64),
                 constraints=Constraints.model_validate(wishes))


def chosen(found: Plan) -> Option:
    assert found.chosen is not None
    assert found.chosen.bom is not None
    return found.chosen


def quantity(option: Option, part: str) -> int:
    assert option.bom is not None
    return sum(line.quantity for line in option.bom.lines if line.part == part)


def test_a_second_site_is_the_first_again_and_a_line(catalog: Catalog) -> None:
    one, two = chosen(plan(serving(), catalog)), chosen(plan(serving(availability="second_site"), catalog))
    assert (two.accelerators, two.nodes, two.replicas) == (2 * one.accelerators, 2 * one.nodes, one.replicas)
    assert two.spare_replicas == one.replicas
    assert one.bom is not None
    assert two.bom is not None
    assert two.bom.sites == 2
    for line in one.bom.lines:
        if line.category not in {"support", "shipping"}:
            assert quantity(two, line.part) == 2 * quantity(one, line.part)
    assert [line.category for line in two.bom.lines if line.part == "site_link"] == ["link"]
    assert two.cost.spares == two.bom.total - one.bom.total


def test_each_degree_of_availability_has_its_price(catalog: Catalog) -> None:
    found = plan(serving(), catalog)
    option = chosen(found)
    facts = {f.fields["choice_label"]: f.fields for f in found.facts if f.code.startswith("availability")}
    assert set(facts) == {"n", "n+1", "2n", "second_site"}
    assert facts["n"]["cost"] == option.cost.capex
    for choice in ("n+1", "2n", "second_site"):
        planned = chosen(plan(serving(availability=choice), catalog))
        if planned.replicas == option.replicas and planned.accelerator == option.accelerator:
            assert facts[choice]["cost"] == planned.cost.capex, choice
        more = facts[choice]["more"]
        assert isinstance(more, Decimal)
        assert more > 0


def test_subscriptions_are_on_the_bill_and_paid_again_each_year(catalog: Catalog) -> None:
    plain = chosen(plan(serving(), catalog))
    option = chosen(plan(serving(software=("NVIDIA AI Enterprise", "ubuntu pro")), catalog))
    assert quantity(option, "nvidia_ai_enterprise") == option.accelerators
    assert quantity(option, "ubuntu_pro") == option.nodes
    assert option.bom is not None
    assert option.tco is not None
    yearly = Decimal(4500) * option.accelerators + Decimal(500) * option.nodes
    assert option.bom.recurring == yearly
    assert [year.subscriptions for year in option.tco.years] == [0, 0, yearly, yearly]
    assert plain.tco is not None
    assert option.tco.total - plain.tco.total == 3 * yearly


def test_rented_accelerators_need_subscriptions_too(catalog: Catalog) -> None:
    def rented(*software: str) -> Option:
        found = plan(serving(acquisition="cloud", accelerators=("H200 NVL", "H100 SXM"), software=software), catalog)
        assert found.chosen is not None
        assert found.chosen.cloud_sku
        return found.chosen

    plain, option = rented(), rented("NVIDIA AI Enterprise")
    assert plain.tco is not None
    assert option.tco is not None
    assert option.accelerator == plain.accelerator
    yearly = Decimal(4500) * option.accelerators
    assert [year.subscriptions for year in option.tco.years] == [0, yearly, yearly, yearly]
    assert option.tco.total - plain.tco.total == 3 * yearly
    assert option.cost.per_month is not None
    assert plain.cost.per_month is not None
    assert option.cost.per_month - plain.cost.per_month == yearly / 12
    assert "rent_software" in {reason.code for reason in option.reasons}


def test_unknown_software_is_named_with_what_is_known(catalog: Catalog) -> None:
    with pytest.raises(InputError, match=r"constraints.software: there is no software Foo.*nvidia_ai_enterprise"):
        plan(serving(software=("Foo",)), catalog)


def test_training_over_nodes_has_storage_servers_for_its_data(catalog: Catalog) -> None:
    needs = Needs(
        use_case="training", model=MODEL, training=Training(method="full", tokens=1e9),
        storage=Storage(dataset_tb=200.0), constraints=Constraints(accelerators=("H100 SXM",), accelerator_count=32))
    option = chosen(plan(needs, catalog))
    bom = option.bom
    assert bom is not None
    reasons = {line.reason: dict(line.reason_fields) for line in bom.lines}
    assert float(str(reasons["storage_shared"]["need_tb"])) > 240
    without = chosen(plan(needs.model_copy(update={"storage": Storage(shared="no")}), catalog))
    assert without.bom is not None
    assert not any(line.reason == "storage_shared" for line in without.bom.lines)
    assert bom.total > without.bom.total


def test_weights_that_must_load_fast_buy_bandwidth(catalog: Catalog) -> None:
    def servers(load_s: float | None) -> int:
        needs = serving().model_copy(update={"storage": Storage(shared="yes", load_s=load_s)})
        return quantity(chosen(plan(needs, catalog)), "storage_2u_24")

    assert servers(None) == servers(600.0) == 3
    assert servers(2.0) > 3


def test_a_rack_draws_no_more_than_the_room_gives(catalog: Catalog) -> None:
    def at(watts: float | None, feeds: int = 2) -> Option:
        return chosen(plan(serving(accelerators=("H100 SXM",), accelerator_count=32, max_rack_w=watts,
                                   power_feeds=feeds), catalog))

    free, small = at(None), at(14_000.0, 1)
    assert free.bom is not None
    assert small.bom is not None
    assert free.bom.site is not None
    assert small.bom.site is not None
    assert free.bom.site.rack_max_w > 14_000 >= small.bom.site.rack_max_w
    assert small.bom.site.racks > free.bom.site.racks
    assert sum(x.quantity for x in small.bom.lines if x.category == "pdu") == small.bom.site.racks
    nothing = plan(serving(accelerators=("H100 SXM",), accelerator_count=8, max_rack_w=9_000.0), catalog)
    assert nothing.status == "infeasible"


def test_hardware_is_replaced_after_its_life(catalog: Catalog) -> None:
    years = serving().model_copy(update={"economics": Economics(horizon_years=7, hardware_life_years=3)})
    option = chosen(plan(years, catalog))
    assert option.tco is not None
    assert option.bom is not None
    assert [year.year for year in option.tco.years if year.refresh] == [3, 6]
    assert option.tco.years[3].refresh == (option.bom.hardware * Decimal("0.9")).quantize(Decimal("0.01"))
    # The last hardware has served one of three years: 1 - 0.9 / 3 of its price is left.
    assert option.tco.years[7].residual == -(option.bom.hardware * Decimal("0.7")).quantize(Decimal("0.01"))
    assert "refresh_factor" in {swing.name for swing in option.tco.swings}


def test_prompts_and_answers_share_the_cost(catalog: Catalog) -> None:
    option = chosen(plan(serving(), catalog))
    assert option.prefill_share is not None
    assert 0 < option.prefill_share < 1
    tco = option.tco
    assert tco is not None
    assert tco.per_million_input is not None
    assert tco.per_million_output is not None
    assert 0 < tco.per_million_input < tco.per_million_output


def test_a_rented_plan_still_says_what_to_own_for_the_baseline(catalog: Catalog) -> None:
    found = plan(preset("S20").needs, catalog)
    (split,) = [fact.fields for fact in found.facts if fact.code == "peak_split"]
    month, all_own, all_rented = (Decimal(str(split[name])) for name in ("month", "all_own", "all_rented"))
    assert month <= min(all_own, all_rented)
    assert split["accelerator"] in {option.accelerator_name for option in found.options if option.bom}
    assert int(str(split["own"])) + int(str(split["rent"])) >= 4


def test_plans_with_everything_survive_the_second_opinion(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = []

    def kept(demand: object, known: Catalog, terms: object = None) -> object:
        # What is altered here keeps the type that is asked for.
        bom = build_bom(demand, known, terms)  # type: ignore[arg-type]
        ordered.append((demand, bom))
        return bom

    monkeypatch.setattr("wizard.planner.bills.build_bom", kept)
    needs = serving(availability="second_site", software=("nvidia_ai_enterprise", "vmware_vcf"), ups=True)
    plan(needs.model_copy(update={"storage": Storage(shared="yes", dataset_tb=40.0, load_s=20.0)}), catalog)
    assert ordered
    for demand, bom in ordered:
        assert Checker(catalog, demand, bom).faults() == []  # type: ignore[arg-type]
