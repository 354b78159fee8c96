"""What a larger batch buys: throughput of a replica against the time per token."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from wizard.i18n import Translator
from wizard.planner.plan import CurvePoint
from wizard.ui import figures
from wizard.ui.charts.plot import Plot, Scale
from wizard.ui.theme import Tokens
from wizard.words import number


class CurveChart(Plot):
    """Batch from left to right along the curve, each point named by its batch."""

    def __init__(self, tokens: Tokens, tr: Translator) -> None:
        super().__init__(
            tokens,
            tr,
            tr("Batch, speed and throughput"),
            200,
            x_name=tr("output tokens per second of a replica"),
            y_name=tr("time per output token; labels are the batch"),
            x_words=lambda v: number(tr, v),
            y_words=lambda v: figures.duration(tr, v),
        )
        self.points: tuple[CurvePoint, ...] = ()
        self.target: float | None = None
        self.batch = 0

    def show_curve(self, points: Sequence[CurvePoint], *, target: float | None, batch: int) -> None:
        """Show the curve, the target and where the plan works."""
        self.points, self.target, self.batch = tuple(points), target, batch
        if self.points:
            goal = [target] if target and target < 3 * max(p.tpot_ms for p in points) else []
            self.across = Scale.over([p.output_tok_s for p in points], zero=True)
            self.up = Scale.over([p.tpot_ms for p in points] + goal, zero=True)
        self.say(
            "\n".join(
                self.t(
                    "batch {n}: {rate} tok/s, {time} per token",
                    n=p.batch,
                    rate=number(self.tr_, p.output_tok_s),
                    time=figures.duration(self.tr_, p.tpot_ms),
                )
                for p in self.points
            )
        )

    def draw(self, p: QPainter) -> None:
        if not self.points:
            return
        self.axes(p)
        if self.target is not None and self.target <= self.up.high:
            y = self.place(0, self.target).y()
            p.setPen(QPen(self.colour("secondary"), 1, Qt.PenStyle.DashLine))
            p.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
            self.tag(
                p,
                QPointF(self.area.left(), y),
                self.t("target {x}", x=figures.pace(self.tr_, self.target)),
                role="secondary",
            )
        spots = [self.place(q.output_tok_s, q.tpot_ms) for q in self.points]
        p.setPen(QPen(self.colour("accent"), 1.5))
        p.drawPolyline(spots)
        near = min(self.points, key=lambda q: abs(q.batch - self.batch))
        taken = QPointF(-1e6, -1e6)
        for q, spot in zip(self.points, spots, strict=True):
            main = q is near
            p.setPen(QPen(self.colour("background"), 1.5))
            p.setBrush(self.colour("accent"))
            p.drawEllipse(spot, 6.0 if main else 3.5, 6.0 if main else 3.5)
            if main or (spot - taken).manhattanLength() > 30:
                self.tag(p, spot, str(q.batch), bold=main, role="text" if main else "secondary")
                taken = spot
