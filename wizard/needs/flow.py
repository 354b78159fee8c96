"""The order of questions: which steps a set of answers shows, what is missing on one, and where one may jump.

Plain values, so that the wizard, a terminal or a web page may walk the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wizard.needs.needs import Needs

Step: TypeAlias = Literal[
    "use_case", "model", "workload", "targets", "training", "budget", "hardware", "plan", "bill", "export"
]

SERVING: tuple[Step, ...] = (
    "use_case",
    "model",
    "workload",
    "targets",
    "budget",
    "hardware",
    "plan",
    "bill",
    "export",
)
LEARNING: tuple[Step, ...] = ("use_case", "model", "training", "budget", "hardware", "plan", "bill", "export")

ANSWERS: tuple[Step, ...] = ("plan", "bill", "export")
"""Steps that show the answer; all others ask."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a step is not answered: the field's key in the needs, and a code that the screen words."""

    step: Step
    key: str
    code: Literal["model_missing", "model_unknown"]


def steps(needs: Needs) -> tuple[Step, ...]:
    """Return the steps that these answers show, in order. Hidden answers stay in the needs and are not used."""
    return LEARNING if needs.use_case in ("training", "fine_tuning") else SERVING


def problems(needs: Needs, is_model: Callable[[str], bool] | None = None) -> tuple[Problem, ...]:
    """Return what keeps these (valid) needs from being planned.

    Args:
        needs: the answers.
        is_model: says whether a name can be resolved to a model; without it every name is taken.
    """
    if not needs.model:
        return () if needs.size_class else (Problem("model", "model", "model_missing"),)
    if is_model is not None and not is_model(needs.model):
        return (Problem("model", "model", "model_unknown"),)
    return ()


def after(needs: Needs, step: Step) -> Step | None:
    """Return the step behind ``step``, or ``None`` at the end."""
    order = steps(needs)
    place = order.index(nearest(needs, step)) + 1
    return order[place] if place < len(order) else None


def before(needs: Needs, step: Step) -> Step | None:
    """Return the step before ``step``, or ``None`` at the start."""
    order = steps(needs)
    place = order.index(nearest(needs, step))
    return order[place - 1] if place else None


def nearest(needs: Needs, step: Step) -> Step:
    """Return ``step`` itself where it is shown, else the step that asks the same of another use case."""
    if step in steps(needs):
        return step
    return "training" if step in ("workload", "targets") else "workload"


def reachable(needs: Needs, step: Step, faulty: Collection[str]) -> bool:
    """Return whether one may jump to ``step``: it is shown and no earlier step is faulty."""
    order = steps(needs)
    return step in order and not any(earlier in faulty for earlier in order[: order.index(step)])


def step_of(key: str) -> Step:
    """Return the step that asks for a key of the needs such as ``targets.ttft_ms``.

    ``training`` shows the data and method; a key that no step asks for belongs to the first.
    """
    head, _, tail = key.partition(".")
    if head in ("model", "size_class", "precision", "engine", "max_context_tokens", "speculation", "adapters"):
        return "model"
    if head in ("workload", "targets", "training"):
        return head  # type: ignore[return-value]  # narrowed by the line above
    if head == "host":
        return "hardware"
    if head == "constraints":
        return "budget" if tail in ("acquisition", "private_data") else "hardware"
    if head in ("budget", "economics"):
        return "budget"
    if head == "storage":
        return "hardware"
    if head == "bill":
        return "bill"
    return "export" if head == "document" else "use_case"
