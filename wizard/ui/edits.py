"""Edits of the answers: each a step of undo, those of one number in quick succession one step together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from PySide6.QtGui import QUndoCommand

from wizard.needs.needs import Needs

if TYPE_CHECKING:
    from wizard.ui.session import Session

MERGE_S = 1.5
"""Edits of one field within so many seconds are one step of undo."""


class Answer(QUndoCommand):
    """A change of the needs; edits of the same field in quick succession become one.

    It holds the values that differ: the needs are 20 kB, and thousands of edits can be undone.
    """

    def __init__(self, session: Session, new: Needs, keys: frozenset[str]) -> None:
        super().__init__()
        self.session, self.keys, self.step, self.at = session, keys, session.step, time.monotonic()
        self.old, self.new = _differing(new, session.needs), _differing(session.needs, new)

    def id(self) -> int:
        return 1 if self.keys else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Answer) or other.keys != self.keys or other.at - self.at > MERGE_S:
            return False
        self.new, self.at = {**self.new, **other.new}, other.at
        self.old = {**other.old, **self.old}
        return True

    def redo(self) -> None:
        self.session.adopt(_with(self.session.needs, self.new), self.step, self.keys)

    def undo(self) -> None:
        self.session.adopt(_with(self.session.needs, self.old), self.step, frozenset())


def stream(changes: Mapping[str, object]) -> frozenset[str]:
    """Return the keys whose next change may be the same edit: numbers. All else is a step of its own."""
    numbers = all(
        isinstance(value, int | float | Decimal | None) and not isinstance(value, bool) for value in changes.values()
    )
    return frozenset(changes) if numbers else frozenset()


def changed(needs: Needs, changes: Mapping[str, object]) -> Needs:
    """Return the needs with dotted keys set, validated.

    Raises:
        ValidationError: a value cannot be used.
    """
    data = needs.model_dump(by_alias=True)
    for key, value in changes.items():
        *path, last = key.split(".")
        place = data
        for part in path:
            place = place[part]
        place[last] = value
    return Needs.model_validate(data)


def _differing(old: Needs, new: Needs) -> dict[str, Any]:
    """Return the values of ``new`` that differ, by their dotted keys."""
    found: dict[str, Any] = {}
    for name in Needs.model_fields:
        had, has = getattr(old, name), getattr(new, name)
        if isinstance(has, BaseModel) and type(has) is type(had):
            found |= {f"{name}.{field}": getattr(has, field) for field in type(has).model_fields
                      if getattr(has, field) != getattr(had, field)}
        elif has != had:
            found[name] = has
    return found


def _with(needs: Needs, values: Mapping[str, Any]) -> Needs:
    """Return the needs with values that were valid before."""
    parts: dict[str, Any] = {}
    for key, value in values.items():
        name, _, field = key.partition(".")
        part = parts.get(name, getattr(needs, name))
        parts[name] = part.model_copy(update={field: value}) if field else value
    return needs.model_copy(update=parts)


def context_tokens(needs: Needs, changes: Mapping[str, object]) -> int:
    """Return the tokens of the longest request that the changed answers make."""
    prompt = changes.get("workload.prompt_tokens", needs.workload.prompt_tokens)
    output = changes.get("workload.output_tokens", needs.workload.output_tokens)
    return sum(n for n in (prompt, output) if isinstance(n, int))
