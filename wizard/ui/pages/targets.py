"""How fast: experience classes, and each promise beside what the plan so far does."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from wizard.i18n import mark
from wizard.planner.plan import late_code
from wizard.ui import answers, figures
from wizard.ui.charts.band import BandBar
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.say import percentile_words
from wizard.ui.widgets.basic import Panel, column, text
from wizard.ui.widgets.cards import Choice, card_grid, title_card
from wizard.ui.widgets.fields import ComboField
from wizard.ui.widgets.numbers import NumberField

# Key of the target, label, unit, help, and the estimate it is compared with.
PROMISES = (
    ("ttft_ms", mark("Time to first token"), "ms", mark("how long a user waits before text appears"), "ttft_ms"),
    ("tpot_ms", mark("Time per output token"), "ms", "", "tpot_ms"),
    ("e2e_ms", mark("Whole answer"), "ms", mark("from the question to the last token"), "e2e_ms"),
    (
        "output_tok_s",
        mark("Output of the whole service"),
        mark("tokens/s"),
        mark("over all users together"),
        "output_tok_s",
    ),
    ("requests_per_s", mark("Requests finished"), mark("requests/s"), mark("what QPS usually means"), "requests_s"),
)


class TargetsPage(Page):
    """How fast must it feel?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("How fast must it feel?"),
            ctx.t("Promises are kept at the slow end of the estimate, so they decide what must be bought."),
        )
        self.classes = Choice(self, self._experience)
        cards: list[QWidget] = []
        for one in answers.EXPERIENCES:
            card = title_card(ctx.tokens, ctx.t(one.title), ctx.t(one.note))
            card.setObjectName(f"experience={one.code}")
            if one.ttft_ms is not None and one.tpot_ms is not None:
                words = f"{figures.duration(ctx.tr, one.ttft_ms)} · {figures.pace(ctx.tr, one.tpot_ms)}"
                card.body.addWidget(text(words, "caption", wrap=False))
            self.classes.add(one.code, card)
            cards.append(card)
        self.add(card_grid(cards, 4))
        self.add(self._promises())
        self.body.addStretch(1)

    def _promises(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Promises"), ctx.t("blank means no promise"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(14)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 6)
        self.bands: dict[str, tuple[BandBar, QLabel]] = {}
        for n, (key, title, unit, note, _estimate) in enumerate(PROMISES):
            made = NumberField(
                ctx, f"targets.{key}", ctx.t(title), unit=ctx.t(unit), note=ctx.t(note), blank=ctx.t("no promise")
            )
            grid.addWidget(self.field(made), n, 0)
            bar, words = BandBar(ctx.tokens, ctx.tr, ctx.t(title)), text("", "caption")
            holder = QWidget()
            holder.setLayout(column(22, bar, words, -1, gap=4))
            grid.addWidget(holder, n, 1)
            self.bands[key] = (bar, words)
        whom = ComboField(
            ctx, "targets.percentile", ctx.t("Times are promised to"),
            [(q, percentile_words(ctx.tr, q)) for q in (None, 50, 90, 95, 99)],
            ctx.t("who waits longest decides what must be bought: 95 % takes more hardware than the average"),
        )
        grid.addWidget(self.field(whom), len(PROMISES), 0)
        panel.add(grid)
        return panel

    def _experience(self, code: object) -> None:
        one = next(e for e in answers.EXPERIENCES if e.code == code)
        self.ctx.session.put({"targets.ttft_ms": one.ttft_ms, "targets.tpot_ms": one.tpot_ms})

    def refresh(self) -> None:
        super().refresh()
        ctx = self.ctx
        needs, option = ctx.session.needs, ctx.session.option
        self.classes.show(answers.experience_of(needs))
        tpot = needs.targets.tpot_ms
        for made in self._fields:
            if made.key == "targets.tpot_ms":
                made.set_note(
                    ctx.t("{n} tokens/s for each user; people read about 5", n=figures.plain(ctx.tr, 1000 / tpot, 1))
                    if tpot
                    else ctx.t("people read about 5 tokens/s")
                )
        for key, _title, _unit, _note, code in PROMISES:
            bar, words = self.bands[key]
            late = late_code(needs, code)
            code = late if option and late in option.estimates else code
            estimate = option.estimates.get(code) if option else None
            bar.setVisible(estimate is not None)
            bar.show_band(code, estimate, getattr(needs.targets, key))
            if estimate is None:
                words.setText("")
                continue
            value = figures.metric(ctx.tr, code, estimate.value)
            low, high = figures.ends(ctx.tr, code, estimate.low, estimate.high)
            said = ctx.t("plan so far: {value} ({low} to {high})", value=value, low=low, high=high)
            words.setText(said + (" — " + ctx.t("missed") if bar.missed else ""))
