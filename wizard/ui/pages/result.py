"""The answer: a sentence, the options, promise against estimate, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.planner.plan import Change, Option, Plan
from wizard.ui import figures
from wizard.ui.charts.curve import CurveChart
from wizard.ui.charts.memory import MemoryBar
from wizard.ui.charts.pareto import ParetoChart
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.say import change_answers, headline, subline
from wizard.ui.widgets.basic import Panel, button
from wizard.ui.widgets.option_cards import OptionCards
from wizard.ui.widgets.promises import Promises
from wizard.ui.widgets.reasons import Changes, Why, WhyNot


class ResultPage(Page):
    """The plan."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("Working it out..."), " ")
        self.title.setAccessibleName(ctx.t("The answer"))
        self.cards = OptionCards(ctx, ctx.session.pick)
        self.changes = Panel(ctx.t("What would make it possible"))
        self.change_lines = Changes(ctx)
        self.changes.add(self.change_lines)
        self.rest = QWidget()
        self.add(self.changes)
        self.add(self.cards)
        self.add(self.rest)
        self.body.addStretch(1)
        self._shown: tuple[Plan | None, Option | None] = (None, None)
        self._compose()

    def _compose(self) -> None:
        ctx = self.ctx
        columns = QHBoxLayout(self.rest)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(12)
        right.setSpacing(12)
        self.promise_panel = Panel(ctx.t("Promise and estimate"), ctx.t("90 % band"))
        self.promises = Promises(ctx)
        self.promise_panel.add(self.promises)
        self.pareto_panel = Panel(ctx.t("Cost against speed"), "")
        self.pareto = ParetoChart(ctx.tokens, ctx.tr, names=ctx.session.accelerator_name, picked=ctx.session.pick)
        self.pareto_panel.add(self.pareto)
        self.curve_panel = Panel(ctx.t("Batch, speed and throughput"), ctx.t("one replica"))
        self.curve = CurveChart(ctx.tokens, ctx.tr)
        self.curve_panel.add(self.curve)
        self.memory_panel = Panel(ctx.t("Memory per accelerator"))
        self.memory = MemoryBar(ctx.tokens, ctx.tr, ctx.t("Memory per accelerator"))
        self.memory_panel.add(self.memory)
        self.why_panel = Panel(ctx.t("Why this plan"))
        self.why_lines = Why(ctx)
        self.why_panel.add(self.why_lines)
        self.why_panel.add(button(ctx.t("Behind this plan (F1)"), lambda: ctx.explain(""), role="link", name="behind"))
        self.not_panel = Panel(ctx.t("Why not others"))
        self.why_not = WhyNot(ctx)
        self.not_panel.add(self.why_not)
        for panel in (self.promise_panel, self.pareto_panel, self.curve_panel):
            left.addWidget(panel)
        for panel in (self.memory_panel, self.why_panel, self.not_panel):
            right.addWidget(panel)
        left.addStretch(1)
        right.addStretch(1)
        columns.addLayout(left, 47)
        columns.addLayout(right, 30)

    def first_focus(self) -> bool:
        return self.cards.focus_chosen()

    def _apply(self, change: Change) -> None:
        self.ctx.session.put(change_answers(change))

    def refresh(self) -> None:
        super().refresh()
        session, ctx = self.ctx.session, self.ctx
        plan, option = session.plan, session.option
        if plan is None or option is None:
            self._empty(plan)
            return
        self.title.setText(headline(ctx.tr, plan, option))
        stale = session.planning and plan.needs != session.needs
        self.why.setText(ctx.t("Working it out...") if stale else subline(ctx.tr, plan, option))
        self.changes.setVisible(bool(plan.changes))
        self.change_lines.show_changes(plan, self._apply)
        self.cards.setVisible(bool(plan.options))
        self.cards.show_plan(plan, option.id)
        self.rest.show()
        if self._shown[0] is plan and self._shown[1] is option:
            return
        self._shown = (plan, option)
        self._option(plan, option)
        self._charts(plan, option)

    def _empty(self, plan: Plan | None) -> None:
        session, ctx = self.ctx.session, self.ctx
        self._shown = (None, None)
        waiting = session.planning or (plan is None and session.plan_error is None)
        self.title.setText(ctx.t("Working it out...") if waiting else ctx.t("There is no plan for these answers"))
        self.why.setText(session.error_text() or " ")
        self.rest.setVisible(plan is not None)
        self.cards.hide()
        self.changes.setVisible(bool(plan and plan.changes))
        if plan is not None:
            self.change_lines.show_changes(plan, self._apply)
            for panel in (self.promise_panel, self.memory_panel, self.why_panel, self.pareto_panel, self.curve_panel):
                panel.hide()
            self.why_not.show_rejected(plan, ctx.session.accelerator_name)

    def _option(self, plan: Plan, option: Option) -> None:
        ctx = self.ctx
        self.promise_panel.show()
        self.memory_panel.show()
        self.why_panel.show()
        self.promises.show_option(option)
        m = option.memory
        self.memory_panel.note.setText(
            ctx.t("{usable} of {all}", usable=f"{m.usable:.0f}", all=figures.gibibytes(ctx.tr, m.capacity))
        )
        self.memory.show_memory(m)
        self.why_lines.show_why(plan, option)
        self.not_panel.setVisible(bool(plan.rejected))
        self.why_not.show_rejected(plan, ctx.session.accelerator_name)

    def _charts(self, plan: Plan, option: Option) -> None:
        ctx, targets = self.ctx, plan.needs.targets
        self.pareto_panel.setVisible(len(plan.pareto) > 1)
        self.pareto_panel.note.setText(ctx.t("{n} candidates looked at", n=figures.plain(ctx.tr, plan.considered)))
        self.pareto.show_points(
            plan.pareto,
            currency=plan.currency,
            target=targets.tpot_ms,
            chosen=option.id,
            years=plan.needs.economics.horizon_years,
            roles={o.id: o.role for o in plan.options},
        )
        self.curve_panel.setVisible(len(plan.curve) > 1)
        self.curve.show_curve(plan.curve, target=targets.tpot_ms, batch=option.batch)
