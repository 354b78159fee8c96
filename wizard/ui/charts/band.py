"""An estimate with its 90 % band against a target, on one track."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from wizard.i18n import Translator
from wizard.planner.plan import Estimate
from wizard.ui import figures
from wizard.ui.charts.base import Chart
from wizard.ui.theme import Tokens


class BandBar(Chart):
    """Light bar: the band; coloured tick: the estimate; dark tick: the target."""

    def __init__(self, tokens: Tokens, tr: Translator, name: str) -> None:
        super().__init__(tokens, tr, name, 16)
        self.estimate: Estimate | None = None
        self.target: float | None = None
        self.better_high = False

    def show_band(self, code: str, estimate: Estimate | None, target: float | None) -> None:
        """Show an estimate of a metric and its target."""
        self.estimate, self.target = estimate, target
        self.better_high = figures.higher_is_better(code)
        if estimate is None:
            self.say("")
            return
        low, high = figures.ends(self.tr_, code, estimate.low, estimate.high)
        value = figures.metric(self.tr_, code, estimate.value)
        words = self.t("Estimate {value}, 90 % band {low} to {high}", value=value, low=low, high=high)
        if target is not None:
            words += self.t("; target {x}", x=figures.metric(self.tr_, code, target))
        self.say(words)

    @property
    def missed(self) -> bool:
        """Whether the slow end of the band breaks the target."""
        if self.estimate is None or self.target is None:
            return False
        return self.estimate.low < self.target if self.better_high else self.estimate.high > self.target

    def draw(self, p: QPainter) -> None:
        track = QRectF(0, 4, self.width(), 8)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self.colour("track"))
        p.drawRoundedRect(track, 4, 4)
        e = self.estimate
        if e is None:
            return
        top = max(e.high, self.target or 0.0) * 1.25 or 1.0
        scale = self.width() / top
        p.setBrush(self.colour("bad_soft" if self.missed and self.tokens.name == "dark" else "band"))
        if self.missed:
            p.setBrush(
                self.colour("bad").lighter(160) if self.tokens.name == "light" else self.colour("bad").darker(220)
            )
        left = e.low * scale
        p.drawRoundedRect(QRectF(left, 4, max(6.0, (e.high - e.low) * scale), 8), 4, 4)
        p.setBrush(self.colour("bad" if self.missed else "good"))
        p.drawRect(QRectF(e.value * scale - 1, 2, 2.5, 12))
        if self.target is not None:
            p.setBrush(self.colour("text"))
            p.drawRect(QRectF(self.target * scale - 1, 0, 2.5, 16))
