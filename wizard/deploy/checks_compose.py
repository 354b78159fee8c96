"""Structural rules of a compose file, for machines without Docker: known keys, references that resolve, devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizard.deploy.results import Fault, fault
from wizard.i18n import mark

_TOP = frozenset({"name", "services", "networks", "secrets", "volumes", "configs"})
_SERVICE = frozenset(
    ("image", "entrypoint", "command", "environment", "env_file", "user", "read_only", "cap_drop", "cap_add",
     "security_opt", "restart", "logging", "init", "tmpfs", "shm_size", "volumes", "stop_grace_period", "secrets",
     "healthcheck", "network_mode", "networks", "deploy", "devices", "group_add", "runtime", "ulimits", "ports",
     "depends_on", "profiles")
)
_HEALTH = frozenset({"test", "interval", "timeout", "retries", "start_period", "start_interval"})


def compose_faults(document: Any) -> Iterator[Fault]:
    """Check one compose document."""
    if not isinstance(document, dict) or not isinstance(document.get("services"), dict):
        yield fault(mark("no services"))
        return
    yield from (fault(mark("unknown key {name}"), name=k) for k in document if k not in _TOP)
    for name, service in document["services"].items():
        yield from (fault(mark("service {service}: unknown key {name}"), service=name, name=k)
                    for k in service if k not in _SERVICE)
        yield from _service(name, service, document)


def _service(name: str, service: dict[str, Any], document: dict[str, Any]) -> Iterator[Fault]:
    image = str(service.get("image") or "")
    if ":" not in image.rpartition("/")[2]:
        yield fault(mark("service {service}: the image has no tag"), service=name)
    if "networks" in service and "network_mode" in service:
        yield fault(mark("service {service}: networks and network_mode exclude each other"), service=name)
    for kind in ("networks", "secrets"):
        known = document.get(kind, {})
        yield from (fault(mark("service {service}: {name} is not among the {kind}"), service=name, name=n, kind=kind)
                    for n in service.get(kind, ()) if n not in known)
    yield from (fault(mark("service {service}: {name} is not among the {kind}"), service=name, name=n, kind="services")
                for n in service.get("depends_on", ()) if n not in document["services"])
    yield from (fault(mark("service {service}: unknown key {name}"), service=name, name=f"healthcheck.{k}")
                for k in service.get("healthcheck", ()) if k not in _HEALTH)
    yield from _devices(name, service)


def _devices(name: str, service: dict[str, Any]) -> Iterator[Fault]:
    reserved = service.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
    for device in reserved:
        if "capabilities" not in device:
            yield fault(mark("service {service}: a reserved device needs capabilities"), service=name)
        if "count" in device and "device_ids" in device:
            yield fault(mark("service {service}: count and device_ids exclude each other"), service=name)
