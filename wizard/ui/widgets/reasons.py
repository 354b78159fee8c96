"""Why this plan, what would make an impossible wish possible, and why not the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.planner.plan import Change, Option, Plan
from wizard.ui.context import Context
from wizard.ui.say import change_words, reason_words, rejection_words
from wizard.ui.widgets.basic import button, clear, row, text

FEW = 5


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
    """The reasons of an option, the facts beside it, and what to beware of."""

    def show_why(self, plan: Plan, option: Option) -> None:
        """Show why this option."""
        if not self._fresh(plan, option):
            return
        tr = self.ctx.tr
        seen: set[str] = set()
        for sign, role, reasons in (
            ("•", "", option.reasons),
            ("•", "", plan.facts),
            ("⚠", "warning", (*plan.warnings, *option.warnings)),
        ):
            for reason in reasons:
                words = reason_words(tr, reason)
                if words not in seen:
                    seen.add(words)
                    self.point(words, sign, role)


class Changes(_Lines):
    """The single changes that make the wish possible, each with a button that makes it."""

    def show_changes(self, plan: Plan, apply: Callable[[Change], object]) -> None:
        """Show the changes of an infeasible plan."""
        if not self._fresh(plan):
            return
        for n, change in enumerate(plan.changes):
            words = change_words(self.ctx.tr, change)
            made = button(self.ctx.t("Do this"), partial(apply, change), role="chip", name=f"change-{n}")
            made.setAccessibleName(self.ctx.t("Do this: {what}", what=words))
            line = row(text(words), made, gap=12)
            line.setStretch(0, 1)
            self.box.addLayout(line)


class WhyNot(_Lines):
    """What was not chosen and the promise it breaks; a few first, all on demand."""

    def show_rejected(self, plan: Plan, names: Callable[[str], str]) -> None:
        """Show the rejected accelerators."""
        if not self._fresh(plan):
            return
        self._add(plan, names, FEW)
        if len(plan.rejected) > FEW:
            words = self.ctx.t("Show all {n}", n=len(plan.rejected))
            self.more = button(words, lambda: self._all(plan, names), role="link", name="why-not-all")
            self.box.addWidget(self.more)

    def _all(self, plan: Plan, names: Callable[[str], str]) -> None:
        clear(self.box)
        self._add(plan, names, len(plan.rejected))

    def _add(self, plan: Plan, names: Callable[[str], str], most: int) -> None:
        # Those that came into question first: they broke a figure, the others were never asked.
        near = sorted(plan.rejected, key=lambda r: r.need is None)
        for rejected in near[:most]:
            name = text(names(rejected.what), wrap=False)
            words = rejection_words(self.ctx.tr, rejected)
            line = row(name, text(words, "caption", right=True), gap=12)
            line.setStretch(1, 1)
            self.box.addLayout(line)
