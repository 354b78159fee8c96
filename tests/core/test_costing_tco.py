"""Total cost against figures worked by hand, published worked examples and closed formulas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.catalog.catalog import Catalog
from wizard.costing.alternatives import alternative_of
from wizard.costing.breakeven import break_even_month, break_even_utilization, cumulative, first_crossing
from wizard.costing.build import build_bom
from wizard.costing.case import case_of
from wizard.costing.cloud import cheapest_cloud
from wizard.costing.demand import BuildDemand
from wizard.costing.model import Fixed, costs_of
from wizard.costing.records import Bom, Tco
from wizard.costing.split import split_load, spot_run
from wizard.costing.tco import total_cost
from wizard.costing.uncertainty import DRAWS, base
from wizard.costing.usage import Usage
from wizard.costing.years import npv_of, running_cost, years_of
from wizard.money import total
from wizard.needs.needs import Economics

PLAIN = Economics(
    country="US", horizon_years=3, electricity_usd_per_kwh=0.10, pue=1.5, utilization=0.5, discount_rate=0.08,
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture(scope="module")
def bom(catalog: Catalog) -> Bom:
    return build_bom(BuildDemand(accelerator="l40s", accelerators=4, weights_bytes=70e9), catalog)


def simple_bom(bom: Bom, capex: str, watts: float, *, supported: bool = True) -> Bom:
    """A bill with round figures: hardware of the price, support of the first year on it."""
    price = Decimal(capex)
    lines = tuple(x for x in bom.lines if supported or x.category != "support")
    return replace(bom, lines=lines, net=price, total=price, low=price, high=price, hardware=price, power_w=watts)


def test_three_years_worked_by_hand(catalog: Catalog, bom: Bom) -> None:
    """10 kW x 0.75 x 8,760 h x PUE 1.5 = 98,550 kWh; at 0.10 USD and 4.5 % growth 9,855.00, 10,298.48, 10,761.91."""
    tco = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(), PLAIN, catalog)
    assert tco.energy_kwh_year == pytest.approx(98_550)
    assert [y.energy for y in tco.years] == [Decimal(x) for x in ("0.00", "9855.00", "10298.48", "10761.91")]
    assert [y.support for y in tco.years] == [Decimal(x) for x in ("0.00", "0.00", "10000.00", "10000.00")]
    assert tco.years[3].residual == Decimal("-10000.00")
    assert tco.total == Decimal("100000.00") + Decimal("9855.00") + Decimal("20298.48") + Decimal("10761.91")
    by_hand = 100_000 + 9_855 / 1.08 + 20_298.48 / 1.08**2 + 10_761.91 / 1.08**3
    assert float(tco.npv) == pytest.approx(by_hand, abs=0.01)
    assert tco.opex_year == Decimal("16971.80")
    for year in tco.years:
        parts = (year.capex, year.energy, year.support, year.space, year.staff, year.cloud, year.residual)
        assert total(parts) == year.total
    assert total(y.total for y in tco.years) == tco.total


def test_levelised_cost_per_million_tokens_worked_by_hand(catalog: Catalog, bom: Bom) -> None:
    """1,000 tok/s x 31,536,000 s x 0.5 x 0.985 = 15.53 bn tokens a year; cost and tokens are both discounted."""
    tco = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(output_tok_s=1000.0), PLAIN, catalog)
    assert tco.tokens_year == pytest.approx(15_531_480_000)
    annuity = sum(1.08**-y for y in (1, 2, 3))
    assert tco.per_million_base is not None
    assert float(tco.per_million_base) == pytest.approx(float(tco.npv) / (15_531.48 * annuity), abs=1e-4)
    assert tco.per_million_p10 is not None
    assert tco.per_million_p90 is not None
    assert tco.per_million_tokens is not None
    assert tco.per_million_p10 < tco.per_million_tokens < tco.per_million_p90
    assert tco.draws == DRAWS == 20_000


def test_npv_is_that_of_the_textbook() -> None:
    """Brealey & Myers' annuity: 1 a year for 3 years at 8 % is worth 2.5771."""
    ones = {name: np.array([0.0]) for name in (
        "electricity_growth", "electricity_usd_per_kwh", "pue", "load_factor", "support_rate", "residual_share")}
    fixed = Fixed(capex=0, hardware=0, power_w=0, years=3, discount_rate=0.08, per_usd=1, other_year=1, supported=False,
                  metered=False)
    found = costs_of(fixed, ones | {"capex_factor": np.array([1.0])})
    assert found.npv[0] == pytest.approx(2.5771, abs=5e-5)


