"""The options as cards; the one looked at is marked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from wizard.planner.plan import Option, Plan
from wizard.ui.context import Context
from wizard.ui.say import hardware, option_badge, option_price, option_site
from wizard.ui.widgets.basic import badge, clear, row, text
from wizard.ui.widgets.cards import Card, Choice
from wizard.words import label

MOST = 6
ROLES = ("minimum", "recommended", "headroom", "alternative")
THREE = 620
"""Least width, in pixels, of three cards side by side."""


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
        self._shown_for: dict[str, str] = {}
        self._slim = False

    def show_plan(self, plan: Plan, chosen: str) -> None:
        """Show the options of a plan and which one is looked at."""
        if plan is not self._shown:
            self._build(plan)
        self.choice.show(self._shown_for.get(chosen, chosen))

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
        groups = machines(plan.options)[:MOST]
        self._shown_for = {one.id: group[0].id for group in groups for one in group}
        for group in groups:
            self.choice.add(group[0].id, self._card(group))
        self._arrange()
        for card in self.choice.buttons.values():
            if card.objectName() == had:
                card.setFocus()

    def _arrange(self) -> None:
        """Put the cards into as many columns as have room."""
        cards = list(self.choice.buttons.values())
        self._slim = self.width() < THREE
        columns = min(2 if len(cards) == 4 or self._slim else 3, len(cards)) or 1
        for n, card in enumerate(cards):
            self.grid.addWidget(card, n // columns, n % columns)
        for n in range(3):
            self.grid.setColumnStretch(n, int(n < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.size().width() < THREE) != self._slim:
            self._arrange()

    def _card(self, group: tuple[Option, ...]) -> Card:
        tr, option = self.ctx.tr, group[0]
        words, kind = option_badge(tr, option)
        roles = sorted({one.role for one in group}, key=ROLES.index)
        role, what, price = " · ".join(label(tr, r) for r in roles), hardware(option), option_price(tr, option)
        card = Card(self.ctx.tokens, f"{role}: {what}", f"{price}, {words}")
        card.setObjectName(f"option={option.id}")
        head = row(text(role, "caption"), badge(words, kind))
        head.setStretch(0, 1)
        card.body.addLayout(head)
        card.body.addWidget(text(what, "strong"))
        card.body.addWidget(text(price))
        card.body.addWidget(text(option_site(tr, option), "caption"))
        card.body.addStretch(1)
        for made in card.findChildren(QLabel):
            made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return card


def machines(options: tuple[Option, ...]) -> list[tuple[Option, ...]]:
    """Return the options, those of the same machine together; the recommended one stands for its machine."""
    groups: dict[object, list[Option]] = {}
    for option in options:
        machine = (option.accelerator, option.accelerators, option.nodes, option.cloud_sku, option.mig_profile)
        groups.setdefault(machine, []).append(option)
    return [tuple(sorted(group, key=lambda o: o.role != "recommended")) for group in groups.values()]
