"""``rackwright catalog``: what the program knows, and whether it holds together."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from datetime import date
from typing import Any

from wizard.catalog.availability import (
    BY_DENSITY,
    CONTROLLED,
    EXPORT_SOURCE,
    stack_of,
    total_processing_performance,
)
from wizard.catalog.catalog import Catalog
from wizard.catalog.prices import FRESH_DAYS, is_stale, priced_on
from wizard.catalog.records import Accelerator
from wizard.costing.terms import price_date
from wizard.errors import InputError, UnknownName
from wizard.i18n import Translator
from wizard.planner.plan_json import plain

SHOWN = {
    "accelerators": ("id", "name", "memory_gb", "bandwidth_gb_s", "fp16_tflops", "tdp_w", "status"),
    "systems": ("id", "name", "max_accelerators", "rack_units", "max_power_w"),
    "components": ("id", "category", "name", "specs"),
    "cloud": ("id", "accelerator", "count", "on_demand_usd_h"),
    "models": ("id", "total_params", "attention", "max_context"),
    "economics": ("id", "value", "unit", "as_of"),
    "api_prices": ("id", "input_usd_per_million", "output_usd_per_million"),
    "conflicts": ("id", "chosen", "others"),
    "stacks": ("id", "min_version", "last_version"),
}


def list_kind(kind: str, *, as_json: bool) -> int:
    """Print all rows of a kind, as a table or as JSON; old prices are marked."""
    catalog = Catalog()
    records = list(getattr(catalog, kind).values())
    today = price_date(catalog)
    if as_json:
        rows = [plain(record) | ({"stale": True} if _is_old(record, today) else {}) for record in records]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return 0
    columns = SHOWN[kind]
    priced = any(priced_on(record) for record in records)
    table = [[*columns, *(["price_as_of"] if priced else [])]]
    for record in records:
        table.append([_cell(getattr(record, column)) for column in columns])
        table[-1] += [_day(record, today)] if priced else []
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    return 0


def show(name: str) -> int:
    """Print every field of one row, by id or by a name as people write it.

    Raises:
        UnknownName: nothing in the catalogue bears that name.
    """
    catalog = Catalog()
    record = _find(catalog, name)
    for field in fields(record):
        value = plain(getattr(record, field.name))
        if value not in (None, "", []):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            sys.stdout.write(f"{field.name}: {shown}\n")
    if _is_old(record, price_date(catalog)):
        sys.stdout.write(f"stale: the price is more than {FRESH_DAYS} days older than the catalogue of "
                         f"{price_date(catalog)}, so only indicative\n")
    if isinstance(record, Accelerator):
        _show_availability(catalog, record)
    for conflict in catalog.conflicts.values():
        if record.id in conflict.rows:
            sys.stdout.write(f"conflict: {conflict.field}: {conflict.chosen}, not {' / '.join(conflict.others)}: "
                             f"{conflict.reason} [{'; '.join(conflict.sources)}]\n")
    return 0


def _show_availability(catalog: Catalog, accelerator: Accelerator) -> None:
    stack, performance = stack_of(catalog, accelerator), total_processing_performance(accelerator)
    if stack:
        last = f" to {stack.last_version}" if stack.last_version else " or newer"
        sys.stdout.write(f"versions: {stack.stack} {stack.min_version}{last} [{'; '.join(stack.sources)}]\n")
    if performance is not None:
        sys.stdout.write(f"us_export_performance: {performance:g}, ECCN 3A090.a from {CONTROLLED:g} on (from "
                         f"{BY_DENSITY:g} on by density) [{EXPORT_SOURCE}]\n")


def check_catalog(tr: Translator) -> int:
    """Check the catalogue; 2 where it has errors."""
    from wizard.catalog.check import check

    findings = check(Catalog())
    errors = [finding for finding in findings if finding.severity == "error"]
    for finding in findings:
        sys.stdout.write(f"{tr(finding.severity)}: {finding.worded(tr)}\n")
    sys.stdout.write(tr("{errors} errors, {others} other findings", errors=len(errors),
                        others=len(findings) - len(errors)) + "\n")
    return 2 if errors else 0


def _is_old(record: object, today: date) -> bool:
    as_of = priced_on(record)
    return as_of is not None and is_stale(as_of, today)


def _day(record: object, today: date) -> str:
    as_of = priced_on(record)
    return "" if as_of is None else f"{as_of} stale" if is_stale(as_of, today) else str(as_of)


def _cell(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _find(catalog: Catalog, name: str) -> Any:
    for kind in SHOWN:
        rows = getattr(catalog, kind)
        if name in rows:
            return rows[name]
    return _by_spoken_name(catalog, name)


def _by_spoken_name(catalog: Catalog, name: str) -> Any:
    from wizard.catalog.hardware_names import resolve_accelerator
    from wizard.catalog.model_names import resolve_surely

    near: list[str] = []
    for resolve in (resolve_accelerator, resolve_surely):
        try:
            return resolve(catalog, name)
        except UnknownName as error:
            near += error.nearest
        except InputError as error:
            raise error from None
    raise UnknownName("item", name, near)
