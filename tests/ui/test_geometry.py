"""Nothing is clipped, nothing is untranslated, everything has a name: in both languages and in a longer, marked one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import find, press
from wizard.i18n import LANGUAGES, Translator
from wizard.needs import flow
from wizard.needs.flow import Step
from wizard.ui import shell as shell_module
from wizard.ui.charts.base import Chart
from wizard.ui.pages.base import Page
from wizard.ui.pages.result import VIEWS, ResultPage
from wizard.ui.shell import Shell
from wizard.ui.widgets.fold import Fold

STEPS: tuple[Step, ...] = (*flow.SERVING, "training")
PLACES: tuple[tuple[Step, str], ...] = (
    *((step, "") for step in STEPS),
    *(("plan", view) for view in VIEWS if view != "answer"),
)
"""Every page, and every view of the plan's page."""


class Pseudo(Translator):
    """A language that is a third longer than English and marked, so that what is not translated shows."""

    __slots__ = ()

    def format(self, msgid: str, fields: Mapping[str, object]) -> str:
        text = super().format(msgid, fields)
        return f"⟦{text}{' ···' * (len(text) // 12)}⟧" if text.strip() else text


def visit(shell: Shell, qtbot: QtBot, step: Step, view: str = "") -> Page:
    needs = samples.needs().model_copy(update={"use_case": "training" if step == "training" else "inference"})
    shell.session.replace(needs)
    shell.session.go(step)
    for fold in shell.page(step).findChildren(Fold):
        fold.open()
    qtbot.waitUntil(lambda: not shell.session.planning)
    page = shell.page(step)
    if isinstance(page, ResultPage):
        turn(shell, qtbot, page, view or "answer")
    for _ in range(3):
        qtbot.wait(1)
        shell.grab()
    return page


def turn(shell: Shell, qtbot: QtBot, page: ResultPage, view: str) -> None:
    """Turn to a view of the plan, with something in it to see."""
    asides = shell.session.asides
    page.show_view(view)
    if view == "answer":
        qtbot.waitUntil(lambda: asides.prices is not None, timeout=20_000)
    if view == "whynot":
        page.why_not("rtx_4090")
        qtbot.waitUntil(lambda: asides.case is not None, timeout=20_000)
    if view == "compare":
        kept, plan = shell.session.kept, shell.session.plan
        assert plan is not None
        kept.plans = ()
        kept.keep(plan, plan.options[0])
        page.refresh()


def texts(root: QWidget) -> Iterator[tuple[QWidget, str]]:
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel | QPushButton | QCheckBox) and widget.text():
            yield widget, widget.text()


def clipped(root: QWidget) -> list[str]:
    """Return texts that need more room than they have."""
    found = []
    for widget, words in texts(root):
        if isinstance(widget, QLabel) and widget.wordWrap():
            room = widget.contentsRect()
            flags = int(Qt.TextFlag.TextWordWrap)
            need = QFontMetrics(widget.font()).boundingRect(0, 0, room.width(), 10_000, flags, words)
            if need.height() > room.height() + 2 or need.width() > room.width() + 1:
                found.append(words)
        elif widget.width() + 1 < widget.sizeHint().width() or widget.height() + 1 < widget.sizeHint().height():
            found.append(words)
    for chart in root.findChildren(Chart):
        if chart.isVisible():
            found += chart.clipped
    for combo in root.findChildren(QComboBox):
        offered = [combo.itemText(n) for n in range(combo.count())] if combo.isVisible() else []
        wide = QFontMetrics(combo.font()).horizontalAdvance
        found += [choice for choice in offered if wide(choice) > combo.width() - COMBO_FRAME]
    return found


COMBO_FRAME = 38
"""Paddings and arrow of a combo box in the style sheet."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_clipped(open_shell: Callable[..., Shell], qtbot: QtBot, lang: str) -> None:
    shell = open_shell(lang=lang)
    for step, view in PLACES:
        page = visit(shell, qtbot, step, view)
        assert clipped(page) == [], (step, view)
        assert clipped(shell.summary) == [], (step, view)
        assert clipped(shell.rail) == [], (step, view)


SIZES = ((1920, 700), (1120, 700), (960, 480))
"""The smallest is a full-HD screen at 200 %."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_is_wider_than_its_window(open_shell: Callable[..., Shell], qtbot: QtBot, lang: str) -> None:
    shell = open_shell(lang=lang)
    for size in SIZES:
        shell.resize(*size)
        assert (shell.width(), shell.height()) == size
        for step, view in PLACES:
            page = visit(shell, qtbot, step, view)
            content = page.area.widget()
            assert content is not None
            assert content.width() <= page.area.viewport().width(), (size, step, view)
            if size == SIZES[-1]:
                assert clipped(page) == [], (step, view)
                assert clipped(shell.rail) == []
                assert clipped(shell.summary) == [], (step, view)
                assert shell.rail.menu_button.geometry().bottom() < shell.rail.height()


def test_a_longer_language_fits_and_every_word_is_translated(
    open_shell: Callable[..., Shell], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell_module, "Translator", Pseudo)
    shell = open_shell()
    data = names_of(shell)
    for step, view in PLACES:
        page = visit(shell, qtbot, step, view)
        assert clipped(page) == [], (step, view)
        for widget, words in texts(page):
            assert not untranslated(words, data), (step, view, widget.objectName(), words)
        for widget, words in texts(shell.summary):
            assert not untranslated(words, data), (step, view, widget.objectName(), words)


