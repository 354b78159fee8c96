"""What if: sliders that plan anew while they are dragged, and what that changes against where one began."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QGridLayout

from wizard.planner.difference import difference
from wizard.planner.plan import Plan
from wizard.ui import figures, since
from wizard.ui.answers import measure_of
from wizard.ui.context import Context
from wizard.ui.result.section import Section
from wizard.ui.say import hardware, headline_price
from wizard.ui.widgets.basic import Panel, button, clear, row, text
from wizard.ui.widgets.lines import Lines, put
from wizard.ui.widgets.sliders import SteppedField

MANY = 12
"""Names of accelerators that are spelled out here; the side has room for three."""


class WhatIf(Section):
    """Sliders on the answers that matter most; the side and the head of the page follow."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.sliders = Panel(ctx.t("What if"), ctx.t("Drag, or use the arrow keys; the plan follows."))
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(28)
        self.grid.setVerticalSpacing(6)
        self.sliders.add(self.grid)
        self.fields: list[SteppedField] = []
        self._kind: tuple[str, str] = ("", "")
        self.effect = Panel(ctx.t("What it changes"))
        self.began = text("", "why")
        self.lines = Lines()
        self.lines.setObjectName("what-if-lines")
        self.back = button(ctx.t("Back to where I began"), self._back, name="what-if-back")
        self.effect.add(self.began)
        self.effect.add(self.lines)
        self.effect.add(row(self.back, -1))
        self.box.addWidget(self.sliders)
        self.box.addWidget(self.effect)

    def enter(self) -> None:
        """Begin here: later changes are compared with the plan as it is now."""
        session = self.ctx.session
        if session.plan is not None and session.plan.needs == session.needs:
            session.kept.began = session.plan

    def first_focus(self) -> bool:
        if not self.fields:
            return False
        self.fields[0].slider.setFocus()
        return True

    def show_plan(self, plan: Plan) -> None:
        kept = self.ctx.session.kept
        if kept.began is None or kept.began.needs.use_case != plan.needs.use_case:
            kept.began = plan
        self._make()
        for field in self.fields:
            field.begin(_value(kept.began, field.key))
        self._effect(kept.began, plan)

    def _effect(self, began: Plan, plan: Plan) -> None:
        ctx = self.ctx
        first = began.chosen
        if first is not None:
            what, price = hardware(first), headline_price(ctx.tr, first)
            put(self.began, ctx.t("Where I began: {what} for {price}.", what=what, price=price))
        self.began.setVisible(first is not None)
        moved = began.needs != self.ctx.session.needs
        self.back.setEnabled(moved)
        self.back.setToolTip("" if moved else ctx.t("Nothing was changed yet."))
        found = difference(began, plan)
        lines = since.lines(ctx.tr, found, ctx.session.accelerator_name, MANY) if found and moved else []
        if not moved:
            lines = [since.Line("↔", ctx.t("Move a slider: what it costs, drops and brings appears here."))]
        elif not lines:
            lines = [since.Line("=", ctx.t("The same plan, nothing dropped out."))]
        self.lines.show_lines(lines)

    def _back(self) -> None:
        began = self.ctx.session.kept.began
        if began is not None:
            self.ctx.session.replace(began.needs)

    def _make(self) -> None:
        needs = self.ctx.session.needs
        learning = needs.use_case in ("training", "fine_tuning")
        kind = ("training" if learning else "serving", measure_of(needs.workload))
        if kind == self._kind:
            return
        self._kind = kind
        clear(self.grid)
        self.fields = [*(self._learning() if learning else self._serving(kind[1])), self._budget()]
        for n, field in enumerate(self.fields):
            self.grid.addWidget(field, n // 2, n % 2)
            self.grid.setColumnStretch(n % 2, 1)

    def _serving(self, measure: str) -> list[SteppedField]:
        ctx, tr = self.ctx, self.ctx.tr
        load = {
            "concurrent_users": (ctx.t("Users at once"), 1.0, 20_000.0, int),
            "requests_per_s": (ctx.t("Requests per second"), 0.1, 10_000.0, float),
            "tokens_per_day": (ctx.t("Tokens a day"), 1e5, 1e12, float),
        }[measure]

        def ms(key: str, title: str, low: float, high: float) -> SteppedField:
            blank, code = ctx.t("no target"), key.rpartition(".")[2]
            return SteppedField(
                ctx, key, title, low=low, high=high, words=lambda v: figures.metric(tr, code, v), blank=blank
            )

        return [
            SteppedField(
                ctx,
                f"workload.{measure}",
                load[0],
                low=load[1],
                high=load[2],
                kind=load[3],
                words=lambda v: figures.tokens(tr, v),
            ),
            SteppedField(
                ctx,
                "workload.prompt_tokens",
                ctx.t("Prompt length"),
                low=20,
                high=120_000,
                kind=int,
                words=lambda v: figures.tokens(tr, v),
            ),
            SteppedField(
                ctx,
                "workload.output_tokens",
                ctx.t("Answer length"),
                low=10,
                high=30_000,
                kind=int,
                words=lambda v: figures.tokens(tr, v),
            ),
            ms("targets.ttft_ms", ctx.t("Time to first token"), 50, 60_000),
            ms("targets.tpot_ms", ctx.t("Time per output token"), 5, 500),
        ]

    def _learning(self) -> list[SteppedField]:
        ctx, tr = self.ctx, self.ctx.tr
        return [
            SteppedField(
                ctx,
                "training.tokens",
                ctx.t("Training tokens"),
                low=1e6,
                high=2e13,
                words=lambda v: figures.tokens(tr, v),
                blank=ctx.t("not given"),
            ),
            SteppedField(
                ctx,
                "training.deadline_hours",
                ctx.t("Deadline"),
                low=1,
                high=10_000,
                words=lambda v: figures.hours(tr, v),
                blank=ctx.t("none"),
            ),
        ]

    def _budget(self) -> SteppedField:
        ctx, budget = self.ctx, self.ctx.session.needs.budget
        monthly = budget.purchase is None and budget.per_month is not None
        return SteppedField(
            ctx,
            "budget.per_month" if monthly else "budget.purchase",
            ctx.t("Budget a month") if monthly else ctx.t("Budget"),
            low=100 if monthly else 1000,
            high=1e7 if monthly else 1e8,
            kind=Decimal,
            words=lambda v: figures.money(ctx.tr, Decimal(repr(v)), ctx.session.needs.budget.currency),
            blank=ctx.t("open"),
        )


def _value(plan: Plan, key: str) -> object:
    found: object = plan.needs
    for part in key.split("."):
        found = getattr(found, part)
    return found
