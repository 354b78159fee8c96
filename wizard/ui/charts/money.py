"""Cost of owning by year, against renting by month, and what moves it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from wizard.costing.records import Swing, TcoYear
from wizard.i18n import Translator, mark
from wizard.ui import figures
from wizard.ui.charts.base import CENTRE, RIGHT, Chart
from wizard.ui.charts.plot import Plot, Scale
from wizard.ui.theme import MONEY_COLOURS, MONEY_SERIES, Tokens
from wizard.words import label, number

SERIES_NAMES = {
    "capex": mark("purchase"),
    "energy": mark("energy"),
    "support": mark("support"),
    "space": mark("space"),
    "staff": mark("staff"),
    "cloud": mark("cloud"),
    "subscriptions": mark("subscriptions"),
    "refresh": mark("new hardware"),
}


class TcoChart(Plot):
    """Stacked bars, one a year; year 0 is the purchase."""

    def __init__(self, tokens: Tokens, tr: Translator) -> None:
        super().__init__(
            tokens,
            tr,
            tr("Cost by year"),
            220,
            x_name=tr("year"),
            y_name="",
            x_words=lambda v: f"{v:g}",
            y_words=lambda v: figures.money_short(tr, Decimal(repr(v)), self.currency),
        )
        self.years: tuple[TcoYear, ...] = ()
        self.currency = "USD"

    def show_years(self, years: Sequence[TcoYear], currency: str) -> None:
        """Show the years' costs."""
        self.years, self.currency = tuple(years), currency
        if self.years:
            self.across = Scale(self.years[0].year - 0.5, self.years[-1].year + 0.5)
            self.up = Scale(0.0, max(1.0, *(self._sum(y) for y in self.years)) * 1.08)
        self.say(
            "\n".join(
                self.t("year {n}: {x}", n=y.year, x=figures.money(self.tr_, y.total, currency)) for y in self.years
            )
        )

    def used(self) -> list[str]:
        """Return the kinds of cost that occur."""
        return [name for name in MONEY_SERIES if any(getattr(y, name) > 0 for y in self.years)]

    def _sum(self, year: TcoYear) -> float:
        return sum(float(getattr(year, name)) for name in MONEY_SERIES)

    def draw(self, p: QPainter) -> None:
        if not self.years:
            return
        self.axes(p)
        wide = min(48.0, self.area.width() / len(self.years) * 0.6)
        for year in self.years:
            base = 0.0
            for name in self.used():
                size = float(getattr(year, name))
                if size <= 0:
                    continue
                top, foot = self.place(year.year, base + size), self.place(year.year, base)
                p.fillRect(QRectF(top.x() - wide / 2, top.y(), wide, foot.y() - top.y()), QColor(MONEY_COLOURS[name]))
                base += size
        self._legend(p)

    def _legend(self, p: QPainter) -> None:
        x = 0.0
        for name in self.used():
            words = self.t(SERIES_NAMES[name])
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(QColor(MONEY_COLOURS[name]))
            p.drawRoundedRect(QRectF(x, 4, 10, 10), 2, 2)
            wide = self.width_of(words)
            self.write(p, QRectF(x + 14, 0, wide + 2, 18), words)
            x += wide + 26


