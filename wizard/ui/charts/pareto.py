"""Cost against speed: every candidate a dot, the front a line, the target dashed, the options named.

Filled dots keep every promise, hollow ones break one. Arrow keys walk along the front and the options; a click or
Space picks an option.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from wizard.i18n import Translator
from wizard.planner.plan import Option, ParetoPoint
from wizard.ui import figures
from wizard.ui.charts.labels import Names, along, rim
from wizard.ui.charts.plot import Plot, Scale
from wizard.ui.theme import Tokens

NEAR = 12.0
NAME_WIDTH, SHORT = 190.0, 110.0
REACH = 12.0
"""Candidates beyond this multiple of the dearest option are left out: nobody buys them, and the rest would shrink."""


class ParetoChart(Plot):
    """Cost (x) and time per token (y) of the candidates.

    Args:
        names: names of the accelerators by id.
        picked: called with the id of the option whose point was chosen.
    """

    def __init__(
        self,
        tokens: Tokens,
        tr: Translator,
        *,
        names: Callable[[str], str],
        picked: Callable[[str], object],
    ) -> None:
        super().__init__(
            tokens,
            tr,
            tr("Cost against speed"),
            220,
            x_name="",
            y_name=tr("time per output token") if tr.units.pace == "ms" else tr("pace of one answer"),
            x_words=lambda v: figures.money_short(tr, Decimal(repr(v)), self.currency),
            y_words=lambda v: figures.pace(tr, v),
        )
        self.names, self.picked = names, picked
        self.points: tuple[ParetoPoint, ...] = ()
        self.options: tuple[ParetoPoint, ...] = ()
        self.target: float | None = None
        self.currency = "USD"
        self.chosen = ""
        self.at: ParetoPoint | None = None
        self.named = Names(QRectF(), (), ())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_points(
        self,
        points: Sequence[ParetoPoint],
        *,
        currency: str,
        target: float | None,
        chosen: str,
        years: int,
        options: Sequence[Option],
    ) -> None:
        """Show candidates by their cost over ``years``.

        Args:
            options: the options of the plan, shown with their own figures.
            chosen: the option looked at.
        """
        self.options = tuple(made for made in map(_point, options) if made is not None)
        own = {point.option_id for point in self.options}
        most = REACH * max((float(point.cost) for point in self.options), default=float("inf"))
        near = (p for p in points if 0 < p.cost <= most and p.tpot_ms > 0 and p.option_id not in own)
        self.points = (*near, *dict.fromkeys(self.options))
        self.currency, self.target, self.chosen, self.at = currency, target, chosen, None
        self.x_name = self.t("cost over {n} years, {currency}", n=years, currency=currency)
        if self.points:
            self.across = Scale.over([float(p.cost) for p in self.points], log=True)
            goals = [target] if target else []
            self.up = Scale.over([p.tpot_ms for p in self.points] + goals, log=True)
        self.say(self._words())

    @property
    def front(self) -> list[ParetoPoint]:
        """Return the points that nothing beats, by cost."""
        return sorted((p for p in self.points if p.on_front), key=lambda p: p.cost)

    @property
    def stops(self) -> list[ParetoPoint]:
        """Return where the arrow keys stop: the front and the options, by cost."""
        return sorted({*self.front, *self.options}, key=lambda p: (p.cost, p.tpot_ms))

    def name(self, point: ParetoPoint) -> str:
        """Return ``2 × H200``."""
        return f"{point.accelerators} × {self.names(point.accelerator)}"

    def _full(self, point: ParetoPoint) -> str:
        words = f"{self.name(point)} · {figures.money_short(self.tr_, point.cost, self.currency)}"
        words += f" · {figures.pace(self.tr_, point.tpot_ms)}"
        return words if point.feasible else words + self.t(" · breaks a promise")

    def _words(self) -> str:
        head = self.t("{n} candidates; none is both cheaper and faster than these:", n=len(self.points))
        return "\n".join((*map(self._full, self.options), head, *map(self._full, self.front[:8])))

    def draw(self, p: QPainter) -> None:
        if not self.points:
            return
        self.axes(p)
        line = [self._spot(point) for point in self.front]
        self.named = self._names(line)
        self._target(p)
        for point in self.points:
            p.setPen(Qt.PenStyle.NoPen if point.feasible else QPen(self.colour("dot"), 1))
            p.setBrush(self.colour("dot") if point.feasible else self.colour("background"))
            p.drawEllipse(self._spot(point), 3.0, 3.0)
        p.setPen(QPen(self.colour("accent"), 1.5))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawPolyline(line)
        self._options(p)
        if self.at is not None:
            p.setPen(QPen(self.colour("text"), 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(self._spot(self.at), 7, 7)
            self.tag(p, self._spot(self.at), self._full(self.at))

    def _names(self, front: Sequence[QPointF]) -> Names:
        """Begin to name things, off the front and the dots."""
        a = self.area
        room = QRectF(a.left(), 20, self.width() - a.left(), a.bottom() - 20)
        large = [at for point in self.options for at in rim(self._spot(point), 5)]
        dots = [(dot.x(), dot.y()) for dot in map(self._spot, self.points)]
        return Names(room, [*along(front), *large], dots)

    def _options(self, p: QPainter) -> None:
        for point in self.options:
            size = 6.5 if point.option_id == self.chosen else 4.5
            p.setPen(QPen(self.colour("background"), 1.5))
            p.setBrush(self.colour("accent"))
            p.drawEllipse(self._spot(point), size, size)
        if self.at is not None:
            return
        for point in sorted(self.options, key=lambda q: q.option_id != self.chosen):
            self._name(p, point, main=point.option_id == self.chosen)

    def _name(self, p: QPainter, point: ParetoPoint, *, main: bool) -> None:
        """Name an option where there is room; the one looked at in any case, shortened if need be."""
        # The whole name stands on its card and appears under the pointer; here it must not hide the rest.
        metrics = QFontMetricsF(self.type(bold=main))
        for most, must in ((NAME_WIDTH, False), (SHORT, False), (SHORT, True)) if main else ((NAME_WIDTH, False),):
            words = metrics.elidedText(self.name(point), Qt.TextElideMode.ElideRight, most)
            box = self.named.beside(self._spot(point), self.width_of(words, bold=main) + 2, far=main, must=must)
            if box is not None:
                self.label(p, box, words, bold=main)
                return

    def _target(self, p: QPainter) -> None:
        if self.target is None:
            return
        y = self.place(self.across.low, self.target).y()
        p.setPen(QPen(self.colour("secondary"), 1, Qt.PenStyle.DashLine))
        p.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
        words = self.t("target {x}", x=figures.pace(self.tr_, self.target))
        box = self.named.upon(y, self.width_of(words) + 2)
        if box is not None:
            self.label(p, box, words, role="secondary")

    def _spot(self, point: ParetoPoint) -> QPointF:
        return self.place(float(point.cost), point.tpot_ms)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.look(self._nearest(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        near = self._nearest(event.position())
        if near is not None and near in self.options:
            self.picked(str(near.option_id))

    def _nearest(self, at: QPointF) -> ParetoPoint | None:
        best = min(self.points, key=lambda p: (self._spot(p) - at).manhattanLength(), default=None)
        return best if best is not None and (self._spot(best) - at).manhattanLength() < NEAR else None

    def look(self, point: ParetoPoint | None) -> None:
        """Name a point."""
        if point != self.at:
            self.at = point
            self.setAccessibleDescription(self._full(point) if point else self._words())
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        stops = self.stops
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and stops:
            way = 1 if event.key() == Qt.Key.Key_Right else -1
            now = stops.index(self.at) if self.at in stops else (-1 if way > 0 else 0)
            self.look(stops[(now + way) % len(stops)])
        elif event.key() == Qt.Key.Key_Space and self.at is not None and self.at in self.options:
            self.picked(str(self.at.option_id))
        else:
            super().keyPressEvent(event)


def _point(option: Option) -> ParetoPoint | None:
    """Return where an option lies, with the figures of its own bill; ``None`` where it has no price or no TPOT."""
    tpot = option.estimates.get("tpot_ms")
    if option.cost.total is None or option.cost.total <= 0 or tpot is None or tpot.value <= 0:
        return None
    return ParetoPoint(
        option_id=option.id,
        accelerator=option.accelerator,
        accelerators=option.accelerators,
        cost=option.cost.total,
        tpot_ms=tpot.value,
        feasible=all(limit.margin >= 0 for limit in option.limits),
        on_front=False,
    )
