"""Kubernetes objects as a kustomize base with overlays for what depends on the cluster's operators."""

from __future__ import annotations

from typing import Any

from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.commands import PORT, trtllm_config
from wizard.deploy.facts import Deployment
from wizard.deploy.gateway import nginx
from wizard.deploy.k8s_network import gateway, policies
from wizard.deploy.k8s_overlays import overlays
from wizard.deploy.k8s_pod import engines, labels, lock, metadata, pod, pod_security
from wizard.deploy.scripts import checkpoint
from wizard.deploy.text import dump_yaml


def files(d: Deployment) -> Files:
    """Return ``k8s/``: a base that any cluster with the device plugin takes, overlays, a secret to copy."""
    base: dict[str, str] = {
        "workload.yaml": dump_yaml(leader_worker_set(d) if d.multi_node else deployment_object(d)),
        "service.yaml": dump_yaml(service(d)), "models.yaml": dump_yaml(claim(d)),
        "network-policy.yaml": dump_yaml(*policies(d)), "gateway.yaml": dump_yaml(*gateway(d)),
    }
    if d.replicas >= 2:
        base["disruption-budget.yaml"] = dump_yaml(budget(d))
    kustomization = _kustomization(d, sorted(base))
    out: Files = {f"k8s/base/{name}": DeployFile(text, "k8s") for name, text in base.items()}
    out["k8s/base/kustomization.yaml"] = DeployFile(dump_yaml(kustomization), "yaml")
    out["k8s/base/nginx.conf"] = DeployFile(nginx(d, (f"{d.name}:{PORT}",), tls=False), "nginx")
    if d.stack.engine == "tensorrt-llm":
        out["k8s/base/trtllm.yaml"] = DeployFile(dump_yaml(trtllm_config(d)), "yaml")
    if d.stack.engine != "llama.cpp":
        out["k8s/fetch-model.yaml"] = DeployFile(dump_yaml(*fetch_job(d)), "k8s")
    return out | overlays(d)


def deployment_object(d: Deployment) -> dict[str, Any]:
    """Return the Deployment; it never waits for a spare accelerator that nobody bought."""
    strategy: dict[str, Any] = {"type": "Recreate"}
    if d.replicas >= 2:
        strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(d, d.name),
        "spec": {"replicas": d.replicas, "strategy": strategy, "selector": {"matchLabels": labels(d)},
                 "progressDeadlineSeconds": d.startup_seconds + 600,
                 "template": {"metadata": {"labels": labels(d)}, "spec": pod(d)}},
    }


def leader_worker_set(d: Deployment) -> dict[str, Any]:
    """Return the LeaderWorkerSet of a replica that spans machines; only the leader serves."""
    one_per_node = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{
        "labelSelector": engines(d),
        "topologyKey": "kubernetes.io/hostname"}]}}
    leader = pod(d, "head") | {"affinity": one_per_node}
    worker = pod(d, "worker") | {"affinity": one_per_node}
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": metadata(d, d.name),
        "spec": {"replicas": d.replicas, "startupPolicy": "LeaderCreated", "leaderWorkerTemplate": {
            "size": d.nodes_per_replica, "restartPolicy": "RecreateGroupOnPodRestart",
            "leaderTemplate": {"metadata": {"labels": labels(d)}, "spec": leader},
            "workerTemplate": {"metadata": {"labels": labels(d, "worker")}, "spec": worker}}},
    }


def service(d: Deployment) -> dict[str, Any]:
    """Return the Service before the engines (before the leaders, where a replica spans machines)."""
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": metadata(d, d.name),
        "spec": {"type": "ClusterIP", "selector": labels(d), "ports": [
            {"name": "http", "port": PORT, "targetPort": "http", "protocol": "TCP"}]},
    }


def claim(d: Deployment) -> dict[str, Any]:
    """Return the claim for the weights: shared by all machines where more than one pod reads it."""
    mode = "ReadWriteMany" if d.replicas * d.nodes_per_replica > 1 else "ReadWriteOnce"
    return {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata(d, f"{d.name}-models", "models"),
        "spec": {"accessModes": [mode], "resources": {"requests": {"storage": f"{d.disk_gb}G"}}},
    }


def budget(d: Deployment) -> dict[str, Any]:
    """Return the disruption budget: one replica at a time may leave."""
    return {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata(d, d.name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels(d)}},
    }


def fetch_job(d: Deployment) -> tuple[dict[str, Any], ...]:
    """Return the job that fills the claim once, and the policy that lets it, and only it, reach the internet."""
    mark = labels(d, "fetch")
    container = {
        "name": "fetch", "image": d.stack.image, "command": [
            "hf", "download", "$(MODEL_ID)", "--local-dir", d.model_path],
        "env": [{"name": "MODEL_ID", "value": checkpoint(d) or f"SET-ME/{d.model_name}-{d.option.weight_precision}"},
                {"name": "HOME", "value": "/tmp"}, {"name": "HF_HOME", "value": "/tmp/huggingface"},  # noqa: S108
                {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {
                    "name": f"{d.name}-hub-token", "key": "HF_TOKEN", "optional": True}}}],
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "8Gi"}},
        "securityContext": lock(), "volumeMounts": [{"name": "models", "mountPath": "/models"},
                                                    {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
    }
    spec = {
        "restartPolicy": "OnFailure", "automountServiceAccountToken": False, "enableServiceLinks": False,
        "securityContext": pod_security(d.stack.uid), "containers": [container],
        "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": f"{d.name}-models"}},
                    {"name": "tmp", "emptyDir": {}}],
    }
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(d, f"{d.name}-fetch", "fetch"),
           "spec": {"backoffLimit": 3, "template": {"metadata": {"labels": mark}, "spec": spec}}}
    policy = {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": metadata(d, f"{d.name}-fetch", "fetch"),
        "spec": {"podSelector": {"matchLabels": mark}, "policyTypes": ["Egress"],
                 "egress": [{"ports": [{"port": 443, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"},
                                       {"port": 53, "protocol": "TCP"}]}]},
    }
    return job, policy


def _kustomization(d: Deployment, resources: list[str]) -> dict[str, Any]:
    maps: list[dict[str, Any]] = [{"name": f"{d.name}-gateway", "files": ["nginx.conf"]}]
    if d.stack.engine == "tensorrt-llm":
        maps.append({"name": f"{d.name}-settings", "files": ["trtllm.yaml"]})
    if d.stack.engine == "llama.cpp":
        maps.append({"name": f"{d.name}-settings", "literals": ["MODEL_FILE=model.gguf"]})
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": d.name,
            "resources": resources, "configMapGenerator": maps}
