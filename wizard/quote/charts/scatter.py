"""Cost against speed, and latency against throughput."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.planner.plan import CurvePoint, Option, ParetoPoint
from wizard.quote.charts.ink import Labels, dot, gutter, polyline, put, stroke, x_axis, y_axis
from wizard.quote.charts.scale import Scale, enclosing
from wizard.quote.flow import Block, Pen
from wizard.quote.paper import Paper
from wizard.quote.style import ACCENT, BAD, MUTED, TEXT, Align

_FADED = "#b6bfca"
_NAMED = 4


class Curve(Block):
    """What one more user costs everybody: time per token against the replica's throughput, a point per batch."""

    after = 8.0

    def __init__(self, paper: Paper, points: Sequence[CurvePoint], target_ms: float | None, batch: int) -> None:
        self.paper = paper
        self.points = tuple(sorted(points, key=lambda p: p.batch))
        self.target = target_ms
        self.batch = batch

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 168.0

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw axes, curve, target and the batch of each point."""
        canvas, paper = page.canvas, self.paper
        heights = [p.tpot_ms for p in self.points]
        nearby = [self.target] if self.target and self.target <= 4 * max(heights) else []
        y_ticks = enclosing(heights + nearby)
        x_ticks = enclosing([p.output_tok_s for p in self.points])
        left, bottom, right = x + gutter(y_ticks, paper.figure), top - 138, x + width_pt - 14
        xs = Scale(x_ticks[0], x_ticks[-1], left, right)
        ys = Scale(y_ticks[0], y_ticks[-1], bottom, top - 14)
        put(canvas, paper.tr("time per output token, ms"), x, top - 7, size=7, colour=MUTED)
        y_axis(canvas, ys, y_ticks, left, right, paper.figure)
        x_axis(canvas, xs, x_ticks, bottom, paper.figure)
        put(canvas, paper.tr("output tokens per second of one replica; the figures at the points are requests at once"),
            (left + right) / 2, bottom - 23, size=7, colour=MUTED, align="center", room=right - left)
        labels = Labels(canvas, left, right + 14, bottom, top - 10)
        if nearby:
            target_line(page, labels, ys(nearby[0]), left, right,
                        paper.tr("target {value}", value=paper.metric("tpot_ms", nearby[0])), "left")
        places = [(xs(p.output_tok_s), ys(p.tpot_ms)) for p in self.points]
        polyline(canvas, places, ACCENT)
        labels.reserve_line(places)
        for point, (px, py) in zip(self.points, places, strict=True):
            chosen = point.batch == self.batch
            dot(canvas, px, py, 3 if chosen else 2, ACCENT)
            labels.place(paper.count(point.batch), px, py, bold=chosen)


def target_line(page: Pen, labels: Labels, y: float, left: float, right: float, text: str, align: Align) -> None:
    """Draw a dashed line with its name at one end."""
    stroke(page.canvas, left, y, right, y, TEXT, 0.8, (3, 2))
    end = left + 3 if align == "left" else right - 2
    baseline = y + 3 if y + 10 < labels.top else y - 8
    wide = put(page.canvas, text, end, baseline, size=7, bold=True, align=align)
    start = end if align == "left" else end - wide
    labels.reserve(start, baseline - 2, start + wide, baseline + 7)
    labels.reserve_line([(left, y), (right, y)])


class Pareto(Block):
    """Every candidate that was kept, in the plane of cost and time per token."""

    after = 8.0

    def __init__(self, paper: Paper, points: Sequence[ParetoPoint], target_ms: float | None) -> None:
        self.paper = paper
        self.points = tuple(p for p in points if p.cost > 0 and p.tpot_ms > 0)
        self.target = target_ms

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 202.0

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw axes, the front, the candidates and the names of the options."""
        if not self.points:
            return
        canvas, paper = page.canvas, self.paper
        costs = [float(p.cost) for p in self.points]
        times = [p.tpot_ms for p in self.points]
        wide_x, wide_y = max(costs) > 12 * min(costs), max(times) > 12 * min(times)
        x_ticks, y_ticks = enclosing(costs, log=wide_x), enclosing(times, log=wide_y)
        left, bottom, right = x + gutter(y_ticks, paper.figure), top - 172, x + width_pt - 14
        xs = Scale(x_ticks[0], x_ticks[-1], left, right, wide_x)
        ys = Scale(y_ticks[0], y_ticks[-1], bottom, top - 14, wide_y)
        put(canvas, paper.tr("time per output token, ms"), x, top - 7, size=7, colour=MUTED)
        y_axis(canvas, ys, y_ticks, left, right, paper.figure)
        x_axis(canvas, xs, x_ticks, bottom, paper.count)
        put(canvas, paper.tr("cost, {currency}", currency=paper.plan.currency) + self._scales(wide_x, wide_y),
            (left + right) / 2, bottom - 23, size=7, colour=MUTED, align="center")
        labels = Labels(canvas, left, right + 14, bottom, top - 10)
        if self.target and y_ticks[0] <= self.target <= y_ticks[-1]:
            target_line(page, labels, ys(self.target), left, right,
                        paper.tr("target {value}", value=paper.metric("tpot_ms", self.target)), "right")
        self._points(page, xs, ys, labels)

    def _scales(self, wide_x: bool, wide_y: bool) -> str:
        return self.paper.tr(" (logarithmic)") if wide_x or wide_y else ""

    def _points(self, page: Pen, xs: Scale, ys: Scale, labels: Labels) -> None:
        front = sorted((p for p in self.points if p.on_front), key=lambda p: p.cost)
        line = [(xs(float(p.cost)), ys(p.tpot_ms)) for p in front]
        polyline(page.canvas, line, ACCENT, 0.9)
        labels.reserve_line(line)
        ordered = sorted(self.points, key=lambda p: (p.option_id is not None, p.on_front))
        for p in ordered:
            colour = ACCENT if p.option_id else _FADED if p.feasible else BAD
            dot(page.canvas, xs(float(p.cost)), ys(p.tpot_ms), 3.2 if p.option_id else 1.9, colour,
                hollow=not p.feasible)
            labels.reserve(xs(float(p.cost)) - 2.5, ys(p.tpot_ms) - 2.5, xs(float(p.cost)) + 2.5, ys(p.tpot_ms) + 2.5)
        names = {o.id: o for o in self.paper.plan.options}
        lesser = [p for p in front if not p.option_id]
        named = {id(p) for p in lesser[:: max(1, len(lesser) // _NAMED)]}
        for p in reversed(ordered):
            if p.option_id or id(p) in named:
                self._name(labels, p, xs(float(p.cost)), ys(p.tpot_ms), names)

    def _name(self, labels: Labels, point: ParetoPoint, x: float, y: float, names: dict[str, Option]) -> None:
        option = names.get(point.option_id or "")
        shown = f"{point.accelerators} × {option.accelerator_name if option else self.paper.part(point.accelerator)}"
        labels.place(shown, x, y, bold=option is not None, colour=TEXT if option else MUTED)
