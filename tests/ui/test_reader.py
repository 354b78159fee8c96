"""What a screen reader hears: one of several is a radio button, a chart a picture, a fold tells its state."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from tests.ui.conftest import find
from wizard.needs import flow
from wizard.ui.charts.base import Chart
from wizard.ui.pages.result import ResultPage
from wizard.ui.shell import Shell
from wizard.ui.widgets.fold import Fold

Role, Text = QAccessible.Role, QAccessible.Text


def heard(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


def check(shell: Shell) -> tuple[int, int]:
    """Return how many choices and charts are on the screen, all announced as what they are."""
    choices = [made for group in shell.findChildren(QButtonGroup) for made in group.buttons() if made.isVisible()]
    charts = [chart for chart in shell.findChildren(Chart) if chart.isVisible()]
    for made in choices:
        assert heard(made).role() == Role.RadioButton, made.objectName()
        assert heard(made).text(Text.Name), made.objectName()
        assert bool(heard(made).state().checked) == made.isChecked(), made.objectName()
    for chart in charts:
        assert heard(chart).role() == Role.Graphic, chart
        assert heard(chart).text(Text.Name), chart
        assert heard(chart).text(Text.Description), heard(chart).text(Text.Name)
    return len(choices), len(charts)


def test_choices_are_radio_buttons_and_charts_are_pictures_on_every_page(shell: Shell) -> None:
    had = {}
    for step in flow.steps(shell.session.needs):
        assert shell.session.go(step) or shell.session.step == step
        had[step] = check(shell)
    page = shell.page("plan")
    assert isinstance(page, ResultPage)
    shell.session.go("plan")
    for view in ("whatif", "whynot", "compare", "answer"):
        page.show_view(view)
        check(shell)
    shell.show_settings()
    assert check(shell)[0] >= 10
    assert all(charts for _, charts in had.values())
    assert {"use_case", "model", "workload", "targets", "budget", "hardware", "export"} <= {
        step for step, (choices, _) in had.items() if choices}


def test_a_choice_that_is_made_by_key_is_heard(shell: Shell) -> None:
    shell.session.go("workload")
    chosen = next(made for made in shell.findChildren(QAbstractButton)
                  if made.isVisible() and made.isChecked() and made.group() is not None)
    other = next(made for made in chosen.group().buttons() if made is not chosen)
    other.click()
    assert [bool(heard(made).state().checked) for made in (chosen, other)] == [False, True]


def test_a_fold_is_a_button_that_says_whether_it_is_open(shell: Shell) -> None:
    shell.session.go("workload")
    title = find(shell, "fold-spread")
    fold = next(fold for fold in shell.page("workload").findChildren(Fold) if fold.title is title)
    assert heard(title).role() == Role.Button
    assert heard(title).text(Text.Description).startswith("folded")
    title.click()
    assert fold.content.isVisible()
    assert heard(title).text(Text.Description).startswith("unfolded")
