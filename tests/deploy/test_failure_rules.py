"""Each rule finds the fault that was seeded for it, and says nothing of a bundle without it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.deploy import plans
from wizard.deploy.bundle import DeployBundle, build
from wizard.deploy.failure_rules import RULES, findings, say
from wizard.i18n import Translator
from wizard.planner.plan import Parallel, Plan

EN, ZH = Translator("en"), Translator("zh_CN")
EVERY = plans.every()
COMPOSE, WORKLOAD = "compose.yaml", "k8s/base/workload.yaml"
Fault = Callable[[Plan], tuple[Plan, DeployBundle]]


def text(path: str, old: str, new: str, name: str = "vllm") -> tuple[Plan, DeployBundle]:
    """A bundle in which one file has another text; the text to replace must be there."""
    bundle = plans.built(name)
    found = bundle[path].text
    assert re.search(old, found), old
    return EVERY[name], bundle.replacing(path, re.sub(old, new, found))


def planned(plan: Plan) -> tuple[Plan, DeployBundle]:
    return plan, build(plan, EN)


def model(**fields: object) -> dict[str, object]:
    return {"heads": 40, "kv_heads": 8, **fields}


SEEDED: dict[str, tuple[int, Callable[[], tuple[Plan, DeployBundle]]]] = {
    "heads": (1, lambda: planned(plans.plan(parallel=Parallel(tp=3), accelerators=3, model=model()))),
    "experts": (2, lambda: planned(plans.plan(**plans.EIGHT, parallel=Parallel(tp=8, ep=8), model=model(experts=60)))),
    "kv heads": (3, lambda: planned(plans.plan(**plans.EIGHT, parallel=Parallel(tp=8), model=model(kv_heads=4)))),
    "shm of compose": (4, lambda: text(COMPOSE, "shm_size: 16gb", "shm_size: 1gb")),
    "shm of a pod": (4, lambda: text(WORKLOAD, "mountPath: /dev/shm", "mountPath: /dev/other")),
    "impatient probe": (5, lambda: text(WORKLOAD, "failureThreshold: 60", "failureThreshold: 3")),
    "delay": (5, lambda: text(WORKLOAD, "readinessProbe:", "readinessProbe:\n          initialDelaySeconds: 60")),
    "context": (6, lambda: planned(plans.plan(kv_tokens=3000))),
    "quantisation": (7, lambda: text(COMPOSE, r"( +)- --disable-fastapi-docs",
                                     r"\1- --quantization\n\1- awq\n\1- --disable-fastapi-docs")),
    "service name": (8, lambda: text("k8s/base/service.yaml", r"\n  name: .*\n", "\n  name: vllm\n")),
    "service links": (8, lambda: text(WORKLOAD, "enableServiceLinks: false", "enableServiceLinks: true")),
    "rolling update": (9, lambda: text(WORKLOAD, "type: Recreate", "type: RollingUpdate")),
    "volume": (10, lambda: text("k8s/base/models.yaml", "ReadWriteMany", "ReadWriteOnce", "rocm")),
    "token in a file": (11, lambda: text(".env.example", "HF_TOKEN=", "HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz")),
    "key in a file": (11, lambda: text(COMPOSE, "DO_NOT_TRACK: '1'", "VLLM_API_KEY: abc")),
    "cache": (12, lambda: text(COMPOSE, "HF_HOME: /cache/huggingface", "HF_HOME: /srv/cache")),
    "infiniband": (13, lambda: text(COMPOSE, "- /dev/infiniband", "- /dev/null", "vllm-lws")),
    "lock": (13, lambda: text(WORKLOAD, r"add:\n +- IPC_LOCK", "add: []", "vllm-lws")),
    "interface": (14, lambda: text(WORKLOAD, "value: =eth0", "value: eth0", "vllm-lws")),
    "no interface": (14, lambda: text(COMPOSE, r"NCCL_SOCKET_IFNAME: .*", "NCCL_SOCKET_IFNAME: ''", "vllm-lws")),
    "slices": (15, lambda: planned(plans.plan(**plans.ONE | {"accelerator": "a100_sxm_80", "parallel": Parallel(tp=2)},
                                              mig_profile="2g.20gb", replicas=3))),
    "slices of a pod": (15, lambda: text(WORKLOAD,
                                         "nvidia.com/mig-1g.10gb: 1", "nvidia.com/mig-1g.10gb: 2", "vllm-mig")),
    "volta": (16, lambda: planned(plans.plan(accelerator="v100_sxm2_32"))),
    "runtime": (17, lambda: text(WORKLOAD, "runtimeClassName: nvidia", "runtimeClassName: runc")),
    "reload": (18, lambda: planned(plans.plan())),
    "buffering": (19, lambda: text("gateway/nginx.conf", "proxy_buffering off;", "proxy_buffering on;")),
    "timeout": (19, lambda: text("k8s/base/nginx.conf", "proxy_read_timeout 3600s;", "proxy_read_timeout 60s;")),
    "online": (20, lambda: text(COMPOSE, "HF_HUB_OFFLINE: '1'", "HF_HUB_OFFLINE: '0'")),
    "hub name": (20, lambda: text(WORKLOAD, "- /models/DeepSeek-R1-Distill-Qwen-32B", "- deepseek-ai/DeepSeek-R1")),
    "rendezvous": (21, lambda: text("train/launch.sh", '"\\$MASTER_ADDR:29500"', '"$MASTER_ADDR"', "full")),
    "auto": (22, lambda: text("train/ds_zero3.json", '"train_batch_size": 256', '"train_batch_size": "auto"', "full")),
    "product": (22, lambda: text("train/ds_zero3.json", '"train_batch_size": 256', '"train_batch_size": 255', "full")),
    "underscore": (23, lambda: text("monitoring/rules.yml", "vllm:num_requests_waiting", "vllm_num_requests_waiting")),
    "cold": (24, lambda: (EVERY["llama.cpp"], DeployBundle(
        {p: f for p, f in plans.built("llama.cpp").items() if p != "test/smoke.py"}))),
    "deaf": (25, lambda: text(COMPOSE, r" +- --host\n +- 0.0.0.0\n", "", "tensorrt-llm")),
    "drain": (26, lambda: text("k8s/base/disruption-budget.yaml", "maxUnavailable: 1", "minAvailable: 2", "rocm")),
    "request": (27, lambda: text(WORKLOAD, r"nvidia.com/gpu: 2(\s+limits)", r"nvidia.com/gpu: 1\1")),
    "no device": (27, lambda: text(WORKLOAD, r" +nvidia.com/gpu: 2\n", "")),
    "other layout": (28, lambda: text(COMPOSE, r"(--tensor-parallel-size\s+-) '2'", r"\1 '4'")),
    "stages": (29, lambda: planned(EVERY["full-pp"])),
    "checkpoint": (30, lambda: planned(plans.plan(weight_precision="int4"))),
}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_found(name: str) -> None:
    rule, make = SEEDED[name]
    plan, bundle = make()
    found = [f for f in findings(plan, bundle) if f.rule == rule]
    assert found, [f.rule for f in findings(plan, bundle)]
    for each in found:
        for tr in (EN, ZH):
            assert "{" not in say(tr, each)
        assert each.where
        assert say(EN, each) != say(ZH, each)


def test_every_rule_has_a_seeded_fault() -> None:
    assert {rule for rule, _ in SEEDED.values()} == set(RULES) == set(range(1, 31))


@pytest.mark.parametrize("name", EVERY)
def test_a_bundle_as_built_has_no_error(name: str) -> None:
    found = findings(EVERY[name], plans.built(name))
    assert [(f.rule, f.where) for f in found if f.severity == "error"] == []


def test_an_error_stands_at_the_top_of_the_readme() -> None:
    broken = plans.plan(parallel=Parallel(tp=3), accelerators=3, model=model())
    readme = build(broken, EN)["README.md"].text
    assert "This will not run as it is" in readme
    assert readme.index("40 attention heads") < readme.index("| Setting")


def test_an_infeasible_plan_without_an_option_has_no_findings() -> None:
    empty = replace(plans.plan(), options=(), chosen=None)
    assert findings(empty, build(empty, EN)) == ()


def test_batches_multiply() -> None:
    found = json.loads(plans.built("full")["train/ds_zero3.json"].text)
    assert found["train_batch_size"] == \
        found["train_micro_batch_size_per_gpu"] * found["gradient_accumulation_steps"] * 32
