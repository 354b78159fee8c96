"""Where a figure comes from: value, band, physical bound, basis, sources. Shown in place of the plan so far."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from wizard.planner.plan import Estimate, Option, Plan
from wizard.ui import figures
from wizard.ui.charts.band import BandBar
from wizard.ui.context import Context
from wizard.ui.say import basis_words, limit_name, precision
from wizard.ui.widgets.basic import button, clear, row, scrolled, text
from wizard.words import label


class Explanation(QFrame):
    """The right pane while a figure is explained.

    Args:
        ctx: session and words.
        close: goes back to the plan so far.
    """

    def __init__(self, ctx: Context, close: Callable[[], None]) -> None:
        super().__init__()
        self.ctx = ctx
        self.code = ""
        self.setObjectName("side")
        self.setAccessibleName(ctx.t("Where this figure comes from"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(20, 18, 20, 16)
        self.box.setSpacing(8)
        self.close_button = button(ctx.t("Close"), close, role="quiet", name="explain-close")
        head = text(ctx.t("Where this figure comes from"), "caption")
        line = row(head, self.close_button)
        line.setStretch(0, 1)
        self.box.addLayout(line)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(8)
        self.box.addLayout(self.lines)
        self.box.addStretch(1)
        outer.addWidget(scrolled(content))

    def show_code(self, code: str) -> None:
        """Explain an estimate by its code; an empty code explains the plan as a whole."""
        self.code = code
        self.refresh()

    def refresh(self) -> None:
        """Show the figure as the current plan has it."""
        clear(self.lines)
        plan, option = self.ctx.session.plan, self.ctx.session.option
        if plan is None or option is None:
            self._say(self.ctx.t("There is no plan yet."))
            return
        estimate = option.estimates.get(self.code)
        if estimate is not None:
            self._estimate(option, estimate)
        self._plan(plan)

    def _say(self, words: str, role: str = "") -> None:
        self.lines.addWidget(text(words, role, selectable=True))

    def _pair(self, name: str, value: str) -> None:
        line = row(text(name, "why", wrap=False), text(value, right=True, selectable=True))
        line.setStretch(1, 1)
        self.lines.addLayout(line)

    def _estimate(self, option: Option, estimate: Estimate) -> None:
        ctx, code = self.ctx, self.code
        self._say(label(ctx.tr, code), "strong")
        self._say(figures.metric(ctx.tr, code, estimate.value), "figure")
        bar = BandBar(ctx.tokens, ctx.tr, label(ctx.tr, code))
        limit = next((limit for limit in option.limits if limit.code == code), None)
        bar.show_band(code, estimate, limit.need if limit else None)
        self.lines.addWidget(bar)
        low, high = (figures.metric(ctx.tr, code, v) for v in (estimate.low, estimate.high))
        self._pair(ctx.t("90 % band"), f"{low} – {high}")
        if estimate.ceiling is not None:
            self._pair(ctx.t("Physical bound"), figures.metric(ctx.tr, code, estimate.ceiling))
        self._pair(ctx.t("Basis"), basis_words(ctx.tr, estimate.basis))
        self._pair(
            ctx.t("Replica"),
            ctx.t(
                "{n} accelerators, TP {tp} · PP {pp}",
                n=option.parallel.devices,
                tp=option.parallel.tp,
                pp=option.parallel.pp,
            ),
        )
        self._pair(ctx.t("Sequences together"), figures.plain(ctx.tr, option.batch))
        self._pair(
            ctx.t("Weights / KV cache"),
            f"{precision(ctx.tr, option.weight_precision)} / {precision(ctx.tr, option.kv_precision)}",
        )
        if limit is not None:
            self._pair(ctx.t("Spare"), figures.percent(ctx.tr, limit.margin))
            name = limit_name(ctx.tr, code)
            self._say(ctx.t("The promise on {name} is checked at the slow end of the band.", name=name), "caption")

    def _plan(self, plan: Plan) -> None:
        ctx = self.ctx
        self._say(ctx.t("Behind this plan"), "strong")
        self._pair(ctx.t("Candidates"), figures.plain(ctx.tr, plan.considered))
        self._pair(ctx.t("Catalogue"), plan.catalog_version)
        self._pair(ctx.t("Calibration"), plan.calibration_version)
        self._say(ctx.t("Sources"), "strong")
        for source in plan.sources[:12]:
            words = f"{source.publisher}: {source.document}" + (f" ({source.as_of})" if source.as_of else "")
            self._say(words, "caption")
        if len(plan.sources) > 12:
            self._say(ctx.t("and {n} more in the quote's appendix", n=len(plan.sources) - 12), "caption")
