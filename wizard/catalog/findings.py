"""What a check of the catalogue found: a code with its place and numbers, in words only when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from wizard.i18n import Translator

Severity = Literal["error", "warning", "stale"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong (``error``), doubtful (``warning``) or too old (``stale``) in one row of a table.

    ``what`` is an English message id with ``{fields}``, like that of :class:`~wizard.errors.InputError`.
    """

    severity: Severity
    code: str
    table: str
    row: str
    column: str
    what: str
    fields: Mapping[str, object]

    def worded(self, tr: Translator) -> str:
        """Say where it is and what is wrong."""
        place = f"{self.table} {self.row}"
        if self.column:
            place = tr("{table} {row}, column {column}", table=self.table, row=self.row, column=self.column)
        return f"{place}: {tr.format(self.what, self.fields)} [{self.code}]"

    def __str__(self) -> str:
        return self.worded(Translator())


Findings: TypeAlias = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Place:
    """One row of one table; makes the findings about it."""

    table: str
    row: str

    def error(self, code: str, column: str, what: str, **fields: object) -> Finding:
        """Return something that is wrong."""
        return Finding("error", code, self.table, self.row, column, what, MappingProxyType(fields))

    def warning(self, code: str, column: str, what: str, **fields: object) -> Finding:
        """Return something doubtful."""
        return Finding("warning", code, self.table, self.row, column, what, MappingProxyType(fields))

    def stale(self, code: str, column: str, what: str, **fields: object) -> Finding:
        """Return something too old to be relied on."""
        return Finding("stale", code, self.table, self.row, column, what, MappingProxyType(fields))


def outside(value: float | None, low: float, high: float) -> bool:
    """Tell whether a known value lies outside an interval."""
    return value is not None and not low <= value <= high
