"""One accelerator's case: what it breaks, what it has and needs, what it would cost, and what one can do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from wizard.planner.plan import Limit, Option, Plan
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.limits import bound, limit_figure, limit_title
from wizard.ui.say import hardware, headline_price
from wizard.ui.since import price_line
from wizard.ui.widgets.basic import Panel, button, clear, row, rule, text
from wizard.ui.widgets.lines import put
from wizard.words import why_not

if TYPE_CHECKING:
    from wizard.planner.why_not import WhyNot


class CasePanel(Panel):
    """Shows a case; the buttons plan with the accelerator or keep its plan to be compared.

    Args:
        kept: called after a plan was kept.
    """

    def __init__(self, ctx: Context, kept: Callable[[], object]) -> None:
        super().__init__()
        self.ctx, self._on_kept = ctx, kept
        self.name = text("", "strong")
        self.name.setObjectName("case-name")
        self.verdict = text("", selectable=True)
        self.verdict.setObjectName("case-verdict")
        self.ruled_out = text("", "warning", selectable=True)
        holder = QWidget()
        self.grid = QGridLayout(holder)
        self.grid.setContentsMargins(0, 4, 0, 4)
        self.grid.setHorizontalSpacing(14)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(0, 1)
        self.price = text("", selectable=True)
        self.plan_with = button(ctx.t("Plan with it"), self._plan_with, name="case-plan")
        self.keep = button(ctx.t("Keep to compare"), self._keep, role="link", name="case-keep")
        for widget in (self.name, self.ruled_out, self.verdict, holder, self.price):
            self.add(widget)
        self.add(row(self.plan_with, self.keep, -1, gap=14))
        self.body.addStretch(1)
        self._case: WhyNot | None = None
        self._plan: Plan | None = None

    def show_case(self, plan: Plan, accelerator: str, case: WhyNot | None, error: str) -> None:
        """Show a case, or that it is being worked out."""
        ctx = self.ctx
        put(self.name, ctx.session.accelerator_name(accelerator))
        if case is self._case and plan is self._plan and case is not None:
            return
        self._case, self._plan = case, plan
        clear(self.grid)
        for widget in (self.ruled_out, self.price, self.plan_with, self.keep):
            widget.setVisible(case is not None)
        if case is None:
            put(self.verdict, "⚠ " + error if error else ctx.t("Working it out..."))
            return
        self._words(plan, case)
        self.verdict.setAccessibleName(self.name.text())
        if case.option is not None:
            self._limits(case)
        can = case.option is not None
        self.plan_with.setVisible(can and not self._is_chosen(plan, case))
        self.keep.setVisible(can and not ctx.session.kept.full)

    def _is_chosen(self, plan: Plan, case: WhyNot) -> bool:
        return plan.status == "feasible" and plan.chosen is not None and plan.chosen.accelerator == case.accelerator

    def _words(self, plan: Plan, case: WhyNot) -> None:
        ctx, option = self.ctx, case.option
        reason = why_not(ctx.tr, case.ruled_out.reason) if case.ruled_out else ""
        put(self.ruled_out, ctx.t("Your answers rule it out: {reason}.", reason=reason) if reason else "")
        self.ruled_out.setVisible(bool(reason))
        put(self.verdict, self._verdict(plan, case))
        put(self.price, self._price(plan, option) if option else "")
        self.price.setVisible(bool(self.price.text()))

    def _verdict(self, plan: Plan, case: WhyNot) -> str:
        ctx, option = self.ctx, case.option
        if option is None:
            return ctx.t("The model cannot be laid out on it at all.")
        what, price = hardware(option), headline_price(ctx.tr, option)
        if self._is_chosen(plan, case):
            return ctx.t("It is the plan: {what} for {price}.", what=what, price=price)
        if case.feasible:
            return ctx.t("{what} keep every promise for {price}: possible, not the cheapest.", what=what, price=price)
        n = len(case.broken)
        if n == 1:
            return ctx.t("{what} come closest for {price} and break one promise:", what=what, price=price)
        return ctx.t("{what} come closest for {price} and break {n} promises:", what=what, price=price, n=n)

    def _price(self, plan: Plan, option: Option) -> str:
        from wizard.planner.difference import difference

        found = difference(plan, replace(plan, chosen=option))
        line = price_line(self.ctx.tr, found) if found else None
        if line is None or plan.chosen is None:
            return ""
        return self.ctx.t("{money} against {what}.", money=line.words, what=hardware(plan.chosen))

    def _limits(self, case: WhyNot) -> None:
        option = case.option
        if option is None:
            return
        broken = {limit.code for limit in case.broken}
        kept = [limit for limit in option.limits if limit.code not in broken]
        t = self.ctx.t
        for n, words in enumerate((t("Promise"), t("Target"), t("Slow end"))):
            self.grid.addWidget(text(words, "caption", wrap=False, right=n > 0), 0, n)
        for at, limit in enumerate((*case.broken, *kept), start=1):
            self.grid.addWidget(rule(), 2 * at - 1, 0, 1, 3)
            for n, cell in enumerate(self._cells(limit, limit.code not in broken)):
                self.grid.addWidget(cell, 2 * at, n)

    def _cells(self, limit: Limit, kept: bool) -> tuple[QLabel, QLabel, QLabel]:
        tr, role = self.ctx.tr, "" if kept else "bad"
        have = limit_figure(tr, limit, limit.have)
        name = text(("✓ " if kept else "✗ ") + limit_title(tr, limit.code), role)
        if limit.code == "purchasable":
            return name, text("", wrap=False), text(figures.UNKNOWN, role, wrap=False, right=True)
        need = text(bound(tr, limit), wrap=False, right=True)
        return name, need, text(have, role, wrap=False, right=True)

    def _plan_with(self) -> None:
        if self._case is not None:
            self.ctx.session.put(
                {
                    "constraints.accelerators": (self._case.accelerator,),
                    "constraints.exclude_accelerators": (),
                    "constraints.vendors": (),
                }
            )

    def _keep(self) -> None:
        if self._case is not None and self._case.option is not None and self._plan is not None:
            self.ctx.session.kept.keep(self._plan, self._case.option)
            self._on_kept()
