"""The plan so far: cost band, latency against targets, memory, and the limit that decides. Always visible, live."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from wizard.planner.difference import difference
from wizard.planner.plan import Early, Option, Plan, late_code
from wizard.ui import figures, since
from wizard.ui.charts.band import BandBar
from wizard.ui.charts.memory import MemoryBar
from wizard.ui.context import Context
from wizard.ui.formulas import OF_LIMIT, formula_of
from wizard.ui.limits import binding_words, limit_title, unmet_words
from wizard.ui.say import basis_words, hardware, headline_price, unpriced_words
from wizard.ui.widgets.basic import button, row, rule, scrolled, text
from wizard.ui.widgets.lines import Lines, Pair, Pairs, put
from wizard.words import label

WIDTH, SLIM = 268, 240
BANDS = ("ttft_ms", "tpot_ms", "e2e_ms", "hours")


class Summary(QFrame):
    """The right pane."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("side")
        self.setAccessibleName(ctx.t("Plan so far"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(20, 22, 20, 16)
        self.box.setSpacing(6)
        outer.addWidget(scrolled(content))
        self.busy = text("", "caption", wrap=False, right=True)
        self.busy.setObjectName("summary-busy")
        head = row(text(ctx.t("Plan so far"), "caption", wrap=False), -1, self.busy)
        self.box.addLayout(head)
        self.figure = button("–", self._why_price, role="figure-link", name="summary-figure")
        self.figure.setAccessibleDescription(ctx.t("Where does this figure come from?"))
        self.band = text("", "caption")
        self.state = text("", "caption")
        self.state.setObjectName("summary-state")
        for widget in (self.figure, self.band, self.state):
            self.box.addWidget(widget)
        self.bands: dict[str, tuple[QLabel, BandBar, QLabel]] = {}
        for code in BANDS:
            self._add_band(code)
        self.memory_head = text(ctx.t("Memory per accelerator, {unit}", unit=figures.memory_unit(ctx.tr)), "caption")
        self.memory = MemoryBar(ctx.tokens, ctx.tr, ctx.t("Memory per accelerator"))
        self.box.addSpacing(6)
        self.box.addWidget(self.memory_head)
        self.box.addWidget(self.memory)
        self.box.addSpacing(8)
        self.facts = Pairs(ctx.explain, ctx.t("Where does this figure come from?"))
        self.box.addWidget(self.facts)
        self.box.addSpacing(8)
        self.since_rule, self.since_head = rule(), text(ctx.t("Since the last answer"), "caption")
        self.since = Lines()
        self.since.setObjectName("since")
        for part in (self.since_rule, self.since_head, self.since):
            self.box.addWidget(part)
        self.box.addStretch(1)
        self._shown: tuple[object, ...] = ()
        ctx.session.early_changed.connect(self.refresh)

    def _add_band(self, code: str) -> None:
        name = limit_title(self.ctx.tr, code)
        parts = (text(name, "caption"), BandBar(self.ctx.tokens, self.ctx.tr, name), text("", "why"))
        parts[1].setObjectName(f"band-{code}")
        self.box.addSpacing(4)
        for part in parts:
            self.box.addWidget(part)
        self.bands[code] = parts

    def refresh(self) -> None:
        """Show the session's plan; what has not changed is left alone."""
        session = self.ctx.session
        plan, early = session.plan, session.early
        option = early.option if early is not None and early.status == "feasible" else session.option
        put(self.busy, self.ctx.t("Working it out...") if session.waiting and not session.faulty else "")
        put(self.state, self._state(plan, early))
        self.state.setVisible(bool(self.state.text()))
        shown = (plan, option, session.before, session.needs.targets, session.needs.training.deadline_hours)
        if self._shown and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        self._money(option)
        self.band.setVisible(bool(self.band.text()))
        for code in BANDS:
            self._band(code, option)
        self.memory.show_memory(option.memory if option else None)
        for widget in (self.memory, self.memory_head):
            widget.setVisible(option is not None)
        self.facts.show_pairs(self._facts(option) if option else [])
        if early is None:
            self._since(session.before, plan)

    def _state(self, plan: Plan | None, early: Early | None) -> str:
        session, t = self.ctx.session, self.ctx.t
        if session.faulty:
            return t("Waiting for a valid answer.")
        if session.plan_error is not None:
            return "⚠ " + session.error_text()
        if early is not None and early.status == "infeasible":
            # The figures stay as they were: what comes closest is not what will be shown, and would only flicker.
            shown = t("Below is the plan before; the nearest follows.") if session.option else ""
            return f"⚠ {unmet_words(self.ctx.tr, early.option)}\n{shown}".rstrip()
        if plan is not None and plan.status == "infeasible" and early is None:
            shown = t("Below is the nearest, with one answer changed.") if session.option else ""
            return f"⚠ {unmet_words(self.ctx.tr, plan.asked)}\n{shown}".rstrip()
        return ""

    def _since(self, before: Plan | None, after: Plan | None) -> None:
        found = difference(before, after) if before is not None and after is not None else None
        lines = since.lines(self.ctx.tr, found, self.ctx.session.accelerator_name) if found else []
        if found is not None and not lines:
            lines = [since.Line("=", self.ctx.t("The same plan, nothing dropped out."))]
        self.since.show_lines(lines)
        for widget in (self.since_rule, self.since_head, self.since):
            widget.setVisible(bool(lines))

    def _money(self, option: Option | None) -> None:
        ctx = self.ctx
        self.figure.setProperty("explains", _price_code(option) if option else "")
        self.figure.setToolTip(ctx.t("Where does this figure come from?") + " (F1)" if option else "")
        if option is None:
            put(self.figure, figures.UNKNOWN)
            put(self.band, "")
            return
        cost, bom = option.cost, option.bom
        put(self.figure, headline_price(ctx.tr, option))
        words = []
        if bom is not None and bom.high > bom.low and cost.capex:
            low, high = (figures.money_short(ctx.tr, x, bom.currency) for x in (bom.low, bom.high))
            words.append(ctx.t("{low} to {high} by price class", low=low, high=high))
        if bom is not None and bom.unpriced:
            words.append("⚠ " + unpriced_words(ctx.tr, bom))
        put(self.band, "\n".join(words))

    def _why_price(self) -> None:
        self.ctx.explain(str(self.figure.property("explains") or ""))

    def _band(self, code: str, option: Option | None) -> None:
        head, bar, words = self.bands[code]
        late = late_code(self.ctx.session.needs, code)
        late = late if option and late in option.estimates else code
        estimate = option.estimates.get(late) if option else None
        target = self._target(code)
        shown = estimate is not None and (target is not None or code != "e2e_ms")
        for part in (head, bar, words):
            part.setVisible(shown)
        if estimate is None or not shown:
            return
        put(head, limit_title(self.ctx.tr, late))
        bar.show_band(late, estimate, target)
        value = figures.metric(self.ctx.tr, code, estimate.value)
        if target is None:
            assumed = next((limit.need for limit in option.limits if limit.code == code), None) if option else None
            if assumed is None:
                put(words, self.ctx.t("{value}, no target", value=value))
            else:
                most = figures.metric(self.ctx.tr, code, assumed)
                put(words, self.ctx.t("{value}, no target ({most} assumed)", value=value, most=most))
            return
        goal = figures.metric(self.ctx.tr, code, target)
        missed = self.ctx.t("{value}, target {goal} — missed at the slow end", value=value, goal=goal)
        put(words, missed if bar.missed else self.ctx.t("{value}, target {goal}", value=value, goal=goal))

    def _target(self, code: str) -> float | None:
        needs = self.ctx.session.needs
        if code == "hours":
            return needs.training.deadline_hours
        return getattr(needs.targets, code)  # type: ignore[no-any-return]  # every band is a target's name

    def _facts(self, option: Option) -> list[Pair]:
        ctx = self.ctx
        rows = [Pair(ctx.t("Hardware"), hardware(option))]
        if option.binding is not None:
            code = OF_LIMIT.get(option.binding.code, option.binding.code)
            code = code if formula_of(code) else ""
            rows.append(Pair(ctx.t("Binding limit"), binding_words(ctx.tr, option.binding), code))
        if option.cost.total is not None and _price_code(option) != "total":
            years = ctx.session.needs.economics.horizon_years
            total = figures.money(ctx.tr, option.cost.total, option.cost.currency)
            rows.append(Pair(ctx.t("{n}-year cost", n=years), total, "total"))
        if option.tco is not None and option.tco.break_even_month is not None:
            other = label(ctx.tr, option.tco.break_even_against)
            even = ctx.t("month {n}, against {other}", n=option.tco.break_even_month, other=other)
            rows.append(Pair(ctx.t("Break-even"), even, "break_even"))
        power = figures.power(ctx.tr, option.power_w)
        if option.rack_units:
            rows.append(Pair(ctx.t("Rack"), f"{option.rack_units:g} U · {power}", "power_w"))
        else:
            rows.append(Pair(limit_title(ctx.tr, "power_w"), power, "power_w"))
        basis = next((e.basis for e in option.estimates.values() if e.basis), "")
        if basis:
            rows.append(Pair(ctx.t("Basis"), basis_words(ctx.tr, basis)))
        return rows


def _price_code(option: Option) -> str:
    """Return the code of what the headline price is: see :func:`wizard.ui.say.headline_price`."""
    if option.cloud_sku and "hours" in option.estimates:
        return "total"
    return "capex" if option.cost.capex else "per_month"
