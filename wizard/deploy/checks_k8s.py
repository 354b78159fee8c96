"""Structural rules of Kubernetes objects, for machines without a cluster: names, selectors, probes, references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wizard.deploy.results import Fault, fault
from wizard.i18n import mark

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
VERSIONS = {
    "Deployment": "apps/v1", "Service": "v1", "PersistentVolumeClaim": "v1", "NetworkPolicy": "networking.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1", "Job": "batch/v1", "LeaderWorkerSet": "leaderworkerset.x-k8s.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1", "ScaledObject": "keda.sh/v1alpha1",
    "TrainJob": "trainer.kubeflow.org/v1alpha1", "Namespace": "v1", "ConfigMap": "v1",
}
_CONTAINER = frozenset((
    "name", "image", "imagePullPolicy", "command", "args", "env", "ports", "resources", "securityContext",
    "startupProbe", "readinessProbe", "livenessProbe", "volumeMounts", "workingDir",
))
_PROBE = frozenset((
    "httpGet", "exec", "tcpSocket", "periodSeconds", "failureThreshold", "timeoutSeconds", "successThreshold",
    "initialDelaySeconds",
))
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def k8s_faults(objects: list[Any]) -> Iterator[Fault]:
    """Check the objects of one file."""
    for each in objects:
        if not isinstance(each, dict) or "kind" not in each:
            yield fault(mark("not a Kubernetes object"))
            continue
        yield from _head(each)
        for spec in pods(each):
            yield from _pod(each["kind"], spec)
        if each["kind"] == "Deployment":
            yield from _selector(each)


def pods(each: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pod specs inside an object."""
    spec = each.get("spec", {})
    templates = [spec.get("template", {})] if each["kind"] in ("Deployment", "Job") else []
    group = spec.get("leaderWorkerTemplate", {})
    templates += [group[k] for k in ("leaderTemplate", "workerTemplate") if k in group]
    yield from (t["spec"] for t in templates if isinstance(t, dict) and "spec" in t)


def _head(each: dict[str, Any]) -> Iterator[Fault]:
    kind = each["kind"]
    if VERSIONS.get(kind) != each.get("apiVersion"):
        yield fault(mark("{kind}: apiVersion {version} is not known"), kind=kind, version=each.get("apiVersion"))
    name = str(each.get("metadata", {}).get("name", ""))
    if not LABEL.fullmatch(name):
        yield fault(mark("{kind}: {name} is not a valid name"), kind=kind, name=name)


def _selector(each: dict[str, Any]) -> Iterator[Fault]:
    wanted = each["spec"].get("selector", {}).get("matchLabels", {}).items()
    labels = each["spec"].get("template", {}).get("metadata", {}).get("labels", {}).items()
    if not wanted or not wanted <= labels:
        yield fault(mark("Deployment: the selector does not match the pod's labels"))


def _pod(kind: str, spec: dict[str, Any]) -> Iterator[Fault]:
    volumes = {v.get("name") for v in spec.get("volumes", ())}
    for container in spec.get("containers", ()):
        yield from (fault(mark("{kind}: unknown key {name}"), kind=kind, name=k)
                    for k in container if k not in _CONTAINER)
        yield from (fault(mark("{kind}: there is no volume {name}"), kind=kind, name=m["name"])
                    for m in container.get("volumeMounts", ()) if m["name"] not in volumes)
        ports = {p.get("name") for p in container.get("ports", ())}
        for probe in (container[p] for p in _PROBES if p in container):
            yield from (fault(mark("{kind}: unknown key {name}"), kind=kind, name=k) for k in probe if k not in _PROBE)
            port = probe.get("httpGet", {}).get("port")
            if isinstance(port, str) and port not in ports:
                yield fault(mark("{kind}: there is no port {name}"), kind=kind, name=port)
        if ":" not in str(container.get("image", "")).rpartition("/")[2]:
            yield fault(mark("{kind}: the image has no tag"), kind=kind)
