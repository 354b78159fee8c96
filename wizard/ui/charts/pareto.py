"""Cost against speed: every candidate a dot, the front a line, the target dashed. Arrow keys walk along the front."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from wizard.i18n import Translator
from wizard.planner.plan import ParetoPoint
from wizard.ui import figures
from wizard.ui.charts.plot import Plot, Scale
from wizard.ui.theme import Tokens

NEAR = 12.0


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
            y_name=tr("time per output token"),
            x_words=lambda v: figures.money_short(tr, Decimal(repr(v)), self.currency),
            y_words=lambda v: figures.duration(tr, v),
        )
        self.names, self.picked = names, picked
        self.points: tuple[ParetoPoint, ...] = ()
        self.roles: Mapping[str, str] = {}
        self.target: float | None = None
        self.currency = "USD"
        self.chosen = ""
        self.at: ParetoPoint | None = None
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
        roles: Mapping[str, str],
    ) -> None:
        """Show candidates by their cost over ``years``.

        Args:
            roles: the options among them, by id.
            chosen: the option looked at.
        """
        self.points = tuple(p for p in points if p.cost > 0 and p.tpot_ms > 0)
        self.currency, self.target, self.chosen, self.roles, self.at = currency, target, chosen, roles, None
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

    def name(self, point: ParetoPoint) -> str:
        """Return ``2 × H200``."""
        return f"{point.accelerators} × {self.names(point.accelerator)}"

    def _full(self, point: ParetoPoint) -> str:
        words = f"{self.name(point)} · {figures.money_short(self.tr_, point.cost, self.currency)}"
        words += f" · {figures.duration(self.tr_, point.tpot_ms)}"
        return words if point.feasible else words + self.t(" · breaks a promise")

    def _words(self) -> str:
        head = self.t("{n} candidates; none is both cheaper and faster than these:", n=len(self.points))
        return head + "\n" + "\n".join(self._full(p) for p in self.front[:8])

    def draw(self, p: QPainter) -> None:
        if not self.points:
            return
        self.axes(p)
        self._target(p)
        p.setPen(Qt.PenStyle.NoPen)
        for point in self.points:
            p.setBrush(self.colour("dot") if point.feasible else self.colour("track"))
            p.drawEllipse(self._spot(point), 3.0, 3.0)
        line = [self._spot(point) for point in self.front]
        p.setPen(QPen(self.colour("accent"), 1.5))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawPolyline(line)
        self._options(p)
        if self.at is not None:
            p.setPen(QPen(self.colour("text"), 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(self._spot(self.at), 7, 7)
            self.tag(p, self._spot(self.at), self._full(self.at))

    def _options(self, p: QPainter) -> None:
        for point in self.points:
            if point.option_id not in self.roles:
                continue
            main = point.option_id == self.chosen
            p.setPen(QPen(self.colour("background"), 1.5))
            p.setBrush(self.colour("accent"))
            p.drawEllipse(self._spot(point), 6.5 if main else 4.5, 6.5 if main else 4.5)
            if main and self.at is None:
                self.tag(p, self._spot(point), self.name(point), bold=True)

    def _target(self, p: QPainter) -> None:
        if self.target is None:
            return
        y = self.place(self.across.low, self.target).y()
        p.setPen(QPen(self.colour("secondary"), 1, Qt.PenStyle.DashLine))
        p.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
        words = self.t("target {x}", x=figures.duration(self.tr_, self.target))
        self.tag(p, QPointF(self.area.right() - self.width_of(words) - 10, y), words, role="secondary")

    def _spot(self, point: ParetoPoint) -> QPointF:
        return self.place(float(point.cost), point.tpot_ms)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.look(self._nearest(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        near = self._nearest(event.position())
        if near is not None and near.option_id in self.roles:
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
        front = self.front
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and front:
            way = 1 if event.key() == Qt.Key.Key_Right else -1
            now = front.index(self.at) if self.at in front else (-1 if way > 0 else 0)
            self.look(front[(now + way) % len(front)])
        elif event.key() == Qt.Key.Key_Space and self.at is not None and self.at.option_id in self.roles:
            self.picked(str(self.at.option_id))
        else:
            super().keyPressEvent(event)
