"""The line of the bill that is looked at: its figures to change, what may take its place, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QWidget

from wizard.catalog.records import Component
from wizard.costing.records import BomLine
from wizard.i18n import mark
from wizard.ui import figures
from wizard.ui.bom_table import Change, typed_value
from wizard.ui.context import Context
from wizard.ui.widgets.basic import button, column, row, text
from wizard.words import describe

FIELDS = (("quantity", mark("Quantity")), ("unit_price", mark("Unit price")), ("discount", mark("Discount, %")))
WIDTHS = {"quantity": 84, "unit_price": 124, "discount": 84}


class _Entry(QLineEdit):
    """Enter takes the figure and stays on the bill."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.editingFinished.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class LineEditor(QFrame):
    """Shows one line; hidden while none is looked at.

    Args:
        change: takes a figure that was typed.
        replace: takes the id of the component that was chosen in the line's place.
        restore: makes the line what the rules chose.
        alternatives: what may take the line's place.
    """

    def __init__(
        self,
        ctx: Context,
        *,
        change: Change,
        replace: Callable[[BomLine, str], object],
        restore: Callable[[BomLine], object],
        alternatives: Callable[[BomLine], tuple[Component, ...]],
    ) -> None:
        super().__init__()
        self.ctx, self._change, self._alternatives = ctx, change, alternatives
        self.line: BomLine | None = None
        self.setProperty("role", "inset")
        self.name = text("", "strong")
        self.why = text("", "caption")
        self.fields = {code: self._field(code, ctx.t(words)) for code, words in FIELDS}
        self.other = QComboBox()
        self.other.setObjectName("line-alternative")
        self.other.setAccessibleName(ctx.t("Part in its place"))
        self.other.setMinimumContentsLength(20)
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.other.activated.connect(lambda _n: self._call(lambda line: replace(line, str(self.other.currentData()))))
        self.choice = _labelled(ctx.t("Part"), self.other)
        self.strike = button(ctx.t("Strike out"), lambda: self._typed("quantity", "0"), name="line-strike")
        self.back = button(ctx.t("As calculated"), lambda: self._call(restore), role="link", name="line-restore")
        self.fault = text("", "fault")
        self.fault.hide()
        line = row(*(_labelled(ctx.t(words), self.fields[code]) for code, words in FIELDS), self.choice, gap=12)
        line.setStretch(len(FIELDS), 1)
        head = row(self.name, self.back, self.strike, gap=12)
        head.setStretch(0, 1)
        self.setLayout(
            column(
                head,
                self.why,
                line,
                self.fault,
                gap=6,
                margins=(14, 10, 14, 12),
            )
        )

    def _call(self, act: Callable[[BomLine], object]) -> None:
        if self.line is not None:
            act(self.line)

    def _field(self, code: str, title: str) -> QLineEdit:
        made = _Entry()
        made.setObjectName(f"line-{code}")
        made.setAccessibleName(title)
        made.setFixedWidth(WIDTHS[code])
        made.setAlignment(Qt.AlignmentFlag.AlignRight)
        made.editingFinished.connect(lambda: self._typed(code, made.text()))
        return made

    def _typed(self, code: str, typed: str) -> None:
        if self.line is None or typed == typed_value(self.ctx.tr, self.line, code):
            return
        taken = self._change(self.line, code, typed)
        self.say("" if taken else self.ctx.t("This value cannot be used here."))

    def say(self, words: str) -> None:
        """Say why a value was not taken."""
        self.fault.setText("⚠ " + words if words else "")
        self.fault.setVisible(bool(words))

    def show_line(self, line: BomLine | None, why: str = "") -> None:
        """Show a line, and why it is on the bill."""
        self.setVisible(line is not None)
        self.line = line
        self.say("")
        if line is None:
            return
        tr = self.ctx.tr
        self.name.setText(describe(tr, line))
        self.why.setText(why)
        self.why.setVisible(bool(why))
        for code, made in self.fields.items():
            made.setText(typed_value(tr, line, code))
        self.back.setVisible(line.edited)
        self._offer(line)

    def _offer(self, line: BomLine) -> None:
        found = self._alternatives(line)
        self.choice.setVisible(bool(found))
        self.other.clear()
        self.other.addItem(describe(self.ctx.tr, line), line.part)
        for part in found:
            price = ""
            if part.price is not None:
                price = self.ctx.t("{x} list", x=figures.money(self.ctx.tr, part.price.usd, "USD"))
            self.other.addItem(" · ".join(p for p in (f"{part.vendor} {part.name}", price) if p), part.id)


def _labelled(words: str, made: QWidget) -> QWidget:
    holder = QWidget()
    label = text(words, "caption", wrap=False)
    label.setBuddy(made)
    holder.setLayout(column(label, made, gap=4))
    return holder
