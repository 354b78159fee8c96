"""Tasks as their users do them, with the real engine and the real files, counted by what the hands do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import find, press
from wizard.catalog.catalog import Catalog
from wizard.cli.plan_command import write_outputs
from wizard.deploy.checks import check_folder
from wizard.needs import flow
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.quote.readback import read_attachment
from wizard.ui.app import engine
from wizard.ui.pages import export
from wizard.ui.shell import Shell

Key = Qt.Key


@pytest.fixture
def real(open_shell: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """A window as a user has it, whose documents are in the test's folder."""
    monkeypatch.setattr(export, "default_folder", lambda: tmp_path / "Documents")
    shell = open_shell(needs=Needs(), planner=engine(Catalog()))
    shell.exporter.writer = write_outputs
    return shell


def written(shell: Shell, qtbot: QtBot) -> Path:
    qtbot.waitUntil(lambda: shell.exporter.state in ("done", "failed"), timeout=60_000)
    assert shell.exporter.state == "done", shell.exporter.error
    folder = shell.exporter.folder
    assert folder is not None
    return folder


def test_s11_is_on_paper_after_three_of_at_most_twelve_actions(real: Shell, qtbot: QtBot) -> None:
    actions = 0
    for name in ("preset=S11", "step-export", "write"):
        target: QWidget = find(real, name)
        assert target.isVisible()
        assert target.isEnabled()
        QTest.mouseClick(target, Qt.MouseButton.LeftButton)
        actions += 1
    assert actions <= 12
    folder = written(real, qtbot)
    text = pypdf.PdfReader(folder / "quote.pdf").pages[0].extract_text()
    assert "deepseek-llm-67b" in text
    assert "H100" in text
    assert all(result.ok for result in check_folder(folder))
    needs = real.session.needs
    for name in ("quote.pdf", "plan.json"):
        real.session.replace(Needs())
        drop(real, folder / name)
        assert real.session.needs == needs, name
    qtbot.waitUntil(lambda: not real.session.planning, timeout=20_000)


def test_keys_alone_lead_from_the_first_question_to_a_quote(real: Shell, qtbot: QtBot) -> None:
    keys = 0

    def key(which: Key) -> None:
        nonlocal keys
        keys += 1
        focus = QApplication.focusWidget()
        assert focus is not None
        assert real.isAncestorOf(focus), "the focus left the window"
        press(focus, which)

    for step in flow.steps(real.session.needs)[1:]:
        key(Key.Key_Return)
        assert real.session.step == step
    while QApplication.focusWidget() is not find(real, "write"):
        key(Key.Key_Tab)
        assert keys < 120
    key(Key.Key_Return)
    folder = written(real, qtbot)
    assert read_attachment(folder / "quote.pdf", "plan.json")
    assert (folder / "deploy" / "README.md").is_file()


def drop(shell: Shell, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, no = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    shell.dropEvent(QDropEvent(QPointF(QPoint(300, 300)), Qt.DropAction.CopyAction, mime, buttons, no))


def test_a_plan_and_a_price_book_dropped_together_are_both_taken(shell: Shell, tmp_path: Path) -> None:
    shell.session.replace(preset("S12").needs)
    project, book = tmp_path / "twelve.rackwright", tmp_path / "a-book.csv"
    shell.session.save(project)
    part = next(iter(shell.session.shipped.accelerators))
    book.write_text(f"id,price_usd,price_as_of\n{part},1234,2026-10-01\n", encoding="utf-8")
    shell.session.replace(Needs())
    drop(shell, book, project)
    assert shell.session.needs.preset == "S12"
    assert [price.part for price in shell.session.needs.overrides.prices] == [part]
    said = find(shell, "notice-text").text()
    assert "twelve.rackwright is open" in said
    assert "a-book.csv is taken into this plan. Own figures in it: Prices: 1." in said
