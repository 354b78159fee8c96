"""Kubernetes: what needs an operator of the cluster (Prometheus, KEDA, RDMA, MIG), as overlays to choose from."""

from __future__ import annotations

from typing import Any

from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.commands import METRICS_PATH
from wizard.deploy.facts import Deployment
from wizard.deploy.k8s_pod import labels, metadata
from wizard.deploy.text import dump_yaml

QUEUE_METRIC = {"vllm": "vllm:num_requests_waiting", "sglang": "sglang:num_queue_reqs",
                "llama.cpp": "llamacpp:requests_deferred"}
"""The engine's own gauge of requests that wait; TensorRT-LLM's name is not known to us."""
RDMA_RESOURCE = "rdma/rdma_shared_device_a"


def overlays(d: Deployment) -> Files:
    """Return ``k8s/overlays/`` and ``k8s/mig/`` as they apply to this deployment."""
    out: Files = {}
    out |= _overlay("monitoring", {"service-monitor.yaml": service_monitor(d)})
    if d.replicas >= 2 and d.stack.engine in QUEUE_METRIC:
        out |= _overlay("autoscaling", {"scaled-object.yaml": scaled_object(d)})
    if d.multi_node:
        out |= _rdma(d)
    if d.mig:
        out["k8s/mig/mig-parted.yaml"] = DeployFile(dump_yaml(mig_parted(d)), "yaml")
        out["k8s/mig/device-plugin.yaml"] = DeployFile(
            dump_yaml({"version": "v1", "flags": {"migStrategy": "mixed"}}), "yaml"
        )
    return out


def service_monitor(d: Deployment) -> dict[str, Any]:
    """Return the Prometheus operator's object that scrapes the engines."""
    endpoint: dict[str, Any] = {"port": "http", "path": METRICS_PATH.get(d.stack.engine, "/metrics"),
                                "interval": "15s"}
    if d.stack.engine == "llama.cpp":
        endpoint["authorization"] = {"credentials": {"name": f"{d.name}-api-key", "key": "api_key"}}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": metadata(d, d.name),
            "spec": {"selector": {"matchLabels": labels(d)}, "endpoints": [endpoint]}}


def scaled_object(d: Deployment) -> dict[str, Any]:
    """Return KEDA's object: scale on the engine's queue, never above the replicas whose hardware is there."""
    target = {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "name": d.name}
    if not d.multi_node:
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": d.name}
    query = f'sum({QUEUE_METRIC[d.stack.engine]}{{namespace="{d.name}"}})'
    return {
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": metadata(d, d.name),
        "spec": {"scaleTargetRef": target, "minReplicaCount": 1, "maxReplicaCount": d.replicas,
                 "pollingInterval": 15, "cooldownPeriod": max(600, d.startup_seconds),
                 "triggers": [{"type": "prometheus", "metadata": {
                     "serverAddress": "http://prometheus-operated.monitoring.svc:9090", "query": query,
                     "threshold": str(max(1, d.max_num_seqs // 10))}}]},
    }


def mig_parted(d: Deployment) -> dict[str, Any]:
    """Return the partition of each accelerator for NVIDIA's MIG manager, as many slices as the plan runs on one."""
    per_gpu = max(1, -(-d.replicas // max(1, d.option.accelerators)))
    return {"version": "v1", "mig-configs": {d.name: [
        {"devices": "all", "mig-enabled": True, "mig-devices": {d.option.mig_profile: per_gpu}}]}}


def _overlay(name: str, objects: dict[str, dict[str, Any]]) -> Files:
    folder = f"k8s/overlays/{name}"
    out: Files = {f"{folder}/{path}": DeployFile(dump_yaml(body), "k8s") for path, body in objects.items()}
    kustomization = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
                     "resources": ["../../base", *objects]}
    out[f"{folder}/kustomization.yaml"] = DeployFile(dump_yaml(kustomization), "yaml")
    return out


def _rdma(d: Deployment) -> Files:
    path = RDMA_RESOURCE.replace("/", "~1")
    patches = []
    for template in ("leaderTemplate", "workerTemplate"):
        root = f"/spec/leaderWorkerTemplate/{template}/spec/containers/0/resources"
        patches += [{"op": "add", "path": f"{root}/{kind}/{path}", "value": 1} for kind in ("requests", "limits")]
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["../../base"],
        "patches": [{"target": {"kind": "LeaderWorkerSet", "name": d.name}, "patch": dump_yaml(patches)}],
    }
    return {"k8s/overlays/rdma/kustomization.yaml": DeployFile(dump_yaml(kustomization), "yaml")}
