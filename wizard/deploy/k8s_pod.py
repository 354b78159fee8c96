"""The engine's pod for Kubernetes: locked down, its devices, its caches, a start-up probe as long as the weights."""

from __future__ import annotations

import math
import re
from typing import Any

from wizard.deploy.commands import CACHE, MASTER_PORT, PORT, command, environment
from wizard.deploy.facts import Deployment, Role

_REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::[?-][^}]*)?\}")


def labels(d: Deployment, component: str = "engine") -> dict[str, str]:
    """Return the labels that selectors of this bundle use."""
    return {"app.kubernetes.io/name": d.name, "app.kubernetes.io/component": component,
            "app.kubernetes.io/part-of": d.name}


def engines(d: Deployment) -> dict[str, Any]:
    """Return the selector of all engine pods, leaders and workers, but not of the gateway."""
    return {"matchExpressions": [
        {"key": "app.kubernetes.io/name", "operator": "In", "values": [d.name]},
        {"key": "app.kubernetes.io/component", "operator": "In", "values": ["engine", "worker"]}]}


def metadata(d: Deployment, name: str, component: str = "engine") -> dict[str, Any]:
    """Return an object's metadata."""
    return {"name": name, "labels": labels(d, component)}


def lock() -> dict[str, Any]:
    """Return the restricted security context of a container."""
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def pod_security(uid: int) -> dict[str, Any]:
    """Return the restricted security context of a pod; group 0 as the images expect."""
    return {"runAsNonRoot": True, "runAsUser": uid, "runAsGroup": 0, "fsGroup": 0,
            "seccompProfile": {"type": "RuntimeDefault"}}


def resource_name(d: Deployment) -> str:
    """Return the extended resource of a replica: a MIG slice where it lives in one."""
    return f"nvidia.com/mig-{d.option.mig_profile}" if d.mig else d.stack.resource


def pod(d: Deployment, role: Role = "single") -> dict[str, Any]:
    """Return the pod's spec."""
    spec: dict[str, Any] = {
        "automountServiceAccountToken": False, "enableServiceLinks": False,
        "securityContext": pod_security(d.stack.uid), "terminationGracePeriodSeconds": 60,
        "containers": [_container(d, role)], "volumes": _volumes(d),
    }
    if d.stack.platform in ("cuda", "jetson"):
        # Where nvidia is not the node's default runtime, the pod would start without its GPUs.
        spec["runtimeClassName"] = "nvidia"
    if d.stack.platform == "rocm":
        spec["securityContext"]["supplementalGroups"] = [44, 109]
    return spec


def _container(d: Deployment, role: Role) -> dict[str, Any]:
    words = [_REFERENCE.sub(r"$(\1)", w) for w in _words(d, role)]
    amount = {resource_name(d): d.devices_on_node}
    security = lock()
    if d.multi_node:
        security["capabilities"]["add"] = ["IPC_LOCK"]
    container: dict[str, Any] = {
        "name": "engine", "image": d.stack.image, "imagePullPolicy": "IfNotPresent", "command": words,
        "env": _environment(d), "securityContext": security,
        "resources": {"requests": {"cpu": str(4 * d.devices_on_node), "memory": f"{_memory_gib(d)}Gi", **amount},
                      "limits": {"memory": f"{_memory_gib(d)}Gi", **amount}},
        "volumeMounts": _mounts(d),
    }
    if role == "worker":
        return container
    return container | {"ports": [{"name": "http", "containerPort": PORT}], **_probes(d)}


def _words(d: Deployment, role: Role) -> tuple[str, ...]:
    return command(d, role, master="${LWS_LEADER_ADDRESS}", rank="${LWS_WORKER_INDEX}")


def _probes(d: Deployment) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/health", "port": "http"}}
    return {
        "startupProbe": {**probe, "periodSeconds": 10, "failureThreshold": math.ceil(d.startup_seconds / 10),
                         "timeoutSeconds": 5},
        "readinessProbe": {**probe, "periodSeconds": 10, "failureThreshold": 3, "timeoutSeconds": 5},
        "livenessProbe": {**probe, "periodSeconds": 20, "failureThreshold": 6, "timeoutSeconds": 10},
    }


def _environment(d: Deployment) -> list[dict[str, Any]]:
    env: list[dict[str, Any]] = [{"name": k, "value": v} for k, v in environment(d).items()]
    if d.stack.engine == "vllm":
        env.append(_secret("VLLM_API_KEY", f"{d.name}-api-key", "api_key"))
    if d.stack.engine == "llama.cpp":
        env.append({"name": "MODEL_FILE", "valueFrom": {
            "configMapKeyRef": {"name": f"{d.name}-settings", "key": "MODEL_FILE"}}})
    if d.multi_node:
        env += [{"name": "NCCL_SOCKET_IFNAME", "value": "=eth0"}, {"name": "GLOO_SOCKET_IFNAME", "value": "eth0"},
                {"name": "MASTER_PORT", "value": str(MASTER_PORT)}]
        if d.stack.engine == "vllm":
            env.append({"name": "VLLM_HOST_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}})
    return env


def _secret(name: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _memory_gib(d: Deployment) -> int:
    """Host memory: 1.2 x the weights of this machine, shared memory, 16 GiB for the processes."""
    share = d.option.memory.weights * d.devices_on_node
    return math.ceil(share * 1.2) + d.shm_gib + 16


def _mounts(d: Deployment) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"name": "models", "mountPath": "/models", "readOnly": True}, {"name": "cache", "mountPath": CACHE},
        {"name": "tmp", "mountPath": "/tmp"}, {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108
    ]
    if d.stack.engine == "llama.cpp":
        mounts.append({"name": "api-key", "mountPath": "/run/secrets", "readOnly": True})
    if d.stack.engine == "tensorrt-llm":
        mounts.append({"name": "settings", "mountPath": "/config", "readOnly": True})
    return mounts


def _volumes(d: Deployment) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "models", "persistentVolumeClaim": {"claimName": f"{d.name}-models", "readOnly": True}},
        {"name": "cache", "emptyDir": {"sizeLimit": "20Gi"}}, {"name": "tmp", "emptyDir": {"sizeLimit": "4Gi"}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{d.shm_gib}Gi"}},
    ]
    if d.stack.engine == "llama.cpp":
        volumes.append({"name": "api-key", "secret": {"secretName": f"{d.name}-api-key", "defaultMode": 0o440}})
    if d.stack.engine == "tensorrt-llm":
        volumes.append({"name": "settings", "configMap": {"name": f"{d.name}-settings"}})
    return volumes
