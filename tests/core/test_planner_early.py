"""The recommended option is told before the rest is worked out, and is the one that then stands in the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.planner.plan import Option
from wizard.planner.planner import Planner

CATALOG = Catalog()


@pytest.mark.parametrize("name", ["S04", "S09", "S13"])
def test_the_early_option_is_that_of_the_plan(name: str) -> None:
    told: list[Option] = []
    made = Planner(CATALOG).plan(preset(name).needs, early=told.append)
    if made.status == "infeasible":
        assert told == []
        return
    assert made.chosen is not None
    assert [replace(option, reasons=()) for option in told] == [replace(made.chosen, reasons=())]


def test_nothing_is_told_where_nothing_fits() -> None:
    told: list[Option] = []
    poor = Needs.model_validate({"model": "DeepSeek-R1-Distill-Qwen-32B", "budget": {"purchase": "100"}})
    assert Planner(CATALOG).plan(poor, early=told.append).status == "infeasible"
    assert told == []
