"""What the product must answer: the bars of the main job, and the guides' errors corrected."""

from __future__ import annotations

import pytest

from tests.core.plans import CATALOG, FIFTY_IMPATIENT_USERS, FIFTY_USERS, chosen, of_preset, of_text
from wizard.errors import AmbiguousName, UnknownName
from wizard.needs.files import parse_needs
from wizard.planner.plan import Plan
from wizard.planner.planner import plan
from wizard.units import GB, GIB


def facts(found: Plan, code: str) -> list[dict[str, object]]:
    return [dict(fact.fields) for fact in found.facts if fact.code == code]


def test_s11_fits_with_kv_budget_and_concurrency_stated() -> None:
    option = chosen(of_preset("S11"))
    assert (option.accelerator, option.accelerators, option.parallel.tp) == ("h100_sxm_80", 4, 4)
    # 67.43 G parameters in BF16 over four devices.
    assert option.memory.weights * GIB / GB == pytest.approx(33.7, abs=0.2)
    assert option.kv_tokens > 100_000
    assert option.estimates["max_concurrency"].value >= 50
    assert facts(of_preset("S11"), "claim_fails")[0]["quantity_label"] == "memory_gb_per_accelerator"


def test_fifty_users_within_budget() -> None:
    found = of_text(FIFTY_USERS)
    option = chosen(found)
    assert option.cost.capex is not None
    assert option.cost.capex <= 90_000
    assert option.estimates["ttft_ms"].high <= 2500
    assert option.estimates["tpot_ms"].high <= 60
    assert option.estimates["max_concurrency"].low >= 50
    assert {o.role for o in found.options} >= {"minimum", "recommended", "headroom"}


def test_each_change_makes_the_wish_possible() -> None:
    found = of_text(FIFTY_IMPATIENT_USERS)
    if found.status == "feasible":
        assert found.changes == ()
        assert chosen(found).estimates["ttft_ms"].high <= 1000
        return
    changes = {change.key: change.to_value for change in found.changes}
    assert {"budget.purchase", "targets.ttft_ms"} <= set(changes)
    for key, value in (("purchase: 80000", f"purchase: {changes['budget.purchase']}"),
                       ("ttft_ms: 1000", f"ttft_ms: {changes['targets.ttft_ms']}")):
        assert of_text(FIFTY_IMPATIENT_USERS.replace(key, value)).status == "feasible"


def test_s02_cannot_train_in_full_but_lora_can() -> None:
    found = of_preset("S02")
    assert found.status == "infeasible"
    assert found.recommended is None
    # 16 bytes per parameter, as the ZeRO paper counts mixed-precision Adam.
    full = facts(found, "method_fails")[0]
    assert full["method_label"] == "full"
    assert isinstance(full["states_gb"], float)
    assert full["states_gb"] == pytest.approx(65.3e9 * 16 / GB, rel=0.02)
    assert {row["method_label"] for row in facts(found, "method_fits")} == {"lora", "qlora"}
    assert any(r.reason == "no_fp8" and r.what == "a100_sxm_80" for r in found.rejected)
    assert {change.to_value for change in found.changes if change.key == "training.method"} == {"lora", "qlora"}
    assert facts(found, "claim_fails")[0]["claimed"] == 156


def test_s09_keeps_the_latent_cache_of_each_attention_rank() -> None:
    option = chosen(of_preset("S09"))
    # DeepSeek-V2: (512 + 64) values x 60 layers x 2 bytes per token; MLA is not split by TP, only by attention DP.
    per_user_gib = 69_120 * 2_500 / GIB
    assert option.memory.kv_cache == pytest.approx(option.batch / option.parallel.dp * per_user_gib, rel=0.05)


def test_s10_says_that_int8_is_not_half_a_byte() -> None:
    weights = next(row for row in facts(of_preset("S10"), "claim_fails") if row["quantity_label"] == "weights_gb")
    assert isinstance(weights["ours"], float)
    assert 6.9 < weights["ours"] < 8.2


