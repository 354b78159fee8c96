"""Candidates are ranked by the total cost that their option shows: nobody pays more for less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.core.plans import CATALOG, FIFTY_USERS, in_order, of_text
from tests.core.search_cases import small_needs
from wizard.needs.files import needs_from
from wizard.planner.bills import Biller
from wizard.planner.models import model_of
from wizard.planner.options import Writer
from wizard.planner.planner import context_of, plan
from wizard.planner.serving_plan import explore, explorer_of

SEEN = FIFTY_USERS.replace("2500", "1500").replace("60", "50").replace("budget: {purchase: 90000, currency: USD}", "")
"""Its minimum was dearer over the horizon than its recommended plan."""


def test_the_minimum_costs_no_more_than_what_carries_more() -> None:
    found = of_text(SEEN)
    assert len(found.options) > 3
    assert in_order(found)
    totals = [option.cost.total for option in found.options if option.cost.total is not None]
    assert found.options[0].cost.total == min(totals)


@pytest.mark.parametrize("seed", [24, 26, 61])
def test_random_needs_pay_no_more_for_less(seed: int) -> None:
    assert in_order(plan(small_needs(seed), CATALOG))


@pytest.mark.parametrize("changed", [
    {"economics": {"staff_usd_per_year": 50_000, "horizon_years": 6, "hardware_life_years": 4},
     "constraints": {"software": ["nvidia_ai_enterprise"], "acquisition": "either"}},
    {"economics": {"country": "DE", "colocation_usd_per_kw_month": 150, "shipping_rate": 0.02},
     "constraints": {"availability": "second_site", "ups": True}, "budget": {"currency": "EUR"}},
    {"constraints": {"owned": [{"accelerator": "h100_nvl_94", "count": 6}], "software": ["ubuntu_pro"]}},
    {"constraints": {"acquisition": "cloud", "availability": "n+1", "software": ["nvidia_ai_enterprise"]},
     "economics": {"staff_usd_per_year": 20_000}},
    {"constraints": {"mig": True, "acquisition": "either"}, "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"},
])
def test_rank_and_option_agree(changed: dict[str, Any]) -> None:
    needs = needs_from({
        "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "targets": {"ttft_ms": 2500, "tpot_ms": 60},
        "workload": {"concurrent_users": 50, "prompt_tokens": 2000, "output_tokens": 500}} | changed)
    context = context_of(needs, CATALOG, needs.budget.currency)
    explorer, _ = explorer_of(needs, model_of(needs, CATALOG), context)
    assert explorer is not None
    explore(explorer)
    judged = explorer.judged(1.0)
    writer = Writer(context.calibration, Biller(needs, CATALOG, context.terms))
    rows = np.flatnonzero(judged.feasible() & np.isfinite(judged.builds.cost_usd))
    assert rows.size
    rate = float(context.terms.rate)
    for row in rows[:: -(-rows.size // 8)]:
        option = writer.option(judged, int(row), "alternative")
        assert option.cost.total is not None
        assert option.cost.per_month is not None
        assert float(option.cost.total) / rate == pytest.approx(judged.builds.cost_usd[row], abs=1.0)
        assert float(option.cost.per_month) / rate == pytest.approx(judged.builds.month_usd[row], abs=0.1)
        if option.cost.capex is not None:
            assert float(option.cost.capex) / rate == pytest.approx(judged.builds.capex_usd[row], abs=0.1)
