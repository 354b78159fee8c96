"""The plan page as people use it: why not, what if, what costs most, and side by side. Actions are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import Engine, find, joined, planned, press
from wizard.catalog.catalog import Catalog
from wizard.errors import InputError
from wizard.needs.flow import Step
from wizard.needs.needs import Needs, Owned
from wizard.planner.plan import Plan, Rejection
from wizard.ui import figures
from wizard.ui.edits import changed
from wizard.ui.pages.result import ResultPage
from wizard.ui.result.verdicts import Verdict, VerdictModel
from wizard.ui.shell import Shell


class User:
    """Clicks and types, and counts: typing a word is one action."""

    def __init__(self, shell: Shell) -> None:
        self.shell, self.actions = shell, 0

    def click(self, name: str) -> None:
        self.actions += 1
        QTest.mouseClick(find(self.shell, name), Qt.MouseButton.LeftButton)

    def types(self, words: str) -> None:
        self.actions += 1
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, words)

    def presses(self, key: Qt.Key) -> None:
        self.actions += 1
        focus = QApplication.focusWidget()
        assert focus is not None
        press(focus, key)


@pytest.fixture
def user(shell: Shell) -> User:
    shell.session.go("plan")
    return User(shell)


def page_of(shell: Shell) -> ResultPage:
    page = shell.page("plan")
    assert isinstance(page, ResultPage)
    return page


def said(root: QWidget) -> str:
    QApplication.processEvents()  # what was just made is shown by the event loop
    return joined(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_why_not_a_4090_takes_two_actions(user: User, qtbot: QtBot) -> None:
    user.click("view=whynot")
    user.types("4090")
    asides = user.shell.session.asides
    qtbot.waitUntil(lambda: asides.case is not None and asides.asked == "rtx_4090", timeout=20_000)
    assert user.actions <= 3
    words = said(page_of(user.shell).section("whynot"))
    assert "GeForce RTX 4090" in words
    assert "it is legacy hardware" in words
    assert "Time to first token" in words
    assert "≤ 1 s" in words
    assert "break" in words


def test_the_list_of_verdicts_is_walked_by_arrows_from_the_search(user: User, qtbot: QtBot) -> None:
    user.click("view=whynot")
    user.types("h100")
    asides = user.shell.session.asides
    asked = [asides.asked]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        user.presses(key)
        asked.append(asides.asked)
    assert asked[0] != asked[1]
    assert asked[0] == asked[2]
    qtbot.waitUntil(lambda: asides.case is not None, timeout=20_000)
    user.types("zzz")
    assert not find(user.shell, "case-name").isVisible()


def test_a_cross_is_only_for_what_was_tried(shell: Shell) -> None:
    model = VerdictModel(shell.page("plan").ctx)
    gpu = Catalog().accelerators["rtx_4090"]

    def verdict(reason: str, need: float | None) -> str:
        model.show_rows((Verdict(gpu, Rejection(what=gpu.id, reason=reason, need=need, have=need), False, ""),))
        return str(model.data(model.index(0, 1)))

    assert verdict("tpot_ms", 50.0) == "✗ the tokens come too slowly"
    assert verdict("purchasable", 1.0) == "– no offer with a price is known"
    assert verdict("legacy", None) == "– it is legacy hardware; allow it under constraints"
    model.allow(gpu.id, priced=False)
    assert verdict("purchasable", 1.0) == "✓ possible; no price is known"


def test_a_name_under_why_leads_to_its_case_and_its_plan(user: User, qtbot: QtBot) -> None:
    user.click("why-not=rtx_4090")
    asides = user.shell.session.asides
    qtbot.waitUntil(lambda: asides.case is not None, timeout=20_000)
    assert find(user.shell, "case-name").text() == "GeForce RTX 4090"
    user.click("case-plan")
    assert user.shell.session.value("constraints.accelerators") == ("rtx_4090",)
    user.shell.session.undo.undo()
    assert user.shell.session.value("constraints.accelerators") == ()
    planned(qtbot, user.shell.session)


def test_another_language_finds_the_case_again(user: User, qtbot: QtBot) -> None:
    user.click("why-not=rtx_4090")
    asides = user.shell.session.asides
    qtbot.waitUntil(lambda: asides.case is not None, timeout=20_000)
    user.shell.commands.set_language("zh_CN")
    page_of(user.shell).show_view("whynot")
    assert "您的回答已将其排除" in said(page_of(user.shell).section("whynot"))


def test_a_slider_plans_anew_and_says_what_changed(open_shell: Callable[..., Shell], qtbot: QtBot) -> None:
    def planner(needs: Needs, _cancelled: Callable[[], bool]) -> Plan:
        plan = replace(samples.plan(), needs=needs)
        many = (needs.workload.concurrent_users or 0) > 50
        return replace(plan, chosen=plan.options[2] if many else plan.options[1])

    shell = open_shell(planner=planner)
    shell.session.go("plan")
    user = User(shell)
    user.click("view=whatif")
    assert not find(shell, "what-if-back").isEnabled()
    user.presses(Qt.Key.Key_Right)
    planned(qtbot, shell.session)
    assert shell.session.needs.workload.concurrent_users == 60
    words = said(page_of(shell).section("whatif"))
    assert "50 →" in words
    assert "4 × H200 NVL 141GB instead of 2" in words
    for _ in range(3):
        press(find(shell, "what-if=workload.concurrent_users"), Qt.Key.Key_Right)
    assert shell.session.undo.count() == 1
    user.click("what-if-back")
    planned(qtbot, shell.session)
    assert shell.session.needs == samples.needs()


def test_the_right_end_of_a_slider_drops_the_wish(user: User, qtbot: QtBot) -> None:
    user.click("view=whatif")
    for key, value in (("targets.ttft_ms", 1000), ("budget.purchase", Decimal(80_000))):
        slider = find(user.shell, f"what-if={key}")
        assert user.shell.session.value(key) == value
        press(slider, Qt.Key.Key_End)
        assert user.shell.session.value(key) is None
        press(slider, Qt.Key.Key_Left)
        assert user.shell.session.value(key) is not None
    planned(qtbot, user.shell.session)


def test_plans_are_kept_and_compared_side_by_side(user: User, qtbot: QtBot) -> None:
    shell, kept = user.shell, user.shell.session.kept
    user.click("keep")
    assert find(shell, "view=compare").text() == "Compare (1)"
    shell.session.put({"targets.ttft_ms": 700})
    planned(qtbot, shell.session)
    user.click("view=compare")
    assert user.actions == 2
    words = said(page_of(shell).section("compare"))
    assert "A · 2 × H200 NVL 141GB" in words
    assert "B · 2 × H200 NVL 141GB" in words
    assert "1 s" in words
    assert "0.7 s" in words
    assert "Purchase" not in words
    find(shell, "compare-all").click()
    assert "Purchase" in said(page_of(shell).section("compare"))
    user.click("compare-go=A")
    planned(qtbot, shell.session)
    assert shell.session.needs == samples.needs()
    user.click("compare-drop=A")
    assert kept.plans == ()
    assert find(shell, "view=compare").text() == "Compare"


def test_no_more_than_four_are_compared(user: User, qtbot: QtBot) -> None:
    shell, kept = user.shell, user.shell.session.kept
    for ttft in (700, 800, 900, 950):
        shell.session.put({"targets.ttft_ms": ttft})
        planned(qtbot, shell.session)
        find(shell, "keep").click()
    assert len(kept.plans) == 3
    assert not find(shell, "keep").isEnabled()
    find(shell, "view=compare").click()
    assert "D · 2 × H200" in said(page_of(shell).section("compare"))


def test_plans_of_two_currencies_say_how_to_mend_it(user: User, qtbot: QtBot) -> None:
    shell = user.shell
    user.click("keep")
    plan = shell.session.kept.plans[0]
    shell.session.kept.plans = (replace(plan, currency="EUR"),)
    user.click("view=compare")
    assert "Plan them again in one currency" in said(page_of(shell).section("compare"))


def test_what_costs_most_is_priced_and_tried_by_a_click(open_shell: Callable[..., Shell], qtbot: QtBot) -> None:
    asked = samples.needs()
    needs = asked.model_copy(update={
        "targets": asked.targets.model_copy(update={"ttft_ms": 1500.0}),
        "budget": asked.budget.model_copy(update={"purchase": Decimal(150_000)}),
    })
    shell = open_shell(needs=needs)
    shell.session.go("plan")
    qtbot.waitUntil(lambda: shell.session.asides.prices is not None, timeout=20_000)
    words = said(page_of(shell).section("answer"))
    assert "TTFT ≤ 1.5 s" in words
    nothing = next(line for line in words.splitlines() if line.startswith("Dropping these would save nothing:"))
    assert "budget ≤ $150,000" in nothing
    find(shell, "drop=targets.ttft_ms").click()
    assert shell.session.needs.targets.ttft_ms is None
    planned(qtbot, shell.session)
    shell.session.undo.undo()
    assert shell.session.needs == needs
    planned(qtbot, shell.session)


def test_answers_that_come_in_stop_what_is_worked_out_beside(user: User, qtbot: QtBot) -> None:
    asides, busy = user.shell.session.asides, []
    busy.append(asides.pricing.busy)
    user.shell.session.put({"targets.ttft_ms": 700})
    busy.append(asides.pricing.busy)
    assert busy == [True, False]
    planned(qtbot, user.shell.session)
    qtbot.waitUntil(lambda: asides.pricing.busy)


def test_options_of_one_machine_share_a_card(open_shell: Callable[..., Shell]) -> None:
    def planner(needs: Needs, _cancelled: Callable[[], bool]) -> Plan:
        options = tuple(samples.option(role, 2) for role in ("minimum", "recommended", "headroom"))
        return replace(samples.plan(), needs=needs, options=options, chosen=options[1])

    shell = open_shell(planner=planner)
    shell.session.go("plan")
    cards = page_of(shell).cards.choice.buttons
    assert list(cards) == ["recommended-1"]
    assert "Minimum · Recommended · Headroom" in said(cards["recommended-1"])
    assert cards["recommended-1"].isChecked()


def test_an_error_stands_in_place_with_a_mend(user: User, qtbot: QtBot, engine: Engine) -> None:
    engine.error = InputError("no {kind} here", kind="thing", where="x")
    user.shell.session.put({"targets.ttft_ms": 700})
    planned(qtbot, user.shell.session)
    page = page_of(user.shell)
    assert page.title.text() == "There is no plan for these answers"
    assert page.why.text() == "x: no thing here"
    engine.error = None
    user.click("mend")
    planned(qtbot, user.shell.session)
    assert user.shell.session.needs == samples.needs()
    assert "meet every target" in page.title.text()
    assert not page.mend.isVisible()


def test_a_wish_that_no_single_change_mends_can_be_let_go_piece_by_piece(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    def stuck(needs: Needs, _cancelled: object) -> Plan:
        plan = samples.plan()
        if not needs.constraints.accelerators:
            return replace(plan, needs=needs)
        return replace(plan, needs=needs, status="infeasible", options=(), changes=(), chosen=None, recommended=None)

    asked = {"constraints.accelerators": ("rtx_4090",), "constraints.availability": "second_site"}
    shell = open_shell(planner=stuck, needs=changed(samples.needs(), asked))
    shell.session.go("plan")
    words = said(page_of(shell))
    assert "No single change makes it possible" in words
    assert "Only GeForce RTX 4090" in words
    assert "Everything twice, at two sites" in words
    assert "nearest" not in said(shell.summary)
    find(shell, "let-go=constraints.accelerators").click()
    planned(qtbot, shell.session)
    assert "meet every target" in page_of(shell).title.text()
    assert not page_of(shell).changes.isVisible()


def test_the_comparison_names_hardware_and_clouds_as_people_do(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell()
    session, plan = shell.session, shell.session.plan
    assert plan is not None
    session.kept.keep(plan, plan.options[0])
    sku = next(iter(session.shipped.cloud.values()))
    owned = {"constraints.owned": (Owned(accelerator="rtx_4090", count=2),), "constraints.accelerators": ("l40s",)}
    other = replace(plan, needs=changed(plan.needs, owned))
    session.kept.keep(other, replace(plan.options[0], id="rented", cloud_sku=sku.id))
    session.go("plan")
    page = page_of(shell)
    page.show_view("compare")
    words = said(page)
    assert "2 × GeForce RTX 4090" in words
    assert "L40S" in words
    assert f"{sku.provider} {sku.instance}" in words
    assert "{" not in words
    assert "l40s" not in words


def test_another_option_can_be_looked_at_and_quoted(shell: Shell, qtbot: QtBot) -> None:
    session = shell.session
    plan = session.plan
    assert plan is not None
    session.go("plan")
    assert not find(shell, "other-option").isVisible()
    other = next(option for option in plan.options if option is not plan.chosen)
    session.pick(other.id)
    steps: tuple[Step, ...] = ("plan", "bill", "export")
    for step in steps:
        session.go(step)
        page = shell.page(step)
        assert find(page, "other-option").isVisible(), step
        assert other.accelerator_name in find(page, "other-option").text()
    find(shell.page("export"), "quote-this").click()
    wishes = session.needs.constraints
    assert (wishes.accelerators, wishes.accelerator_count) == ((other.accelerator,), other.accelerators)
    planned(qtbot, session)
    assert session.plan is not None
    assert session.option is session.plan.chosen
    assert not find(shell.page("export"), "other-option").isVisible()


def test_a_rate_that_was_asked_for_stands_beside_what_the_load_makes(shell: Shell, qtbot: QtBot) -> None:
    session = shell.session
    session.go("plan")
    for asked, short in ((1.0, False), (1e6, True)):
        session.put({"targets.output_tok_s": asked})
        planned(qtbot, session)
        words = said(page_of(shell))
        assert f"≥ {figures.metric(session.tr_, 'output_tok_s', asked)}" in words
        assert ("less than asked at the stated load" in words) == short
