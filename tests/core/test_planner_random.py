"""Whatever the fields allow is answered or refused: no crash, no figure beyond physics, no promise broken silently."""

from __future__ import annotations

import pytest

from tests.core.plans import CATALOG, every_option
from tests.core.random_needs import random_needs
from wizard.errors import InputError
from wizard.i18n import Translator
from wizard.planner.plan import Fact, Plan, Reason
from wizard.planner.plan_json import to_json
from wizard.planner.planner import plan
from wizard.words import WHY_NOT, say

TIMES = ("_ms", "hours")


def holds_together(found: Plan) -> None:
    """Assert what is true of every plan."""
    tr = Translator("zh_CN")
    assert to_json(found)
    assert (found.status == "feasible") == any(option.role == "recommended" for option in found.options)
    for option in every_option(found):
        for metric, estimate in option.estimates.items():
            assert estimate.low <= estimate.value <= estimate.high, metric
            assert estimate.ceiling is not None
            is_time = metric.endswith(TIMES)
            best, bound = (estimate.ceiling, estimate.low) if is_time else (estimate.high, estimate.ceiling)
            assert best <= bound * (1 + 1e-9), metric
        assert option.accelerators >= 1
        assert all(say(tr, reason) for reason in (*option.reasons, *option.warnings))
    for option in found.options:
        budget = {"budget", "budget_month"} if option.role == "headroom" else set()
        assert {limit.code for limit in option.limits if limit.margin < -1e-9} <= budget
    sentences: list[Reason | Fact] = [*found.facts, *found.warnings]
    assert all(say(tr, sentence) for sentence in sentences)
    assert all(rejection.reason in WHY_NOT for rejection in found.rejected)


def planned(seed: int) -> Plan | None:
    """Return the plan of a seed; ``None`` where the model cannot be trained or the context is too long."""
    try:
        return plan(random_needs(seed), CATALOG)
    except InputError:
        return None


@pytest.mark.parametrize("seed", range(30))
def test_random_needs_are_answered_or_refused(seed: int) -> None:
    found = planned(seed)
    if found is not None:
        holds_together(found)
