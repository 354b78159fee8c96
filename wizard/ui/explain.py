"""Where a figure comes from: value, band, formula, inputs, sources. Shown in place of the plan so far."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from wizard.planner.plan import Estimate, Option, Plan
from wizard.ui import figures
from wizard.ui.charts.band import BandBar
from wizard.ui.context import Context
from wizard.ui.formulas import Explained, explained
from wizard.ui.limits import limit_name
from wizard.ui.say import basis_words
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
        """Explain a figure by its code; an empty code explains the plan as a whole."""
        self.code = code
        self.refresh()

    def refresh(self) -> None:
        """Show the figure as the current plan has it."""
        clear(self.lines)
        plan, option = self.ctx.session.plan, self.ctx.session.option
        if plan is None or option is None:
            self._say(self.ctx.t("There is no plan yet."))
            return
        found = explained(self.ctx.tr, self.code, plan, option, self.ctx.session.catalog)
        if found is not None:
            self._figure(found, option)
        self._plan(plan, found)

    def _say(self, words: str, role: str = "") -> None:
        self.lines.addWidget(text(words, role, selectable=True))

    def _pair(self, name: str, value: str) -> None:
        line = row(text(name, "why"), text(value, right=True, selectable=True))
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.lines.addLayout(line)

    def _figure(self, found: Explained, option: Option) -> None:
        t = self.ctx.t
        self._say(found.name, "strong")
        self._say(found.value, "figure")
        estimate = option.estimates.get(self.code)
        if estimate is not None:
            self._band(option, estimate)
        self._money_band(option)
        self._say(t("Formula"), "head")
        self._say(found.formula)
        if found.inputs:
            self._say(t("Inputs"), "head")
        for name, value in found.inputs:
            self._pair(name, value)

    def _band(self, option: Option, estimate: Estimate) -> None:
        ctx, code = self.ctx, self.code
        bar = BandBar(ctx.tokens, ctx.tr, label(ctx.tr, code))
        limit = next((limit for limit in option.limits if limit.code == code), None)
        bar.show_band(code, estimate, limit.need if limit else None)
        self.lines.addWidget(bar)
        low, high = figures.ends(ctx.tr, code, estimate.low, estimate.high)
        self._pair(ctx.t("90 % band"), f"{low} – {high}")
        if estimate.ceiling is not None:
            self._pair(ctx.t("Physical bound"), figures.metric(ctx.tr, code, estimate.ceiling))
        self._pair(ctx.t("Basis"), basis_words(ctx.tr, estimate.basis))
        if limit is not None:
            self._pair(ctx.t("Spare"), figures.percent(ctx.tr, limit.margin))
            name = limit_name(ctx.tr, code)
            self._say(ctx.t("The promise on {name} is checked at the slow end of the band.", name=name), "caption")

    def _money_band(self, option: Option) -> None:
        ctx, tco, bom = self.ctx, option.tco, option.bom
        low = high = None
        if self.code == "capex" and bom is not None:
            low, high = bom.low, bom.high
        elif self.code == "per_million" and tco is not None:
            low, high = tco.per_million_p10, tco.per_million_p90
        if low is not None and high is not None and high > low:
            currency = option.cost.currency
            ends = (figures.money(ctx.tr, amount, currency) for amount in (low, high))
            self._pair(ctx.t("Band"), " – ".join(ends))

    def _plan(self, plan: Plan, found: Explained | None) -> None:
        ctx = self.ctx
        self._say(ctx.t("Behind this plan"), "head")
        self._pair(ctx.t("Candidates"), figures.plain(ctx.tr, plan.considered))
        self._pair(ctx.t("Catalogue"), plan.catalog_version)
        self._pair(ctx.t("Calibration"), plan.calibration_version)
        sources = plan.sources if found is None else found.sources
        if not sources:
            return
        self._say(ctx.t("Sources") if found is None else ctx.t("Sources of this figure"), "head")
        for source in sources[:12]:
            words = f"{source.publisher}: {source.document}" + (f" ({source.as_of})" if source.as_of else "")
            self._say(words, "caption")
        if len(sources) > 12:
            self._say(ctx.t("and {n} more in the quote's appendix", n=len(sources) - 12), "caption")
