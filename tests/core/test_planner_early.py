"""What is told before the rest is worked out is what then stands in the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.planner.changes import nearest
from wizard.planner.plan import Change, Early
from wizard.planner.planner import Planner

CATALOG = Catalog()


@pytest.mark.parametrize("name", ["S04", "S09", "S13"])
def test_the_early_option_is_that_of_the_plan(name: str) -> None:
    told: list[Early] = []
    made = Planner(CATALOG).plan(preset(name).needs, early=told.append)
    assert made.status == "feasible"
    assert made.chosen is not None
    assert [_bare(known) for known in told] == [_bare(Early(status="feasible", option=made.chosen))]


def _bare(known: Early) -> Early:
    return known if known.option is None else replace(known, option=replace(known.option, reasons=()))


@pytest.mark.parametrize("wish", [{"budget": {"purchase": "100"}}, {"targets": {"ttft_ms": 1}}])
def test_where_nothing_fits_the_closest_is_told_before_the_nearest_plans_are_sought(
    wish: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[object] = []

    def sought(*given: Any) -> tuple[Change, ...]:
        order.append("nearest")
        return nearest(*given)

    monkeypatch.setattr("wizard.planner.planner.nearest", sought)
    poor = Needs.model_validate({"model": "DeepSeek-R1-Distill-Qwen-32B", **wish})
    made = Planner(CATALOG).plan(poor, early=order.append)
    assert order == [Early(status="infeasible", option=made.asked), "nearest"]
    assert made.status == "infeasible"
    assert made.asked is not None
    assert any(limit.margin < 0 for limit in made.asked.limits)
