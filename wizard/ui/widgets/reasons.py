"""Why this plan, and what would make an impossible wish possible."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.planner.plan import Change, Option, Plan
from wizard.ui.context import Context
from wizard.ui.reasons_words import asked_about, decides, rules_out, speaks_for, warned
from wizard.ui.saving import dropping, requirement_words, stated_wishes
from wizard.ui.say import change_words, reason_words
from wizard.ui.widgets.basic import button, clear, row, text
from wizard.ui.widgets.flow_layout import FlowLayout

FEW = 2


class _Lines(QWidget):
    """Lines that are made again when their plan changes."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(6)
        self._shown: tuple[object, ...] = ()

    def _fresh(self, *shown: object) -> bool:
        if len(shown) == len(self._shown) and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return False
        self._shown = shown
        clear(self.box)
        return True

    def point(self, words: str, sign: str = "•", role: str = "") -> None:
        """Add a sentence behind a sign."""
        made = text(sign, role, wrap=False)
        made.setAlignment(Qt.AlignmentFlag.AlignTop)
        line = row(made, text(words, selectable=True), gap=8)
        line.setStretch(1, 1)
        self.box.addLayout(line)


class Why(_Lines):
    """What decides, whom it rules out, what to beware of, and the facts beside it; who is missing is asked by name.

    Args:
        ask: called with the id of an accelerator: why not this one?
    """

    def __init__(self, ctx: Context, ask: Callable[[str], object]) -> None:
        super().__init__(ctx)
        self._ask = ask

    def show_why(self, plan: Plan, option: Option) -> None:
        """Show why this option."""
        if self._fresh(plan, option):
            self._fill(plan, option, FEW)

    def _fill(self, plan: Plan, option: Option, few: int) -> None:
        tr, names = self.ctx.tr, self.ctx.session.accelerator_name
        for words in (decides(tr, option), *rules_out(tr, plan, names), *speaks_for(tr, option)):
            if words:
                self.point(words)
        for words in warned(tr, plan, option):
            self.point(words, "⚠", "warning")
        facts = list(dict.fromkeys(reason_words(tr, fact) for fact in plan.facts))
        for words in facts[:few]:
            self.point(words)
        if len(facts) > few:
            more = self.ctx.t("{n} more facts", n=len(facts) - few)
            self.box.addWidget(button(more, partial(self._all, plan, option), role="link", name="why-more"))
        self._links(plan)

    def _all(self, plan: Plan, option: Option) -> None:
        clear(self.box)
        self._fill(plan, option, len(plan.facts))

    def _links(self, plan: Plan) -> None:
        asked = asked_about(plan)
        if not asked:
            return
        holder = QWidget()
        line = FlowLayout(holder, gap=10)
        line.addWidget(text(self.ctx.t("Why not"), "head", wrap=False))
        for accelerator in asked:
            name = self.ctx.session.accelerator_name(accelerator)
            made = button(name, partial(self._ask, accelerator), role="link", name=f"why-not={accelerator}")
            made.setAccessibleName(self.ctx.t("Why not {name}?", name=name))
            line.addWidget(made)
        self.box.addWidget(holder)


class Changes(_Lines):
    """The single changes that make the wish possible, each with a button that makes it."""

    def _wishes(self, plan: Plan) -> None:
        """Name what was asked for, each with a button that lets it go: one change alone is not enough."""
        ctx, t = self.ctx, self.ctx.t
        self.box.addWidget(text(t("No single change makes it possible. Let go of what matters least:")))
        for key, stated in stated_wishes(plan.needs):
            words = requirement_words(ctx.tr, key, stated, ctx.session.accelerator_name, plan.currency)
            made = button(t("Let go"), partial(ctx.session.put, dropping(key)), role="chip", name=f"let-go={key}")
            made.setAccessibleName(t("Let go: {what}", what=words))
            line = row(text(words[:1].upper() + words[1:]), made, gap=12)
            line.setStretch(0, 1)
            self.box.addLayout(line)

    def show_changes(self, plan: Plan, apply: Callable[[Change], object]) -> None:
        """Show the changes of an infeasible plan, or where there is none what could be let go."""
        if not self._fresh(plan):
            return
        if plan.status == "infeasible" and not plan.changes:
            self._wishes(plan)
        for n, change in enumerate(plan.changes):
            words = change_words(self.ctx.tr, change)
            made = button(self.ctx.t("Do this"), partial(apply, change), role="chip", name=f"change-{n}")
            made.setAccessibleName(self.ctx.t("Do this: {what}", what=words))
            line = row(text(words), made, gap=12)
            line.setStretch(0, 1)
            self.box.addLayout(line)
