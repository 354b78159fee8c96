"""Typing: the plan follows every key, nothing that arrives takes letters away, and each thing edited is one undo."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Engine, find, planned, press, typed
from tests.ui.test_geometry import PLACES
from wizard.needs.needs import LineEdit
from wizard.ui.pages.result import ResultPage
from wizard.ui.shell import Shell

Key = Qt.Key


def test_the_plan_follows_every_key_and_the_whole_number_is_one_undo(
    shell: Shell, qtbot: QtBot, engine: Engine
) -> None:
    before = shell.session.needs
    shell.session.go("workload")
    field = find(shell, "workload.concurrent_users")
    typed(field, "2")
    planned(qtbot, shell.session)
    assert engine.seen[-1].workload.concurrent_users == 2
    QTest.keyClicks(field, "000")
    planned(qtbot, shell.session)
    assert engine.seen[-1].workload.concurrent_users == 2000
    assert field.text() == "2000"
    press(field, Key.Key_Tab)
    assert field.text() == "2,000"
    shell.session.undo.undo()
    assert shell.session.needs == before


def test_a_plan_that_arrives_takes_no_letter_away(shell: Shell, qtbot: QtBot, engine: Engine) -> None:
    shell.session.go("workload")
    engine.delay_s = 0.05
    typed(find(shell, "workload.concurrent_users"), "200")
    press(find(shell, "workload.concurrent_users"), Key.Key_Tab)
    second = QApplication.focusWidget()
    assert isinstance(second, QWidget)
    assert second.objectName() == "workload.prompt_tokens"
    typed(second, "3.")
    planned(qtbot, shell.session)
    QTest.keyClicks(second, "5k")
    press(second, Key.Key_Tab)
    assert shell.session.needs.workload.prompt_tokens == 3500
    shell.session.go("export")
    project = find(shell, "document.project")
    shell.session.put({"workload.concurrent_users": 7})
    typed(project, "North")
    planned(qtbot, shell.session)
    assert project.text() == "North"


def test_what_cannot_be_taken_yet_is_not_blamed_while_it_is_typed(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("workload")
    field = find(shell, "workload.prompt_tokens")
    made = field.parentWidget()
    typed(field, "0")
    assert not made.fault.isVisible()
    press(field, Key.Key_Tab)
    assert made.fault.isVisible()
    typed(field, "900")
    assert not made.fault.isVisible()
    assert shell.session.needs.workload.prompt_tokens == 900
    planned(qtbot, shell.session)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"bill": (LineEdit(part="a", quantity=2),)}, {"bill": (LineEdit(part="a", discount=Decimal("0.1")),)}),
        ({"constraints.vendors": ("NVIDIA",)}, {"constraints.vendors": ("NVIDIA", "AMD")}),
        ({"constraints.acquisition": "cloud"}, {"constraints.acquisition": "either"}),
    ],
)
def test_two_choices_in_a_row_are_two_steps(
    shell: Shell, qtbot: QtBot, first: dict[str, object], second: dict[str, object]
) -> None:
    assert shell.session.put(first)
    between = shell.session.needs
    assert shell.session.put(second)
    shell.session.undo.undo()
    assert shell.session.needs == between
    planned(qtbot, shell.session)


class Windows(QObject):
    """Counts windows that open."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.opened.append(watched)
        return False


def test_no_page_opens_a_window_of_its_own_or_takes_the_focus(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell()
    windows = Windows()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(windows)
    for step, view in PLACES:
        if step == "training":
            shell.session.replace(shell.session.needs.model_copy(update={"use_case": step}))
        shell.session.go(step)
        page = shell.page(step)
        if isinstance(page, ResultPage):
            page.show_view(view or "answer")
        qtbot.wait(1)
        assert windows.opened == [], (step, view)
    shell.show_settings()
    shell.explain("ttft_ms")
    app.removeEventFilter(windows)
    assert windows.opened == []
    assert shell.isActiveWindow()
