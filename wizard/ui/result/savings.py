"""Which requirement buys the hardware: each with what dropping it saves, and a button that tries it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.planner.plan import Plan
from wizard.ui.context import Context
from wizard.ui.saving import dropping, requirement_words, saved_words, without_words
from wizard.ui.widgets.basic import button, clear, row, text

if TYPE_CHECKING:
    from wizard.planner.requirement_prices import RequirementPrice


class Savings(QWidget):
    """Lines of the session's priced requirements."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(6)
        self._shown: object = self

    def show_prices(self, plan: Plan) -> None:
        """Show the prices of a plan's requirements, or that they are being worked out."""
        asides = self.ctx.session.asides
        prices = asides.prices if asides.pricing.plan is plan else None
        if prices is self._shown and prices is not None:
            return
        self._shown = prices
        clear(self.box)
        if prices is None:
            failed = asides.pricing.error is not None
            words = self.ctx.t("It could not be worked out.") if failed else self.ctx.t("Working it out...")
            self.box.addWidget(text(words, "caption"))
            return
        for price in prices:
            if price.saved is not None:
                self._line(price)
        free = [self._name(price) for price in prices if price.saved is None]
        if free:
            words = self.ctx.t("Dropping these would save nothing: {names}.", names=self.ctx.t(", ").join(free))
            self.box.addWidget(text(words, "caption"))
        if not prices:
            self.box.addWidget(text(self.ctx.t("You asked for nothing that could be dropped."), "caption"))

    def _name(self, price: RequirementPrice) -> str:
        currency = self.ctx.session.needs.budget.currency
        return requirement_words(self.ctx.tr, price.key, price.stated, self.ctx.session.accelerator_name, currency)

    def _line(self, price: RequirementPrice) -> None:
        name, saved = self._name(price), saved_words(self.ctx.tr, price)
        made = button(saved, partial(self._try, price), role="link", name=f"drop={price.key}")
        made.setAccessibleName(self.ctx.t("Try without {name}: {saved}", name=name, saved=saved))
        made.setToolTip(self.ctx.t("Try it; undo brings it back."))
        line = row(text(name), made, gap=10)
        line.setStretch(0, 1)
        self.box.addLayout(line)
        self.box.addWidget(text(without_words(self.ctx.tr, price), "caption"))

    def _try(self, price: RequirementPrice) -> None:
        self.ctx.session.put(dropping(price.key))
