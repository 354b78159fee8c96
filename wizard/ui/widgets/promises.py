"""Promise against estimate: target, estimate, and the slow end of the band that the promise is checked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from wizard.planner.plan import Estimate, Limit, Option
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.say import at_least, limit_figure, limit_title
from wizard.ui.widgets.basic import button, clear, row, rule, text

ALSO = (
    "ttft_ms", "ttft_p95_ms", "tpot_ms", "tpot_p95_ms", "e2e_ms", "output_tok_s", "requests_s", "goodput_share",
    "max_concurrency", "hours", "total_tok_s", "mfu",
)


class Promises(QWidget):
    """The table. Every estimate is a button that tells where it comes from."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(14)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(0, 1)
        self._shown: Option | None = None

    def show_option(self, option: Option) -> None:
        """Show the promises of an option, then what else is known of its speed."""
        if option is self._shown:
            return
        self._shown = option
        clear(self.grid)
        t = self.ctx.t
        for n, words in enumerate((t("Requirement"), t("Target"), t("Estimate"), t("Slow end"))):
            self.grid.addWidget(text(words, "caption", wrap=False, right=n > 0), 0, n)
        at = 1
        limits = sorted((x for x in option.limits if x.code != "purchasable"), key=lambda x: x.code not in ALSO)
        for limit in limits:
            at = self._limit(at, limit, option.estimates.get(limit.code))
        promised = {limit.code for limit in option.limits}
        for code in ALSO:
            estimate = option.estimates.get(code)
            if estimate is not None and code not in promised:
                at = self._also(at, code, estimate)

    def _limit(self, at: int, limit: Limit, estimate: Estimate | None) -> int:
        tr = self.ctx.tr
        kept = limit.margin >= 0
        sign = "≥" if at_least(limit) else "≤"
        name = text(limit_title(tr, limit.code))
        mark = text("✓" if kept else "✗", "good" if kept else "bad", wrap=False)
        mark.setAccessibleName(tr("kept") if kept else tr("missed"))
        target = text(f"{sign} {limit_figure(tr, limit, limit.need)}", wrap=False, right=True)
        slow = text(limit_figure(tr, limit, limit.have), "" if kept else "bad", wrap=False, right=True)
        value = self._value(limit.code, estimate)
        line = row(mark, name, gap=6)
        line.setStretch(1, 1)
        return self._line(at, line, target, value, slow)

    def _also(self, at: int, code: str, estimate: Estimate) -> int:
        tr = self.ctx.tr
        slow = estimate.high if code.endswith(("_ms", "hours")) else estimate.low
        target = text(figures.UNKNOWN, "caption", wrap=False, right=True)
        target.setAccessibleName(tr("no target"))
        line = row(18, text(limit_title(tr, code)), gap=0)
        line.setStretch(1, 1)
        return self._line(
            at, line, target, self._value(code, estimate), text(figures.metric(tr, code, slow), wrap=False, right=True)
        )

    def _value(self, code: str, estimate: Estimate | None) -> QWidget:
        tr = self.ctx.tr
        if estimate is None:
            return text("", wrap=False)
        words = figures.metric(tr, code, estimate.value)
        made = button(words, lambda: self.ctx.explain(code), role="link", name=f"why-{code}")
        made.setProperty("explains", code)
        made.setAccessibleName(f"{limit_title(tr, code)}: {words}")
        made.setAccessibleDescription(tr("Where does this figure come from?"))
        made.setToolTip(tr("Where does this figure come from?") + " (F1)")
        return made

    def _line(self, at: int, name: QLayout, target: QWidget, value: QWidget, slow: QWidget) -> int:
        self.grid.addWidget(rule(), at, 0, 1, 4)
        self.grid.addLayout(name, at + 1, 0)
        for n, widget in enumerate((target, value, slow), start=1):
            self.grid.addWidget(widget, at + 1, n, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return at + 2
