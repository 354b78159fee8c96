"""The view model: answers, undo, the one job, files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import Engine, at, planned
from wizard.errors import InputError
from wizard.needs.needs import Needs
from wizard.ui import edits as module
from wizard.ui.session import Session
from wizard.ui.store import Store


def test_an_answer_changes_the_needs_and_makes_a_plan(session: Session, qtbot: QtBot, engine: Engine) -> None:
    assert session.put({"workload.concurrent_users": 7})
    planned(qtbot, session)
    assert session.needs.workload.concurrent_users == 7
    assert session.plan is not None
    assert session.plan.needs == session.needs
    assert engine.seen[-1] == session.needs


def test_undo_goes_back_to_the_start_and_redo_to_the_end(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MERGE_S", -1)
    states = [session.needs]
    for users in (3, 4, 5):
        session.put({"workload.concurrent_users": users})
        states.append(session.needs)
    for state in states[-2::-1]:
        session.undo.undo()
        assert session.needs == state
    assert not session.undo.canUndo()
    while session.undo.canRedo():
        session.undo.redo()
    assert session.needs == states[-1]


def test_quick_edits_of_one_field_are_one_step_of_undo(session: Session) -> None:
    for share in (0.1, 0.2, 0.3):
        session.put({"workload.prefix_cache_share": share})
    session.put({"workload.prompt_tokens": 5})
    assert session.undo.count() == 2
    session.undo.undo()
    session.undo.undo()
    assert session.needs == Needs()


def test_undo_returns_to_the_step_of_the_change(session: Session) -> None:
    session.go("workload")
    session.put({"workload.prompt_tokens": 5})
    session.go("budget")
    session.undo.undo()
    assert at(session) == "workload"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("workload.prompt_tokens", 0, "Give 1 or more."),
        ("workload.prompt_tokens", 1.5, "Give a whole number."),
        ("targets.ttft_ms", -5, "Give a number above 0."),
        ("workload.prefix_cache_share", 2, "Give 1 or less."),
        ("budget.purchase", Decimal("1e13"), "Give a number below 1,000,000,000,000."),
        ("document.project", "x" * 300, "Shorten it to 200 characters."),
        ("use_case", "dance", "This value cannot be used here."),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_reason(session: Session, key: str, value: object, words: str) -> None:
    before = session.needs
    assert not session.put({key: value})
    assert session.needs == before
    assert session.problem(key) == words
    assert session.refused[key][0] == str(value)


def test_the_context_must_hold_the_conversation(session: Session) -> None:
    assert not session.put({"max_context_tokens": 100})
    assert session.problem("max_context_tokens") == "The context must hold prompt and answer: 1,300 tokens or more."
    assert session.put({"max_context_tokens": 2000})
    assert session.problem("max_context_tokens") == ""


def test_a_refused_value_locks_later_steps_until_it_is_mended(session: Session) -> None:
    session.refuse("workload.prompt_tokens", "many", "not a number")
    assert session.faulty == {"workload"}
    assert not session.go("targets")
    assert session.go("workload")
    assert session.put({"workload.prompt_tokens": 1000})
    assert not session.faulty
    assert session.go("targets")


def test_an_unknown_model_is_not_planned(session: Session, qtbot: QtBot, engine: Engine) -> None:
    session.put({"model": "no/such-model"})
    qtbot.wait(100)
    assert session.faulty == {"model"}
    assert not engine.seen
    assert session.problem("model").startswith("The catalogue has no model")


def test_the_latest_answer_wins_and_the_overtaken_job_stops(session: Session, qtbot: QtBot, engine: Engine) -> None:
    engine.delay_s = 5
    session.put({"workload.concurrent_users": 1})
    qtbot.waitUntil(lambda: len(engine.seen) == 1)
    engine.delay_s = 0
    session.put({"targets.ttft_ms": 500})
    planned(qtbot, session)
    assert engine.cancelled == 1
    assert session.plan is not None
    assert session.plan.needs == session.needs


def test_an_error_is_worded_and_the_next_plan_clears_it(session: Session, qtbot: QtBot, engine: Engine) -> None:
    engine.error = InputError("no {kind} here", kind="thing", where="x")
    session.put({"targets.ttft_ms": 500})
    planned(qtbot, session)
    assert session.error_text() == "x: no thing here"
    assert session.plan is None
    engine.error = RuntimeError("boom")
    session.put({"targets.ttft_ms": 600})
    planned(qtbot, session)
    assert "boom" in session.error_text()
    engine.error = None
    session.put({"targets.ttft_ms": 700})
    planned(qtbot, session)
    assert session.error_text() == ""


def test_closing_during_a_job_cancels_it_and_keeps_the_answers(
    session: Session, qtbot: QtBot, engine: Engine, store: Store
) -> None:
    engine.delay_s = 30
    session.put({"workload.concurrent_users": 9})
    qtbot.waitUntil(lambda: len(engine.seen) == 1)
    assert session.close()
    assert engine.cancelled == 1
    recovered = store.recovered()
    assert recovered is not None
    assert recovered.workload.concurrent_users == 9


def test_another_option_can_be_looked_at_and_a_new_plan_forgets_a_vanished_one(session: Session, qtbot: QtBot) -> None:
    session.schedule()
    planned(qtbot, session)
    assert session.option is not None
    assert session.option.id == "recommended-1"
    session.pick("headroom-1")
    assert session.option.id == "headroom-1"
    session.option_id = "gone"
    session.put({"targets.ttft_ms": 700})
    planned(qtbot, session)
    assert session.option_id is None


def test_a_project_is_saved_opened_and_known_to_be_changed(session: Session, tmp_path: Path) -> None:
    session.replace(samples.needs())
    path = tmp_path / "pilot.rackwright"
    session.save(path)
    assert session.modified is False
    session.put({"document.project": "Other"})
    assert bool(session.modified)
    session.open(path)
    assert session.needs == samples.needs()
    assert not session.modified


def test_changing_the_use_case_on_a_vanishing_step_stays_on_its_neighbour(session: Session) -> None:
    session.go("targets")
    session.put({"use_case": "training"})
    assert at(session) == "training"
    session.undo.undo()
    assert at(session) == "targets"
    assert session.needs == Needs()


def test_who_types_without_a_pause_is_kept_all_the_same(session: Session, qtbot: QtBot, store: Store) -> None:
    kept = []
    for users in range(2, 90):
        session.put({"workload.concurrent_users": users})
        qtbot.wait(10)
        found = store.recovered()
        kept.append(found.workload.concurrent_users if found else None)
    assert kept[-1] is not None
    assert kept[-1] > 2
    planned(qtbot, session)
