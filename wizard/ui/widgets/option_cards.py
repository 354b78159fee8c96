"""The options as cards; the one looked at is marked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from wizard.planner.plan import Option, Plan
from wizard.ui.context import Context
from wizard.ui.say import hardware, option_badge, option_price, option_site
from wizard.ui.widgets.basic import badge, clear, row, text
from wizard.ui.widgets.cards import Card, Choice
from wizard.words import label

MOST = 6


class OptionCards(QWidget):
    """Cards of a plan's options.

    Args:
        picked: called with the id of the option that was chosen.
    """

    def __init__(self, ctx: Context, picked: Callable[[str], object]) -> None:
        super().__init__()
        self.ctx, self.picked = ctx, picked
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(12)
        self.choice = Choice(self, lambda _v: None)
        self._shown: Plan | None = None

    def show_plan(self, plan: Plan, chosen: str) -> None:
        """Show the options of a plan and which one is looked at."""
        if plan is not self._shown:
            self._build(plan)
        self.choice.show(chosen)

    def focus_chosen(self) -> bool:
        """Focus the card of the option looked at."""
        for card in self.choice.buttons.values():
            if card.isChecked():
                card.setFocus()
                return True
        return False

    def _build(self, plan: Plan) -> None:
        focus = QApplication.focusWidget()
        had = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        self._shown = plan
        clear(self.grid)
        self.choice = Choice(self, lambda option_id: self.picked(str(option_id)))
        options = plan.options[:MOST]
        columns = 2 if len(options) == 4 else min(3, len(options)) or 1
        for n, option in enumerate(options):
            card = self._card(option)
            self.choice.add(option.id, card)
            self.grid.addWidget(card, n // columns, n % columns)
            self.grid.setColumnStretch(n % columns, 1)
            if card.objectName() == had:
                card.setFocus()

    def _card(self, option: Option) -> Card:
        tr = self.ctx.tr
        words, kind = option_badge(tr, option)
        role, what, price = label(tr, option.role), hardware(option), option_price(tr, option)
        card = Card(self.ctx.tokens, f"{role}: {what}", f"{price}, {words}")
        card.setObjectName(f"option={option.id}")
        card.body.addLayout(row(text(role, "caption", wrap=False), -1, badge(words, kind)))
        card.body.addWidget(text(what, "strong"))
        card.body.addWidget(text(price))
        card.body.addWidget(text(option_site(tr, option), "caption"))
        card.body.addStretch(1)
        for made in card.findChildren(QLabel):
            made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return card
