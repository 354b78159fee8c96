"""Promises to so many of 100 requests: searched for, kept by what is shown, and priced."""

from __future__ import annotations

import pytest

from tests.core.plans import CATALOG
from tests.core.search_cases import fast, slow, small_catalog, small_needs
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs
from wizard.planner.plan import Plan
from wizard.planner.plan_json import to_data
from wizard.planner.planner import plan
from wizard.planner.requirement_prices import requirement_prices


def asked(percentile: int | None, **workload: object) -> Needs:
    return needs_from({
        "model": "meta-llama/Llama-3.1-8B-Instruct",
        "targets": {"ttft_ms": 800, "tpot_ms": 40, "percentile": percentile},
        "workload": {"concurrent_users": 60, "prompt_tokens": 2000, "output_tokens": 300, **workload},
        "constraints": {"accelerators": ["l40s", "h100_nvl_94", "rtx_pro_6000_bw_ws", "mi300x"]},
    })


def total(found: Plan) -> float:
    assert found.chosen is not None
    assert found.chosen.cost.total is not None
    return float(found.chosen.cost.total)


@pytest.mark.parametrize("workload", [
    {}, {"prompt_cv": 1.0, "output_cv": 0.7}, {"think_time_s": 15},
    {"concurrent_users": None, "requests_per_s": 6, "arrival_scv": 4},
])
def test_every_option_keeps_its_promise_to_the_late(workload: dict[str, object]) -> None:
    found = plan(asked(95, **workload), CATALOG)
    assert found.status == "feasible"
    for option in found.options:
        for code, target in (("ttft_p95_ms", 800), ("tpot_p95_ms", 40)):
            limit = next(limit for limit in option.limits if limit.code == code)
            assert limit.need == target
            assert limit.have == pytest.approx(option.estimates[code].high)
            assert limit.have <= target
            assert option.estimates[code].value <= limit.have
        assert not [limit for limit in option.limits if limit.code in ("ttft_ms", "tpot_ms")]


def test_more_requests_promised_never_cost_less() -> None:
    costs = [total(plan(asked(p, prompt_cv=1.0), CATALOG)) for p in (None, 90, 99)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0]


def test_the_percentile_has_a_price_and_stands_in_the_plan() -> None:
    needs = asked(90, prompt_cv=1.0)
    prices = {price.key: price for price in requirement_prices(needs, CATALOG)}
    price = prices["targets.percentile"]
    assert price.stated == 90
    assert price.saved is not None
    assert price.saved > 0
    data = to_data(plan(needs, CATALOG))
    assert data["needs"]["targets"]["percentile"] == 90
    assert "ttft_p90_ms" in {limit["code"] for limit in data["options"][0]["limits"]}


def test_where_late_requests_cannot_be_kept_the_mean_is_a_way_out() -> None:
    tight = asked(99, prompt_cv=1.0).model_dump() | {"budget": {"purchase": "90000"}}
    found = plan(needs_from(tight), CATALOG)
    assert found.status == "infeasible"
    change = next(change for change in found.changes if change.key == "targets.percentile")
    assert (change.from_value, change.to_value) == (99, None)
    assert all(limit.margin >= -1e-9 for limit in change.option.limits)


@pytest.mark.parametrize("seed", [1, 2, 7, 11])
def test_the_search_for_late_requests_is_that_of_every_row(seed: int) -> None:
    catalog, needs = small_catalog(seed), small_needs(seed)
    load = needs.workload.model_copy(update={"prompt_cv": 0.8, "arrival_scv": 4.0})
    targets = needs.targets.model_copy(update={"percentile": (50, 90, 95, 99)[seed % 4]})
    needs = needs.model_copy(update={"workload": load, "targets": targets})
    assert fast(needs, catalog) == slow(needs, catalog)


def test_one_user_is_promised_no_less_for_the_reserve_of_another() -> None:
    """The reserve is judged with two users, whose band is narrower than that of the one who comes."""
    found = plan(needs_from({
        "model": "openai/gpt-oss-20b", "targets": {"ttft_ms": 60_000, "tpot_ms": 2000},
        "workload": {"concurrent_users": 1, "prompt_tokens": 500_000, "output_tokens": 64, "prompt_cv": 3.0},
        "constraints": {"accelerators": ["b200_sxm_180", "mi350x"]},
    }), CATALOG)
    assert found.status == "feasible"
    assert all(limit.margin >= 0 for option in found.options for limit in option.limits)
