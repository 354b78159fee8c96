"""Undo to the start and redo to the end: the same answers, and the same plan of the real engine to the last figure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import find, planned
from wizard.catalog.catalog import Catalog
from wizard.needs.presets import preset
from wizard.planner.plan_json import to_json
from wizard.ui.app import engine as real_engine
from wizard.ui.shell import Shell

CHANGES: tuple[dict[str, object], ...] = (
    {"workload.concurrent_users": 12},
    {"targets.ttft_ms": 1500.0, "targets.tpot_ms": 60.0},
    {"constraints.vendors": ("NVIDIA",)},
    {"budget.purchase": Decimal(200_000)},
    {"workload.prompt_tokens": 3000},
    {"constraints.availability": "n+1"},
    {"budget.currency": "EUR"},
    {"economics.horizon_years": 4},
)


def test_undo_to_the_start_and_redo_to_the_end_is_the_same_plan(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell(planner=real_engine(Catalog()))
    session = shell.session
    first = samples.needs()
    for change in CHANGES:
        assert session.put(change)
    find(shell, "preset=S09").click()
    assert session.put({"workload.output_tokens": 700})
    planned(qtbot, session)
    assert session.plan is not None
    last, made = session.needs, to_json(session.plan)
    steps = 0
    while session.undo.canUndo():
        session.undo.undo()
        steps += 1
    assert steps == len(CHANGES) + 2
    assert session.needs == first
    planned(qtbot, session)
    while session.undo.canRedo():
        session.undo.redo()
    planned(qtbot, session)
    assert session.needs == last
    assert session.needs != preset("S09").needs
    assert session.plan is not None
    assert to_json(session.plan) == made
