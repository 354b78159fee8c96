"""Words of limits: what a promise is called, what it asks, what is left of it, and how it was missed. No Qt."""

from __future__ import annotations

from decimal import Decimal

from wizard.i18n import Translator, mark
from wizard.planner.plan import RATES, Limit, Option, Rejection
from wizard.ui import figures
from wizard.words import LABELS, label, number, why_not

LIMIT_NAMES = {
    "ttft_ms": "TTFT",
    "tpot_ms": "TPOT",
    "e2e_ms": mark("end to end"),
    **{f"{name.lower()}_p{q}_ms": f"{name} P{q}" for name in ("TTFT", "TPOT") for q in (50, 90, 95, 99)},
    "percentile": mark("requests promised to"),
    "budget": mark("budget"),
    "purchase": mark("budget"),
    "per_month": mark("monthly budget"),
    "memory": mark("memory"),
    "power_w": mark("power"),
    "rack_units": mark("rack units"),
    "output_tok_s": mark("output tokens per second"),
    "requests_s": mark("requests per second"),
    "requests_per_s": mark("requests per second"),
    "max_concurrency": mark("users at once"),
    "concurrent_users": mark("users at once"),
    "hours": mark("deadline"),
    "deadline_hours": mark("deadline"),
    "context_tokens": mark("context"),
    "weights_memory": mark("memory"),
    "kv_memory": mark("KV cache"),
    "training_memory": mark("memory"),
    "load": mark("load"),
    "budget_month": mark("monthly budget"),
    "max_accelerators": mark("number of accelerators"),
    "accelerator_count": mark("number of accelerators"),
    "max_nodes": mark("number of servers"),
    "nodes": mark("number of servers"),
    "delivery_weeks": mark("weeks of delivery"),
    "purchasable": mark("a known price"),
    "precision": mark("precision"),
    "weights": mark("weight precision"),
    "accelerators": mark("accelerator"),
    "acquisition": mark("own or rent"),
}

COUNTED = ("load", "purchasable", "max_accelerators", "max_nodes")
"""Limits that are whole numbers: met exactly is as good as met with room."""
TITLES = {"hours": mark("Time it takes")}


def limit_name(tr: Translator, code: str) -> str:
    """Return the short name of a limit."""
    if code in LIMIT_NAMES:
        return tr(LIMIT_NAMES[code])
    return label(tr, code) if code in LABELS else code.replace("_", " ")


def binding_words(tr: Translator, limit: Limit) -> str:
    """Return the binding limit with what is left of it."""
    name = limit_name(tr, limit.code)
    if limit.margin < 0:
        return tr("{name}, {n} over", name=name, n=figures.percent(tr, -limit.margin))
    return tr("{name}, {n} spare", name=name, n=figures.percent(tr, limit.margin))


def unmet_words(tr: Translator, closest: Option | None) -> str:
    """Say that no plan keeps every promise, and by how much the one that comes closest misses which."""
    missed = sorted((x for x in closest.limits if x.margin < 0), key=lambda x: x.margin) if closest else []
    if closest is None or not missed:
        return tr("Nothing meets every wish.")
    limits = tr("; ").join(binding_words(tr, limit) for limit in missed)
    return tr("Nothing meets every wish. Closest: {limits}.", limits=limits)


def margin_words(tr: Translator, option: Option, most: int = 3) -> str:
    """Say how much of each promise is left at the slow end, the tightest first; empty where none has room to tell."""
    limits = sorted((x for x in option.limits if x.code not in COUNTED and x.margin >= 0), key=lambda x: x.margin)
    told = [tr("{name} {n}", name=limit_name(tr, x.code), n=spare(tr, x.margin)) for x in limits[:most]]
    return tr("To spare: {margins}.", margins=tr(", ").join(told)) if told else ""


def spare(tr: Translator, margin: float) -> str:
    """Return a margin: a share, or a multiple where there is more than enough."""
    if margin > 1:
        return tr("{n} times over", n=number(tr, round(margin + 1, 1), 2))
    return figures.percent(tr, margin) if margin < 0.1 else tr("{n} %", n=number(tr, round(margin * 100)))


def limit_title(tr: Translator, code: str) -> str:
    """Return the name of a limit or estimate as a row's head."""
    if code in TITLES:
        return tr(TITLES[code])
    if code in LABELS:
        return label(tr, code)
    name = limit_name(tr, code)
    return name[:1].upper() + name[1:]


def limit_figure(tr: Translator, limit: Limit, value: float) -> str:
    """Format one side of a limit by its unit."""
    return figure_of(tr, limit.code, value, limit.unit)


def figure_of(tr: Translator, code: str, value: float, unit: str) -> str:
    """Format a value by the unit it carries."""
    if unit in figures.SYMBOLS:
        return figures.money(tr, Decimal(repr(round(value, 2))), unit)
    if unit == "ms":
        return figures.metric(tr, code, value) if code.endswith("_ms") else figures.duration(tr, value)
    if unit == "GiB":
        return figures.gibibytes(tr, value)
    if unit == "W":
        return figures.power(tr, value)
    if unit and code not in RATES:
        return f"{number(tr, value)} {unit}"
    return figures.metric(tr, code, value)


def at_least(limit: Limit) -> bool:
    """Return whether a limit is a floor: more than needed is then a margin."""
    if limit.have == limit.need:
        return figures.higher_is_better(limit.code)
    return (limit.have > limit.need) == (limit.margin >= 0)


def bound(tr: Translator, limit: Limit) -> str:
    """Return what a limit asks: ``≤ 50 ms``, which is ``≥ 20 tok/s`` for who likes that better."""
    floor = at_least(limit) != (limit.code.startswith("tpot") and tr.units.pace == "tok/s")
    return ("≥ " if floor else "≤ ") + limit_figure(tr, limit, limit.need)


def rejection_words(tr: Translator, rejected: Rejection) -> str:
    """Word why something was not chosen, with the figure that broke and the one it had to keep."""
    words = why_not(tr, rejected.reason)
    need, have = rejected.need, rejected.have
    if need is None or have is None or rejected.reason == "purchasable":
        return words
    return tr(
        "{words} ({have} against {need})",
        words=words,
        have=figure_of(tr, rejected.reason, have, rejected.unit),
        need=figure_of(tr, rejected.reason, need, rejected.unit),
    )