def test_energy_of_a_watt_by_hand() -> None:
    """1 W all year at PUE 2.0 is 17.52 kWh; at 6.8 cents 1.19136."""
    inputs = {"electricity_growth": 0.0, "electricity_usd_per_kwh": 0.068, "pue": 2.0, "load_factor": 1.0,
              "support_rate": 0.0, "residual_share": 0.0, "capex_factor": 1.0}
    fixed = Fixed(capex=0, hardware=0, power_w=1, years=1, discount_rate=0.0, per_usd=1, other_year=0, supported=False,
                  metered=True)
    found = costs_of(fixed, {name: np.array([value]) for name, value in inputs.items()})
    assert found.npv[0] == pytest.approx(1.19136)


@pytest.mark.parametrize(
    ("usd_hour", "tok_s", "utilization", "published"),
    [
        # tools.gera.services/inference-endpoint-cost-calculator, read 2026-11-22: USD 2 an hour, 2,000 tok/s.
        (2.0, 2000.0, 1.0, 0.28), (2.0, 2000.0, 0.2, 1.40),
        # rahulkashyap.dev/learn/llm-serving-economics/03-gpu-cost-per-token: USD 1.29 an hour, 2,400 tok/s, 70 % busy.
        (1.29, 2400.0, 1.0, 0.15), (1.29, 2400.0, 0.7, 0.21),
        # gmicloud.ai/en/blog/llm-inference-cost-per-million-tokens: USD 2 an hour, 85 tok/s.
        (2.0, 85.0, 1.0, 6.54),
    ],
)
def test_published_examples_of_cost_per_million_tokens(
    usd_hour: float, tok_s: float, utilization: float, published: float,
) -> None:
    inputs = {"electricity_growth": 0.0, "electricity_usd_per_kwh": 0.0, "pue": 1.0, "load_factor": 1.0,
              "support_rate": 0.0, "residual_share": 0.0, "capex_factor": 1.0, "availability": 1.0,
              "utilization": utilization, "output_tok_s": tok_s}
    fixed = Fixed(capex=0, hardware=0, power_w=0, years=2, discount_rate=0.08, per_usd=1, other_year=usd_hour * 8760,
                  supported=False, metered=False)
    found = costs_of(fixed, {name: np.array([value]) for name, value in inputs.items()})
    assert found.per_million[0] == pytest.approx(published, abs=0.012)


economics = st.builds(
    Economics, country=st.sampled_from(["US", "CN", "DE", "JP", "BR", "CH"]), horizon_years=st.integers(1, 7),
    electricity_usd_per_kwh=st.none() | st.floats(0, 1), pue=st.none() | st.floats(1, 3), utilization=st.floats(0, 1),
    discount_rate=st.floats(0, 0.5), staff_usd_per_year=st.floats(0, 1e6), benefit_usd_per_year=st.floats(0, 1e6),
)


@given(economics, st.floats(1, 1e6))
@settings(max_examples=60, deadline=None)
def test_the_printed_table_and_the_model_behind_the_draws_agree(
    catalog: Catalog, bom: Bom, asked: Economics, tok_s: float,
) -> None:
    """The table is decimal and rounded per cell, the model floating: they may differ by half a cent per cell."""
    case = case_of(bom, Usage(output_tok_s=tok_s), asked, catalog, None)
    model = costs_of(case.fixed, base(case.ranges))
    table = npv_of(years_of(case), asked.discount_rate)
    assert float(table) == pytest.approx(model.npv[0], abs=0.02 * (asked.horizon_years + 1))
    running = [running_cost(year) for year in years_of(case)[1:]]
    assert float(sum(running)) / len(running) / 12 == pytest.approx(model.running_month[0], abs=0.01)


@given(economics)
@settings(max_examples=25, deadline=None)
def test_any_answer_gives_finite_ordered_figures(catalog: Catalog, bom: Bom, asked: Economics) -> None:
    tco = total_cost(bom, Usage(output_tok_s=1000.0), asked, catalog)
    assert tco.npv_p10 is not None
    assert tco.npv_p90 is not None
    assert tco.npv_p10 <= tco.npv_p90
    assert tco.per_million_p10 is not None
    assert tco.per_million_p90 is not None
    assert tco.per_million_tokens is not None
    assert tco.per_million_p10 <= tco.per_million_tokens <= tco.per_million_p90
    assert total(year.total for year in tco.years) == tco.total
    assert len(tco.cumulative_own) == 12 * asked.horizon_years + 1


