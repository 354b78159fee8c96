"""What it may cost: a ceiling to buy or per month, own or rent, and what running it costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.i18n import mark
from wizard.money import CURRENCIES
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import Panel, row, text
from wizard.ui.widgets.cards import ChipField, Choice, card_grid, title_card
from wizard.ui.widgets.discounts_fold import DiscountsFold
from wizard.ui.widgets.fields import CheckField, ComboField, Field
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.numbers import NumberField, ShareField

WAYS = (
    ("own", mark("Own"), mark("buy it and run it yourself")),
    ("cloud", mark("Cloud"), mark("rent instances by the hour")),
    ("either", mark("Either"), mark("whichever costs less; a peak may be rented")),
)


class _Private(CheckField):
    """Whether the data must stay; the plan then owns its hardware, until something else is chosen again."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            "constraints.private_data",
            ctx.t("The data must not leave the house"),
            ctx.t("no API is advised, and the hardware is your own"),
        )

    def _put(self, value: object) -> None:
        own = {"constraints.acquisition": "own"} if value else {}
        self.ctx.session.put({self.key: value, **own})


class BudgetPage(Page):
    """What may it cost?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What may it cost?"),
            ctx.t("Without a ceiling you get the cheapest plan that keeps its promises."),
        )
        self.ways = Choice(self, lambda way: ctx.session.put({"constraints.acquisition": way}))
        cards: list[QWidget] = []
        for code, title, note in WAYS:
            card = title_card(ctx.tokens, ctx.t(title), ctx.t(note))
            card.setObjectName(f"acquisition={code}")
            self.ways.add(code, card)
            cards.append(card)
        self.add(card_grid(cards, 3))
        self.add(self.field(_Private(ctx)))
        self.outside = text(ctx.t("⚠ Rented machines stand in another house: the data leaves yours."), "warning")
        self.outside.setObjectName("outside")
        self.add(self.outside)
        self.add(
            self.field(
                CheckField(
                    ctx,
                    "constraints.ups",
                    ctx.t("Buy a UPS with it"),
                    ctx.t("carries the whole plan; not needed where the site has one"),
                )
            )
        )
        self.add(self._ceiling())
        self.add(self._running())
        self.discounts = DiscountsFold(self, ctx)
        self.add(self.discounts)
        self.add(self._worth())
        self.body.addStretch(1)

    def _ceiling(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Ceiling"), ctx.t("blank means none"))
        currency = self.field(ChipField(ctx, "budget.currency", ctx.t("Currency"), [(c, c) for c in CURRENCIES]))
        buy = NumberField(
            ctx,
            "budget.purchase",
            ctx.t("To buy"),
            kind=Decimal,
            note=ctx.t("once, tax included"),
            blank=ctx.t("no ceiling"),
        )
        rent = NumberField(
            ctx,
            "budget.per_month",
            ctx.t("A month"),
            kind=Decimal,
            note=ctx.t("rent, or what owned hardware costs to run"),
            blank=ctx.t("no ceiling"),
        )
        self.amounts = (self.field(buy), self.field(rent))
        line = row(currency, *self.amounts, gap=20)
        for n in range(3):
            line.setStretch(n, 1)
        panel.add(line)
        return panel

    def _running(self) -> Fold:
        ctx = self.ctx
        panel = self.running = Fold(ctx, ctx.t("Running it"), name="fold-running")
        panel.add(text(ctx.t("Blank takes the country's own figure, with its source."), "caption"))
        self._grid(
            panel,
            [
                ComboField(ctx, "economics.country", ctx.t("Country"), countries(ctx)),
                ComboField(
                    ctx,
                    "economics.horizon_years",
                    ctx.t("Years to look at"),
                    [(n, ctx.t("{n} years", n=n) if n > 1 else ctx.t("1 year")) for n in range(1, 8)],
                ),
                ShareField(ctx, "economics.utilization", ctx.t("Share of the time in use")),
                NumberField(
                    ctx,
                    "economics.hardware_life_years",
                    ctx.t("Life of the hardware"),
                    unit=ctx.t("years"),
                    kind=int,
                    blank=ctx.t("usual"),
                ),
                NumberField(
                    ctx,
                    "economics.electricity_usd_per_kwh",
                    ctx.t("Electricity"),
                    unit="USD/kWh",
                    blank=ctx.t("country"),
                ),
                NumberField(ctx, "economics.pue", ctx.t("Cooling and losses (PUE)"), blank=ctx.t("industry")),
                NumberField(
                    ctx, "economics.tax_rate", ctx.t("Tax on purchases"), unit="%", factor=100, blank=ctx.t("country")
                ),
                NumberField(
                    ctx, "economics.discount_rate", ctx.t("Discount rate"), unit="%", factor=100, optional=False
                ),
                NumberField(ctx, "economics.staff_usd_per_year", ctx.t("Staff a year"), unit="USD", optional=False),
                NumberField(
                    ctx,
                    "economics.colocation_usd_per_kw_month",
                    ctx.t("Colocation a month"),
                    unit="USD/kW",
                    blank=ctx.t("own room"),
                ),
                CheckField(ctx, "economics.colocation_includes_energy", ctx.t("It includes the energy")),
                NumberField(
                    ctx,
                    "economics.shipping_rate",
                    ctx.t("Shipping and insurance"),
                    unit="%",
                    factor=100,
                    optional=False,
                ),
                NumberField(
                    ctx, "economics.contingency_rate", ctx.t("Contingency"), unit="%", factor=100, optional=False
                ),
            ],
        )
        return panel

    def _worth(self) -> Fold:
        ctx = self.ctx
        panel = Fold(ctx, ctx.t("Compared with"), ctx.t("for return and break-even"), name="fold-worth")
        self._grid(
            panel,
            [
                NumberField(
                    ctx,
                    "economics.benefit_usd_per_year",
                    ctx.t("Benefit a year"),
                    unit="USD",
                    optional=False,
                    note=ctx.t("saved labour or new income"),
                ),
                NumberField(
                    ctx,
                    "economics.cloud_usd_per_month",
                    ctx.t("Cloud bill today"),
                    unit=ctx.t("USD a month"),
                    blank=ctx.t("unknown"),
                ),
                NumberField(
                    ctx,
                    "economics.api_usd_per_million_input_tokens",
                    ctx.t("API price, input"),
                    unit="USD / M",
                    blank=ctx.t("unknown"),
                ),
                NumberField(
                    ctx,
                    "economics.api_usd_per_million_output_tokens",
                    ctx.t("API price, output"),
                    unit="USD / M",
                    blank=ctx.t("unknown"),
                ),
            ],
            columns=2,
        )
        return panel

    def _grid(self, panel: Panel, fields: list[Field], columns: int = 3) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        for n, made in enumerate(fields):
            grid.addWidget(self.field(made), n // columns, n % columns)
        for n in range(columns):
            grid.setColumnStretch(n, 1)
        panel.add(grid)

    def refresh(self) -> None:
        super().refresh()
        needs = self.ctx.session.needs
        self.ways.show(needs.constraints.acquisition)
        self.outside.setVisible(needs.constraints.private_data and needs.constraints.acquisition != "own")
        money = needs.economics
        self.discounts.show_discounts(money.discounts)
        years = self.ctx.t("{n} years", n=money.horizon_years) if money.horizon_years > 1 else self.ctx.t("1 year")
        self.running.say(f"{country_names(self.ctx).get(money.country, money.country)} · {years}")
        for made in self.amounts:
            assert isinstance(made, NumberField)
            made.unit.setText(needs.budget.currency)
            made.unit.show()


def country_names(ctx: Context) -> Mapping[str, str]:
    """Return the names of countries in the user's language, by code."""
    from babel import Locale

    return Locale.parse("zh_Hans_CN" if ctx.tr.lang == "zh_CN" else "en").territories


def countries(ctx: Context) -> list[tuple[object, str]]:
    """Return the countries whose costs the catalogue knows, by their name in the user's language."""
    names = country_names(ctx)
    codes = {row.country for row in ctx.session.catalog.economics.values() if len(row.country) == 2} - {"EU"}
    codes.add(ctx.session.needs.economics.country)
    return sorted(((code, str(names.get(code, code))) for code in codes), key=lambda pair: pair[1])
