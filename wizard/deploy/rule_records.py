"""What a failure rule looks at and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

from wizard.deploy.bundle import DeployBundle
from wizard.deploy.checks_k8s import pods
from wizard.deploy.checks_text import load_all
from wizard.deploy.facts import Deployment

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that is broken: ``why`` and ``mend`` are message ids with ``fields``."""

    rule: int
    severity: Severity
    where: str
    why: str
    mend: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """A deployment and its files, parsed once."""

    d: Deployment
    bundle: DeployBundle
    documents: Mapping[str, tuple[Any, ...]]
    """Parsed YAML documents by path."""

    def services(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (path, name, service) of every engine in a compose file."""
        for path, documents in self.documents.items():
            if self.bundle[path].kind == "compose":
                for document in documents:
                    yield from ((path, n, s) for n, s in document["services"].items() if n.startswith("engine"))

    def objects(self, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (path, object) of every Kubernetes object of these kinds."""
        for path, documents in self.documents.items():
            if self.bundle[path].kind == "k8s":
                yield from ((path, o) for o in documents if not kinds or o.get("kind") in kinds)

    def workloads(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]]:
        """Yield (path, object, pod spec, container) of every engine on Kubernetes."""
        for path, each in self.objects("Deployment", "LeaderWorkerSet"):
            for spec in pods(each):
                for container in spec.get("containers", ()):
                    if container.get("name") == "engine":
                        yield path, each, spec, container

    def commands(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (path, words) of every engine command."""
        yield from ((path, tuple(map(str, s.get("command", ())))) for path, _, s in self.services())
        yield from ((path, tuple(map(str, c.get("command", ())))) for path, _, _, c in self.workloads())

    def environments(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (path, environment) of every engine; what comes from a reference is ``None``."""
        yield from ((path, dict(s.get("environment", {}))) for path, _, s in self.services())
        yield from ((path, {e["name"]: e.get("value") for e in c.get("env", ())}) for path, _, _, c in self.workloads())


Rule = Callable[[Case], Iterator[Finding]]


def case_of(d: Deployment, bundle: DeployBundle) -> Case:
    """Parse the bundle's YAML."""
    parsed = {p: tuple(x for x in load_all(f.text) if isinstance(x, dict)) for p, f in bundle.items()
              if f.kind in ("compose", "k8s", "yaml")}
    return Case(d, bundle, MappingProxyType(parsed))


def finding(rule: int, severity: Severity, where: str, why: str, mend: str, **fields: object) -> Finding:
    """Return a finding."""
    return Finding(rule=rule, severity=severity, where=where, why=why, mend=mend, fields=MappingProxyType(fields))


def value_of(words: tuple[str, ...], *flags: str) -> str | None:
    """Return the value after the first of ``flags`` in a command line."""
    return next((b for a, b in pairwise(words) if a in flags), None)