def test_break_even_of_the_guide() -> None:
    """S12: renting at CNY 8,000 a month against buying at 50,000 and 500 a month: 50,000 / 7,500 = 6.7, month 7."""
    assert break_even_month(Decimal(50_000), Decimal(500), Decimal(8_000), 36) == 7
    own = cumulative(Decimal(50_000), [Decimal(500)] * 36)
    assert first_crossing(own, cumulative(Decimal(0), [Decimal(8_000)] * 36)) == 7


def test_renting_below_six_months_owning_above_twelve_in_the_same_case() -> None:
    own, rent = cumulative(Decimal(50_000), [Decimal(500)] * 36), cumulative(Decimal(0), [Decimal(8_000)] * 36)
    assert rent[6] < own[6]
    assert own[12] < rent[12]


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 10**4))
def test_closed_form_and_course_agree(capex: int, own: int, other: int) -> None:
    course = cumulative(Decimal(capex), [Decimal(own)] * 120)
    alternative = cumulative(Decimal(0), [Decimal(other)] * 120)
    closed = break_even_month(Decimal(capex), Decimal(own), Decimal(other), 120)
    crossing = first_crossing(course, alternative)
    assert closed == crossing


def test_never_within_the_horizon_is_none(catalog: Catalog, bom: Bom) -> None:
    tco = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(), PLAIN.model_copy(
        update={"cloud_usd_per_month": 100.0}), catalog)
    assert tco.break_even_month is None
    assert tco.break_even_against == "cloud_bill"
    assert tco.break_even_probability == 0.0
    assert break_even_utilization(Decimal(10), Decimal(0)) is None
    assert break_even_utilization(Decimal(10), Decimal(9)) is None


def test_break_even_against_the_users_cloud_bill(catalog: Catalog, bom: Bom) -> None:
    bill = PLAIN.model_copy(update={"cloud_usd_per_month": 20_000.0})
    tco = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(), bill, catalog)
    assert tco.break_even_month == 6
    assert tco.cumulative_own[5] > tco.cumulative_other[5]
    assert tco.cumulative_own[6] <= tco.cumulative_other[6]
    assert tco.break_even_probability == 1.0
    assert tco.break_even_p10 is not None
    assert tco.break_even_p90 is not None
    assert tco.break_even_p10 <= 6 <= tco.break_even_p90


def test_the_break_even_month_has_a_band_that_prices_widen(catalog: Catalog, bom: Bom) -> None:
    bill = PLAIN.model_copy(update={"cloud_usd_per_month": 20_000.0})
    wide = replace(simple_bom(bom, "100000.00", 10_000), low=Decimal(60_000), high=Decimal(160_000))
    tco = total_cost(wide, Usage(), bill, catalog)
    assert tco.break_even_p10 is not None
    assert tco.break_even_p90 is not None
    assert tco.break_even_p10 < 6 < tco.break_even_p90
    poor = total_cost(wide, Usage(), PLAIN.model_copy(update={"cloud_usd_per_month": 3_000.0}), catalog)
    assert (poor.break_even_p10, poor.break_even_p90) == (None, None)


def test_the_tax_on_the_purchase_stands_beside_the_cost(catalog: Catalog) -> None:
    demand = BuildDemand(accelerator="l40s", accelerators=4, country="CN", currency="CNY")
    found = build_bom(demand, catalog)
    tco = total_cost(found, Usage(), PLAIN, catalog)
    assert tco.years[0].capex + tco.purchase_tax == found.total


def test_an_api_is_paid_by_the_token(catalog: Catalog, bom: Bom) -> None:
    """15,531.48 M output tokens a year, three prompt tokens each: (3 x 0.5 + 2.0) USD x 15,531.48 / 12 a month."""
    api = PLAIN.model_copy(update={"api_usd_per_million_input_tokens": 0.5, "api_usd_per_million_output_tokens": 2.0})
    tco = total_cost(
        simple_bom(bom, "100000.00", 10_000), Usage(output_tok_s=1000.0, input_per_output=3.0), api, catalog)
    assert tco.api_month == Decimal("4530.02")
    assert tco.break_even_against == "api"
    assert tco.break_even_month == 32  # after month 24 own 130,153.48, API 108,720.48; 2,800.19 a month closer
    by_hand = float(tco.cumulative_own[-1] / (tco.api_month * 36)) * 0.5
    assert tco.break_even_utilization == pytest.approx(by_hand, rel=1e-4)


def test_roi_needs_a_benefit(catalog: Catalog, bom: Bom) -> None:
    plain = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(), PLAIN, catalog)
    assert plain.roi is None
    gain = PLAIN.model_copy(update={"benefit_usd_per_year": 100_000.0})
    found = total_cost(simple_bom(bom, "100000.00", 10_000), Usage(), gain, catalog)
    assert found.roi == pytest.approx((300_000 - float(plain.total)) / float(plain.total))


