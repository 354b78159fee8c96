"""What the hardware must be: what is there, makers, parts, numbers, place, and how much may fail."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.i18n import mark
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.pages.budget import country_names
from wizard.ui.widgets.basic import Panel, row, text
from wizard.ui.widgets.cards import ChipField, Choice, ManyField, card_grid, title_card
from wizard.ui.widgets.fields import CheckField, ComboField, Field
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.names import NamesField
from wizard.ui.widgets.numbers import NumberField
from wizard.ui.widgets.owned import OwnedField

SPARES = (
    ("n", "N", mark("a failure stops or slows the service")),
    ("n+1", "N+1", mark("one spare replica takes over")),
    ("2n", "2N", mark("everything twice")),
    ("second_site", mark("Second site"), mark("everything twice, at two places")),
)
OFFLOADS = (
    ("none", mark("Nothing")),
    ("layers", mark("Whole layers")),
    ("experts", mark("Experts only")),
)


class HardwarePage(Page):
    """What hardware may it be?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What hardware may it be?"),
            ctx.t("Leave open what is open: every limit rules something out, and may cost money."),
        )
        self.add(self._own())
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
        self.around, self.host = self._around(), self._host()
        self.add(self.around)
        self.add(self.host)
        self.body.addStretch(1)

    def _own(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("What you already have"), ctx.t("planned with alone, and counted as paid"))
        panel.add(
            self.field(
                OwnedField(
                    ctx,
                    "constraints.owned",
                    ctx.t("Accelerators, with their machines"),
                    blank=ctx.t("for example 4 x RTX 4090; nothing means all is bought or rented"),
                )
            )
        )
        self.alone = text(
            ctx.t(
                "The plan uses these and buys no others beside them. Where they do not suffice it says so, with the"
                " price of buying anew. To add to what is there, leave this blank, name the accelerator below, and"
                " take what you have off its line of the bill as a discount."
            ),
            "caption",
        )
        panel.add(self.alone)
        return panel

    def _parts(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Makers and parts"), ctx.t("none chosen means all"))
        makers = ctx.session.catalog.makers.values()
        seats = sorted({maker.country for maker in makers if maker.country})
        names: Mapping[str, str] = country_names(ctx)
        words = {code: names.get(code, code) for code in seats}
        where = ManyField(ctx, "constraints.maker_countries", ctx.t("Makers seated in"), seats, words=words)
        panel.add(self.field(where))
        self.makers = Fold(ctx, ctx.t("Makers"), name="fold-makers", framed=False)
        vendors = sorted({a.vendor for a in ctx.session.catalog.accelerators.values()}, key=str.casefold)
        self.makers.add(self.field(ManyField(ctx, "constraints.vendors", "", vendors, spoken=ctx.t("Makers"))))
        panel.add(self.makers)
        only = NamesField(ctx, "constraints.accelerators", ctx.t("Only these accelerators"), blank=ctx.t("any"))
        never = NamesField(ctx, "constraints.exclude_accelerators", ctx.t("Never these"), blank=ctx.t("none"))
        line = row(self.field(only), self.field(never), gap=20)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        panel.add(line)
        self._grid(panel, [
            CheckField(ctx, "constraints.quiet", ctx.t("It stands beside people"),
                       ctx.t("only desk-side machines: rack servers are too loud")),
            CheckField(ctx, "constraints.include_legacy", ctx.t("Also parts no longer sold new")),
            CheckField(ctx, "constraints.mig", ctx.t("Slice one accelerator into several (MIG)")),
        ], columns=2)
        return panel

    def _numbers(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Numbers and site"), ctx.t("blank means no limit"))
        free = ctx.t("open")
        self._grid(panel, [
            NumberField(ctx, "constraints.accelerator_count", ctx.t("Accelerators, exactly"), kind=int, blank=free),
            NumberField(ctx, "constraints.max_accelerators", ctx.t("Accelerators, at most"), kind=int, blank=free),
            NumberField(ctx, "constraints.max_nodes", ctx.t("Servers, at most"), kind=int, blank=free),
            NumberField(
                ctx, "constraints.tensor_parallel", ctx.t("Tensor parallel"), kind=int, blank=ctx.t("automatic")
            ),
            NumberField(ctx, "constraints.max_power_w", ctx.t("Power, at most"), unit="W", blank=free),
            NumberField(ctx, "constraints.max_rack_units", ctx.t("Rack space, at most"), unit="U", blank=free),
            NumberField(ctx, "constraints.max_rack_w", ctx.t("Power of one rack, at most"), unit="W", blank=free),
            NumberField(
                ctx, "constraints.max_delivery_weeks", ctx.t("Delivery, at most"), unit=ctx.t("weeks"), blank=free
            ),
            ComboField(ctx, "constraints.power_feeds", ctx.t("Power feeds of a rack"), [
                (2, ctx.t("two (N+N)")), (1, ctx.t("one (N)"))]),
        ])
        return panel

    def _around(self) -> Fold:
        """Storage that machines share, and software that is paid by the year."""
        ctx = self.ctx
        panel = Fold(ctx, ctx.t("Storage and software"), name="fold-storage")
        self._grid(panel, [
            ComboField(ctx, "storage.shared", ctx.t("Storage servers"), [
                ("auto", ctx.t("where a job spans machines")), ("yes", ctx.t("yes")), ("no", ctx.t("no"))]),
            NumberField(ctx, "storage.dataset_tb", ctx.t("Data to keep"), unit="TB", optional=False),
            NumberField(ctx, "storage.load_s", ctx.t("Load the weights within"), unit="s", blank=ctx.t("open")),
        ])
        known = (part for part in ctx.session.catalog.components.values() if part.category == "software")
        names = [part.name.partition(",")[0] for part in known]
        panel.add(self.field(ManyField(ctx, "constraints.software", ctx.t("Subscriptions"), names)))
        return panel

    def _host(self) -> Fold:
        """The machine's own memory as a place for weights."""
        ctx = self.ctx
        panel = Fold(ctx, ctx.t("Weights in the machine's memory"), name="fold-host")
        panel.add(self.field(ChipField(ctx, "host.offload", ctx.t("What may lie there"), [
            (code, ctx.t(words)) for code, words in OFFLOADS])))
        self._grid(panel, [
            NumberField(ctx, "host.memory_gib", ctx.t("Its memory"), unit="GiB", blank=ctx.t("usual")),
            NumberField(ctx, "host.bandwidth_gb_s", ctx.t("Its bandwidth"), unit="GB/s", blank=ctx.t("usual")),
        ])
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
        t, needs = self.ctx.t, self.ctx.session.needs
        self.spares.show(needs.constraints.availability)
        self.alone.setVisible(bool(needs.constraints.owned))
        self.makers.say(", ".join(needs.constraints.vendors) or t("all"))
        self.host.say(t(dict(OFFLOADS)[needs.host.offload]))
        extra = [t("storage servers")] if needs.storage.shared == "yes" else []
        self.around.say(", ".join([*extra, *needs.constraints.software]) or t("as the plan needs it"))
