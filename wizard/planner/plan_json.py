"""``plan.json``: the plan as plain data. Numbers stay numbers, money becomes decimal strings, nothing is worded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel

from wizard.planner.plan import Estimate, MemoryUse, Option, Plan

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA = 1


def to_json(plan: Plan) -> str:
    """Return the text of ``plan.json``: UTF-8, two spaces, keys in the order of the contract, newline at the end."""
    return json.dumps(to_data(plan), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_data(plan: Plan) -> dict[str, Any]:
    """Return the plan as dicts, lists, numbers and strings."""
    chosen = plan.chosen
    return {
        "schema": SCHEMA,
        "needs": plain(plan.needs),
        "catalog_version": plan.catalog_version,
        "calibration_version": plan.calibration_version,
        "status": plan.status,
        "recommended": plan.recommended,
        "currency": plan.currency,
        "model": plain(plan.model),
        "options": [_option(option) for option in plan.options],
        "rejected": [
            {"what": r.what, "reason": r.reason, "need": plain(r.need), "have": plain(r.have), "unit": r.unit}
            for r in plan.rejected
        ],
        "changes": [
            {"key": c.key, "from": plain(c.from_value), "to": plain(c.to_value), "option": _option(c.option)}
            for c in plan.changes
        ],
        "asked": _option(plan.asked) if plan.asked else None,
        "facts": plain(plan.facts),
        "curve": plain(plan.curve),
        "pareto": plain(plan.pareto),
        "bom": plain(chosen.bom) if chosen else None,
        "tco": plain(chosen.tco) if chosen else None,
        "warnings": plain(plan.warnings),
        "sources": plain(plan.sources),
        "considered": plan.considered,
    }


def _option(option: Option) -> dict[str, Any]:
    data = {
        field.name: plain(getattr(option, field.name))
        for field in fields(option)
        if field.name not in {"memory", "estimates", "bom", "tco"}
    }
    data["memory_gib"] = _memory(option.memory)
    data["estimates"] = {name: _estimate(value) for name, value in option.estimates.items()}
    return data


def _memory(memory: MemoryUse) -> dict[str, float]:
    return {field.name: round(getattr(memory, field.name), 4) for field in fields(memory)}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": plain(estimate.value), "low": plain(estimate.low), "high": plain(estimate.high),
        "ceiling": plain(estimate.ceiling), "basis": estimate.basis,
    }


def plain(value: object) -> Any:
    """Turn a value of the core into what JSON can hold. Figures keep six significant digits: more would be false."""
    match value:
        case None | bool() | str() | int():
            return value
        case float() | np.floating():
            number = float(value)
            return float(f"{number:.6g}") if np.isfinite(number) else None
        case np.integer():
            return int(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case BaseModel():
            return value.model_dump(mode="json", by_alias=True)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _record(value: DataclassInstance) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
