"""Codes become sentences here, once, for screen, paper, files and command line.

The core says *why* as a code with numbers (:class:`~wizard.planner.plan.Reason`); this room owns the wording. A field
named ``*_label`` holds a code that is worded itself; numbers are formatted for the language.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from wizard.costing import sentences as costing
from wizard.costing.records import BomLine
from wizard.i18n import Translator, mark
from wizard.planner.plan import Fact, Plan, Reason
from wizard.units import GB
from wizard.words.labels import LABELS, WHY_NOT
from wizard.words.quantities import gibibytes, gigabytes, number, pace
from wizard.words.sentences import SENTENCES

__all__ = ["LABELS", "SENTENCES", "WHY_NOT", "describe", "headline", "label", "number", "say", "why_not"]

ANSWERS = (
    mark("{count} x {accelerator} meet every requirement"),
    mark("Nothing meets every requirement"),
    mark("Nothing meets every requirement; nearest: {count} x {accelerator}"),
)
LONG_MS = 1000
PACES: Mapping[str, Collection[str]] = {
    "late_tpot": ("target", "late", "stricter"),
    "keeps_tpot": ("target", "tpot", "high"),
    "misses_tpot": ("target", "tpot", "high"),
    "disaggregation_pays": ("tpot", "other_tpot"),
    "disaggregation_even": ("tpot", "other_tpot"),
}
"""Fields that are milliseconds per token, by the code of the sentence."""
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
    fields = {key: _shown(tr, key, value, reason.code) for key, value in reason.fields.items()}
    said = tr.format(SENTENCES[reason.code], fields)
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


def _shown(tr: Translator, key: str, value: object, code: str) -> object:
    if key.endswith("_label") or key == "region":
        return label(tr, str(value))
    if key == "fields":
        return tr(", ").join(label(tr, name) for name in str(value).split(", "))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    if key == "tpot_ms" or key in PACES.get(code, ()):
        return pace(tr, float(value))
    # Modules of memory are counted in the powers of two that they are sold in.
    if key.endswith("gib") and code not in costing.SENTENCES:
        return gibibytes(tr, float(value))
    if key.endswith("_gb"):
        return gigabytes(tr, float(value) * GB)
    if key.endswith("_ms"):
        return f"{number(tr, float(value) / 1e3)} s" if value >= LONG_MS else f"{number(tr, float(value))} ms"
    return number(tr, float(value))
