"""When plans are made: at once, the latest wins, and a drag shows plans on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import Engine, find, planned, press, typed
from wizard.needs.needs import Needs
from wizard.planner.plan import Change, Early, Limit, Plan, Rejection
from wizard.ui import planning as module
from wizard.ui.session import Session
from wizard.ui.shell import Shell


def test_answers_given_together_are_planned_once(session: Session, qtbot: QtBot, engine: Engine) -> None:
    session.put({"workload.concurrent_users": 7})
    session.put({"targets.ttft_ms": 700})
    planned(qtbot, session)
    assert len(engine.seen) == 1
    assert engine.seen[0] == session.needs


def test_who_drags_sees_plans_on_the_way(session: Session, qtbot: QtBot, engine: Engine) -> None:
    seen: list[Plan] = []
    session.plan_changed.connect(lambda: seen.append(session.plan) if session.plan else None)
    engine.delay_s = 0.08
    for users in range(2, 60):
        session.put({"workload.concurrent_users": users})
        qtbot.wait(10)
    on_the_way = {plan.needs.workload.concurrent_users for plan in seen}
    assert len(on_the_way) >= 2
    planned(qtbot, session)
    assert session.plan is not None
    assert session.plan.needs == session.needs
    assert session.needs.workload.concurrent_users == 59


def test_a_short_wait_is_not_announced_a_long_one_is(shell: Shell, qtbot: QtBot, engine: Engine) -> None:
    busy = find(shell, "summary-busy")
    engine.delay_s = 0.02
    shell.session.put({"targets.ttft_ms": 700})
    qtbot.waitUntil(lambda: len(engine.seen) == 2)
    assert busy.text() == ""
    planned(qtbot, shell.session)
    engine.delay_s = module.PATIENCE_MS / 1e3 * 3
    shell.session.put({"targets.ttft_ms": 800})
    qtbot.waitUntil(lambda: busy.text() != "", timeout=2000)
    planned(qtbot, shell.session)
    assert busy.text() == ""


def test_the_plan_before_a_change_is_kept_through_a_drag(session: Session, qtbot: QtBot) -> None:
    session.schedule()
    planned(qtbot, session)
    first = session.plan
    for users in (3, 4, 5):
        session.put({"workload.concurrent_users": users})
        planned(qtbot, session)
    assert session.before is first
    session.put({"targets.ttft_ms": 700})
    assert session.before is session.plan
    planned(qtbot, session)
    session.undo.undo()
    planned(qtbot, session)
    assert session.before is not None
    assert session.before.needs.targets.ttft_ms == 700


def budget_minded(needs: Needs, _cancelled: Callable[[], bool]) -> Plan:
    plan = replace(samples.plan(), needs=needs)
    if needs.budget.purchase is None or needs.budget.purchase >= 60_000:
        return plan
    over = Rejection(what="l40s", reason="budget", need=5e4, have=7e4, unit="USD")
    return replace(plan, rejected=(*plan.rejected, over))


def test_two_actions_change_the_budget_and_show_what_drops_out(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell(planner=budget_minded)
    shell.session.go("budget")
    typed(find(shell, "budget.purchase"), "50k")
    press(find(shell, "budget.purchase"), Qt.Key.Key_Return)
    planned(qtbot, shell.session)
    since = find(shell, "since")
    shown = [label for label in since.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in shown] == ["−", "1 dropped out: L40S"]
    assert shown[1].toolTip() == "L40S: over the budget ($70,000 against $50,000)"


class Announcer:
    """Tells the headroom option early, and takes its time for the rest."""

    def __call__(self, needs: Needs, _cancelled: Callable[[], bool]) -> Plan:
        return replace(samples.plan(), needs=needs)

    def announcing(
        self, needs: Needs, cancelled: Callable[[], bool], early: Callable[[object], None]
    ) -> Plan:
        dear = samples.option("recommended", 4)
        dear = replace(dear, cost=replace(dear.cost, capex=Decimal("99000.00")))
        early(Early(status="feasible", option=dear))
        end = time.monotonic() + 0.2
        while time.monotonic() < end and not cancelled():
            time.sleep(0.002)
        return self(needs, cancelled)


def test_the_side_shows_the_answer_before_the_whole_plan_is_there(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell(planner=Announcer())
    session = shell.session
    assert find(shell, "summary-figure").text() == "$75,800"
    session.put({"targets.ttft_ms": 700})
    qtbot.waitUntil(lambda: find(shell, "summary-figure").text() == "$99,000")
    assert session.planning
    planned(qtbot, session)
    assert session.early is None
    assert find(shell, "summary-figure").text() == "$75,800"
    session.pick("headroom-1")
    session.put({"targets.ttft_ms": 800})
    qtbot.wait(60)
    assert find(shell, "summary-figure").text() != "$99,000"
    planned(qtbot, session)


class Pauper:
    """Says at once that nothing fits, and takes its time for what comes nearest."""

    def __init__(self) -> None:
        missed = Limit(code="tpot_ms", need=50.0, have=55.0, unit="ms", margin=-0.1)
        self.closest = replace(samples.option("alternative", 4), limits=(missed,))

    def __call__(self, needs: Needs, _cancelled: Callable[[], bool]) -> Plan:
        plan = samples.plan()
        nearest = replace(samples.option("alternative", 2), id="change-1")
        change = Change(key="targets.tpot_ms", from_value=50.0, to_value=60.0, option=nearest)
        return replace(plan, needs=needs, status="infeasible", options=(), recommended=None, changes=(change,),
                       chosen=nearest, asked=self.closest)

    def announcing(
        self, needs: Needs, cancelled: Callable[[], bool], early: Callable[[object], None]
    ) -> Plan:
        if needs.targets.ttft_ms != 700:
            return replace(samples.plan(), needs=needs)
        early(Early(status="infeasible", option=self.closest))
        end = time.monotonic() + 0.2
        while time.monotonic() < end and not cancelled():
            time.sleep(0.002)
        return self(needs, cancelled)


def test_the_side_says_that_nothing_fits_before_the_nearest_is_known(
    open_shell: Callable[..., Shell], qtbot: QtBot
) -> None:
    shell = open_shell(planner=Pauper())
    figure, state = find(shell, "summary-figure"), find(shell, "summary-state")
    before = figure.text()
    shell.session.put({"targets.ttft_ms": 700})
    qtbot.waitUntil(lambda: state.text().startswith("⚠ Nothing meets every wish. Closest: TPOT"))
    assert shell.session.planning
    assert "TPOT, 10\u00a0% over" in state.text()
    assert state.text().endswith("Below is the plan before; the nearest follows.")
    assert figure.text() == before
    planned(qtbot, shell.session)
    assert "TPOT, 10\u00a0% over" in state.text()
    assert state.text().endswith("Below is the nearest, with one answer changed.")
    shell.session.put({"targets.ttft_ms": 800})
    planned(qtbot, shell.session)
    assert not state.isVisible()
