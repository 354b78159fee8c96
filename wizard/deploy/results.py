"""What a check found: a value that :func:`say` words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from wizard.i18n import Translator

Status = Literal["passed", "failed", "not_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of one file. ``what`` is a message id (empty where it passed)."""

    path: str
    check: str
    status: Status
    what: str = ""
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong (a check whose tool is missing counts as fine, but is shown)."""
        return self.status != "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a check found: a message id and its fields."""

    what: str
    fields: Mapping[str, object]


def fault(what: str, **fields: object) -> Fault:
    """Return a fault."""
    return Fault(what, MappingProxyType(fields))


def say(tr: Translator, result: CheckResult) -> str:
    """Word a result on one line: where, which check, what."""
    text = tr.format(result.what, result.fields) if result.what else tr("passed")
    return f"{result.path}: {result.check}: {text}"
