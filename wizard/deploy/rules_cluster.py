"""Failure rules about Kubernetes and containers. Numbers are those of :mod:`failure_rules`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wizard.deploy.rule_records import Case, Finding, finding
from wizard.i18n import mark

_CACHES = ("HF_HOME", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR", "XDG_CACHE_HOME", "VLLM_CACHE_ROOT")
_TOKEN = re.compile(r"\b(hf_[A-Za-z0-9]{20,}|nvapi-[A-Za-z0-9_-]{20,})")


def startup_patience(c: Case) -> Iterator[Finding]:
    """5: the start-up probe waits as long as the weights take, and nothing delays blindly."""
    for path, _, _, container in c.workloads():
        if "ports" not in container:
            continue
        probe = container.get("startupProbe", {})
        patience = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 0)
        if patience < c.d.startup_seconds:
            yield finding(5, "error", path, mark("the start-up probe gives up after {patience} s; loading may take "
                                                 "{need} s"),
                          mark("Raise failureThreshold."), patience=patience, need=c.d.startup_seconds)
        if any("initialDelaySeconds" in container.get(p, {}) for p in ("livenessProbe", "readinessProbe")):
            yield finding(5, "warning", path, mark("initialDelaySeconds guesses what the start-up probe knows"),
                          mark("Remove it."))


def service_name(c: Case) -> Iterator[Finding]:
    """8: a Service named vllm overwrites VLLM_PORT."""
    for path, each in c.objects("Service"):
        if each["metadata"]["name"] == "vllm":
            yield finding(8, "error", path, mark("a Service named vllm sets VLLM_PORT to an address in every pod"),
                          mark("Name it otherwise, and set enableServiceLinks to false."))
    for path, _, spec, _ in c.workloads():
        if spec.get("enableServiceLinks") is not False:
            yield finding(8, "warning", path, mark("variables of other Services may collide with the engine's own"),
                          mark("Set enableServiceLinks to false."))


def no_spare_to_roll(c: Case) -> Iterator[Finding]:
    """9: an update never waits for an accelerator that nobody bought."""
    for path, each, _, _ in c.workloads():
        if each["kind"] != "Deployment":
            continue
        strategy = each["spec"].get("strategy", {})
        if strategy.get("type") != "Recreate" and strategy.get("rollingUpdate", {}).get("maxSurge", "25%") != 0:
            yield finding(9, "error", path, mark("an update starts a further pod first, and there is no accelerator "
                                                 "for it"),
                          mark("Use strategy Recreate, or maxSurge 0."))


def volume_shared(c: Case) -> Iterator[Finding]:
    """10: several pods cannot share a volume that mounts once."""
    pods_reading = c.d.replicas * c.d.nodes_per_replica
    for path, each in c.objects("PersistentVolumeClaim"):
        if pods_reading > 1 and "ReadWriteMany" not in each["spec"]["accessModes"] \
                and "ReadOnlyMany" not in each["spec"]["accessModes"]:
            yield finding(10, "error", path, mark("{pods} pods share a volume that only one machine can mount"),
                          mark("Use ReadWriteMany, or a copy of the weights on each machine."), pods=pods_reading)


def no_secret_inside(c: Case) -> Iterator[Finding]:
    """11: tokens are references, never text."""
    for path, file in c.bundle.items():
        if _TOKEN.search(file.text):
            yield finding(11, "error", path, mark("a token stands in the file"),
                          mark("Keep it in a Secret, and refer to it with secretKeyRef."))
    for path, env in c.environments():
        yield from (finding(11, "error", path, mark("{name} has its value in the file"),
                            mark("Keep it in a Secret, and refer to it with secretKeyRef."), name=name)
                    for name, value in env.items()
                    if value and re.search(r"TOKEN|API_KEY|PASSWORD|SECRET", name) and not str(value).startswith("$"))


def caches_writable(c: Case) -> Iterator[Finding]:
    """12: a user who is not root writes its caches into a mounted place."""
    mounted = {path: {v["target"] for v in s["volumes"]} for path, _, s in c.services()}
    mounted |= {path: {m["mountPath"] for m in k["volumeMounts"] if not m.get("readOnly")}
                for path, _, _, k in c.workloads()}
    for path, env in c.environments():
        for name in _CACHES:
            place = env.get(name)
            if place and not any(str(place).startswith(m) for m in mounted[path]):
                yield finding(12, "error", path, mark("{name} points to {place}, which is not mounted writable"),
                              mark("Mount a volume there; the container does not run as root."), name=name, place=place)


def default_runtime(c: Case) -> Iterator[Finding]:
    """17: k3s and k0s do not make nvidia the default runtime."""
    for path, _, spec, _ in c.workloads():
        if c.d.stack.platform in ("cuda", "jetson") and spec.get("runtimeClassName") != "nvidia":
            yield finding(17, "error", path, mark("on k3s and k0s the pod starts without its GPUs"),
                          mark("Set runtimeClassName to nvidia."))


def devices_survive_reload(c: Case) -> Iterator[Finding]:
    """18: after systemctl daemon-reload containers may lose their GPUs."""
    if c.d.stack.platform == "cuda" and any(True for _ in c.services()):
        yield finding(18, "note", "host", mark("after systemctl daemon-reload, containers can lose their GPUs"),
                      mark("Let the container toolkit use CDI, or Docker the cgroupfs driver."))


def queries_with_colon(c: Case) -> Iterator[Finding]:
    """23: vLLM's metrics have a colon."""
    for path, file in c.bundle.items():
        if file.kind in ("yaml", "k8s") and re.search(r"\bvllm_(num_requests|kv_cache|time_to|inter_token)", file.text):
            yield finding(23, "error", path, mark("the query names vllm_ with an underscore, and returns nothing"),
                          mark("Write vllm: with a colon."))


def budget_lets_drain(c: Case) -> Iterator[Finding]:
    """26: a disruption budget over one replica blocks every drain."""
    for path, each in c.objects("PodDisruptionBudget"):
        if c.d.replicas < 2 or each["spec"].get("minAvailable") == c.d.replicas:
            yield finding(26, "error", path, mark("the disruption budget lets no pod leave, so a machine cannot be "
                                                  "drained"),
                          mark("Remove it, or allow one replica to be away."))


def request_is_limit(c: Case) -> Iterator[Finding]:
    """27: an extended resource is requested as much as it is limited."""
    for path, _, _, container in c.workloads():
        asked, most = (container["resources"].get(k, {}) for k in ("requests", "limits"))
        names = {k for k in {**asked, **most} if "/" in k}
        if not names:
            yield finding(27, "error", path, mark("the pod asks for no accelerator"),
                          mark("Add it to requests and limits."))
        yield from (finding(27, "error", path, mark("{name}: the request must equal the limit"),
                            mark("Write the same number in both."), name=n)
                    for n in names if asked.get(n, most.get(n)) != most.get(n))
