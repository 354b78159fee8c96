"""What to order, line by line to change, and what it costs to own."""

from __future__ import annotations

from functools import partial

from pydantic import ValidationError
from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.catalog.records import Component
from wizard.costing.records import Bom, BomLine
from wizard.i18n import mark
from wizard.needs.needs import LineEdit
from wizard.planner.plan import Option
from wizard.ui import bill_edits, figures
from wizard.ui.bill_totals import edit_notes, line_why, notes, totals
from wizard.ui.bom_table import BomTable
from wizard.ui.charts.money import BreakEvenChart, TcoChart, Tornado
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.say import hardware, headline_price, reason_words
from wizard.ui.widgets.basic import Panel, button, clear, row, rule, text
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.ui.widgets.line_editor import LineEditor
from wizard.ui.widgets.other_option import OtherOption
from wizard.words import label

CHANGE = mark("Change a quantity, price, discount or part: every total follows, here, on paper and in the files.")


class BillPage(Page):
    """Bill of materials and total cost."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What to order, and what it costs to own"),
            ctx.t(CHANGE),
        )
        self.bill = Panel(ctx.t("Bill of materials"), " ")
        self.table = BomTable(ctx, self._change)
        self.table.picked.connect(self._look)
        self.editor = LineEditor(
            ctx, change=self._change, replace=self._replace, restore=self._restore, alternatives=self._alternatives
        )
        self.hint = text("", "caption")
        self.hint.setObjectName("bill-hint")
        self.struck = QWidget()
        self.struck_line = FlowLayout(self.struck, gap=6)
        self.totals = QGridLayout()
        self.totals.setVerticalSpacing(6)
        self.totals.setColumnStretch(0, 1)
        for part in (self.table, self.hint, self.editor, self.struck, self.totals):
            self.bill.add(part)
        self.other = OtherOption(ctx)
        self.add(self.other)
        self.add(self.bill)
        self.rent = Panel(ctx.t("Rent"))
        self.rent_words = text("", selectable=True)
        self.rent.add(self.rent_words)
        self.add(self.rent)
        self._money()
        self.body.addStretch(1)
        self._shown: Option | None = None

    def _money(self) -> None:
        ctx = self.ctx
        self.years = Panel(ctx.t("Cost by year"), " ")
        self.tco = TcoChart(ctx.tokens, ctx.tr)
        self.years.add(self.tco)
        self.even = Panel(ctx.t("This plan against the alternative"), " ")
        self.lines = BreakEvenChart(ctx.tokens, ctx.tr)
        self.even.add(self.lines)
        self.charts = QWidget()
        line = row(self.years, self.even, gap=12)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.charts.setLayout(line)
        self.add(self.charts)
        self.moves = Panel(ctx.t("What moves the cost"), " ")
        self.tornado = Tornado(ctx.tokens, ctx.tr)
        self.moves.add(self.tornado)
        self.add(self.moves)

    def first_focus(self) -> bool:
        return False

    # --- changing

    @property
    def _quoted(self) -> bool:
        """Whether the option that is looked at is the one that is quoted, whose bill may be changed."""
        session = self.ctx.session
        return session.plan is not None and session.option is session.plan.chosen

    def _change(self, line: BomLine, field: str, typed: str) -> bool:
        try:
            value = figures.parse(typed)
        except ValueError:
            return False
        given: object = None if value is None else int(value) if field == "quantity" and value.is_integer() else value
        if field == "discount" and value is not None:
            given = round(value / 100, 6)
        return self._put(line, **{field: given if field != "unit_price" or value is None else repr(value)})

    def _replace(self, line: BomLine, part: str) -> None:
        if part != line.part:
            self._put(line, alternative=part, unit_price=None)

    def _put(self, line: BomLine, **values: object) -> bool:
        session = self.ctx.session
        currency = session.option.bom.currency if session.option and session.option.bom else "USD"
        try:
            edits = bill_edits.with_change(session.needs.bill, line, currency, **values)
        except ValidationError:
            return False
        return session.put({"bill": edits})

    def _restore(self, line: BomLine) -> None:
        self.ctx.session.put({"bill": bill_edits.without(self.ctx.session.needs.bill, line)})

    def _put_back(self, gone: LineEdit) -> None:
        # The bill is that of the plan on screen: undo may have put the line back before its plan arrives.
        bill = self.ctx.session.needs.bill
        if gone in bill:
            self.ctx.session.put({"bill": tuple(edit for edit in bill if edit != gone)})

    def _alternatives(self, line: BomLine) -> tuple[Component, ...]:
        from wizard.planner.editing import alternatives_of

        plan = self.ctx.session.plan
        return alternatives_of(plan, self.ctx.session.shipped, line) if plan is not None else ()

    # --- showing

    def _look(self, line: BomLine | None) -> None:
        shown = line if self._quoted else None
        self.editor.show_line(shown, line_why(self.ctx.tr, shown) if shown else "")
        self.hint.setVisible(shown is None)

    def refresh(self) -> None:
        super().refresh()
        self.other.refresh()
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
            self._owning(option)

    def _bill(self, option: Option) -> None:
        bom, ctx = option.bom, self.ctx
        self.bill.setVisible(bom is not None)
        self.bill.note.setText(hardware(option))
        self.table.allow(self._quoted)
        self.table.show_bom(bom)
        self.hint.setText(
            ctx.t("Click a line to change it, or type into its quantity, unit price or discount.")
            if self._quoted
            else ctx.t("Only the quoted option can be changed; this is another one.")
        )
        self.rent.setVisible(bom is None)
        self.why.setText(ctx.t(CHANGE) if bom is not None else ctx.t("It is rented, so there is nothing to order."))
        rented = [reason_words(ctx.tr, reason) for reason in option.reasons if reason.code == "rented"]
        self.rent_words.setText("\n".join([hardware(option), *rented, headline_price(ctx.tr, option)]))
        clear(self.struck_line)
        gone = bill_edits.struck(ctx.session.needs.bill) if self._quoted else ()
        for n, edit in enumerate(gone):
            words = ctx.t("Put back {name}", name=bill_edits.part_name(ctx.session.catalog, edit.part))
            self.struck_line.addWidget(button(words, partial(self._put_back, edit), role="chip", name=f"put-back={n}"))
        self.struck.setVisible(bool(gone))
        clear(self.totals)
        if bom is not None:
            self._totals(bom, option)

    def _totals(self, bom: Bom, option: Option) -> None:
        rows = totals(self.ctx.tr, bom)
        for n, (name, value, role) in enumerate(rows):
            if role:
                self.totals.addWidget(rule(), n * 2, 0, 1, 2)
            self.totals.addWidget(text(name, role, wrap=False, right=True), n * 2 + 1, 0)
            self.totals.addWidget(text(value, role, wrap=False, right=True, selectable=True), n * 2 + 1, 1)
        said = [*notes(self.ctx.tr, bom), *edit_notes(self.ctx.tr, option)]
        for n, words in enumerate(said, start=2 * len(rows) + 1):
            self.totals.addWidget(text(words, "caption", right=True), n, 0, 1, 2)

    def _owning(self, option: Option) -> None:
        ctx, tco = self.ctx, option.tco
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
            even = ctx.t("even in month {n}", n=month) if month is not None else ctx.t("never even")
            self.even.note.setText(even if option.bom is not None else " ")
            names = (ctx.t("rented") if option.bom is None else ctx.t("own"), label(ctx.tr, tco.break_even_against))
            self.lines.show_lines(tco.cumulative_own, tco.cumulative_other, month, tco.currency, names)
        middle = tco.per_million_tokens
        self.moves.note.setText(
            ctx.t("per million tokens") if middle is not None else ctx.t("present value of all cost")
        )
        base = tco.per_million_base or middle
        self.tornado.show_swings(tco.swings, base if middle is not None else tco.npv, tco.currency)
