"""The answer in full: promise against estimate, memory, what each requirement costs, cost against speed, and why."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout

from wizard.planner.plan import Option, Plan
from wizard.ui import figures
from wizard.ui.charts.curve import CurveChart
from wizard.ui.charts.memory import MemoryBar
from wizard.ui.charts.pareto import ParetoChart
from wizard.ui.context import Context
from wizard.ui.result.savings import Savings
from wizard.ui.result.section import Section
from wizard.ui.widgets.basic import Panel, button, text
from wizard.ui.widgets.lines import put
from wizard.ui.widgets.option_cards import machines
from wizard.ui.widgets.promises import Promises
from wizard.ui.widgets.reasons import Why

TWO_COLUMNS = 640
"""Least width, in pixels, at which the panels stand side by side."""


class AnswerSection(Section):
    """Two columns of panels.

    Args:
        ask: called with the id of an accelerator: why not this one?
    """

    def __init__(self, ctx: Context, ask: Callable[[str], object]) -> None:
        super().__init__(ctx)
        t, tr = ctx.t, ctx.tr
        self.promise_panel = Panel(t("Promise and estimate"), t("90 % band"))
        self.promises = Promises(ctx)
        self.promise_panel.add(self.promises)
        self.pareto_panel = Panel(t("Cost against speed"), " ")
        self.pareto = ParetoChart(ctx.tokens, tr, names=ctx.session.accelerator_name, picked=ctx.session.pick)
        self.pareto_panel.add(self.pareto)
        basis = t("Every dot: whole cost over the horizon, without tax, at the most likely inputs.")
        self.pareto_panel.add(text(basis, "caption"))
        self.curve_panel = Panel(t("Batch, speed and throughput"), t("one replica"))
        self.curve = CurveChart(ctx.tokens, tr)
        self.curve_panel.add(self.curve)
        self.memory_panel = Panel(t("Memory per accelerator"), " ")
        self.memory = MemoryBar(ctx.tokens, tr, t("Memory per accelerator"))
        self.memory_panel.add(self.memory)
        self.savings_panel = Panel(t("What costs most"), " ")
        self.savings = Savings(ctx)
        self.savings_panel.add(self.savings)
        self.why_panel = Panel(t("Why this plan"))
        self.why_lines = Why(ctx, ask)
        self.why_panel.add(self.why_lines)
        self.why_panel.add(button(t("Behind this plan (F1)"), lambda: ctx.explain(""), role="link", name="behind"))
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.columns.setSpacing(12)
        self.columns.addLayout(_stack(self.promise_panel, self.pareto_panel, self.curve_panel), 47)
        self.columns.addLayout(_stack(self.memory_panel, self.savings_panel, self.why_panel), 30)
        self.box.addLayout(self.columns)
        self._shown: tuple[Plan | None, Option | None] = (None, None)
        ctx.session.asides.pricing.changed.connect(self._on_prices)

    def resizeEvent(self, event: QResizeEvent) -> None:
        apart = event.size().width() >= TWO_COLUMNS
        way = QBoxLayout.Direction.LeftToRight if apart else QBoxLayout.Direction.TopToBottom
        if way != self.columns.direction():
            self.columns.setDirection(way)
        super().resizeEvent(event)

    def show_plan(self, plan: Plan) -> None:
        option = self.ctx.session.option
        self._savings(plan)
        if self._shown[0] is plan and self._shown[1] is option:
            return
        self._shown = (plan, option)
        for panel in (self.promise_panel, self.memory_panel, self.why_panel):
            panel.setVisible(option is not None)
        if option is not None:
            self._option(plan, option)
        self._charts(plan, option)

    def _savings(self, plan: Plan) -> None:
        session = self.ctx.session
        current = plan.status == "feasible" and plan.needs == session.needs
        self.savings_panel.setVisible(plan.status == "feasible")
        if current:
            session.asides.price(plan)
        years = plan.needs.economics.horizon_years
        put(self.savings_panel.note, self.ctx.t("saved over {n} years", n=years))
        self.savings.show_prices(plan)

    def _on_prices(self) -> None:
        if self.ctx.session.plan is not None:
            self.savings.show_prices(self.ctx.session.plan)

    def _option(self, plan: Plan, option: Option) -> None:
        ctx, m = self.ctx, option.memory
        self.promises.show_option(option)
        usable, whole = figures.memory_figure(ctx.tr, m.usable), figures.gibibytes(ctx.tr, m.capacity)
        self.memory_panel.note.setText(ctx.t("{usable} of {all} usable", usable=usable, all=whole))
        self.memory.show_memory(m)
        self.why_lines.show_why(plan, option)

    def _charts(self, plan: Plan, option: Option | None) -> None:
        ctx, targets = self.ctx, plan.needs.targets
        shown = option is not None and len(plan.pareto) > 1
        self.pareto_panel.setVisible(shown)
        self.curve_panel.setVisible(option is not None and len(plan.curve) > 1)
        if option is None:
            return
        self.pareto_panel.note.setText(ctx.t("{n} candidates looked at", n=figures.plain(ctx.tr, plan.considered)))
        self.pareto.show_points(
            plan.pareto,
            currency=plan.currency,
            target=targets.tpot_ms,
            chosen=option.id,
            years=plan.needs.economics.horizon_years,
            options=[group[0] for group in machines(plan.options)],
        )
        self.curve.show_curve(plan.curve, target=targets.tpot_ms, batch=option.batch)


def _stack(*panels: Panel) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setSpacing(12)
    for panel in panels:
        made.addWidget(panel)
    made.addStretch(1)
    return made
