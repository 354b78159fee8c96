"""Kubernetes: the gateway with its endpoint allowlist, and policies that make it the only way in."""

from __future__ import annotations

from typing import Any

from wizard.deploy.commands import PORT
from wizard.deploy.facts import Deployment
from wizard.deploy.k8s_pod import engines, labels, lock, metadata, pod_security
from wizard.deploy.stacks import GATEWAY_IMAGE

GATEWAY_PORT = 8080
_NGINX_UID = 101


def gateway(d: Deployment) -> tuple[dict[str, Any], ...]:
    """Return the gateway's Deployment and Service; TLS ends at the cluster's ingress before it."""
    mark = labels(d, "gateway")
    check = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10}
    container = {
        "name": "nginx", "image": GATEWAY_IMAGE, "ports": [{"name": "http", "containerPort": GATEWAY_PORT}],
        "securityContext": lock(), "readinessProbe": check, "livenessProbe": check,
        "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/nginx/nginx.conf", "subPath": "nginx.conf", "readOnly": True},
            {"name": "keys", "mountPath": "/run/secrets", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108
        ],
    }
    spec = {
        "automountServiceAccountToken": False, "enableServiceLinks": False, "securityContext": pod_security(_NGINX_UID),
        "containers": [container], "volumes": [
            {"name": "config", "configMap": {"name": f"{d.name}-gateway"}},
            {"name": "keys", "secret": {"secretName": f"{d.name}-gateway-keys", "defaultMode": 0o440,
                                        "items": [{"key": "gateway-keys.conf", "path": "gateway_keys"}]}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
        ],
    }
    name = f"{d.name}-gateway"
    workload = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(d, name, "gateway"),
                "spec": {"replicas": 2, "selector": {"matchLabels": mark},
                         "template": {"metadata": {"labels": mark}, "spec": spec}}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": metadata(d, name, "gateway"),
               "spec": {"type": "ClusterIP", "selector": mark,
                        "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]}}
    return workload, service


def policies(d: Deployment) -> tuple[dict[str, Any], ...]:
    """Return the policies: the engine hears the gateway and Prometheus only, and speaks to DNS and its own kind."""
    own = {"matchLabels": {"app.kubernetes.io/part-of": d.name}}
    pods = engines(d)
    api = [{"port": PORT, "protocol": "TCP"}]
    dns = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    gateway_pods = {"podSelector": {"matchLabels": labels(d, "gateway")}}
    prometheus = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ingress: list[dict[str, Any]] = [{"from": [gateway_pods, prometheus], "ports": api}]
    egress: list[dict[str, Any]] = [dns]
    if d.multi_node:
        # torch.distributed and NCCL use ephemeral ports, unauthenticated: open between these pods and to nobody else.
        ingress.append({"from": [{"podSelector": pods}]})
        egress.append({"to": [{"podSelector": pods}]})
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    engine = head | {"metadata": metadata(d, d.name), "spec": {
        "podSelector": pods, "policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}}
    front = head | {"metadata": metadata(d, f"{d.name}-gateway", "gateway"), "spec": {
        "podSelector": {"matchLabels": labels(d, "gateway")}, "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": GATEWAY_PORT, "protocol": "TCP"}]}],
        "egress": [dns, {"to": [{"podSelector": own}], "ports": api}]}}
    return engine, front