def test_s05_answers_the_deadline() -> None:
    tokens = facts(of_preset("S05"), "tokens_in_time")[0]
    assert isinstance(tokens["low"], float)
    assert isinstance(tokens["high"], float)
    # 4 x 312 TFLOPS for 72 h, six FLOPs per parameter and token.
    ceiling = 4 * 312e12 * 72 * 3600 / (6 * 10.3e9)
    assert 0.1 * ceiling < tokens["low"] < tokens["high"] < ceiling


def test_s16_uses_slices() -> None:
    option = chosen(of_preset("S16"))
    assert option.mig_profile.startswith("1g.")
    assert option.accelerators == 1
    assert option.replicas <= 7


def test_s18_counts_the_cache_by_attention() -> None:
    cache = facts(of_preset("S18"), "kv_per_token")[0]
    assert cache["bytes"] == 131_072
    assert cache["full_bytes"] == 4 * 131_072


def test_s21_offers_other_vendors_only() -> None:
    vendors = {CATALOG.accelerators[option.accelerator].vendor for option in of_preset("S21").options}
    assert vendors <= {"AMD", "Huawei", "Cambricon", "Apple", "Intel"}


def test_impossible_wish_names_the_nearest_plans() -> None:
    found = of_text("model: DeepSeek-V3\nworkload: {concurrent_users: 200}\nbudget: {purchase: 9000}")
    assert found.status == "infeasible"
    assert found.changes
    change = next(c for c in found.changes if c.key == "budget.purchase")
    assert isinstance(change.to_value, float)
    assert change.to_value > 9000
    assert found.asked is not None
    assert any(limit.margin < 0 for limit in found.asked.limits)


def test_names_are_resolved_or_refused() -> None:
    with pytest.raises(UnknownName) as unknown:
        plan(parse_needs("model: deepsek-v3"), CATALOG)
    assert "deepseek-ai/DeepSeek-V3" in unknown.value.nearest
    with pytest.raises(UnknownName) as missing:
        plan(parse_needs("constraints: {accelerators: [h10000]}"), CATALOG)
    assert missing.value.nearest
    with pytest.raises((AmbiguousName, UnknownName)):
        plan(parse_needs("model: qwen"), CATALOG)


def test_same_question_same_answer() -> None:
    assert plan(parse_needs(FIFTY_USERS), CATALOG) == of_text(FIFTY_USERS)


@pytest.mark.parametrize("name", ["no such thing at all", "GPT-4", "foo bar 7b", "gpt", "deepsek-v3", "my finance bot"])
def test_money_is_not_planned_on_a_guessed_model(name: str) -> None:
    with pytest.raises(UnknownName):
        plan(parse_needs(f"model: {name}"), CATALOG)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("deepseek-r1:70b", "deepseek-ai/DeepSeek-R1-Distill-Llama-70B"),
        ("DeepSeek R1 满血版", "deepseek-ai/DeepSeek-R1"),
        ("unsloth/Llama-3.3-70B-Instruct-bnb-4bit", "meta-llama/Llama-3.3-70B-Instruct"),
        ("qwen3 32b", "Qwen/Qwen3-32B"),
    ],
)
def test_names_as_people_write_them(name: str, model: str) -> None:
    assert plan(parse_needs(f"model: '{name}'"), CATALOG).model.id == model


def test_hardware_without_a_price_is_planned_and_says_so() -> None:
    unpriced = next(
        a.id for a in CATALOG.accelerators.values()
        if a.price is None and a.fp16_tflops and a.memory_gb >= 24 and "cloud_only" not in a.status
        and any(a.id in system.accelerators and system.price is None for system in CATALOG.systems.values())
        and not any(a.id in system.accelerators and system.price for system in CATALOG.systems.values())
    )
    found = of_text(f"model: DeepSeek-R1-Distill-Qwen-7B\nconstraints: {{accelerators: [{unpriced}]}}")
    option = chosen(found)
    assert option.cost.capex is None
    assert "prices_unknown" in {warning.code for warning in option.warnings}
