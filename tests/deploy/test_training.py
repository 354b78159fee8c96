"""The training job follows the plan's layout, batches and tokens; where it cannot, it says so."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import yaml

from tests.deploy import plans
from wizard.deploy.bundle import DeployBundle, build
from wizard.deploy.facts import deployment
from wizard.deploy.training_facts import Run, run_of
from wizard.i18n import Translator
from wizard.planner.plan import Parallel, Plan

EVERY = {name: plan for name, plan in plans.every().items() if plan.needs.use_case != "inference"}
EN = Translator("en")


def run(plan: Plan) -> Run:
    d = deployment(plan)
    assert d is not None
    return run_of(d)


def config(bundle: DeployBundle) -> dict[str, object]:
    found: dict[str, object] = json.loads(bundle["train/config.json"].text)
    return found


@pytest.mark.parametrize("name", EVERY)
def test_the_tokens_asked_for_are_trained(name: str) -> None:
    plan = EVERY[name]
    found = run(plan)
    assert found.steps is not None
    tokens = found.steps * found.sequences * plan.needs.training.sequence_length
    assert 1e9 <= tokens < 1e9 + found.sequences * plan.needs.training.sequence_length
    assert found.world == found.data_parallel * found.tensor * found.context
    assert found.nodes * found.per_node == found.world


def test_the_batches_are_the_plans() -> None:
    assert run(EVERY["full"]).sequences == 2 * 4 * 32
    assert run(EVERY["full-tp"]).sequences == 16 * 8
    assert (run(EVERY["full-tp"]).tensor, run(EVERY["full-tp"]).zero_runs) == (4, False)


def test_pipeline_stages_are_not_pretended() -> None:
    found = run(EVERY["full-pp"])
    assert (found.followed, found.zero, found.data_parallel, found.accumulation) == (False, 3, 32, 4)
    assert "pipeline stages" in plans.built("full-pp")["README.md"].text


def test_tokens_per_step_win_where_the_plan_has_no_batches() -> None:
    asked = plans.training("training", "full", accelerators=8, parallel=Parallel(dp=8))
    needs = asked.needs.model_copy(update={"training": asked.needs.training.model_copy(
        update={"global_batch_tokens": 64 * 2048})})
    assert run(replace(asked, needs=needs)).sequences == 64


def test_without_a_number_of_tokens_the_data_is_read_once() -> None:
    asked = plans.training("fine_tuning", "lora", accelerators=1, accelerators_per_node=1, parallel=Parallel())
    needs = asked.needs.model_copy(update={"training": asked.needs.training.model_copy(update={"tokens": None})})
    bundle = build(replace(asked, needs=needs), EN)
    assert (config(bundle)["steps"], config(bundle)["epochs"]) == (-1, 1)


def test_slurm_gets_a_tenth_more_than_the_slow_end_and_nothing_where_it_is_unknown() -> None:
    job = plans.built("full")["train/job.sbatch"].text
    assert "#SBATCH --nodes=4\n" in job
    assert "#SBATCH --time=1-02:24:00\n" in job or "#SBATCH --time=1-02:25:00\n" in job
    without = replace(EVERY["full"].chosen, estimates={})  # type: ignore[type-var]
    job = build(replace(EVERY["full"], chosen=without), EN)["train/job.sbatch"].text
    assert "--time" not in job
    assert "@@" not in job


def test_the_adapter_has_the_rank_that_was_asked_for() -> None:
    found = json.loads(plans.built("qlora")["train/peft.json"].text)
    assert (found["r"], found["lora_alpha"], found["task_type"]) == (16, 32, "CAUSAL_LM")
    assert config(plans.built("qlora"))["method"] == "qlora"


def test_fsdp_carries_the_layout() -> None:
    found = yaml.safe_load(plans.built("full-tp")["train/fsdp.yaml"].text)
    assert found["fsdp_config"]["fsdp_version"] == 2
    assert found["num_processes"] == 32
    sizes = found["parallelism_config"]
    assert sizes["parallelism_config_tp_size"] * sizes["parallelism_config_dp_shard_size"] == 32


def test_the_trainer_is_told_the_plans_pace() -> None:
    bundle = plans.built("full")
    assert config(bundle)["plan_tokens_s_low"] == 3300
    named = set(re.findall(r'config(?:\.get)?[\[(]"(\w+)"', bundle["train/train.py"].text))
    assert named <= set(config(bundle))


def test_nothing_retired_is_used() -> None:
    for name in EVERY:
        text = "".join(f.text for f in plans.built(name).values())
        assert not re.search(r"torchtune|PyTorchJob|evaluation_strategy|gradient_checkpointing_enable", text)
