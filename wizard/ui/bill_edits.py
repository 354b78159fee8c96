"""Changes of single lines of the bill: which one a shown line has, and the answer with one more or one less. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.catalog.catalog import Catalog
from wizard.costing.records import BomLine
from wizard.needs.needs import LineEdit

Edits = tuple[LineEdit, ...]
VALUES = ("quantity", "unit_price", "discount", "alternative")


def edit_of(edits: Sequence[LineEdit], line: BomLine) -> LineEdit | None:
    """Return the change that a line of the changed bill shows; a replaced part is known by what took its place."""
    if not line.edited:
        return None
    same = [e for e in edits if e.reason in ("", line.reason)]
    placed = [e for e in same if e.alternative == line.part or (not e.alternative and e.part == line.part)]
    return placed[-1] if placed else next((e for e in same if e.part == line.part), None)


def with_change(edits: Sequence[LineEdit], line: BomLine, currency: str, **values: object) -> Edits:
    """Return the changes with more of a line changed: ``quantity``, ``unit_price``, ``discount`` or ``alternative``.

    Raises:
        ValidationError: a value cannot be used.
    """
    had = edit_of(edits, line)
    start = had or LineEdit(part=line.part, reason=line.reason[:200])
    data = start.model_dump() | values
    if "unit_price" in values:
        data["currency"] = currency
    if data["alternative"] == data["part"]:
        data["alternative"] = ""
    new = LineEdit.model_validate(data)
    rest = tuple(e for e in edits if e is not had)
    return (*rest, new) if _says_something(new) else rest


def without(edits: Sequence[LineEdit], line: BomLine) -> Edits:
    """Return the changes without those of a line."""
    had = edit_of(edits, line)
    return tuple(e for e in edits if e is not had)


def struck(edits: Sequence[LineEdit]) -> Edits:
    """Return the changes that took a line off the bill."""
    return tuple(e for e in edits if e.quantity == 0)


def part_name(catalog: Catalog, part: str) -> str:
    """Return the name of a part of the bill; services bear their code as a name."""
    for table in (catalog.components, catalog.systems, catalog.accelerators):
        known = table.get(part)
        if known is not None:
            return str(known.name)
    return part.replace("_", " ")


def _says_something(edit: LineEdit) -> bool:
    return any(getattr(edit, name) not in (None, "") for name in VALUES)
