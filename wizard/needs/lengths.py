"""Lengths that vary: the templates of typical traffic, and a lognormal's spread from its mean and 95th percentile.

Token counts of prompts and answers are skewed to the right; a lognormal with mean ``m`` and coefficient of variation
``c`` (standard deviation over mean) has ``s = sqrt(ln(1 + c^2))`` and the 95th percentile ``m exp(1.6449 s - s^2/2)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log, sqrt
from typing import Literal

from wizard.i18n import mark

TemplateName = Literal["", "chat", "rag", "code", "agents", "summarise"]

POISSON, BURSTY = 1.0, 9.0
"""Squared coefficient of variation of the time between requests: independent users; and the university's questions of
RAGPulse (9.4) and the conversations of Mooncake (9.2), whose load comes in waves. Azure's conversations show 1.2."""

_Z95, _Z999 = 1.6448536269514722, 3.090232306167813
MOST_P95 = exp(_Z95**2 / 2)
"""The 95th percentile of a lognormal is at most 3.87 times its mean."""


@dataclass(frozen=True, slots=True)
class Template:
    """Typical lengths of a kind of traffic, as measured. Title and note are message ids; ``source`` names the trace."""

    code: TemplateName
    title: str
    note: str
    prompt_tokens: int
    output_tokens: int
    prefix_cache_share: float
    prompt_cv: float
    output_cv: float
    source: str

    @property
    def fields(self) -> dict[str, int | float]:
        """The fields of the workload that the template fills."""
        names = ("prompt_tokens", "output_tokens", "prefix_cache_share", "prompt_cv", "output_cv")
        return {name: getattr(self, name) for name in names}


TEMPLATES = (
    Template(
        "chat", mark("Chat"), mark("short turns, some history"), 1155, 211, 0.37, 0.96, 0.77,
        "Azure LLM inference trace 2023, conversation (19,366 requests); repeated share of Mooncake, FAST 2025",
    ),
    Template(
        "rag", mark("Documents (RAG)"), mark("retrieved passages before each question"), 2944, 283, 0.32, 0.34, 0.70,
        "RAGPulse 2025, one week of a university's question answering (7,106 requests)",
    ),
    Template(
        "code", mark("Code completion"), mark("much context, short completions"), 2048, 28, 0.0, 0.96, 2.15,
        "Azure LLM inference trace 2023, code (8,819 requests); what repeats is not in the trace",
    ),
    Template(
        "agents", mark("Agents"), mark("long growing context, many calls"), 67_900, 528, 0.86, 0.45, 2.02,
        "GitHub Copilot coding agent traces, June 2026 (9.3 million calls); spread of TraceLab's Codex sessions",
    ),
    Template(
        "summarise", mark("Summarise"), mark("long text in, a page out"), 2588, 291, 0.0, 0.37, 1.82,
        "arXiv summarisation up to 4k tokens, as processed by Vidur (28,257 papers)",
    ),
)
"""Means, spreads and repeated shares are computed from the traces named; the last line of a template is its source."""


def template(code: str) -> Template:
    """Return a template by its code."""
    return next(one for one in TEMPLATES if one.code == code)


def cv_of_p95(mean: float, p95: float) -> float:
    """Return the coefficient of variation of the lognormal with this mean and 95th percentile.

    Of the two that exist the narrower is meant. Below the mean a 95th percentile is not possible, and beyond
    :data:`MOST_P95` times the mean neither; both are cut to the possible.
    """
    ratio = min(max(p95 / mean, 1.0), MOST_P95)
    spread = _Z95 - sqrt(max(_Z95**2 - 2 * log(ratio), 0.0))
    return sqrt(expm1(spread**2))


def p95_of_cv(mean: float, cv: float) -> float:
    """Return the 95th percentile of the lognormal with this mean and coefficient of variation."""
    return quantile(mean, cv, _Z95)


def longest(mean: float, cv: float) -> float:
    """Return the length that one request in a thousand exceeds."""
    return quantile(mean, cv, _Z999)


def quantile(mean: float, cv: float, z: float) -> float:
    """Return the quantile of the lognormal that lies ``z`` standard deviations from the median of its logarithm."""
    spread = sqrt(log(1 + cv**2))
    return mean * exp(z * spread - spread**2 / 2)
