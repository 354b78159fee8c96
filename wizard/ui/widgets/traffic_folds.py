"""How lengths spread and requests arrive: opened by those who know, filled by templates for those who do not."""

from __future__ import annotations

from wizard.i18n import mark
from wizard.needs.lengths import BURSTY, POISSON, p95_of_cv
from wizard.needs.needs import Workload
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import row, text
from wizard.ui.widgets.cards import ChipField
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.numbers import NumberField, ShareField

ARRIVALS = (
    (0.0, mark("Like a clock")),
    (POISSON, mark("Independent users")),
    (BURSTY, mark("In waves")),
)


class SpreadFold(Fold):
    """How far lengths spread: the length that 95 of 100 requests stay below."""

    def __init__(self, page: Page, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("How far lengths spread"), name="fold-spread")
        self.fields = [
            NumberField(ctx, f"workload.{name}_p95_tokens", ctx.t(words), unit=ctx.t("tokens"), kind=int)
            for name, words in (
                ("prompt", mark("95 of 100 prompts are shorter than")),
                ("output", mark("95 of 100 answers are shorter than")),
            )
        ]
        line = row(*(page.field(made) for made in self.fields), gap=20)
        for n in range(2):
            line.setStretch(n, 1)
        self.add(line)
        self.add(
            text(
                ctx.t("Long requests decide how much cache must be kept and how long the unlucky wait. Blank keeps the "
                      "spread of the template; without one every request has the same length."),
                "caption",
            )
        )

    def show_load(self, load: Workload) -> None:
        """Say what the answers mean."""
        tr = self.ctx.tr
        implied = [
            p95_of_cv(mean, cv)
            for mean, cv in (
                (load.prompt_tokens, load.prompt_variation),
                (load.output_tokens, load.output_variation),
            )
        ]
        for made, tokens in zip(self.fields, implied, strict=True):
            made.line.setPlaceholderText(figures.plain(tr, round(tokens)))
        fixed = not load.prompt_variation and not load.output_variation
        prompt, output = (figures.tokens(tr, round(n)) for n in implied)
        self.say(
            self.ctx.t("every request alike")
            if fixed
            else self.ctx.t("95 of 100 below {p} → {o} tokens", p=prompt, o=output)
        )


class ArrivalFold(Fold):
    """How requests arrive, and how many have time."""

    def __init__(self, page: Page, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("How requests arrive"), name="fold-arrival")
        arrival = ChipField(
            ctx,
            "workload.arrival_scv",
            ctx.t("Arrival"),
            [(value, ctx.t(words)) for value, words in ARRIVALS],
            ctx.t("where requests or tokens are given; users who wait for their answer space themselves"),
        )
        batch = ShareField(
            ctx,
            "workload.batch_share",
            ctx.t("Requests that have time"),
            ctx.t("they yield to the others, and no latency is promised to them"),
        )
        line = row(page.field(arrival), page.field(batch), gap=20)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.add(line)

    def show_load(self, load: Workload) -> None:
        """Say what the answers mean."""
        t = self.ctx.t
        words = [t(words) for value, words in ARRIVALS if value == load.arrival_scv]
        if load.batch_share:
            words.append(t("{share} have time", share=figures.percent(self.ctx.tr, load.batch_share)))
        self.say(" · ".join(words))
