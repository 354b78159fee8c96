"""Whole journeys, as a user makes them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import Engine, Files, at, find, joined, press, typed
from wizard.needs import flow
from wizard.needs.needs import Needs
from wizard.needs.presets import preset, preset_ids
from wizard.ui.shell import Shell
from wizard.ui.store import Store

Key = Qt.Key


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def planned(qtbot: QtBot, shell: Shell) -> None:
    qtbot.waitUntil(lambda: not shell.session.planning, timeout=10_000)


def test_the_keyboard_alone_goes_from_the_first_question_to_written_files(
    shell: Shell, qtbot: QtBot, tmp_path: Path, files: Files
) -> None:
    steps = flow.steps(shell.session.needs)
    for step in steps[1:]:
        press(focused(), Key.Key_Return)
        assert at(shell) == step
    find(shell, "folder").setText(str(tmp_path / "out"))
    for _ in range(60):
        if focused().objectName() == "write":
            break
        press(focused(), Key.Key_Tab)
    assert focused().objectName() == "write"
    press(focused(), Key.Key_Return)
    qtbot.waitUntil(lambda: shell.exporter.state == "done")
    state = find(shell, "export-state")
    assert not state.visibleRegion().isEmpty(), "what was written is out of sight"
    assert focused().objectName() in ("open-quote", "open-folder")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["MANIFEST.json", "bom.csv", "deploy", "plan.json"]
    assert files.langs == ["en"]
    assert "4 files" in find(shell, "export-state").text()


def test_answers_typed_with_the_keyboard_reach_the_plan(shell: Shell, qtbot: QtBot, engine: Engine) -> None:
    shell.session.go("workload")
    field = find(shell, "workload.concurrent_users")
    typed(field, "1.5k")
    press(focused(), Key.Key_Return)
    planned(qtbot, shell)
    assert shell.session.needs.workload.concurrent_users == 1500
    assert at(shell) == "targets"
    assert engine.seen[-1].workload.concurrent_users == 1500


def test_a_wrong_number_is_explained_under_its_field_and_locks_the_way_on(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("workload")
    field = find(shell, "workload.prompt_tokens")
    typed(field, "lots")
    press(focused(), Key.Key_Return)
    assert at(shell) == "workload"
    made = field.parentWidget()
    assert made.fault.isVisible()
    assert "2,000" in made.fault.text()
    assert field.text() == "lots"
    assert not find(shell, "next").isEnabled()
    assert shell.rail.buttons["plan"].state == "locked"
    typed(field, "3000")
    press(focused(), Key.Key_Return)
    assert shell.session.needs.workload.prompt_tokens == 3000
    assert at(shell) == "targets"


@pytest.mark.parametrize("name", preset_ids())
def test_every_preset_fills_every_page(shell: Shell, qtbot: QtBot, name: str) -> None:
    find(shell, f"preset={name}").click()
    assert shell.session.needs == preset(name).needs
    assert find(shell, f"preset={name}").isChecked()
    for step in flow.steps(shell.session.needs):
        assert shell.session.go(step) or at(shell) == step
        assert shell.stack.currentWidget() is shell.page(step)
    shell.session.undo.undo()
    assert shell.session.needs == samples.needs()


def test_back_loses_nothing(shell: Shell) -> None:
    before = shell.session.needs
    while shell.session.next():
        pass
    assert at(shell) == "export"
    while shell.session.back():
        pass
    assert at(shell) == "use_case"
    assert shell.session.needs == before


def test_the_answers_of_a_hidden_branch_are_kept(shell: Shell) -> None:
    find(shell, "use_case=training").click()
    assert "targets" not in flow.steps(shell.session.needs)
    assert not shell.rail.buttons["targets"].isVisible()
    find(shell, "use_case=inference").click()
    assert shell.session.needs.targets == samples.needs().targets


def test_the_rail_jumps_and_its_keys_move(shell: Shell, qtbot: QtBot) -> None:
    QTest.mouseClick(shell.rail.buttons["budget"], Qt.MouseButton.LeftButton)
    assert at(shell) == "budget"
    shell.rail.buttons["budget"].setFocus()
    press(focused(), Key.Key_Down)
    assert focused() is shell.rail.buttons["hardware"]
    press(focused(), Key.Key_Space)
    assert at(shell) == "hardware"


def test_undo_and_redo_by_key(shell: Shell, qtbot: QtBot) -> None:
    find(shell, "use_case=edge").click()
    assert shell.session.needs.use_case == "edge"
    press(shell, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shell.session.needs == samples.needs()
    press(shell, Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert shell.session.needs.use_case == "edge"


def test_undo_reaches_the_answers_while_the_cursor_is_in_their_field(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("workload")
    field = find(shell, "workload.prompt_tokens")
    typed(field, "77")
    field.editingFinished.emit()
    assert shell.session.needs.workload.prompt_tokens == 77
    press(field, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shell.session.needs.workload.prompt_tokens == 2000
    assert field.text() == "2,000"


def test_the_language_changes_on_every_page_and_nothing_typed_is_lost(shell: Shell, qtbot: QtBot) -> None:
    for step in flow.steps(shell.session.needs):
        shell.session.go(step)
        english = shell.page(step).title.text()
        find(shell, "language").click()
        assert at(shell) == step
        assert shell.page(step).title.text() != english
        find(shell, "language").click()
        assert shell.page(step).title.text() == english
    shell.session.go("workload")
    field = find(shell, "workload.prompt_tokens")
    typed(field, "4444")
    shell.commands.switch_language()
    assert shell.session.needs.workload.prompt_tokens == 4444
    assert find(shell, "workload.prompt_tokens").text() == "4,444"


def test_the_theme_changes_the_colours_and_is_remembered(shell: Shell, store: Store) -> None:
    light = shell.grab().toImage().pixelColor(700, 600).lightness()
    shell.commands.set_theme("dark")
    dark = shell.grab().toImage().pixelColor(700, 600).lightness()
    assert light > 200 > 60 > dark
    assert store.settings().theme == "dark"


def test_the_currency_is_an_answer_and_a_setting(shell: Shell, store: Store) -> None:
    shell.commands.set_currency("CNY")
    assert shell.session.needs.budget.currency == "CNY"
    shell.commands.new()
    assert shell.session.needs == Needs.model_validate({"budget": {"currency": "CNY"}})


def test_closing_during_a_job_ends_it(open_shell: Callable[..., Shell], qtbot: QtBot, engine: Engine) -> None:
    shell = open_shell()
    engine.delay_s = 30
    shell.session.put({"workload.concurrent_users": 3})
    qtbot.waitUntil(lambda: engine.seen[-1].workload.concurrent_users == 3)
    assert shell.close()
    assert engine.cancelled == 1


def test_what_was_just_typed_on_the_cover_is_in_the_export(
    shell: Shell, qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    shell.session.go("export")
    find(shell, "folder").setText(str(tmp_path / "out"))
    engine.delay_s = 0.1
    typed(find(shell, "document.project"), "Last word")
    QTest.mouseClick(find(shell, "write"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shell.exporter.state == "done")
    assert shell.session.plan is not None
    assert shell.session.plan.needs.document.project == "Last word"


def test_a_failed_plan_leaves_no_old_answer_on_the_page(shell: Shell, qtbot: QtBot, engine: Engine) -> None:
    shell.session.go("plan")
    assert "meet every target" in shell.page("plan").title.text()
    engine.error = RuntimeError("boom")
    shell.session.put({"workload.concurrent_users": 77})
    planned(qtbot, shell)
    assert shell.page("plan").title.text() == "There is no plan for these answers"
    assert "boom" in shell.page("plan").why.text()
    shell.session.go("export")
    assert not find(shell, "write").isEnabled()


def test_an_export_can_be_stopped_and_may_fail(shell: Shell, qtbot: QtBot, files: Files, tmp_path: Path) -> None:
    shell.session.go("export")
    find(shell, "folder").setText(str(tmp_path / "out"))
    files.delay_s = 30
    find(shell, "write").click()
    qtbot.waitUntil(lambda: shell.exporter.what == "plan.json")
    assert not find(shell, "write").isEnabled()
    find(shell, "cancel-export").click()
    assert shell.exporter.state == "cancelled"
    assert not (tmp_path / "out").exists()
    files.delay_s, files.error = 0, OSError("disk full")
    find(shell, "write").click()
    qtbot.waitUntil(lambda: shell.exporter.state == "failed")
    assert "disk full" in find(shell, "export-state").text()


def test_figures_tell_where_they_come_from(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("plan")
    find(shell, "why-ttft_ms").setFocus()
    press(focused(), Key.Key_F1)
    assert shell.side.currentWidget() is shell.explanation
    words = joined(label.text() for label in shell.explanation.findChildren(type(shell.kept)))
    assert "0.46 s" in words
    assert "hopper/bf16" in words
    assert "decode steps between the chunks" in words
    find(shell, "behind").click()
    words = joined(label.text() for label in shell.explanation.findChildren(type(shell.kept)))
    assert "European Central Bank" in words
    press(focused(), Key.Key_Escape)
    assert shell.side.currentWidget() is shell.summary


def test_options_can_be_looked_at_by_key(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("plan")
    find(shell, "option=headroom-1").setFocus()
    press(focused(), Key.Key_Space)
    assert shell.session.option is not None
    assert shell.session.option.role == "headroom"
    assert at(shell) == "plan"
    assert find(shell, "option=headroom-1").hasFocus()
    press(focused(), Key.Key_Return)
    assert at(shell) == "bill"


def drop(shell: Shell, *paths: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl(p) if "://" in p else QUrl.fromLocalFile(p) for p in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    shell.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    shell.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))


HOSTILE = {
    "empty.rackwright": b"",
    "zeros.rackwright": b"\0" * 5000,
    "list.json": b"[1,2,3]",
    "deep.json": b"[" * 100_000,
    "bomb.yaml": b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]",
    "code.yaml": b"!!python/object/apply:os.system ['x']",
    "wrong.json": b'{"workload": {"prompt_tokens": -5}}',
    "nan.json": b'{"targets": {"ttft_ms": NaN}}',
    "unknown.json": b'{"cheese": 1}',
    "latin.json": b'{"model": "\xff\xfe"}',
    "fake.pdf": b"%PDF-1.7 no",
    "big.json": b"[" + b"1," * 900_000,
    "config.json": b'{"model_type": 5}',
    "x.gguf": b"GGUF\x03\0\0\0",
    "x.safetensors": b"\xff" * 16,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_changes_nothing(shell: Shell, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    drop(shell, str(path))
    assert shell.session.needs == samples.needs()
    assert shell.notice.isVisible()
    assert "⚠" in find(shell, "notice-text").text()
    find(shell, "notice-close").click()
    assert not shell.notice.isVisible()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
def test_a_pipe_is_not_waited_for(shell: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    drop(shell, str(pipe))
    assert "neither a file" in find(shell, "notice-text").text()


def test_missing_files_and_web_addresses_are_refused(shell: Shell, tmp_path: Path) -> None:
    drop(shell, str(tmp_path / "none.rackwright"))
    assert shell.notice.isVisible()
    drop(shell, "https://example.org/plan.rackwright")
    assert "this computer" in find(shell, "notice-text").text()


def test_a_dropped_project_opens_and_is_recent(shell: Shell, tmp_path: Path, store: Store) -> None:
    shell.session.replace(preset("S12").needs)
    path = tmp_path / "twelve.rackwright"
    shell.session.save(path)
    shell.session.replace(Needs())
    drop(shell, str(path))
    assert shell.session.needs == preset("S12").needs
    assert "twelve.rackwright is open" in find(shell, "notice-text").text()
    assert store.settings().recent == (str(path.resolve()),)
    assert "twelve" in shell.windowTitle()


def test_a_dropped_config_json_chooses_the_model_of_its_shape(shell: Shell, tmp_path: Path) -> None:
    config = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": 5120,
        "intermediate_size": 27648,
        "num_hidden_layers": 64,
        "num_attention_heads": 40,
        "num_key_value_heads": 8,
        "vocab_size": 152064,
        "max_position_embeddings": 131072,
        "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    shell.session.put({"model": "Qwen/Qwen3-8B"})
    drop(shell, str(path))
    model = shell.session.catalog.models[shell.session.needs.model]
    assert (model.layers, model.hidden_size) == (64, 5120)
    assert shell.session.needs.workload == samples.needs().workload
    path.write_text(json.dumps(config | {"hidden_size": 640, "num_hidden_layers": 3}), encoding="utf-8")
    drop(shell, str(path))
    assert "is new to the catalogue" in find(shell, "notice-text").text()
    own = shell.session.catalog.models[shell.session.needs.model]
    assert (own.layers, own.hidden_size, own.heads) == (3, 640, 40)
    drop(shell, str(path))
    assert "that is the model now" in find(shell, "notice-text").text()


def test_the_last_answers_are_offered_at_the_next_start(open_shell: Callable[..., Shell], qtbot: QtBot) -> None:
    first = open_shell()
    first.session.put({"workload.concurrent_users": 321})
    first.close()
    second = open_shell(needs=Needs())
    find(second, "go-on").click()
    assert second.session.needs.workload.concurrent_users == 321
    planned(qtbot, second)


def test_changes_that_would_make_it_possible_are_made_by_a_click(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    from dataclasses import replace

    from wizard.planner.plan import Change

    def impossible(needs: Needs, _cancelled: object) -> object:
        plan = samples.plan()
        change = Change(key="targets.tpot_ms", from_value=50.0, to_value=75.0, option=plan.options[0])
        return replace(plan, needs=needs, status="infeasible", changes=(change,), recommended=None)

    shell = open_shell(planner=impossible)
    shell.session.go("plan")
    assert find(shell, "page-title") is not None
    find(shell, "change-0").click()
    assert shell.session.needs.targets.tpot_ms == 75
    planned(qtbot, shell)
    assert "nearest" in find(shell, "summary-state").text()
