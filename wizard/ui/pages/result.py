"""The plan: its answer in a sentence, its options, and four ways to look at it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from wizard.i18n import mark
from wizard.planner.plan import Change, Option, Plan
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.result.answer import AnswerSection
from wizard.ui.result.compare import CompareSection
from wizard.ui.result.section import Section
from wizard.ui.result.whatif import WhatIf
from wizard.ui.result.whynot import WhyNotSection
from wizard.ui.say import change_answers, headline, subline
from wizard.ui.widgets.basic import Panel, button, row
from wizard.ui.widgets.cards import Choice
from wizard.ui.widgets.lines import put
from wizard.ui.widgets.option_cards import OptionCards
from wizard.ui.widgets.other_option import OtherOption
from wizard.ui.widgets.reasons import Changes

VIEWS = {
    "answer": mark("The answer"),
    "whatif": mark("What if"),
    "whynot": mark("Why not ..."),
    "compare": mark("Compare"),
}
DECIDING = ("answer", "whatif")
"""Views that show the options, or what would make one possible."""


class ResultPage(Page):
    """The plan."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("Working it out..."), " ")
        self.changes = Panel(ctx.t("What would make it possible"))
        self.change_lines = Changes(ctx)
        self.changes.add(self.change_lines)
        self.cards = OptionCards(ctx, ctx.session.pick)
        self.bar = self._bar()
        self.sections: dict[str, Section] = {}
        self.mend = button(ctx.t("Undo the last answer"), ctx.session.undo.undo, name="mend")
        self.add(row(self.mend, -1))
        self.other = OtherOption(ctx)
        for widget in (self.bar, self.changes, self.cards, self.other):
            self.add(widget)
        self.body.addStretch(1)
        self.view = "answer"

    def _bar(self) -> QFrame:
        made = QFrame()
        self.choice = Choice(made, lambda view: self.show_view(str(view)))
        chips = []
        for view, words in VIEWS.items():
            chip = button(self.ctx.t(words), role="chip", name=f"view={view}")
            self.choice.add(view, chip)
            chips.append(chip)
        self.keep = button(self.ctx.t("Keep to compare"), self._keep, role="link", name="keep")
        self.keep.setToolTip(self.ctx.t("Keep this plan, change an answer, and see both side by side."))
        made.setLayout(row(*chips, -1, self.keep, gap=6))
        return made

    def section(self, view: str) -> Section:
        """Return one of the four parts, made when first asked for."""
        if view not in self.sections:
            makers: dict[str, Callable[[], Section]] = {
                "answer": lambda: AnswerSection(self.ctx, self.why_not),
                "whatif": lambda: WhatIf(self.ctx),
                "whynot": lambda: WhyNotSection(self.ctx, self.refresh),
                "compare": lambda: CompareSection(self.ctx, self.refresh),
            }
            made = makers[view]()
            self.sections[view] = made
            # Sliders stand above what comes and goes with the plan, or they would move under the hand.
            place = self.body.indexOf(self.bar) + 1 if view == "whatif" else self.body.count() - 1
            self.body.insertWidget(place, made)
        return self.sections[view]

    def show_view(self, view: str) -> None:
        """Turn to one of the four parts."""
        self.view = view
        made = self.section(view)
        made.enter()
        self.refresh()
        made.first_focus()

    def why_not(self, accelerator: str) -> None:
        """Show why an accelerator was not chosen."""
        made = self.section("whynot")
        self.show_view("whynot")
        if isinstance(made, WhyNotSection):
            made.ask(accelerator)

    def first_focus(self) -> bool:
        return (self.view == "answer" and self.cards.focus_chosen()) or self.section(self.view).first_focus()

    def refresh(self) -> None:
        super().refresh()
        session = self.ctx.session
        plan, option = session.plan, session.option
        self._head(plan, option)
        deciding = self.view in DECIDING
        stuck = plan is not None and plan.status == "infeasible" and option is None
        self.changes.setVisible((stuck or bool(plan and plan.changes)) and deciding)
        self.cards.setVisible(bool(plan and plan.options) and deciding)
        self.bar.setVisible(plan is not None)
        self.other.refresh()
        self.choice.show(self.view)
        for view, made in self.sections.items():
            made.setVisible(view == self.view and plan is not None)
        if plan is None:
            return
        self.change_lines.show_changes(plan, self._apply)
        if option is not None:
            self.cards.show_plan(plan, option.id)
        self._keeping(plan, option)
        self.section(self.view).show_plan(plan)

    def _head(self, plan: Plan | None, option: Option | None) -> None:
        session, ctx = self.ctx.session, self.ctx
        self.mend.setVisible(plan is None and session.plan_error is not None and session.undo.canUndo())
        if plan is None or option is None:
            waiting = plan is None and session.plan_error is None
            put(self.title, ctx.t("Working it out...") if waiting else ctx.t("There is no plan for these answers"))
            put(self.why, session.error_text() or " ")
            return
        put(self.title, headline(ctx.tr, plan, option))
        self.setAccessibleName(self.title.text())
        stale = session.waiting and plan.needs != session.needs
        put(self.why, ctx.t("Working it out...") if stale else subline(ctx.tr, plan, option))

    def _keeping(self, plan: Plan, option: Option | None) -> None:
        t, kept = self.ctx.t, self.ctx.session.kept
        held = option is not None and kept.holds(plan, option)
        self.keep.setEnabled(option is not None and not held and not kept.full)
        words = t("Kept to compare ✓") if held else t("Keep to compare")
        if self.keep.text() != words:
            self.keep.setText(words)
        chip = self.choice.buttons["compare"]
        n = len(kept.plans)
        words = t("Compare ({n})", n=n + (0 if held else 1)) if n else t(VIEWS["compare"])
        if chip.text() != words:
            chip.setText(words)
            chip.updateGeometry()

    def _keep(self) -> None:
        session = self.ctx.session
        if session.plan is not None and session.option is not None:
            session.kept.keep(session.plan, session.option)
            self.refresh()

    def _apply(self, change: Change) -> None:
        self.ctx.session.put(change_answers(change))