def test_a_workstation_pays_no_support(catalog: Catalog) -> None:
    bom = build_bom(BuildDemand(accelerator="rtx_4090", accelerators=1), catalog)
    assert all(year.support == 0 for year in total_cost(bom, Usage(), PLAIN, catalog).years)


def test_colocation_with_energy_included_adds_no_energy(catalog: Catalog, bom: Bom) -> None:
    """10 kW at 150 USD per kW and month: 18,000.00 a year."""
    usage = Usage(space_per_kw_month=150.0, space_includes_energy=True)
    tco = total_cost(simple_bom(bom, "100000.00", 10_000), usage, PLAIN, catalog)
    assert [y.space for y in tco.years[1:]] == [Decimal("18000.00")] * 3
    assert all(y.energy == 0 for y in tco.years)


def test_the_same_seed_gives_the_same_figures(catalog: Catalog, bom: Bom) -> None:
    usage = Usage(output_tok_s=1000.0, output_tok_s_low=800.0, output_tok_s_high=1300.0)
    assert total_cost(bom, usage, PLAIN, catalog) == total_cost(bom, usage, PLAIN, catalog)


def test_the_tornado_is_sorted_and_led_by_utilisation(catalog: Catalog, bom: Bom) -> None:
    usage = Usage(output_tok_s=1000.0, output_tok_s_low=900.0, output_tok_s_high=1100.0)
    tco = total_cost(bom, usage, PLAIN, catalog)
    widths = [abs(s.at_high - s.at_low) for s in tco.swings]
    assert widths == sorted(widths, reverse=True)
    assert tco.swings[0].name == "utilization"
    assert tco.per_million_base is not None
    for swing in tco.swings:
        low, high = sorted((swing.at_low, swing.at_high))
        assert low <= float(tco.per_million_base) + 1e-4
        assert high >= float(tco.per_million_base) - 1e-4


def test_input_and_output_share_the_cost(catalog: Catalog, bom: Bom) -> None:
    tco = total_cost(bom, Usage(output_tok_s=1000.0, input_per_output=4.0, prefill_share=0.25), PLAIN, catalog)
    assert tco.per_million_input is not None
    assert tco.per_million_output is not None
    assert tco.per_million_tokens is not None
    together = tco.per_million_output + 4 * tco.per_million_input
    assert float(together) == pytest.approx(float(tco.per_million_tokens), abs=3e-4)


@pytest.mark.parametrize("currency", ["USD", "CNY", "EUR"])
def test_every_currency_says_the_same(catalog: Catalog, currency: str) -> None:
    demand = BuildDemand(accelerator="l40s", accelerators=4, weights_bytes=70e9, currency=currency)
    found = build_bom(demand, catalog)
    tco = total_cost(found, Usage(output_tok_s=1000.0), PLAIN, catalog)
    in_usd = build_bom(replace(demand, currency="USD"), catalog)
    dollars = total_cost(in_usd, Usage(output_tok_s=1000.0), PLAIN, catalog)
    assert tco.currency == currency
    assert float(tco.npv / found.usd_rate) == pytest.approx(float(dollars.npv), rel=1e-5)


def test_renting_on_demand_is_hours_times_price(catalog: Catalog) -> None:
    offer = cheapest_cloud(catalog, "h100_sxm_80", 16, 8)
    assert offer is not None
    assert offer.sku.count >= 8
    assert offer.accelerators >= 16
    assert offer.on_demand_usd_h is not None
    tco = total_cost(offer, Usage(output_tok_s=5000.0), PLAIN, catalog)
    assert tco.years[1].cloud == (offer.on_demand_usd_h * 8760).quantize(Decimal("0.01"))
    assert tco.years[0].total == 0
    assert tco.energy_kwh_year == 0
    itself = total_cost(offer, Usage(output_tok_s=5000.0, cloud=offer), PLAIN, catalog)
    assert (itself.break_even_month, itself.break_even_against) == (None, "")
    billed = PLAIN.model_copy(update={"cloud_usd_per_month": 10.0})
    assert total_cost(offer, Usage(output_tok_s=5000.0), billed, catalog).break_even_month is None


def test_nobody_rents_what_is_not_offered(catalog: Catalog) -> None:
    assert cheapest_cloud(catalog, "rtx_a400", 1) is None
    assert cheapest_cloud(catalog, "h100_sxm_80", 64, 64) is None


