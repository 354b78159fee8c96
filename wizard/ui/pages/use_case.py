"""First page: what to do, or one of the ready-made examples."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import QWidget

from wizard.i18n import mark
from wizard.needs.presets import Preset, preset, preset_ids
from wizard.ui.answers import describe
from wizard.ui.context import Context
from wizard.ui.icons import svg
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import button, row, text
from wizard.ui.widgets.cards import Card, Choice, card_grid, title_card
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.words import label

USE_CASES = (
    ("inference", mark("Answer requests of people or programs.")),
    ("fine_tuning", mark("Adapt an existing model to your data.")),
    ("training", mark("Train a model's weights from data.")),
    ("edge", mark("One device in the field, within its power.")),
)


class UseCasePage(Page):
    """What do you want to do?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What do you want to do?"),
            ctx.t("It decides what we ask next: promises on speed, or data and a deadline."),
        )
        self.choice = Choice(self, lambda value: ctx.session.put({"use_case": value}))
        cards: list[QWidget] = []
        for code, note in USE_CASES:
            card = title_card(ctx.tokens, label(ctx.tr, code), ctx.t(note), self._icon(code))
            card.setObjectName(f"use_case={code}")
            self.choice.add(code, card)
            cards.append(card)
        self.add(card_grid(cards, 2))
        self.files = self._files()
        self.add(self.files)
        self.add(
            row(
                text(ctx.t("Or start from an example"), "head", wrap=False),
                -1,
                text(ctx.t("every answer can be changed afterwards"), "caption", wrap=False),
            )
        )
        self.presets = Choice(self, self._preset)
        self.add(card_grid([self._card(preset(name)) for name in preset_ids()], 3, gap=8))
        self.body.addStretch(1)

    def _icon(self, code: str) -> QSvgWidget:
        return svg(code, self.ctx.tokens, 28)

    def _card(self, one: Preset) -> Card:
        ctx = self.ctx
        card = title_card(ctx.tokens, ctx.t(one.title), ctx.t(one.summary))
        card.setObjectName(f"preset={one.id}")
        card.body.setContentsMargins(12, 9, 12, 9)
        tag = text(f"{one.id} · {label(ctx.tr, one.needs.use_case)}", "caption")
        card.body.insertWidget(0, tag)
        self.presets.add(one.id, card)
        return card

    def _preset(self, name: object) -> None:
        # Own figures are the user's, not the example's.
        own = self.ctx.session.needs.overrides
        self.ctx.session.replace(preset(str(name)).needs.model_copy(update={"overrides": own}))

    def _files(self) -> QWidget:
        """Offer to go on with the last answers, a recent file, or another file."""
        ctx = self.ctx
        holder = QWidget()
        line = FlowLayout(holder, gap=6)
        last = ctx.session.store.recovered() if ctx.session.store else None
        if last is not None and last != ctx.session.needs:
            words = ctx.t("Go on where you stopped: {what}", what=describe(ctx.tr, "model", last))
            line.addWidget(button(words, lambda: ctx.session.replace(last), role="chip", name="go-on"))
        line.addWidget(button(ctx.t("Open project or quote..."), ctx.open_dialog, role="chip", name="open"))
        for name in ctx.recent[:4]:
            path = Path(name)
            made = button(path.name, partial(ctx.open_path, path), role="chip")
            made.setToolTip(name)
            made.setAccessibleName(ctx.t("Recent: {name}", name=path.name))
            line.addWidget(made)
        return holder

    def refresh(self) -> None:
        super().refresh()
        self.choice.show(self.ctx.session.needs.use_case)
        self.presets.show(self.ctx.session.needs.preset)
