"""Why a typed value cannot be taken, worded under its field. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from wizard.i18n import Translator, mark
from wizard.ui.figures import plain

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from wizard.needs.flow import Problem

TEXTS = {
    "greater_than": mark("Give a number above {limit}."),
    "greater_than_equal": mark("Give {limit} or more."),
    "less_than": mark("Give a number below {limit}."),
    "less_than_equal": mark("Give {limit} or less."),
    "int_from_float": mark("Give a whole number."),
    "int_type": mark("Give a whole number."),
    "int_parsing": mark("Give a whole number."),
    "string_too_long": mark("Shorten it to {limit} characters."),
    "finite_number": mark("Give a number."),
}
OTHER = mark("This value cannot be used here.")
NOT_A_NUMBER = mark("Write a number such as 2,000, 1.5k or 8M.")
SPREAD = mark("Give a number between the average length and 3.87 times that.")
CONTEXT = mark("The context must hold prompt and answer: {limit} tokens or more.")
PROBLEMS = {
    "model_missing": mark("Choose a model, or a size class if you do not know it yet."),
    "model_unknown": mark("The catalogue has no model of this name. Pick one from the list."),
}


def text_of(tr: Translator, error: ValidationError, context_tokens: int = 0) -> str:
    """Word the first fault of a validation."""
    first = error.errors()[0]
    if not first["loc"]:
        return tr(CONTEXT, limit=plain(tr, context_tokens))
    if "_p95_tokens" in first["msg"]:
        return tr(SPREAD)
    msgid = TEXTS.get(first["type"], OTHER)
    return tr(msgid, limit=_limit(tr, first)) if "{limit}" in msgid else tr(msgid)


def problem_text(tr: Translator, problem: Problem) -> str:
    """Word what is missing on a step."""
    return tr(PROBLEMS[problem.code])


def _limit(tr: Translator, error: ErrorDetails) -> str:
    limits = [v for k, v in error.get("ctx", {}).items() if k in ("gt", "ge", "lt", "le", "max_length")]
    return plain(tr, float(limits[0])) if limits else ""
