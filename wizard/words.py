"""Codes become sentences here, once, for screen, paper, files and command line.

The core says *why* as a code with numbers (:class:`~wizard.planner.plan.Reason`); this room owns the wording. A field
named ``*_label`` holds a code that is worded itself; numbers are formatted for the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from wizard.costing import sentences as costing
from wizard.costing.records import BomLine
from wizard.i18n import Translator, mark
from wizard.planner.plan import Fact, Reason

LABELS: Mapping[str, str] = {
    **costing.LABELS,
    "inference": mark("Serve a model"),
    "fine_tuning": mark("Fine-tune a model"),
    "training": mark("Train a model"),
    "edge": mark("Run at the edge"),
    "minimum": mark("Minimum"),
    "recommended": mark("Recommended"),
    "headroom": mark("Headroom"),
    "alternative": mark("Alternative"),
    "ttft_ms": mark("Time to first token"),
    "tpot_ms": mark("Time per output token"),
    "e2e_ms": mark("End to end"),
    "output_tok_s": mark("Output tokens per second"),
    "total_tok_s": mark("Total tokens per second"),
    "requests_s": mark("Requests per second"),
    "max_concurrency": mark("Users at once"),
    "tokens_s_per_accelerator": mark("Tokens per second and accelerator"),
    "hours": mark("Hours"),
    "mfu": mark("Model FLOPs utilisation"),
    "weights": mark("Weights"),
    "kv_cache": mark("KV cache"),
    "activations": mark("Activations"),
    "overhead": mark("Runtime"),
    "gradients": mark("Gradients"),
    "optimizer": mark("Optimizer states"),
    "free": mark("Free"),
}
"""What a code is called on a label or in a table's head."""

SENTENCES: Mapping[str, str] = {
    **costing.SENTENCES,
}
"""What a code with fields says."""


def label(tr: Translator, code: str) -> str:
    """Word a code as a label; a code without a label is shown as it is, for product names pass through here too."""
    return tr(LABELS.get(code, code)) if code in LABELS else code


def say(tr: Translator, reason: Reason | Fact) -> str:
    """Word a reason or a fact as a sentence.

    Raises:
        KeyError: the code has no sentence (a test makes sure that each has one).
    """
    return tr.format(SENTENCES[reason.code], {key: _shown(tr, key, value) for key, value in reason.fields.items()})


def describe(tr: Translator, line: BomLine) -> str:
    """Return what a line of a bill of materials is: a product's name as it is, a service in the user's language."""
    return tr(line.description) if line.description in costing.DESCRIPTIONS else line.description


def number(tr: Translator, value: float, digits: int = 3) -> str:
    """Format a figure to ``digits`` significant digits with the language's separators."""
    from babel.numbers import format_decimal

    if value == 0:
        return "0"
    exponent = f"{value:.{digits - 1}e}"
    rounded = Decimal(exponent)
    shown = f"{rounded:f}" if abs(rounded) < 1 else ""
    if shown:
        return shown.rstrip("0").rstrip(".")
    return format_decimal(rounded, locale="zh_Hans_CN" if tr.lang == "zh_CN" else tr.lang)


def _shown(tr: Translator, key: str, value: object) -> object:
    if key.endswith("_label"):
        return label(tr, str(value))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return number(tr, float(value))
