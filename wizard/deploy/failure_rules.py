"""Deployments that fail although every file is valid: known causes as rules over plan and files.

Rules 1-27 each come from issues that people filed with the engines and their tools (the numbers are ours; the causes
are public: head counts vllm#2652, shared memory vllm#1710, VLLM_PORT vllm#34199, quantisation vllm#5842, probes
kserve#5062, rolling updates airunway#400, volumes production-stack#107, NCCL over TCP nccl-tests#206, interface names
nccl#286, MIG vllm#7211, CUDA 13 vllm#5283, default runtime k8s-device-plugin#826, cgroups
nvidia-container-toolkit#48, offline vllm#1910, rendezvous pytorch#79388, "auto" transformers#27830, metric names
kthena#868). Rules 28-30 hold the files to the plan.
"""

from __future__ import annotations

from wizard.catalog.catalog import Catalog
from wizard.deploy import rules_cluster, rules_engine, rules_network
from wizard.deploy.bundle import DeployBundle
from wizard.deploy.facts import Deployment, deployment
from wizard.deploy.rule_records import Finding, Rule, case_of
from wizard.i18n import Translator
from wizard.planner.plan import Option, Plan

RULES: dict[int, Rule] = {
    1: rules_engine.heads_divide, 2: rules_engine.experts_divide, 3: rules_engine.kv_heads_replicate,
    4: rules_engine.shared_memory, 5: rules_cluster.startup_patience, 6: rules_engine.context_fits,
    7: rules_engine.quantization_once, 8: rules_cluster.service_name, 9: rules_cluster.no_spare_to_roll,
    10: rules_cluster.volume_shared, 11: rules_cluster.no_secret_inside, 12: rules_cluster.caches_writable,
    13: rules_network.infiniband_reaches_in, 14: rules_network.interface_named, 15: rules_engine.mig_one_slice,
    16: rules_engine.cuda_of_the_image, 17: rules_cluster.default_runtime, 18: rules_cluster.devices_survive_reload,
    19: rules_network.streams_pass, 20: rules_engine.offline_inside, 21: rules_network.rendezvous_complete,
    22: rules_network.zero_in_numbers, 23: rules_cluster.queries_with_colon, 24: rules_engine.warm_up,
    25: rules_engine.trtllm_listens, 26: rules_cluster.budget_lets_drain, 27: rules_cluster.request_is_limit,
    28: rules_engine.layout_agrees, 29: rules_network.layout_followed, 30: rules_network.checkpoint_made,
}


def findings(
    plan: Plan, bundle: DeployBundle, catalog: Catalog | None = None, option: Option | None = None
) -> tuple[Finding, ...]:
    """Return every rule that a plan's files break, by rule number; notes are things to check on the machines."""
    d = deployment(plan, option, catalog)
    return () if d is None else findings_of(d, bundle)


def findings_of(d: Deployment, bundle: DeployBundle) -> tuple[Finding, ...]:
    """Return the findings of a deployment that is known already."""
    case = case_of(d, bundle)
    found = {(f.rule, f.where, f.why, str(sorted(f.fields.items()))): f for rule in RULES.values() for f in rule(case)}
    return tuple(found[key] for key in sorted(found))


def say(tr: Translator, found: Finding) -> str:
    """Word a finding: why, then what to do."""
    stop = "。" if tr.lang == "zh_CN" else ". "
    return f"{tr.format(found.why, found.fields)}{stop}{tr.format(found.mend, found.fields)}"