def test_the_settings_fit_and_are_translated(
    open_shell: Callable[..., Shell], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell_module, "Translator", Pseudo)
    shell = open_shell()
    visit(shell, qtbot, "use_case")
    shell.show_settings()
    for _ in range(3):
        qtbot.wait(1)
        shell.grab()
    page = shell.settings_page
    assert page is not None
    assert clipped(page) == []
    assert clipped(shell.footer) == []
    data = names_of(shell)
    assert [words for _, words in texts(page) if untranslated(words, data)] == []
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QLineEdit | QComboBox):
            assert widget.accessibleName(), widget.objectName()


@pytest.mark.parametrize("way", ["size", "own"])
def test_the_other_ways_to_a_model_fit_too(
    open_shell: Callable[..., Shell], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(shell_module, "Translator", Pseudo)
    shell = open_shell()
    page = visit(shell, qtbot, "model")
    find(shell, f"model-way={way}").click()
    for _ in range(3):
        qtbot.wait(1)
        shell.grab()
    assert clipped(page) == []
    data = names_of(shell)
    assert [words for _, words in texts(page) if untranslated(words, data)] == []


def names_of(shell: Shell) -> set[str]:
    """Return words that are names and stay as they are in every language."""
    catalog = shell.session.catalog
    names = " ".join(
        (
            *(f"{a.vendor} {a.name}" for a in catalog.accelerators.values()),
            *catalog.models,
            *(c.name.partition(",")[0] for c in catalog.components.values() if c.category == "software"),
            *(m.licence for m in catalog.models.values()),
            "GQA MHA MQA MLA SWA SSM United States Kingdom China Israel",
            "vLLM SGLang TensorRT-LLM llama.cpp AdamW Adafactor LoRA QLoRA USD CNY EUR kWh ms kW GiB GB tok hopper",
            "English rackwright quote.pdf plan.json",
        )
    )
    return set(re.findall(r"[a-z]{3,}", names.lower()))


def untranslated(words: str, data: set[str]) -> list[str]:
    plain = words
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", plain)) != plain:
        plain = shorter
    return [word for word in re.findall(r"[a-z]{3,}", plain.lower()) if word not in data]


def test_every_control_has_a_name_for_the_screen_reader(shell: Shell, qtbot: QtBot) -> None:
    for step, view in PLACES:
        page = visit(shell, qtbot, step, view)
        for root in (page, shell.rail, shell.summary):
            for widget in root.findChildren(QWidget):
                if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
                    continue
                if isinstance(widget, QLineEdit | QComboBox | QSlider | Chart):
                    assert widget.accessibleName(), (step, view, widget.objectName())
                if isinstance(widget, QAbstractButton):
                    assert widget.accessibleName() or widget.text(), (step, view, widget.objectName())
                if isinstance(widget, QAbstractItemView):
                    assert widget.accessibleName(), (step, view, widget.objectName())
                    assert widget.accessibleDescription(), (step, view, widget.objectName())
                if isinstance(widget, Chart):
                    assert widget.accessibleDescription(), (step, view, widget.accessibleName())


@pytest.mark.parametrize(("step", "view"), PLACES)
def test_tab_reaches_every_control_and_comes_round(shell: Shell, qtbot: QtBot, step: Step, view: str) -> None:
    page = visit(shell, qtbot, step, view)
    wanted = {
        w
        for w in page.findChildren(QWidget)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and not group_mate(w)
    }
    page.first_focus()
    reached = set()
    for _ in range(400):
        focus = shell.focusWidget()
        if focus is None or (focus in reached and focus is shell.next_button):
            break
        reached.add(focus)
        press(focus, Qt.Key.Key_Tab)
    assert {w.objectName() for w in wanted - reached} == set()


def test_tab_goes_as_the_window_reads(shell: Shell, qtbot: QtBot) -> None:
    """Rail, page, side, footer; on the plan's page the promises before the reasons, whenever each was made."""
    visit(shell, qtbot, "plan")
    shell.rail.buttons["use_case"].setFocus()
    names = []
    for _ in range(80):
        focus = shell.focusWidget()
        assert focus is not None
        names.append(focus.objectName())
        press(focus, Qt.Key.Key_Tab)
    order = ["step-use_case", "language", "view=answer", "why-ttft_ms", "behind", "summary-figure", "back", "next"]
    assert sorted(order, key=names.index) == order
    assert names[names.index("next") + 1] == "step-use_case"
    last = shell.focusWidget()
    assert last is not None
    press(last, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert shell.focusWidget() is not last


def test_the_headline_is_what_a_screen_reader_reads(shell: Shell, qtbot: QtBot) -> None:
    page = visit(shell, qtbot, "plan")
    assert "meet every target" in page.title.text()
    assert page.title.accessibleName() in ("", page.title.text())
    assert page.accessibleName() == page.title.text()


def group_mate(widget: QWidget) -> bool:
    """Return whether arrows, not Tab, lead to it: a button of a group whose chosen one has the Tab stop."""
    if not isinstance(widget, QAbstractButton) or widget.group() is None or not widget.group().exclusive():
        return False
    return widget is not (widget.group().checkedButton() or widget.group().buttons()[0])
