"""Many plans that nobody would choose: each holds together, and its outputs pass every offline check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.plans import CATALOG
from tests.core.test_planner_random import holds_together, planned
from wizard.cli.plan_command import write_outputs
from wizard.deploy.checks import check_folder


@pytest.mark.parametrize("block", range(10))
def test_random_needs_are_answered_or_refused(block: int) -> None:
    plans = [found for seed in range(1000 + 40 * block, 1040 + 40 * block) if (found := planned(seed)) is not None]
    assert len(plans) > 20
    for found in plans:
        holds_together(found)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_their_outputs_pass_every_check(lang: str, tmp_path: Path) -> None:
    plans = [found for seed in range(2000, 2025) if (found := planned(seed)) is not None]
    for number, found in enumerate(plans):
        folder = tmp_path / str(number)
        write_outputs(found, folder, lang, catalog=CATALOG)
        failed = [result for result in check_folder(folder) if not result.ok]
        assert not failed, (number, failed[:3])
