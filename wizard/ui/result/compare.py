"""Up to four plans side by side: what differs, what it costs, what it gains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from wizard.errors import InputError
from wizard.planner.compare import Comparison, Row, compare
from wizard.planner.plan import Plan
from wizard.ui.comparing import KINDS, delta_text, row_name, value_text
from wizard.ui.context import Context
from wizard.ui.result.section import Section
from wizard.ui.say import hardware, headline_price
from wizard.ui.widgets.basic import Panel, badge, button, clear, column, row, rule, text
from wizard.ui.widgets.lines import put

LETTERS = "ABCD"


class CompareSection(Section):
    """The kept plans and the present one, or the options of the present one.

    Args:
        changed: called after a plan was dropped.
    """

    def __init__(self, ctx: Context, changed: Callable[[], object]) -> None:
        super().__init__(ctx)
        self._changed = changed
        self.note = text("", "why")
        self.everything = QCheckBox(ctx.t("Show what is the same, too"))
        self.everything.setObjectName("compare-all")
        self.everything.clicked.connect(self._again)
        panel = Panel()
        holder = QWidget()
        self.grid = QGridLayout(holder)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(4)
        line = row(self.note, self.everything, gap=16)
        line.setStretch(0, 1)
        panel.add(line)
        panel.add(holder)
        self.box.addWidget(panel)
        self._shown: tuple[object, ...] = ()

    def first_focus(self) -> bool:
        self.everything.setFocus()
        return not self.everything.isHidden()

    def show_plan(self, plan: Plan) -> None:
        session, option = self.ctx.session, self.ctx.session.option
        if option is None:
            return
        plans = session.kept.with_present(plan, option)
        shown = (option, plan, self.everything.isChecked(), *session.kept.plans)
        if len(shown) == len(self._shown) and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        clear(self.grid)
        self.everything.setVisible(len(plans) > 1)
        if len(plans) < 2:
            put(self.note, self.ctx.t("There is one machine to see. Keep this plan, change an answer, and compare."))
            if session.kept.plans:
                self._heads(plans)
            return
        try:
            found = compare(plans)
        except InputError as error:
            put(self.note, "⚠ " + self.ctx.tr.error(error))
            self._heads(plans)
            return
        put(self.note, self._about())
        self._heads(plans)
        self._rows(found, len(plans))

    def _about(self) -> str:
        if self.ctx.session.kept.plans:
            return self.ctx.t("Differences are against {letter}; the best figure of a row is marked.", letter="A")
        return self.ctx.t("The options of this plan. Keep a plan to compare it with what comes next.")

    def _again(self) -> None:
        if self.ctx.session.plan is not None:
            self.show_plan(self.ctx.session.plan)

    def _heads(self, plans: Sequence[Plan]) -> None:
        ctx, kept = self.ctx, self.ctx.session.kept.plans
        self.grid.setColumnStretch(0, 3)
        for n, plan in enumerate(plans):
            option = plan.chosen
            if option is None:
                continue
            self.grid.setColumnStretch(n + 1, 4)
            head = text(f"{LETTERS[n]} · {hardware(option)}", "strong", right=True)
            good = _kept_promises(plan)
            state = badge(ctx.t("meets all") if good else ctx.t("breaks a promise"), "good" if good else "bad")
            items: list[QWidget] = [head, text(headline_price(ctx.tr, option), right=True)]
            made = column(*items, row(-1, state), gap=2)
            made.addLayout(row(-1, *self._actions(plan, LETTERS[n]), gap=10) if plan in kept else row(4))
            made.addStretch(1)
            self.grid.addLayout(made, 0, n + 1)

    def _actions(self, plan: Plan, letter: str) -> list[QWidget]:
        ctx = self.ctx
        go = partial(ctx.session.replace, plan.needs)
        back = button(ctx.t("Go back"), go, role="link", name=f"compare-go={letter}")
        back.setAccessibleName(ctx.t("Go back to the answers of {letter}", letter=letter))
        drop = button(ctx.t("Remove"), partial(self._drop, plan), role="link", name=f"compare-drop={letter}")
        drop.setAccessibleName(ctx.t("Remove {letter} from the comparison", letter=letter))
        return [back, drop]

    def _drop(self, plan: Plan) -> None:
        self.ctx.session.kept.drop(plan)
        self._changed()

    def _rows(self, found: Comparison, plans: int) -> None:
        at, kind = 1, ""
        for one in found.rows if self.everything.isChecked() else found.differing():
            if not any(value is not None for value in one.values):
                continue
            if one.kind != kind:
                kind = one.kind
                head = text(self.ctx.t(KINDS[one.kind]), "head")
                head.setContentsMargins(0, 10, 0, 0)
                self.grid.addWidget(head, at, 0, 1, plans + 1)
                at += 1
            self.grid.addWidget(rule(), at, 0, 1, plans + 1)
            self._row(at + 1, one, found)
            at += 2

    def _name(self, part: str) -> str:
        catalog = self.ctx.session.catalog
        rented, system = catalog.cloud.get(part), catalog.systems.get(part)
        if rented is not None:
            return f"{rented.provider} {rented.instance}"
        return system.name if system else self.ctx.session.accelerator_name(part)

    def _row(self, at: int, one: Row, found: Comparison) -> None:
        tr = self.ctx.tr
        self.grid.addWidget(text(row_name(tr, one), "why"), at, 0)
        for n, value in enumerate(one.values):
            words = value_text(tr, one, value, found, self._name)
            best = n in one.best and one.differs
            cell = text(("✓ " if best else "") + words, "strong" if best else "", right=True)
            if best:
                cell.setAccessibleName(self.ctx.t("{value}, the best", value=words))
            delta = delta_text(tr, one, n, found)
            under = [text(delta, "caption", right=True)] if delta else []
            self.grid.addLayout(column(cell, *under, gap=0), at, n + 1)


def _kept_promises(plan: Plan) -> bool:
    return plan.chosen is not None and all(limit.margin >= 0 for limit in plan.chosen.limits)
