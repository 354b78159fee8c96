"""The whole folder as one immutable value: relative path -> text, its kind and the checks it has to pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wizard.catalog.catalog import Catalog
    from wizard.i18n import Translator
    from wizard.planner.plan import Option, Plan

Kind = Literal["compose", "k8s", "yaml", "json", "shell", "python", "nginx", "systemd", "launchd", "dockerfile", "env",
               "markdown"]
CHECKS: Mapping[Kind, tuple[str, ...]] = MappingProxyType({
    "compose": ("yaml", "compose", "flags"), "k8s": ("yaml", "k8s", "flags"), "yaml": ("yaml",), "json": ("json",),
    "shell": ("shell", "flags"), "python": ("python",), "nginx": ("nginx",), "systemd": ("systemd",),
    "launchd": ("plist",), "dockerfile": ("dockerfile",), "env": ("env",), "markdown": ("text",),
})
"""Offline checks that a file of each kind has to pass (see :mod:`wizard.deploy.checks`)."""


@dataclass(frozen=True, slots=True)
class DeployFile:
    """One file: its text (UTF-8, ends in a newline), what it is, and the checks that apply to it."""

    text: str
    kind: Kind

    @property
    def checks(self) -> tuple[str, ...]:
        """Names of the checks that apply."""
        return CHECKS[self.kind]


class DeployBundle(Mapping[str, DeployFile]):
    """Files by path relative to the ``deploy`` folder, with forward slashes, sorted. Immutable."""

    __slots__ = ("_files",)

    def __init__(self, files: Mapping[str, DeployFile]) -> None:
        self._files = MappingProxyType(dict(sorted(files.items())))

    def __getitem__(self, path: str) -> DeployFile:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def replacing(self, path: str, text: str) -> DeployBundle:
        """Return a bundle in which one file has another text."""
        return DeployBundle({**self._files, path: DeployFile(text, self._files[path].kind)})


Files = dict[str, DeployFile]


def build(
    plan: Plan, tr: Translator, catalog: Catalog | None = None, option: Option | None = None,
    targets: frozenset[str] | None = None,
) -> DeployBundle:
    """Write every file for one option of a plan; the same plan gives the same bytes.

    Args:
        plan: the plan.
        tr: language of README and RUNBOOK.
        catalog: facts of the silicon; the shipped catalogue if not given.
        option: the option to deploy; the plan's chosen one if not given.
        targets: the platforms to write files for (:mod:`wizard.deploy.targets`); all of them if not given.
    """
    from wizard.deploy import guides, serving, training
    from wizard.deploy.facts import deployment
    from wizard.deploy.targets import kept

    d = deployment(plan, option, catalog)
    if d is None:
        return DeployBundle(guides.no_option(plan, tr))
    files = training.files(d) if d.training else serving.files(d)
    if targets is not None:
        files = kept(files, targets)
    return DeployBundle(files | guides.files(d, tr, files))
