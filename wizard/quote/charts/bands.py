"""Promises against estimates: the light bar is the 90 % band, the tick the estimate, the dark tick the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.planner.plan import Estimate
from wizard.quote.charts.ink import box, put, stroke
from wizard.quote.charts.scale import Scale
from wizard.quote.codes import MODELS, worded
from wizard.quote.flow import Block, Pen
from wizard.quote.paper import Paper
from wizard.quote.style import ACCENT, BAD, GOOD, GOOD_SOFT, MUTED, TEXT, TRACK

_ROW = 36.0


@dataclass(frozen=True, slots=True)
class Promise:
    """An estimate, and the target it is held against (``None``: nothing was asked)."""

    code: str
    estimate: Estimate
    target: float | None

    @property
    def is_time(self) -> bool:
        """Whether less is better."""
        return self.code.endswith("_ms") or self.code == "hours"

    @property
    def kept(self) -> bool:
        """Whether the conservative end of the band meets the target."""
        if self.target is None:
            return True
        return self.estimate.high <= self.target if self.is_time else self.estimate.low >= self.target

    @property
    def slow_end(self) -> float:
        """The conservative end of the band."""
        return self.estimate.high if self.is_time else self.estimate.low


class Bands(Block):
    """One row per promise, each on a scale of its own from zero."""

    after = 6.0

    def __init__(self, paper: Paper, promises: Sequence[Promise]) -> None:
        self.paper = paper
        self.promises = tuple(promises)

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return _ROW * len(self.promises)

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw a label, a bar and the figures per row."""
        for i, promise in enumerate(self.promises):
            self._row(page, promise, x, top - i * _ROW, width_pt)

    def _row(self, page: Pen, promise: Promise, x: float, top: float, width_pt: float) -> None:
        paper, canvas, estimate = self.paper, page.canvas, promise.estimate
        shown = paper.tr("{value} (90 %: {band})", value=paper.metric(promise.code, estimate.value),
                         band=paper.band(promise.code, estimate))
        wide = put(canvas, shown, x + width_pt, top - 9, size=7.5, align="right", colour=TEXT)
        put(canvas, paper.label(promise.code), x, top - 9, bold=True, room=width_pt - wide - 10)
        bar(page, promise, x, top - 20, width_pt)
        put(canvas, self._basis(estimate, promise.code), x, top - 29, size=6.5, colour=MUTED, room=width_pt)

    def _model(self, basis: str) -> str:
        return worded(self.paper.tr, MODELS, basis) if basis in MODELS else self.paper.label(basis)

    def _basis(self, estimate: Estimate, code: str) -> str:
        """Say what the estimate rests on, and the physical bound."""
        basis = self._model(estimate.basis)
        if estimate.ceiling is None:
            return basis
        best = self.paper.metric(code, estimate.ceiling)
        return self.paper.tr("{basis}; best possible {value}", basis=basis, value=best)


def bar(page: Pen, promise: Promise, x: float, bottom: float, width_pt: float, high: float = 6.0) -> None:
    """Draw one band on a track from zero to a little past the largest figure."""
    canvas, estimate = page.canvas, promise.estimate
    most = max(estimate.high, promise.target or 0.0) * 1.12 or 1.0
    scale = Scale(0, most, x, x + width_pt)
    strong, soft = (GOOD, GOOD_SOFT) if promise.kept else (BAD, "#eeb3ad")
    if promise.target is None:
        strong, soft = ACCENT, "#bcd3fa"
    box(canvas, x, bottom, width_pt, high, TRACK)
    box(canvas, scale(estimate.low), bottom, max(scale(estimate.high) - scale(estimate.low), 0.8), high, soft)
    stroke(canvas, scale(estimate.value), bottom, scale(estimate.value), bottom + high, strong, 1.6)
    if promise.target is not None:
        stroke(canvas, scale(promise.target), bottom - 2, scale(promise.target), bottom + high + 2, TEXT, 1.6)


