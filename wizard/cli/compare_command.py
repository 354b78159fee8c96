"""``rackwright compare``: up to four needs, planned in one currency, side by side: what differs, costs and gains."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.i18n import Translator
from wizard.needs.files import load_needs
from wizard.planner.compare import Comparison, compare
from wizard.planner.plan_json import plain
from wizard.planner.planner import plan
from wizard.ui.comparing import KINDS, delta_text, row_name, value_text


def compare_files(paths: Sequence[Path], currency: str | None, *, to_json: bool, tr: Translator) -> int:
    """Plan each NEEDS file and print the rows that differ; 1 where one of them has no feasible plan.

    All are reckoned in ``currency``, else in that of the first file's budget.
    """
    needs, catalog = [load_needs(path) for path in paths], Catalog()
    money = currency or needs[0].budget.currency
    found = compare([plan(asked, catalog, currency=money) for asked in needs])
    if to_json:
        sys.stdout.write(json.dumps(plain(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(found, [path.stem for path in paths], catalog, tr)) + "\n")
    return 0 if all(status == "feasible" for status in found.statuses) else 1


def _name(catalog: Catalog, id_: str) -> str:
    known = catalog.accelerators.get(id_) or catalog.systems.get(id_)
    return known.name if known is not None else id_


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _lines(found: Comparison, names: Sequence[str], catalog: Catalog, tr: Translator) -> Iterator[str]:
    names_of = partial(_name, catalog)
    table: list[tuple[str, ...]] = [("", *names)]
    for kind, title in KINDS.items():
        rows = found.differing(kind)
        if rows:
            table.append((tr(title), *[""] * len(names)))
        for row in rows:
            cells = []
            for at, value in enumerate(row.values):
                text, delta = value_text(tr, row, value, found, names_of), delta_text(tr, row, at, found)
                mark = " *" if at in row.best else ""
                cells.append(f"{text}{f' ({delta})' if delta else ''}{mark}")
            table.append((f"  {row_name(tr, row)}", *cells))
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for line in table:
        yield "  ".join(cell + " " * (wide - _width(cell)) for cell, wide in zip(line, widths, strict=True)).rstrip()
    yield tr("* best; in brackets the difference to the first")
