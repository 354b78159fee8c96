"""What to order and what it costs to own."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.costing.records import Bom, Tco
from wizard.planner.plan import Option
from wizard.ui import figures
from wizard.ui.bom_table import BomTable
from wizard.ui.charts.money import BreakEvenChart, TcoChart, Tornado
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.say import hardware, headline_price, reason_words
from wizard.ui.widgets.basic import Panel, clear, row, rule, text
from wizard.words import number


class BillPage(Page):
    """Bill of materials and total cost."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What to order, and what it costs to own"),
            ctx.t("Every price has a class, a date and a source; marked ones need a fresh quote."),
        )
        self.bill = Panel(ctx.t("Bill of materials"), "")
        self.table = BomTable(ctx)
        self.bill.add(self.table)
        self.totals = QGridLayout()
        self.totals.setVerticalSpacing(6)
        self.totals.setColumnStretch(0, 1)
        self.bill.add(self.totals)
        self.add(self.bill)
        self.rent = Panel(ctx.t("Rent"))
        self.rent_words = text("", selectable=True)
        self.rent.add(self.rent_words)
        self.add(self.rent)
        self.years = Panel(ctx.t("Cost by year"))
        self.tco = TcoChart(ctx.tokens, ctx.tr)
        self.years.add(self.tco)
        self.even = Panel(ctx.t("Own against rent"))
        self.lines = BreakEvenChart(ctx.tokens, ctx.tr)
        self.even.add(self.lines)
        self.charts = QWidget()
        line = row(self.years, self.even, gap=12)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.charts.setLayout(line)
        self.add(self.charts)
        self.moves = Panel(ctx.t("What moves the cost"), "")
        self.tornado = Tornado(ctx.tokens, ctx.tr)
        self.moves.add(self.tornado)
        self.add(self.moves)
        self.body.addStretch(1)
        self._shown: Option | None = None

    def first_focus(self) -> bool:
        return False

    def refresh(self) -> None:
        super().refresh()
        option = self.ctx.session.option
        if option is None:
            self._shown = None
            for panel in (self.bill, self.rent, self.charts, self.moves):
                panel.hide()
            self.why.setText(self.ctx.session.error_text() or self.ctx.t("There is no plan yet."))
            return
        if option is not self._shown:
            self._shown = option
            self._bill(option)
            self._owning(option.tco)

    def _bill(self, option: Option) -> None:
        bom, ctx = option.bom, self.ctx
        self.bill.setVisible(bom is not None)
        self.bill.note.setText(hardware(option))
        self.table.show_bom(bom)
        self.rent.setVisible(bom is None)
        rented = [reason_words(ctx.tr, reason) for reason in option.reasons if reason.code == "rented"]
        self.rent_words.setText("\n".join([hardware(option), *rented, headline_price(ctx.tr, option)]))
        clear(self.totals)
        if bom is not None:
            self._totals(bom)

    def _totals(self, bom: Bom) -> None:
        ctx = self.ctx
        rows = [(ctx.t("Net"), figures.money(ctx.tr, bom.net, bom.currency, exact=True), "")]
        if bom.tax:
            rate = figures.percent(ctx.tr, float(bom.tax_rate))
            rows.append((ctx.t("Tax {rate}", rate=rate), figures.money(ctx.tr, bom.tax, bom.currency, exact=True), ""))
        rows.append((ctx.t("Total"), figures.money(ctx.tr, bom.total, bom.currency, exact=True), "strong"))
        for n, (name, value, role) in enumerate(rows):
            if role:
                self.totals.addWidget(rule(), n * 2, 0, 1, 2)
            self.totals.addWidget(text(name, role, wrap=False, right=True), n * 2 + 1, 0)
            self.totals.addWidget(text(value, role, wrap=False, right=True, selectable=True), n * 2 + 1, 1)
        notes = [
            ctx.t(
                "{low} to {high} by the class of each price",
                low=figures.money(ctx.tr, bom.low, bom.currency),
                high=figures.money(ctx.tr, bom.high, bom.currency),
            )
        ]
        if bom.unpriced:
            names = ", ".join(map(str, bom.unpriced))
            notes.append(ctx.t("⚠ No known price, so not in the total: line {names}", names=names))
        notes.append(
            ctx.t("{kw} at the wall", kw=figures.power(ctx.tr, bom.power_w))
            + (f" · {bom.rack_units:g} U" if bom.rack_units else "")
            + (f" · {number(ctx.tr, bom.weight_kg)} kg" if bom.weight_kg else "")
        )
        for n, words in enumerate(notes, start=2 * len(rows) + 1):
            self.totals.addWidget(text(words, "caption", right=True), n, 0, 1, 2)

    def _owning(self, tco: Tco | None) -> None:
        ctx = self.ctx
        self.charts.setVisible(tco is not None)
        self.moves.setVisible(tco is not None and bool(tco.swings))
        if tco is None:
            return
        self.years.note.setText(
            ctx.t("{x} in {n} years", x=figures.money(ctx.tr, tco.total, tco.currency), n=tco.horizon_years)
        )
        self.tco.show_years(tco.years, tco.currency)
        lines = bool(tco.cumulative_own and tco.cumulative_other)
        self.even.setVisible(lines)
        if lines:
            month = tco.break_even_month
            self.even.note.setText(ctx.t("even in month {n}", n=month) if month is not None else ctx.t("never even"))
            self.lines.show_lines(tco.cumulative_own, tco.cumulative_other, month, tco.currency)
        middle = tco.per_million_tokens
        self.moves.note.setText(
            ctx.t("per million tokens") if middle is not None else ctx.t("present value of all cost")
        )
        base = tco.per_million_base or middle
        self.tornado.show_swings(tco.swings, base if middle is not None else tco.npv, tco.currency)
