"""Promise against estimate: target, estimate, and the slow end of the band that the promise is checked at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from wizard.planner.plan import RATES, Estimate, Limit, Option
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.formulas import OF_LIMIT
from wizard.ui.limits import bound, limit_figure, limit_title
from wizard.ui.widgets.basic import button, clear, row, rule, text

ALSO = (
    "ttft_ms", "ttft_p95_ms", "tpot_ms", "tpot_p95_ms", "e2e_ms", "output_tok_s", "requests_s", "goodput_share",
    "max_concurrency", "hours", "total_tok_s", "mfu",
)
FEW = 4
"""Figures without a target that are shown at once."""


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
        """Show the promises of an option, then what else is known of its speed: a few, all on demand."""
        if option is self._shown:
            return
        self._shown = option
        self._fill(option, FEW)

    def _fill(self, option: Option, few: int) -> None:
        clear(self.grid)
        t = self.ctx.t
        for n, words in enumerate((t("Requirement"), t("Target"), t("Estimate"), t("Slow end"))):
            self.grid.addWidget(text(words, "caption", wrap=False, right=n > 0), 0, n)
        at = 1
        limits = [limit for limit in option.limits if limit.code != "purchasable"]
        limits.sort(key=lambda limit: limit.code not in (*ALSO, *option.estimates))
        for limit in limits:
            at = self._limit(at, limit, option.estimates.get(limit.code))
        promised = {limit.code for limit in option.limits}
        also = [(c, option.estimates[c]) for c in ALSO if c in option.estimates and c not in promised]
        also.sort(key=lambda pair: self._rate_asked(pair[0]) is None)
        for code, estimate in also[:few]:
            at = self._also(at, code, estimate)
        if len(also) > few:
            words = t("{n} more figures", n=len(also) - few)
            more = button(words, partial(self._fill, option, len(also)), role="link", name="promises-more")
            self.grid.addWidget(more, at, 0, 1, 4)

    def _limit(self, at: int, limit: Limit, estimate: Estimate | None) -> int:
        tr = self.ctx.tr
        kept = limit.margin >= 0
        name = text(limit_title(tr, limit.code))
        mark = text("✓" if kept else "✗", "good" if kept else "bad", wrap=False)
        mark.setAccessibleName(tr("kept") if kept else tr("missed"))
        target = text(bound(tr, limit), wrap=False, right=True)
        slow = self._slow(limit, kept)
        value = self._value(limit.code, estimate)
        line = row(mark, name, gap=6)
        line.setStretch(1, 1)
        return self._line(at, line, target, value, slow)

    def _slow(self, limit: Limit, kept: bool) -> QWidget:
        """Return what it has: to be asked about where no estimate beside it can be."""
        words = limit_figure(self.ctx.tr, limit, limit.have)
        code = OF_LIMIT.get(limit.code, "")
        if not code or not kept:
            return text(words, "" if kept else "bad", wrap=False, right=True)
        return self._asked(code, limit_title(self.ctx.tr, limit.code), words, "figure-link")

    def _also(self, at: int, code: str, estimate: Estimate) -> int:
        tr = self.ctx.tr
        slow = estimate.high if code.endswith(("_ms", "hours")) else estimate.low
        asked = self._rate_asked(code)
        target = text(figures.UNKNOWN, "caption", wrap=False, right=True)
        target.setAccessibleName(tr("no target"))
        if asked is not None:
            target = text(f"≥ {figures.metric(tr, code, asked)}", wrap=False, right=True)
        short = asked is not None and slow < asked
        name = text(tr("{name}; less than asked at the stated load", name=limit_title(tr, code))
                    if short else limit_title(tr, code))
        line = row(text("⚠", "warning", wrap=False), name, gap=6) if short else row(18, name, gap=0)
        line.setStretch(1, 1)
        return self._line(
            at, line, target, self._value(code, estimate), text(figures.metric(tr, code, slow), wrap=False, right=True)
        )

    def _rate_asked(self, code: str) -> float | None:
        """Return the rate that was asked for where it is a load, as it is where no users are stated."""
        plan, key = self.ctx.session.plan, RATES.get(code)
        return getattr(plan.needs.targets, key) if plan is not None and key is not None else None

    def _value(self, code: str, estimate: Estimate | None) -> QWidget:
        tr = self.ctx.tr
        if estimate is None:
            return text("", wrap=False)
        return self._asked(code, limit_title(tr, code), figures.metric(tr, code, estimate.value), "link")

    def _asked(self, code: str, name: str, words: str, role: str) -> QWidget:
        made = button(words, lambda: self.ctx.explain(code), role=role, name=f"why-{code}")
        made.setProperty("explains", code)
        made.setAccessibleName(f"{name}: {words}")
        made.setAccessibleDescription(self.ctx.t("Where does this figure come from?"))
        made.setToolTip(self.ctx.t("Where does this figure come from?") + " (F1)")
        return made

    def _line(self, at: int, name: QLayout, target: QWidget, value: QWidget, slow: QWidget) -> int:
        self.grid.addWidget(rule(), at, 0, 1, 4)
        self.grid.addLayout(name, at + 1, 0)
        for n, widget in enumerate((target, value, slow), start=1):
            self.grid.addWidget(widget, at + 1, n, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return at + 2
