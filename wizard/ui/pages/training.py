"""What is trained from, by when and how."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.i18n import mark
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import Panel, row, text
from wizard.ui.widgets.cards import ChipField, Choice, card_grid, title_card
from wizard.ui.widgets.fields import CheckField, ComboField
from wizard.ui.widgets.numbers import NumberField

METHODS = (
    ("full", mark("All weights"), mark("best result; about 16 bytes per parameter with AdamW")),
    ("lora", mark("LoRA"), mark("small adapters on frozen weights")),
    ("qlora", mark("QLoRA"), mark("adapters on 4-bit weights, least memory")),
)
OPTIMIZERS = (("adamw", "AdamW"), ("adamw_8bit", mark("AdamW, 8 bit")), ("adafactor", "Adafactor"), ("sgd", "SGD"))


class TrainingPage(Page):
    """What does it learn from, and by when?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What does it learn from, and by when?"),
            ctx.t("Data and deadline decide the computing power; method and sequence length the memory."),
        )
        self.methods = Choice(self, lambda code: ctx.session.put({"training.method": code}))
        cards: list[QWidget] = []
        for code, title, note in METHODS:
            card = title_card(ctx.tokens, ctx.t(title), ctx.t(note))
            card.setObjectName(f"method={code}")
            self.methods.add(code, card)
            cards.append(card)
        self.add(card_grid(cards, 3))
        self.add(self._data())
        self.add(self._how())
        self.body.addStretch(1)

    def _data(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Data and deadline"))
        tokens = NumberField(
            ctx,
            "training.tokens",
            ctx.t("Tokens to learn from"),
            unit=ctx.t("tokens"),
            note=ctx.t("all passes together, e.g. 300M or 2B"),
            blank=ctx.t("work it out"),
        )
        hours = NumberField(
            ctx,
            "training.deadline_hours",
            ctx.t("Deadline"),
            unit="h",
            note=ctx.t("wall-clock time"),
            blank=ctx.t("no deadline"),
        )
        line = row(self.field(tokens), self.field(hours), gap=20)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        panel.add(line)
        self.sum = text("", "why")
        panel.add(self.sum)
        return panel

    def _how(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("How it trains"), ctx.t("suggested values stand"))
        fields = [
            NumberField(
                ctx,
                "training.sequence_length",
                ctx.t("Sequence length"),
                unit=ctx.t("tokens"),
                kind=int,
                optional=False,
            ),
            NumberField(
                ctx, "training.global_batch_tokens", ctx.t("Tokens per step"), kind=int, blank=ctx.t("automatic")
            ),
            NumberField(ctx, "training.lora_rank", ctx.t("LoRA rank"), kind=int, optional=False),
            ComboField(ctx, "training.optimizer", ctx.t("Optimizer"), [(v, ctx.t(w)) for v, w in OPTIMIZERS]),
            ChipField(ctx, "training.precision", ctx.t("Computing precision"), [("bf16", "BF16"), ("fp8", "FP8")]),
        ]
        self.rank = fields[2]
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        for n, made in enumerate(fields):
            grid.addWidget(self.field(made), n // 3, n % 3)
            grid.setColumnStretch(n % 3, 1)
        panel.add(grid)
        panel.add(
            self.field(
                CheckField(
                    ctx,
                    "training.activation_checkpointing",
                    ctx.t("Recompute activations"),
                    ctx.t("a third more computing, far less memory"),
                )
            )
        )
        return panel

    def refresh(self) -> None:
        super().refresh()
        ctx, wishes = self.ctx, self.ctx.session.needs.training
        self.methods.show(wishes.method)
        self.rank.setVisible(wishes.method != "full")
        self.sum.setText(self._said(wishes.tokens, wishes.deadline_hours))
        self.sum.setAccessibleName(ctx.t("Data and deadline"))

    def _said(self, tokens: float | None, hours: float | None) -> str:
        ctx = self.ctx
        if tokens is not None and hours is not None:
            return ctx.t(
                "{tokens} in {hours} = {rate} tokens/s over all accelerators",
                tokens=figures.tokens(ctx.tr, tokens),
                hours=figures.hours(ctx.tr, hours),
                rate=figures.tokens(ctx.tr, tokens / hours / 3600),
            )
        if hours is not None:
            return ctx.t("With a deadline alone, the plan says how many tokens the hardware reaches.")
        if tokens is not None:
            return ctx.t("With tokens alone, the plan says how long it takes.")
        return ctx.t("With neither, the plan says what fits into memory and how fast it goes.")
