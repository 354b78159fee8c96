"""The plan so far: cost band, latency against targets, memory, and the limit that decides. Always visible, live."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from wizard.planner.plan import Option, Plan
from wizard.ui import figures
from wizard.ui.charts.band import BandBar
from wizard.ui.charts.memory import MemoryBar
from wizard.ui.context import Context
from wizard.ui.say import basis_words, binding_words, headline_price, limit_title, unpriced_words
from wizard.ui.widgets.basic import clear, scrolled, text

WIDTH = 268
BANDS = ("ttft_ms", "tpot_ms", "e2e_ms", "hours")


class Summary(QFrame):
    """The right pane."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("side")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(ctx.t("Plan so far"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(20, 22, 20, 16)
        self.box.setSpacing(6)
        outer.addWidget(scrolled(content))
        self.head = text(ctx.t("Plan so far"), "caption")
        self.figure = text("–", "figure")
        self.figure.setObjectName("summary-figure")
        self.band = text("", "caption")
        self.state = text("", "caption")
        self.state.setObjectName("summary-state")
        for widget in (self.head, self.figure, self.band, self.state):
            self.box.addWidget(widget)
        self.bands: dict[str, tuple[QLabel, BandBar, QLabel]] = {}
        for code in BANDS:
            self._add_band(code)
        self.memory_head = text(ctx.t("Memory per accelerator"), "caption")
        self.memory = MemoryBar(ctx.tokens, ctx.tr, ctx.t("Memory per accelerator"))
        self.box.addSpacing(6)
        self.box.addWidget(self.memory_head)
        self.box.addWidget(self.memory)
        self.box.addSpacing(8)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(8)
        self.grid.setColumnStretch(1, 1)
        self.box.addLayout(self.grid)
        self.box.addStretch(1)
        self._shown: Option | None = None

    def _add_band(self, code: str) -> None:
        name = limit_title(self.ctx.tr, code)
        parts = (text(name, "caption"), BandBar(self.ctx.tokens, self.ctx.tr, name), text("", "why"))
        parts[1].setObjectName(f"band-{code}")
        self.box.addSpacing(4)
        for part in parts:
            self.box.addWidget(part)
        self.bands[code] = parts

    def refresh(self) -> None:
        """Show the session's plan."""
        session = self.ctx.session
        plan, option = session.plan, session.option
        self.state.setText(self._state(plan))
        self.state.setVisible(bool(self.state.text()))
        self._money(option)
        self.band.setVisible(bool(self.band.text()))
        for code in BANDS:
            self._band(code, option)
        self.memory.show_memory(option.memory if option else None)
        for widget in (self.memory, self.memory_head):
            widget.setVisible(option is not None)
        self._facts(option)

    def _state(self, plan: Plan | None) -> str:
        session, t = self.ctx.session, self.ctx.t
        if session.faulty:
            return t("Waiting for a valid answer.")
        if session.planning:
            return t("Working it out...")
        if session.plan_error is not None:
            return "⚠ " + session.error_text()
        if plan is not None and plan.status == "infeasible":
            return "⚠ " + t("Nothing meets every wish; this is the nearest.")
        return ""

    def _money(self, option: Option | None) -> None:
        ctx = self.ctx
        if option is None:
            self.figure.setText(figures.UNKNOWN)
            self.band.setText("")
            return
        cost, bom = option.cost, option.bom
        self.figure.setText(headline_price(ctx.tr, option))
        words = []
        if bom is not None and bom.high > bom.low and cost.capex:
            low, high = (figures.money_short(ctx.tr, x, bom.currency) for x in (bom.low, bom.high))
            words.append(ctx.t("{low} to {high} by price class", low=low, high=high))
        if bom is not None and bom.unpriced:
            words.append("⚠ " + unpriced_words(ctx.tr, bom))
        self.band.setText("\n".join(words))

    def _band(self, code: str, option: Option | None) -> None:
        head, bar, words = self.bands[code]
        estimate = option.estimates.get(code) if option else None
        target = self._target(code)
        shown = estimate is not None and (target is not None or code != "e2e_ms")
        for part in (head, bar, words):
            part.setVisible(shown)
        if estimate is None or not shown:
            return
        bar.show_band(code, estimate, target)
        value = figures.metric(self.ctx.tr, code, estimate.value)
        if target is None:
            words.setText(self.ctx.t("{value}, no target", value=value))
            return
        goal = figures.metric(self.ctx.tr, code, target)
        missed = self.ctx.t("{value}, target {goal} — missed at the slow end", value=value, goal=goal)
        words.setText(missed if bar.missed else self.ctx.t("{value}, target {goal}", value=value, goal=goal))

    def _target(self, code: str) -> float | None:
        needs = self.ctx.session.needs
        if code == "hours":
            return needs.training.deadline_hours
        return getattr(needs.targets, code)  # type: ignore[no-any-return]  # every band is a target's name

    def _facts(self, option: Option | None) -> None:
        if option is self._shown and option is not None:
            return
        self._shown = option
        clear(self.grid)
        if option is None:
            return
        ctx = self.ctx
        rows = [(ctx.t("Hardware"), f"{option.accelerators} × {option.accelerator_name}")]
        if option.binding is not None:
            rows.append((ctx.t("Binding limit"), binding_words(ctx.tr, option.binding)))
        if option.cost.total is not None:
            years = ctx.session.needs.economics.horizon_years
            rows.append(
                (ctx.t("{n}-year cost", n=years), figures.money(ctx.tr, option.cost.total, option.cost.currency))
            )
        if option.tco is not None and option.tco.break_even_month is not None:
            rows.append((ctx.t("Against cloud"), ctx.t("even in month {n}", n=option.tco.break_even_month)))
        rack = f"{option.rack_units:g} U · " if option.rack_units else ""
        rows.append((ctx.t("Rack"), rack + figures.power(ctx.tr, option.power_w)))
        basis = next((e.basis for e in option.estimates.values() if e.basis), "")
        if basis:
            rows.append((ctx.t("Basis"), basis_words(ctx.tr, basis)))
        for n, (name, value) in enumerate(rows):
            head = text(name, "why", wrap=False)
            self.grid.addWidget(head, n, 0, Qt.AlignmentFlag.AlignTop)
            self.grid.addWidget(text(value, right=True), n, 1, Qt.AlignmentFlag.AlignTop)
