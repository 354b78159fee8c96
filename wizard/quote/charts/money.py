"""Money over time, and what moves it: cumulative cost against renting, and the tornado of the inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wizard.costing.records import Swing
from wizard.quote.charts.ink import Labels, box, gutter, polyline, put, stroke, x_axis, y_axis
from wizard.quote.charts.scale import Scale, enclosing, ticks
from wizard.quote.flow import Block, Pen
from wizard.quote.paper import Paper
from wizard.quote.style import MUTED, REGULAR, TEXT
from wizard.quote.text import clean, width

_LOW, _HIGH = "#56b4e9", "#e69f00"


@dataclass(frozen=True, slots=True)
class Course:
    """Cumulative cost of one way to do it, a value per month from month 0."""

    name: str
    values: tuple[float, ...]
    colour: str
    dash: tuple[float, ...] = ()


class Cumulative(Block):
    """Cumulative cost per month; a mark where owning becomes the cheaper."""

    after = 8.0

    def __init__(self, paper: Paper, courses: Sequence[Course], currency: str, break_even_month: int | None) -> None:
        self.paper = paper
        self.courses = tuple(courses)
        self.currency = currency
        self.month = break_even_month

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 190.0

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the courses and name each at its end."""
        canvas, paper = page.canvas, self.paper
        months = len(self.courses[0].values) - 1
        y_ticks = enclosing([v for c in self.courses for v in c.values])
        left, bottom = x + gutter(y_ticks, paper.count), top - 160
        right = x + width_pt - 6
        xs, ys = Scale(0, months, left, right), Scale(y_ticks[0], y_ticks[-1], bottom, top - 14)
        put(canvas, paper.tr("paid so far, {currency}", currency=self.currency), x, top - 7, size=7, colour=MUTED)
        y_axis(canvas, ys, y_ticks, left, right, paper.count)
        x_axis(canvas, xs, list(range(0, months + 1, 6)), bottom, paper.count)
        put(canvas, paper.tr("month"), (left + right) / 2, bottom - 22, size=7, colour=MUTED, align="center")
        labels = Labels(canvas, left, right, bottom, top - 10)
        if self.month is not None and self.month <= months:
            stroke(canvas, xs(self.month), bottom, xs(self.month), top - 14, TEXT, 0.8, (3, 2))
            labels.place(paper.tr("even in month {month}", month=self.month), xs(self.month), bottom + 4, bold=True)
            labels.reserve_line([(xs(self.month), bottom), (xs(self.month), top - 14)])
        for course in self.courses:
            places = [(xs(i), ys(v)) for i, v in enumerate(course.values)]
            polyline(canvas, places, course.colour, 1.4, course.dash)
            labels.reserve_line(places)
        for course in self.courses:
            self._name(labels, course, xs, ys)

    def _name(self, labels: Labels, course: Course, xs: Scale, ys: Scale) -> None:
        last = len(course.values) - 1
        for share in (0.98, 0.85, 0.7, 0.5, 0.3, 0.12):
            i = round(last * share)
            if labels.place(course.name, xs(i), ys(course.values[i]), bold=True, colour=course.colour):
                return


class Tornado(Block):
    """The headline with one input at a time at its low and at its high end, the widest swing on top."""

    after = 8.0

    def __init__(self, paper: Paper, swings: Sequence[Swing], base: float, title: str,
                 show_input: Callable[[str, float], str]) -> None:
        self.paper = paper
        self.swings = sorted(swings, key=lambda s: -abs(s.at_high - s.at_low))
        self.base = base
        self.title = title
        self.show_input = show_input

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 20.0 * len(self.swings) + 48

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the bars around the base value."""
        canvas, paper = page.canvas, self.paper
        names = [paper.label(s.name) for s in self.swings]
        gut = min(max((width(clean(n), REGULAR, 7.5) for n in names), default=0) + 10, width_pt * 0.3)
        ends = [v for s in self.swings for v in (s.at_low, s.at_high)]
        marks = ticks(min([*ends, self.base]), max([*ends, self.base]))
        scale = Scale(marks[0], marks[-1], x + gut + 46, x + width_pt - 46)
        put(canvas, self.title, x, top - 8, bold=True, room=width_pt)
        bottom = top - 20 - 20 * len(self.swings)
        for i, (swing, name) in enumerate(zip(self.swings, names, strict=True)):
            y = top - 33 - 20 * i
            put(canvas, name, x, y + 2, room=gut - 6)
            self._bar(page, swing, scale, y)
        stroke(canvas, scale(self.base), bottom, scale(self.base), top - 18, TEXT, 0.9)
        x_axis(canvas, scale, marks, bottom - 2, paper.figure)
        put(canvas, paper.tr("base case {value}", value=paper.figure(self.base)), scale(self.base), bottom - 24,
            size=7, bold=True, align="center")

    def _bar(self, page: Pen, swing: Swing, scale: Scale, y: float) -> None:
        """Draw both halves and say at which input each end lies."""
        middle = scale(self.base)
        for value, given, colour in ((swing.at_low, swing.low_input, _LOW), (swing.at_high, swing.high_input, _HIGH)):
            end = scale(value)
            box(page.canvas, min(middle, end), y - 2, abs(end - middle), 11, colour)
            leftwards = end < middle or (end == middle and value is swing.at_low)
            put(page.canvas, self.show_input(swing.name, given), end + (-3 if leftwards else 3), y + 1, size=6.5,
                colour=MUTED, align="right" if leftwards else "left")


