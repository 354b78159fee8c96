"""What the hardware must be: makers, parts, numbers, site, and how much may fail."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.i18n import mark
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import Panel, row
from wizard.ui.widgets.cards import Choice, ManyField, card_grid, title_card
from wizard.ui.widgets.fields import CheckField, ComboField, NumberField
from wizard.ui.widgets.names import NamesField

SPARES = (
    ("n", "N", mark("a failure stops or slows the service")),
    ("n+1", "N+1", mark("one spare replica takes over")),
    ("2n", "2N", mark("everything twice")),
    ("second_site", mark("Second site"), mark("everything twice, at two places")),
)


class HardwarePage(Page):
    """What hardware may it be?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What hardware may it be?"),
            ctx.t("Leave open what is open: every limit rules something out, and may cost money."),
        )
        self.add(self._parts())
        self.spares = Choice(self, lambda code: ctx.session.put({"constraints.availability": code}))
        cards: list[QWidget] = []
        for code, title, note in SPARES:
            card = title_card(ctx.tokens, ctx.t(title) if code == "second_site" else title, ctx.t(note))
            card.setObjectName(f"availability={code}")
            self.spares.add(code, card)
            cards.append(card)
        panel = Panel(ctx.t("When something fails"))
        panel.add(card_grid(cards, 4))
        self.add(panel)
        self.add(self._numbers())
        self.add(self._around())
        self.body.addStretch(1)

    def _parts(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Makers and parts"), ctx.t("none chosen means all"))
        vendors = sorted({a.vendor for a in ctx.session.catalog.accelerators.values()}, key=str.casefold)
        panel.add(self.field(ManyField(ctx, "constraints.vendors", ctx.t("Makers"), vendors)))
        only = NamesField(ctx, "constraints.accelerators", ctx.t("Only these accelerators"), blank=ctx.t("any"))
        never = NamesField(ctx, "constraints.exclude_accelerators", ctx.t("Never these"), blank=ctx.t("none"))
        line = row(self.field(only), self.field(never), gap=20)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        panel.add(line)
        legacy = self.field(CheckField(ctx, "constraints.include_legacy", ctx.t("Also parts no longer sold new")))
        slices = self.field(CheckField(ctx, "constraints.mig", ctx.t("Slice one accelerator into several (MIG)")))
        panel.add(row(legacy, slices, gap=20))
        return panel

    def _numbers(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Numbers and site"), ctx.t("blank means no limit"))
        free = ctx.t("open")
        fields = [
            NumberField(ctx, "constraints.accelerator_count", ctx.t("Accelerators, exactly"), kind=int, blank=free),
            NumberField(ctx, "constraints.max_accelerators", ctx.t("Accelerators, at most"), kind=int, blank=free),
            NumberField(ctx, "constraints.max_nodes", ctx.t("Servers, at most"), kind=int, blank=free),
            NumberField(
                ctx, "constraints.tensor_parallel", ctx.t("Tensor parallel"), kind=int, blank=ctx.t("automatic")
            ),
            NumberField(ctx, "constraints.max_power_w", ctx.t("Power, at most"), unit="W", blank=free),
            NumberField(ctx, "constraints.max_rack_units", ctx.t("Rack space, at most"), unit="U", blank=free),
            NumberField(ctx, "constraints.max_rack_w", ctx.t("Power of one rack, at most"), unit="W", blank=free),
            ComboField(ctx, "constraints.power_feeds", ctx.t("Power feeds of a rack"), [
                (2, ctx.t("two (N+N)")), (1, ctx.t("one (N)"))]),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        for n, made in enumerate(fields):
            grid.addWidget(self.field(made), n // 3, n % 3)
            grid.setColumnStretch(n % 3, 1)
        panel.add(grid)
        return panel

    def _around(self) -> Panel:
        """Storage that machines share, and software that is paid by the year."""
        ctx = self.ctx
        panel = Panel(ctx.t("Storage and software"), ctx.t("each on the bill with its reason"))
        shared = ComboField(ctx, "storage.shared", ctx.t("Storage servers"), [
            ("auto", ctx.t("where a job spans machines")), ("yes", ctx.t("yes")), ("no", ctx.t("no"))])
        data = NumberField(ctx, "storage.dataset_tb", ctx.t("Data to keep"), unit="TB", optional=False)
        load = NumberField(ctx, "storage.load_s", ctx.t("Load the weights within"), unit="s", blank=ctx.t("open"))
        line = row(*(self.field(made) for made in (shared, data, load)), gap=20)
        for n in range(3):
            line.setStretch(n, 1)
        panel.add(line)
        known = (part for part in ctx.session.catalog.components.values() if part.category == "software")
        names = [part.name.partition(",")[0] for part in known]
        panel.add(self.field(ManyField(ctx, "constraints.software", ctx.t("Subscriptions"), names)))
        return panel

    def refresh(self) -> None:
        super().refresh()
        self.spares.show(self.ctx.session.needs.constraints.availability)