class BreakEvenChart(Plot):
    """Two lines: the plan (whole) and what it is compared with (dashed), by month; a mark where they cross."""

    def __init__(self, tokens: Tokens, tr: Translator) -> None:
        super().__init__(
            tokens,
            tr,
            tr("This plan against the alternative"),
            220,
            x_name=tr("month"),
            y_name=tr("spent so far"),
            x_words=lambda v: f"{v:g}",
            y_words=lambda v: figures.money_short(tr, Decimal(repr(v)), self.currency),
        )
        self.names = ("", "")
        self.own: tuple[float, ...] = ()
        self.other: tuple[float, ...] = ()
        self.cross: int | None = None
        self.currency = "USD"

    def show_lines(
        self, own: Sequence[Decimal], other: Sequence[Decimal], cross: int | None, currency: str, names: tuple[str, str]
    ) -> None:
        """Show what was spent after each month, and in which month owning becomes cheaper.

        Args:
            names: what the plan is called, and what it is compared with.
        """
        self.names = names
        self.own, self.other = tuple(map(float, own)), tuple(map(float, other))
        self.cross, self.currency = cross, currency
        if self.own and self.other:
            self.across = Scale(0, max(len(self.own), len(self.other)) - 1 or 1)
            self.up = Scale(0, max(*self.own, *self.other) * 1.08 or 1)
        ends = [f"{name} {figures.money_short(self.tr_, line[-1], currency)}"
                for name, line in zip(names, (own, other), strict=True) if line]
        even = self.t("even in month {n}", n=cross) if cross is not None else self.t("never even")
        self.say(self.t("spent so far") + ": " + ", ".join(ends) + "; " + even)

    def draw(self, p: QPainter) -> None:
        if not self.own or not self.other:
            return
        self.axes(p)
        right = float(self.width())
        for values, role, style, name in (
            (self.own, "accent", Qt.PenStyle.SolidLine, self.names[0]),
            (self.other, "warning", Qt.PenStyle.DashLine, self.names[1]),
        ):
            p.setPen(QPen(self.colour(role), 2, style))
            spots = [self.place(n, v) for n, v in enumerate(values)]
            p.drawPolyline(spots)
            # Beside each other at the top: at their ends the names of lines that meet would cover each other.
            wide = self.width_of(name, bold=True) + 2
            right -= wide
            self.write(p, QRectF(right, 0, wide, 18), name, role=role, bold=True)
            p.drawLine(QPointF(right - 24, 9), QPointF(right - 6, 9))
            right -= 36
        if self.cross is not None and self.cross < len(self.own):
            spot = self.place(self.cross, self.own[self.cross])
            p.setPen(QPen(self.colour("background"), 1.5))
            p.setBrush(self.colour("text"))
            p.drawEllipse(spot, 5, 5)
            self.tag(p, spot, self.t("even in month {n}", n=self.cross), bold=True)


class Tornado(Chart):
    """What moves the cost per million tokens: one bar an input, the widest first."""

    ROW = 34

    def __init__(self, tokens: Tokens, tr: Translator) -> None:
        super().__init__(tokens, tr, tr("What moves the cost"), 60)
        self.swings: tuple[Swing, ...] = ()
        self.middle = 0.0
        self.currency = "USD"

    def show_swings(self, swings: Sequence[Swing], middle: Decimal | None, currency: str) -> None:
        """Show the swings around the headline."""
        self.swings = tuple(sorted(swings, key=lambda s: -abs(s.at_high - s.at_low)))[:7]
        self.middle, self.currency = float(middle or 0), currency
        self._height = max(60, 26 + self.ROW * len(self.swings))
        self.updateGeometry()
        self.say(
            "\n".join(
                self.t(
                    "{name} {a} to {b}: {x} to {y}",
                    name=self._name(s),
                    a=number(self.tr_, s.low_input),
                    b=number(self.tr_, s.high_input),
                    x=self._money(s.at_low),
                    y=self._money(s.at_high),
                )
                for s in self.swings
            )
        )

    def _name(self, swing: Swing) -> str:
        return label(self.tr_, swing.name)

    def _money(self, value: float) -> str:
        return figures.money(self.tr_, Decimal(repr(round(value, 2))), self.currency)

    def draw(self, p: QPainter) -> None:
        if not self.swings:
            return
        ends = [v for s in self.swings for v in (s.at_low, s.at_high)] + ([self.middle] if self.middle else [])
        left = max(self.width_of(self._name(s)) for s in self.swings) + 64
        right = 60.0
        scale = Scale.over(ends)
        room = max(40.0, self.width() - left - right)

        def x(value: float) -> float:
            return left + scale.share(value) * room

        for n, swing in enumerate(self.swings):
            y = 24 + n * self.ROW
            self.write(p, QRectF(0, y, left - 60, 20), self._name(swing), role="text")
            a, b = sorted((swing.at_low, swing.at_high))
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(self.colour("accent"))
            p.drawRoundedRect(QRectF(x(a), y + 3, max(3.0, x(b) - x(a)), 14), 3, 3)
            self.write(p, QRectF(x(a) - 60, y, 54, 20), self._money(a), flags=RIGHT)
            self.write(p, QRectF(x(b) + 6, y, 58, 20), self._money(b))
        if self.middle:
            p.setPen(QPen(self.colour("text"), 1, Qt.PenStyle.DashLine))
            p.drawLine(QPointF(x(self.middle), 20), QPointF(x(self.middle), self.height()))
            words = self._money(self.middle)
            wide = self.width_of(words, bold=True) + 4
            self.write(p, QRectF(x(self.middle) - wide / 2, 0, wide, 18), words, role="text", flags=CENTRE, bold=True)
