"""Where one may run it: the platforms whose files can be left out, and everything that an export may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wizard.deploy.bundle import Files
from wizard.i18n import mark

PREFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "compose": ("compose.yaml", "compose.worker.yaml", "Dockerfile", "monitoring/"),
    "kubernetes": ("k8s/", "train/trainjob.yaml", "train/Dockerfile"),
    "host": ("host/",),
    "slurm": ("train/job.sbatch",),
})
"""Files of each target; what is of none (start command, gateway, tests, guides) is always there."""

NAMES: Mapping[str, str] = MappingProxyType({
    "compose": mark("Containers on one machine (compose)"), "kubernetes": "Kubernetes",
    "host": mark("Without containers (start at boot)"), "slurm": "Slurm",
})
DOCUMENTS = ("quote.pdf", "bom.xlsx", "bom.csv", "deploy")
"""What may be left out; ``plan.json`` and the manifest are always written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export is to hold: everything by default."""

    documents: frozenset[str] = frozenset(DOCUMENTS)
    targets: frozenset[str] = frozenset(PREFIXES)


def target_of(path: str) -> str:
    """Return the target that a file of the ``deploy`` folder belongs to; empty for what all of them need."""
    return next((name for name, prefixes in PREFIXES.items() if path.startswith(prefixes)), "")


def kept(files: Files, targets: frozenset[str]) -> Files:
    """Return the files without those of targets that are not wanted."""
    return {path: file for path, file in files.items() if target_of(path) in (*targets, "")}
