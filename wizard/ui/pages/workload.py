"""How much work: users, requests or tokens, with the arithmetic shown; lengths from templates."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from wizard.i18n import mark
from wizard.needs.lengths import TEMPLATES, template
from wizard.needs.needs import Workload
from wizard.ui import answers, figures
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import Panel, button, row, text
from wizard.ui.widgets.cards import Choice, card_grid, title_card
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.ui.widgets.numbers import NumberField, ShareField
from wizard.ui.widgets.traffic_folds import ArrivalFold, SpreadFold

MEASURES = (
    ("concurrent_users", mark("Users at once")),
    ("requests_per_s", mark("Requests per second")),
    ("tokens_per_day", mark("Tokens per day")),
)
STARTS = {"concurrent_users": 10, "requests_per_s": 1.0, "tokens_per_day": 1e7}


class WorkloadPage(Page):
    """How much work will it do?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("How much work will it do?"),
            ctx.t("The number of conversations and their length decide how many accelerators it takes."),
        )
        self._stated: dict[str, float] = {}
        self._load_of: tuple[int, int] | None = None
        self.templates = Choice(self, self._template)
        cards: list[QWidget] = []
        for one in TEMPLATES:
            card = title_card(ctx.tokens, ctx.t(one.title), ctx.t(one.note))
            card.setObjectName(f"template={one.code}")
            card.body.setContentsMargins(12, 9, 12, 9)
            self.templates.add(one.code, card)
            cards.append(card)
        self.add(card_grid(cards, 5, gap=8))
        self.add(self._load())
        self.add(self._lengths())
        self.spread, self.arrival = SpreadFold(self, ctx), ArrivalFold(self, ctx)
        self.add(self.spread)
        self.add(self.arrival)
        self.add(self._peaks())
        self.body.addStretch(1)

    def _load(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Load"), ctx.t("give one, we work out the others"))
        chips = QWidget()
        line = FlowLayout(chips, gap=6)
        self.measures = Choice(chips, self._measure)
        self.amounts = QStackedWidget()
        units = {
            "concurrent_users": ctx.t("users"),
            "requests_per_s": ctx.t("requests/s"),
            "tokens_per_day": ctx.t("tokens a day"),
        }
        for code, words in MEASURES:
            chip = button(ctx.t(words), role="chip", name=f"measure={code}")
            self.measures.add(code, chip)
            line.addWidget(chip)
            self.amounts.addWidget(
                self.field(
                    NumberField(
                        ctx,
                        f"workload.{code}",
                        "",
                        unit=units[code],
                        kind=int if code == "concurrent_users" else float,
                        blank="1" if code == "concurrent_users" else "",
                    )
                )
            )
            self._fields[-1].editor.setAccessibleName(ctx.t(words))
        self.amounts.setMaximumWidth(260)
        panel.add(chips)
        panel.add(row(self.amounts, -1))
        self.sum = text("", "why")
        self.sum.setObjectName("arithmetic")
        self.others = text("", "caption")
        self.others.setObjectName("other-measures")
        panel.add(self.sum)
        panel.add(self.others)
        return panel

    def _lengths(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Length of a request"))
        prompt = self.field(
            NumberField(
                ctx, "workload.prompt_tokens", ctx.t("Prompt"), unit=ctx.t("tokens"), kind=int, optional=False, note=" "
            )
        )
        answer = self.field(
            NumberField(
                ctx, "workload.output_tokens", ctx.t("Answer"), unit=ctx.t("tokens"), kind=int, optional=False, note=" "
            )
        )
        self.lengths = (prompt, answer)
        prefix = self.field(
            ShareField(
                ctx,
                "workload.prefix_cache_share",
                ctx.t("Prompt that repeats"),
                ctx.t("system prompt, history or documents found in the cache"),
            )
        )
        line = row(prompt, answer, prefix, gap=20)
        for n in range(3):
            line.setStretch(n, 1)
        panel.add(line)
        return panel

    def _peaks(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Pauses, peaks and growth"), ctx.t("suggested: none"))
        think = self.field(
            NumberField(
                ctx,
                "workload.think_time_s",
                ctx.t("Pause of a user"),
                unit="s",
                optional=False,
                note=ctx.t("reading and typing"),
            )
        )
        peak = self.field(
            NumberField(
                ctx,
                "workload.peak_factor",
                ctx.t("Peak against baseline"),
                unit="×",
                optional=False,
                note=ctx.t("1 means an even load"),
            )
        )
        hours = self.field(
            NumberField(
                ctx, "workload.peak_hours_per_day", ctx.t("Hours of peak a day"), unit="h", optional=False, note=" "
            )
        )
        growth = self.field(
            NumberField(
                ctx,
                "workload.growth_per_year",
                ctx.t("Growth a year"),
                unit="%",
                factor=100,
                optional=False,
                note=ctx.t("sizes the headroom option"),
            )
        )
        line = row(think, peak, hours, growth, gap=20)
        for n in range(4):
            line.setStretch(n, 1)
        panel.add(line)
        return panel

    def _template(self, code: object) -> None:
        values = template(str(code)).fields
        self.ctx.session.put({f"workload.{name}": value for name, value in values.items()} | {
            "workload.template": code, "workload.prompt_p95_tokens": None, "workload.output_p95_tokens": None,
        })

    def _measure(self, code: object) -> None:
        """Keep only the chosen measure, so that what is shown is what counts; it begins at the same load."""
        session = self.ctx.session
        name = str(code)
        same = answers.same_load(session.needs.workload, session.option)[name]
        self._stated[name] = self._stated.get(name) or same or STARTS[name]
        values = {f"workload.{other}": None for other, _ in MEASURES if other != name}
        session.put({f"workload.{name}": self._stated[name], **values})

    def _remember(self, load: Workload) -> None:
        """Keep what was stated in each measure until the load changes, so that a look at another one loses nothing."""
        lengths = (load.prompt_tokens, load.output_tokens)
        stated = {name: value for name, _ in MEASURES if (value := getattr(load, name)) is not None}
        if lengths != self._load_of or any(self._stated.get(name) != value for name, value in stated.items()):
            self._stated, self._load_of = stated, lengths

    def refresh(self) -> None:
        super().refresh()
        load = self.ctx.session.needs.workload
        code = answers.measure_of(load)
        self._remember(load)
        self.measures.show(code)
        self.amounts.setCurrentIndex([name for name, _ in MEASURES].index(code))
        self.templates.show(answers.template_of(load))
        self.sum.setText(answers.arithmetic(self.ctx.tr, load))
        self.others.setText(answers.other_measures(self.ctx.tr, load, self.ctx.session.option))
        self.spread.show_load(load)
        self.arrival.show_load(load)
        for made, tokens in zip(self.lengths, (load.prompt_tokens, load.output_tokens), strict=True):
            words = figures.plain(self.ctx.tr, round(tokens * 0.75, -1) if tokens > 40 else round(tokens * 0.75))
            made.set_note(self.ctx.t("about {n} English words", n=words))
