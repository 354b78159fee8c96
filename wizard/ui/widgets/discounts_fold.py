"""What a seller takes off, by category of the bill; single lines are changed on the bill itself."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from wizard.needs.needs import Discounts
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import text
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.numbers import NumberField
from wizard.words import label

OFFERED = ("accelerator", "system", "cpu", "memory", "storage", "nic", "switch", "optics", "software")
COLUMNS = 3


class DiscountsFold(Fold):
    """The fold."""

    def __init__(self, page: Page, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("Discounts"), name="fold-discounts")
        self.add(text(ctx.t("Off the list price; single lines can be changed on the bill."), "caption"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        for n, code in enumerate(OFFERED):
            key = f"economics.discounts.{code}"
            made = NumberField(ctx, key, label(ctx.tr, code), unit="%", factor=100, optional=False)
            grid.addWidget(page.field(made), n // COLUMNS, n % COLUMNS)
        for n in range(COLUMNS):
            grid.setColumnStretch(n, 1)
        self.add(grid)

    def show_discounts(self, discounts: Discounts) -> None:
        """Say which are given."""
        tr = self.ctx.tr
        given = [f"{label(tr, name)} {figures.percent(tr, float(share))}" for name, share in discounts.given.items()]
        self.say(" · ".join(given[:3]) + ("…" if len(given) > 3 else "") or self.ctx.t("none"))