def test_the_cheapest_offer_is_the_cheapest(catalog: Catalog) -> None:
    found = cheapest_cloud(catalog, "a100_sxm_80", 8, 8)
    assert found is not None
    assert found.on_demand_usd_h is not None
    for sku in catalog.cloud.values():
        if sku.accelerator == "a100_sxm_80" and sku.count >= 8 and sku.on_demand_usd_h:
            assert found.on_demand_usd_h <= sku.on_demand_usd_h * -(-8 // sku.count)


def test_baseline_and_peak_are_split_by_hand() -> None:
    """8 busy hours need 4 units, the rest 1: owning 300 a month each, renting 2 an hour.

    The second to fourth unit are busy 8/24 of 730 h = 243.3 h, 486.67 a month in rent: owning them is cheaper at 300,
    dearer at 500.
    """
    load = [40.0] * 8 + [10.0] * 16
    cheap = split_load(load, 10.0, Decimal(300), Decimal(2))
    assert (cheap.own_units, cheap.peak_units, cheap.rent_month) == (4, 4, Decimal("0.00"))
    dear = split_load(load, 10.0, Decimal(500), Decimal(2))
    assert (dear.own_units, dear.rent_month) == (1, Decimal("1460.00"))
    assert dear.month < min(dear.all_own_month, dear.all_rented_month)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=48), st.integers(1, 2000), st.integers(1, 20))
@settings(max_examples=60)
def test_a_mix_is_never_dearer_than_its_ends(load: list[float], own: int, rent: int) -> None:
    found = split_load(load, 25.0, Decimal(own), Decimal(rent))
    assert found.month <= min(found.all_own_month, found.all_rented_month)


def test_spot_without_interruptions_costs_its_hours() -> None:
    run = spot_run(72, Decimal("4"), Decimal("12"), interruptions_per_hour=0, checkpoint_hours=0.1, restart_hours=0.2)
    assert (run.hours, run.cost_usd, run.on_demand_usd) == (72, Decimal("288.00"), Decimal("864.00"))
    assert run.worth_it


def test_spot_with_interruptions_follows_daly() -> None:
    """1 interruption in 20 h, 6 min checkpoints: every sqrt(2 x 0.1 x 20) - 0.1 = 1.9 h, about 15 % longer."""
    run = spot_run(72, Decimal(4), Decimal(12), interruptions_per_hour=0.05, checkpoint_hours=0.1, restart_hours=0.2)
    assert run.checkpoint_every_hours == pytest.approx(1.9)
    assert 1.08 < run.hours / 72 < 1.2
    never = spot_run(
        72, Decimal(11), Decimal(12), interruptions_per_hour=0.5, checkpoint_hours=0.3, restart_hours=0.5)
    assert not never.worth_it


def test_the_users_bill_comes_before_the_catalogue(catalog: Catalog) -> None:
    offer = cheapest_cloud(catalog, "l40s", 4, 4)
    usage = Usage(cloud=offer)
    assert alternative_of(usage, PLAIN, None, Decimal(1)).name == "cloud_on_demand"
    billed = PLAIN.model_copy(update={"cloud_usd_per_month": 500.0})
    assert alternative_of(usage, billed, None, Decimal(1)).month == Decimal("500.00")
    assert alternative_of(Usage(), PLAIN, None, Decimal(1)).month is None


def test_all_offers_have_a_date(catalog: Catalog) -> None:
    offer = cheapest_cloud(catalog, "l40s", 4, 4)
    assert offer is not None
    assert date(2020, 1, 1) < offer.as_of


def test_a_default_is_an_assumption_and_an_answer_is_yours(catalog: Catalog, bom: Bom) -> None:
    asked = Economics(country="CN", discount_rate=0.1, pue=1.3)
    sources = {name: source for name, _, source in total_cost(bom, Usage(), asked, catalog).assumptions}
    assert (sources["discount_rate"], sources["pue"]) == ("yours", "yours")
    assert (sources["utilization"], sources["horizon_years"]) == ("assumption", "assumption")
    assert sources["electricity_usd_per_kwh"] in catalog.sources


def test_figures_are_complete_for_a_plan(catalog: Catalog, bom: Bom) -> None:
    usage = Usage(output_tok_s=1000.0, cloud=cheapest_cloud(catalog, "l40s", 4, 4))
    tco: Tco = total_cost(bom, usage, Economics(country="CN"), catalog)
    assert len(tco.cumulative_own) == len(tco.cumulative_other) == 37
    names = [name for name, _, _ in tco.assumptions]
    assert {"pue", "electricity_usd_per_kwh", "utilization", "discount_rate"} <= set(names)
    assert all(source for _, _, source in tco.assumptions)
