"""What a plan says of its load: assumed settings, percentiles, goodput, and the tail that misses a target."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.core.plans import CATALOG
from wizard.errors import InputError
from wizard.needs.files import needs_from
from wizard.needs.needs import Targets
from wizard.planner.plan import Fact, Option, Plan, at_load
from wizard.planner.plan_json import to_data
from wizard.planner.planner import plan
from wizard.planner.warnings import late_targets

ASKED = {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "targets": {"ttft_ms": 1500, "tpot_ms": 60},
    "constraints": {"accelerators": ["h100_sxm_80"]},
}


def made(workload: Mapping[str, object], **more: object) -> tuple[Plan, Option]:
    found = plan(needs_from({**ASKED, **more, "workload": workload}), CATALOG)
    assert found.chosen is not None
    return found, found.chosen


def fact(found: Plan, code: str) -> Fact:
    return next(f for f in found.facts if f.code == code)


def test_percentiles_stand_beside_the_promises() -> None:
    found, option = made({"template": "chat", "requests_per_s": 4})
    seen = option.estimates
    for name in ("ttft", "tpot", "e2e"):
        values = [seen[f"{name}_p{q}_ms"].value for q in (50, 95, 99)]
        assert values == sorted(values)
        assert seen[f"{name}_p50_ms"].low <= seen[f"{name}_mean_ms"].value <= seen[f"{name}_p99_ms"].value
        assert at_load(f"{name}_p95_ms")
        assert not at_load(f"{name}_ms")
    assert 0 <= seen["goodput_share"].low <= seen["goodput_share"].value <= 1
    assert seen["goodput_requests_s"].value == pytest.approx(4 * seen["goodput_share"].value)
    assert "ttft_p95_ms" in to_data(found)["options"][0]["estimates"]


def test_assumed_settings_are_stated_with_what_the_user_said() -> None:
    found, option = made({"template": "rag", "requests_per_s": 2, "arrival_scv": 9, "batch_share": 0.25})
    settings = fact(found, "settings").fields
    assert (settings["chunk"], settings["kv"]) == (8192, option.kv_precision.upper())
    assert settings["arrival_label"] == "arrival_waves"
    assert fact(found, "batch_requests").fields["share"] == 25
    vary = fact(found, "lengths_vary").fields
    assert vary["longest"] == option.max_context_tokens > 2944 + 283


def test_waves_take_more_than_independent_requests() -> None:
    load = {"prompt_tokens": 2000, "output_tokens": 300, "requests_per_s": 40}
    calm, waves = made(load)[1], made({**load, "arrival_scv": 9})[1]
    assert waves.accelerators >= calm.accelerators
    assert waves.estimates["ttft_p99_ms"].value > calm.estimates["ttft_p99_ms"].value


def test_users_who_wait_see_the_calibrated_mean() -> None:
    option = made({"concurrent_users": 32, "prompt_tokens": 1000, "output_tokens": 300})[1]
    for name in ("ttft", "tpot", "e2e"):
        mean, promised = (option.estimates[f"{name}{part}_ms"].value for part in ("_mean", ""))
        assert mean == pytest.approx(promised, rel=0.05)


def test_drafts_and_adapters_are_counted_in_memory_and_said() -> None:
    load = {"concurrent_users": 8, "prompt_tokens": 1000, "output_tokens": 300}
    plain = made(load)[1]
    found, with_both = made(load, speculation={"method": "eagle"}, adapters={"count": 8, "rank": 64})
    said = fact(found, "speculation").fields
    assert said["tokens"] == pytest.approx((1 - 0.75**4) / 0.25)
    assert said["stated_label"] == "typical"
    assert fact(found, "adapters").fields["count"] == 8
    assert with_both.memory.weights > plain.memory.weights
    assert with_both.estimates["tpot_ms"].value < plain.estimates["tpot_ms"].value


def test_a_tail_beyond_its_target_is_a_warning() -> None:
    found, option = made({"prompt_tokens": 4000, "output_tokens": 200, "requests_per_s": 4, "prompt_cv": 2.0})
    mean, late = (option.estimates[f"ttft_{part}_ms"].value for part in ("mean", "p95"))
    for target, named in (((mean + late) / 2, ["late_ttft"]), (late * 1.01, []), (mean * 0.99, [])):
        needs = found.needs.model_copy(update={"targets": Targets(ttft_ms=target)})
        assert [w.code for w in late_targets(needs, option)] == named


def test_a_model_without_prediction_layers_cannot_predict() -> None:
    with pytest.raises(InputError, match="no layers that predict"):
        made({"concurrent_users": 1}, speculation={"method": "mtp"})


@pytest.mark.parametrize("targets", [{"output_tok_s": 9000.0}, {"requests_per_s": 30.0}])
@pytest.mark.parametrize("think_time_s", [0, 2])
def test_a_rate_is_what_the_stated_users_make_together(targets: dict[str, float], think_time_s: float) -> None:
    users = {"concurrent_users": 100, "prompt_tokens": 500, "output_tokens": 300, "think_time_s": think_time_s}
    limits = {"accelerators": ["h100_sxm_80"], "acquisition": "own"}
    _, usual = made(users, targets={}, constraints=limits)
    found, option = made(users, targets=targets, constraints=limits)
    assert found.status == "feasible"
    code = "output_tok_s" if "output_tok_s" in targets else "requests_s"
    kept = next(limit for limit in option.limits if limit.code == code)
    assert kept.have >= kept.need == next(iter(targets.values()))
    answers = 300 if code == "output_tok_s" else 1
    # Each of 100 users waits for an answer and thinks: no more can be made, however large the machine.
    assert kept.have <= 100 * answers / (option.estimates["e2e_ms"].value / 1e3 + think_time_s)
    assert option.estimates[code].low >= kept.have
    assert option.accelerators >= usual.accelerators


def test_a_rate_that_so_few_users_cannot_make_is_refused_with_the_rate_that_they_can() -> None:
    users = {"concurrent_users": 4, "prompt_tokens": 500, "output_tokens": 300}
    found = plan(needs_from({**ASKED, "workload": users, "targets": {"output_tok_s": 50_000}}), CATALOG)
    assert found.status == "infeasible"
    change = next(c for c in found.changes if c.key == "targets.output_tok_s")
    assert isinstance(change.to_value, float)
    assert change.to_value < 50_000
    lower = {**ASKED, "workload": users, "targets": {"output_tok_s": change.to_value}}
    assert plan(needs_from(lower), CATALOG).status == "feasible"
