"""What it costs over the years, per million tokens, against renting, and what moves that."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wizard.costing.records import Tco, TcoYear
from wizard.planner.plan import Option
from wizard.quote.assumptions import input_text
from wizard.quote.charts.money import Course, Cumulative, Tornado
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.style import BODY, CAPTION, H1, H2
from wizard.quote.tables import Cell, Column, Grid, Row, pairs
from wizard.quote.text import Span

_POSTS = ("capex", "energy", "support", "space", "staff", "cloud", "residual")


def section(paper: Paper) -> Section:
    """Return the part on the total cost of ownership."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Cost over the years"), H1)]
    if option is None or option.tco is None:
        blocks.append(Text(tr("There is no cost model for this option."), BODY))
    else:
        blocks += _blocks(paper, option, option.tco)
    return Section("tco", tr("Cost over the years"), blocks)


def _blocks(paper: Paper, option: Option, tco: Tco) -> Iterator[Block]:
    tr = paper.tr
    yield pairs(list(_headline(paper, tco)))
    yield Group([Text(tr("By year, {currency}", currency=tco.currency), H2), _years(paper, tco),
                 Text(tr("Rounded to whole units after adding up. Year 0 is the purchase."), CAPTION)])
    courses = _courses(paper, option, tco)
    if len(courses) > 1:
        yield Group([Text(tr("Owning against renting"), H2),
                     Cumulative(paper, courses, tco.currency, tco.break_even_month),
                     Text(tr("Undiscounted payments, spread evenly within each year."), CAPTION)])
    if tco.swings and tco.per_million_tokens is not None:
        title = tr("Cost per million tokens, {currency}, with one input changed at a time", currency=tco.currency)
        yield Group([Text(tr("What moves it"), H2),
                     Tornado(paper, tco.swings, float(tco.per_million_tokens), title,
                             lambda name, value: input_text(paper, name, value))])


def _headline(paper: Paper, tco: Tco) -> Iterator[tuple[str, Cell]]:
    tr = paper.tr
    yield (paper.whole_cost(tco.horizon_years),
           Span(paper.money(tco.total, tco.currency, whole=True), bold=True))
    yield tr("Net present value of that cost"), paper.money(tco.npv, tco.currency, whole=True)
    yield tr("Running cost a year"), paper.money(tco.opex_year, tco.currency, whole=True)
    if tco.per_million_tokens is not None:
        band = tr("P10 to P90: {low} to {high}", low=paper.unit_price(tco.per_million_p10, tco.currency),
                  high=paper.unit_price(tco.per_million_p90, tco.currency))
        yield tr("Per million tokens"), f"{paper.unit_price(tco.per_million_tokens, tco.currency)} ({band})"
    if tco.tokens_year:
        yield tr("Tokens a year"), paper.figure(tco.tokens_year / 1e9) + paper.tr(" billion")
    yield from _alternatives(paper, tco)


def _alternatives(paper: Paper, tco: Tco) -> Iterator[tuple[str, Cell]]:
    tr = paper.tr
    if tco.cloud_on_demand_month is not None:
        yield tr("Renting the like on demand"), tr(
            "{amount} a month", amount=paper.money(tco.cloud_on_demand_month, tco.currency, whole=True))
    if tco.api_month is not None:
        yield tr("The same tokens from an API"), tr(
            "{amount} a month", amount=paper.money(tco.api_month, tco.currency, whole=True))
    if tco.cloud_on_demand_month is not None or tco.api_month is not None:
        yield tr("Break-even"), tr("month {month}", month=tco.break_even_month) if (
            tco.break_even_month is not None) else tr("not within the horizon")
    if tco.break_even_utilization is not None:
        yield tr("Break-even utilisation"), paper.share(tco.break_even_utilization)
    if tco.roi is not None:
        yield tr("Return on investment over the horizon"), paper.share(tco.roi)


def _years(paper: Paper, tco: Tco) -> Grid:
    tr = paper.tr
    posts = [p for p in _POSTS if any(getattr(y, p) for y in tco.years)]
    columns = [Column(tr("Year"), 1), *(Column(paper.label(p), align="right", least=52) for p in posts),
               Column(tr("Total"), align="right", least=56)]
    rows = [Row((str(y.year), *(_cell(paper, y, p) for p in posts), paper.amount(y.total, whole=True)))
            for y in tco.years]
    sums = [sum((getattr(y, p) for y in tco.years), Decimal(0)) for p in posts]
    whole = sum((y.total for y in tco.years), Decimal(0))
    shown = [paper.amount(s, whole=True) for s in (*sums, whole)]
    rows.append(Row((tr("Sum"), *shown), "total"))
    return Grid(columns, rows)


def _cell(paper: Paper, year: TcoYear, post: str) -> str:
    value: Decimal = getattr(year, post)
    return paper.amount(value, whole=True) if value else BLANK


def _courses(paper: Paper, option: Option, tco: Tco) -> list[Course]:
    tr, months = paper.tr, 12 * tco.horizon_years
    own = tr("this plan (rented)") if option.bom is None else tr("this plan (owned)")
    courses = [Course(own, _spread(tco.years, months), "#1f6feb")]
    if tco.cloud_on_demand_month is not None:
        monthly = float(tco.cloud_on_demand_month)
        courses.append(Course(tr("rented on demand"), tuple(monthly * m for m in range(months + 1)), "#d55e00", (4, 2)))
    if tco.api_month is not None:
        monthly = float(tco.api_month)
        courses.append(Course(tr("from an API"), tuple(monthly * m for m in range(months + 1)), "#009e73", (1.5, 1.5)))
    return courses


def _spread(years: tuple[TcoYear, ...], months: int) -> tuple[float, ...]:
    by_year = {y.year: float(y.total) for y in years}
    paid = by_year.get(0, 0.0)
    course = [paid]
    for month in range(1, months + 1):
        paid += by_year.get((month - 1) // 12 + 1, 0.0) / 12
        course.append(paid)
    return tuple(course)
