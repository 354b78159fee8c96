"""Machines with experts in their own memory, as options with a price."""

from __future__ import annotations

import pytest

from tests.core.plans import CATALOG
from wizard.deploy.commands import command
from wizard.deploy.facts import deployment
from wizard.needs.files import needs_from
from wizard.planner.plan import Option, Plan
from wizard.planner.plan_json import to_data
from wizard.planner.planner import plan

ALONE = {"concurrent_users": 1, "prompt_tokens": 1000, "output_tokens": 500}


def made(**asked: object) -> Plan:
    return plan(needs_from({"model": "deepseek-ai/DeepSeek-R1", "workload": ALONE, **asked}), CATALOG)


def hosted(found: Plan) -> Option:
    return next(option for option in found.options if option.host_gib)


def test_one_user_gets_deepseek_on_a_workstation_where_nothing_else_is_affordable() -> None:
    found = made(constraints={"vendors": ["NVIDIA"]}, budget={"purchase": "20000"}, targets={"tpot_ms": 300})
    assert found.status == "feasible"
    option = hosted(found)
    assert found.chosen is option
    assert option.host_gib == pytest.approx(360, rel=0.1)
    assert option.bom is not None
    memory = next(line for line in option.bom.lines if line.category == "memory")
    module_gb = CATALOG.components[memory.part].size_gb
    assert module_gb is not None
    assert option.host_gib is not None
    assert module_gb * memory.quantity >= 1.2 * option.host_gib
    assert all(limit.margin >= 0 for limit in option.limits)
    assert {"hybrid_host", "narrow_weights"} <= {reason.code for reason in option.reasons}
    assert "hybrid_unsure" in {warning.code for warning in found.warnings}
    for one in option.estimates.values():
        assert one.ceiling is not None
        assert one.low <= one.value <= one.high
    first = option.estimates["ttft_ms"]
    assert first.ceiling is not None
    assert first.ceiling < first.low
    estimate = option.estimates["tpot_ms"]
    assert estimate.high > 2.5 * estimate.low
    assert estimate.ceiling is not None
    assert estimate.ceiling < estimate.low
    assert to_data(found)["options"][0]["host_gib"] == pytest.approx(option.host_gib, rel=1e-3)


def test_its_start_command_leaves_the_experts_in_the_host() -> None:
    found = made(constraints={"accelerators": ["RTX 4090"], "accelerator_count": 1}, targets={"tpot_ms": 400})
    made_of = deployment(found, hosted(found), CATALOG)
    assert made_of is not None
    words = command(made_of)
    assert words[words.index("--n-cpu-moe") + 1] == "60"
    assert words[words.index("--ubatch-size") + 1] == "4096"


def test_a_tighter_target_takes_a_faster_machine() -> None:
    tokens, totals = [], []
    for target in (300, 200):
        found = made(constraints={"vendors": ["NVIDIA"]}, budget={"purchase": "25000"}, targets={"tpot_ms": target})
        option = hosted(found)
        assert option.cost.total is not None
        tokens.append(option.estimates["tpot_ms"].high)
        totals.append(option.cost.total)
    assert tokens[1] <= 200 < tokens[0] <= 300
    assert totals[0] < totals[1]


def test_it_stands_beside_dearer_plans_and_shows_the_way_to_slower_ones() -> None:
    beside = made(constraints={"vendors": ["NVIDIA"]}, targets={"tpot_ms": 400})
    assert beside.chosen is not None
    assert beside.chosen.host_gib is None
    option = hosted(beside)
    assert option.role == "alternative"
    assert option.cost.total is not None
    assert beside.chosen.cost.total is not None
    assert option.cost.usd_per_million_tokens is not None
    assert beside.chosen.cost.usd_per_million_tokens is not None
    assert option.cost.usd_per_million_tokens > beside.chosen.cost.usd_per_million_tokens
    assert option.cost.total < beside.chosen.cost.total / 5
    strict = made(constraints={"vendors": ["NVIDIA"]}, budget={"purchase": "20000"}, targets={"tpot_ms": 150})
    change = next(change for change in strict.changes if change.option.host_gib)
    assert change.key == "targets.tpot_ms"
    assert isinstance(change.to_value, float)
    assert change.to_value >= change.option.estimates["tpot_ms"].high


def test_many_users_and_models_without_experts_get_none() -> None:
    card: dict[str, object] = {"constraints": {"accelerators": ["RTX 4090"]}, "targets": {"tpot_ms": 400}}
    many = made(workload={**ALONE, "concurrent_users": 20}, **card)
    dense = made(model="meta-llama/Llama-3.3-70B-Instruct", **card)
    assert not [option for found in (many, dense) for option in found.options if option.host_gib]
