"""A comparison in words: what its rows are called, how their values read. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from wizard.i18n import Translator, mark
from wizard.planner.compare import Comparison, Kind, Row, Value
from wizard.ui import figures
from wizard.ui.limits import limit_name, limit_title
from wizard.ui.say import precision
from wizard.words import LABELS, label, number

KINDS: Mapping[Kind, str] = {
    "answer": mark("Asked"),
    "choice": mark("Hardware"),
    "cost": mark("Costs"),
    "gain": mark("Keeps, at the slow end"),
}
NAMES: Mapping[str, str] = {
    "accelerator": mark("Accelerator"),
    "accelerators": mark("Number of accelerators"),
    "constraints.accelerators": mark("Only these accelerators"),
    "constraints.exclude_accelerators": mark("Never these"),
    "nodes": mark("Servers"),
    "system": mark("System"),
    "cloud_sku": mark("Cloud instance"),
    "replicas": mark("Replicas"),
    "spare_replicas": mark("Spare replicas"),
    "tp": mark("Tensor parallel"),
    "pp": mark("Pipeline stages"),
    "dp": mark("Data parallel"),
    "ep": mark("Expert parallel"),
    "dcp": mark("Decode context parallel"),
    "engine": mark("Engine"),
    "weight_precision": mark("Weights"),
    "kv_precision": mark("KV cache"),
    "max_context_tokens": mark("Context"),
    "model": mark("Model"),
    "capex": mark("Purchase"),
    "per_month": mark("A month"),
    "opex_year": mark("Running, a year"),
    "total": mark("Over the years"),
    "npv": mark("Net present value"),
    "per_million_tokens": mark("Per million tokens"),
    "margin": mark("Tightest promise"),
    "prompt_tokens": mark("Prompt length"),
    "output_tokens": mark("Answer length"),
    "concurrent_users": mark("Users at once"),
    "acquisition": mark("Own or rent"),
    "purchase": mark("Budget"),
    "availability": mark("Availability"),
    "use_case": mark("Use"),
}


def row_name(tr: Translator, row: Row) -> str:
    """Return what a row is about."""
    code = row.code.rpartition(".")[2]
    for name in (row.code, code):
        if name in NAMES:
            return tr(NAMES[name])
    if code in LABELS:
        return limit_title(tr, code)
    name = limit_name(tr, code)
    return name[:1].upper() + name[1:]


def value_text(tr: Translator, row: Row, value: Value, found: Comparison, names: Callable[[str], str]) -> str:
    """Return a value of a row as it is shown."""
    if value is None or value == "":
        return figures.UNKNOWN
    code = row.code.rpartition(".")[2]
    if row.kind == "cost" and isinstance(value, Decimal):
        return figures.money(tr, value, found.currency)
    if row.kind == "answer" and code in ASKED:
        return _asked(tr, code, str(value), found.currency, names)
    if code == "margin":
        return figures.percent(tr, float(str(value)))
    if code in ("accelerator", "system", "cloud_sku"):
        return names(str(value))
    if code in ("weight_precision", "kv_precision"):
        return precision(tr, str(value))
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, int | float):
        return _figure(tr, code, float(value))
    return label(tr, str(value))


ASKED = ("purchase", "per_month", "accelerators", "exclude_accelerators", "owned")
"""Answers that are money or names of hardware."""


def _asked(tr: Translator, code: str, value: str, currency: str, names: Callable[[str], str]) -> str:
    if code in ("purchase", "per_month"):
        return figures.money(tr, Decimal(value), currency)
    parts = value.split(", ")
    if code == "owned":
        pairs = (part.rpartition(" ") for part in parts)
        return tr(", ").join(f"{count} × {names(accelerator)}" for accelerator, _, count in pairs)
    return tr(", ").join(map(names, parts))


def _figure(tr: Translator, code: str, value: float) -> str:
    if code == "rack_units":
        return f"{value:g} U"
    if code in ("max_context_tokens", "prompt_tokens", "output_tokens", "tokens"):
        return figures.tokens(tr, value)
    return figures.metric(tr, code, value) if not value.is_integer() or "_" in code else number(tr, value)


def delta_text(tr: Translator, row: Row, at: int, found: Comparison) -> str:
    """Return the difference to the first plan; empty where there is none."""
    delta = row.deltas[at]
    if at == 0 or not delta or row.kind in ("answer", "choice") or row.code == "margin":
        return ""
    sign = "+" if delta > 0 else "−"
    if isinstance(delta, Decimal):
        return sign + figures.money(tr, abs(delta), found.currency)
    return sign + _figure(tr, row.code, abs(float(delta)))
