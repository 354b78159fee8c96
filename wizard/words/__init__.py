"""Codes become sentences here, once, for screen, paper, files and command line.

The core says *why* as a code with numbers (:class:`~wizard.planner.plan.Reason`); this room owns the wording. A field
named ``*_label`` holds a code that is worded itself; numbers are formatted for the language.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite

from wizard.costing import sentences as costing
from wizard.costing.records import BomLine
from wizard.i18n import Translator, mark
from wizard.planner.plan import Fact, Plan, Reason
from wizard.words.labels import LABELS, WHY_NOT
from wizard.words.sentences import SENTENCES

__all__ = ["LABELS", "SENTENCES", "WHY_NOT", "describe", "headline", "label", "number", "say", "why_not"]

ANSWERS = (
    mark("{count} x {accelerator} meet every requirement"),
    mark("Nothing meets every requirement"),
    mark("Nothing meets every requirement; nearest: {count} x {accelerator}"),
)
LONG_MS = 1000
AT_EACH = mark("this at each of {sites} sites")


def label(tr: Translator, code: str) -> str:
    """Word a code as a label; a code without a label is shown as it is, for product names pass through here too."""
    return tr(LABELS[code]) if code in LABELS else code


def why_not(tr: Translator, code: str) -> str:
    """Word why something was not chosen."""
    return tr(WHY_NOT[code]) if code in WHY_NOT else label(tr, code)


def say(tr: Translator, reason: Reason | Fact) -> str:
    """Word a reason or a fact as a sentence.

    Raises:
        KeyError: the code has no sentence (a test makes sure that each has one).
    """
    said = tr.format(SENTENCES[reason.code], {key: _shown(tr, key, value) for key, value in reason.fields.items()})
    sites = reason.fields.get("sites", 1)
    return f"{said}; {tr(AT_EACH, sites=sites)}" if isinstance(sites, int) and sites > 1 else said


def headline(tr: Translator, plan: Plan) -> str:
    """Say the answer in one line."""
    option = plan.chosen
    if option is None:
        return tr(ANSWERS[1])
    answer = ANSWERS[0] if plan.status == "feasible" else ANSWERS[2]
    return tr(answer, count=option.accelerators, accelerator=option.accelerator_name)


def describe(tr: Translator, line: BomLine) -> str:
    """Return what a line of a bill of materials is: a product's name as it is, a service in the user's language."""
    return tr(line.description) if line.description in costing.DESCRIPTIONS else line.description


def number(tr: Translator, value: float, digits: int = 3) -> str:
    """Format a figure to ``digits`` significant digits with the language's separators; whole numbers stay whole."""
    from babel.numbers import format_decimal

    if not isfinite(value):
        return "–"
    if value == 0:
        return "0"
    rounded = Decimal(value) if float(value).is_integer() and abs(value) < 10**6 else Decimal(f"{value:.{digits - 1}e}")
    if abs(rounded) < 1:
        return f"{rounded:f}".rstrip("0").rstrip(".")
    return format_decimal(rounded, locale="zh_Hans_CN" if tr.lang == "zh_CN" else tr.lang)


def _shown(tr: Translator, key: str, value: object) -> object:
    if key.endswith("_label") or key == "region":
        return label(tr, str(value))
    if key == "fields":
        return tr(", ").join(label(tr, name) for name in str(value).split(", "))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    if key.endswith("_ms"):
        return f"{number(tr, float(value) / 1e3)} s" if value >= LONG_MS else f"{number(tr, float(value))} ms"
    return number(tr, float(value))
