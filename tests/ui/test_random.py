"""Random use: thousands of clicks and keys leave a window that still works, and no thread or timer behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Engine, Files, at, press
from wizard.needs import flow
from wizard.ui.shell import Shell

W = TypeVar("W", bound=QWidget)
EVENTS = 400
KEYS = (
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Return,
    Qt.Key.Key_Space,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_F1,
    Qt.Key.Key_Escape,
)
TYPED = ("", "0", "-1", "7", "1e9", "12k", "8万", "abc", "0.5", "99999999999999999999", "ünïcode 中文", "{x}", "\t")
DROPPED = ("/none/such.json", "https://example.org/plan.json", __file__, "/", "")
SKIPPED = {"browse", "open", "menu", "open-folder", "open-quote", "write"}


@pytest.mark.qt_log_ignore("^This plugin does not support")
@pytest.mark.usefixtures("quiet_desktop")
@pytest.mark.parametrize("seed", [1, 2])
def test_random_events_leave_a_working_window(
    open_shell: Callable[..., Shell], qtbot: QtBot, engine: Engine, files: Files, seed: int
) -> None:
    dice = random.Random(seed)
    engine.delay_s = 0.01
    shell = open_shell()
    for n in range(EVENTS):
        act(shell, qtbot, dice)
        if n % 50 == 0:
            qtbot.wait(5)
    shell.session.refused.clear()
    while shell.session.undo.canUndo():
        shell.session.undo.undo()
    assert shell.session.go("use_case") or at(shell) == "use_case"
    for step in flow.steps(shell.session.needs)[1:]:
        assert shell.session.next(), step
        assert at(shell) == step
    qtbot.waitUntil(lambda: not shell.session.planning)
    assert shell.session.plan is not None
    assert shell.session.plan.needs == shell.session.needs
    assert shell.close()


def act(shell: Shell, qtbot: QtBot, dice: random.Random) -> None:
    kind = dice.random()
    if kind < 0.4:
        click(shell, dice)
    elif kind < 0.6:
        target = QApplication.focusWidget() or shell
        press(target, dice.choice(KEYS))
    elif kind < 0.8:
        type_something(shell, dice)
    elif kind < 0.84:
        point(shell, dice)
    elif kind < 0.86:
        shell.resize(dice.randint(400, 2000), dice.randint(300, 1400))
    elif kind < 0.87:
        drop(shell, dice.choice(DROPPED))
    elif kind < 0.93:
        dice.choice((shell.session.undo.undo, shell.session.undo.redo, shell.session.back, shell.session.next))()
    elif kind < 0.97:
        shell.session.go(dice.choice(flow.steps(shell.session.needs)))
    else:
        dice.choice(
            (shell.commands.switch_language, lambda: shell.commands.set_theme(dice.choice(("light", "dark"))))
        )()


def point(shell: Shell, dice: random.Random) -> None:
    """Move to, click or turn the wheel on a random place of whatever is shown."""
    root = shell.stack.currentWidget()
    seen = [w for w in root.findChildren(QWidget) if w.isVisible() and w.width() > 0] if root is not None else []
    target = dice.choice(seen) if seen else shell
    if isinstance(target, QAbstractButton) and target.objectName() in SKIPPED:
        return
    place = QPoint(dice.randint(0, max(0, target.width() - 1)), dice.randint(0, max(0, target.height() - 1)))
    if dice.random() < 0.5:
        QTest.mouseMove(target, place)
    else:
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)


def drop(shell: Shell, name: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl(name) if "://" in name else QUrl.fromLocalFile(name)])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    shell.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    shell.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))


def pick(shell: Shell, dice: random.Random, kind: type[W]) -> W | None:
    """Return one visible, enabled widget of the page, the rail or the footer."""
    root = dice.choice((shell.stack.currentWidget(), shell.stack.currentWidget(), shell.centralWidget()))
    found = root.findChildren(kind) if root is not None else []
    for _ in range(5):
        if found:
            one = dice.choice(found)
            if one.isVisible() and one.isEnabled() and one.objectName() not in SKIPPED:
                return one
    return None


def click(shell: Shell, dice: random.Random) -> None:
    found = pick(shell, dice, QAbstractButton)
    if found is not None:
        found.click()


def type_something(shell: Shell, dice: random.Random) -> None:
    line = pick(shell, dice, QLineEdit)
    if line is not None:
        line.setFocus()
        line.setText(dice.choice(TYPED))
        line.setModified(True)
        line.editingFinished.emit()
        return
    slider = pick(shell, dice, QSlider)
    if slider is not None:
        slider.setValue(dice.randint(0, 100))
