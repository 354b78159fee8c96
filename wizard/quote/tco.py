"""What it costs over the years, per million tokens, against renting, and what moves that."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wizard.costing.records import Tco, TcoYear
from wizard.planner.plan import Option
from wizard.quote.assumptions import input_text
from wizard.quote.charts.money import Course, Cumulative, Tornado
from wizard.quote.codes import POSTS, worded
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.style import ACCENT, BODY, CAPTION, H1, H2
from wizard.quote.tables import Cell, Column, Grid, Row, pairs
from wizard.quote.text import Span

_OTHER = "#d55e00"
_SWINGS = 10
_POSTS = ("capex", "energy", "support", "space", "staff", "cloud", "subscriptions", "refresh", "residual")


def section(paper: Paper) -> Section:
    """Return the part on the total cost of ownership."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Cost over the years"), H1)]
    if option is None or option.tco is None:
        blocks.append(Text(tr("There is no cost model for this option."), BODY))
    else:
        blocks += _blocks(paper, option, option.tco)
    return Section("tco", tr("Cost over the years"), blocks, new_page=False)


def _blocks(paper: Paper, option: Option, tco: Tco) -> Iterator[Block]:
    tr = paper.tr
    yield pairs(list(_headline(paper, tco)))
    yield Group([Text(tr("By year, {currency}", currency=tco.currency), H2), _years(paper, tco),
                 Text(tr("Without tax. Rounded to whole units after adding up. Year 0 is the purchase; a residual "
                             "value counts as income of the last year."), CAPTION)])
    courses = _courses(paper, option, tco)
    if courses:
        yield Group([Text(tr("Owning against renting"), H2),
                     Cumulative(paper, courses, tco.currency, tco.break_even_month),
                     Text(tr("Payments as they fall due, not discounted, without the residual value."), CAPTION)])
    if tco.swings:
        yield Group([Text(tr("What moves it"), H2), _tornado(paper, tco), *_explained(paper, tco)])


def _explained(paper: Paper, tco: Tco) -> list[Block]:
    if not tco.draws:
        return []
    return [Text(paper.tr("The bars start from the base case: every input at its most likely value. Headlines are the "
                          "median of {n} simulated cases in which all inputs vary at once.",
                          n=paper.count(tco.draws)), CAPTION)]


def _tornado(paper: Paper, tco: Tco) -> Tornado:
    tr, base = paper.tr, tco.per_million_base or tco.per_million_tokens
    if tco.tokens_year and base is not None:
        title = tr("Cost per million output tokens, {currency}, with one input changed at a time",
                   currency=tco.currency)
    else:
        base = tco.npv
        title = tr("Net present cost, {currency}, with one input changed at a time", currency=tco.currency)
    return Tornado(paper, tco.swings[:_SWINGS], float(base), title,
                   lambda name, value: input_text(paper, name, value))


def _headline(paper: Paper, tco: Tco) -> Iterator[tuple[str, Cell]]:
    tr = paper.tr
    yield (paper.whole_cost(tco.horizon_years),
           Span(paper.money(tco.total, tco.currency, whole=True), bold=True))
    npv = paper.money(tco.npv, tco.currency, whole=True)
    if tco.npv_p10 is not None and tco.npv_p90 is not None and tco.npv_p10 != tco.npv_p90:
        band = tr("P10 to P90: {low} to {high}", low=paper.money(tco.npv_p10, tco.currency, whole=True),
                  high=paper.money(tco.npv_p90, tco.currency, whole=True))
        npv = f"{npv} ({band})"
    yield tr("Net present value of that cost"), npv
    yield tr("Running cost a year"), paper.money(tco.opex_year, tco.currency, whole=True)
    if tco.per_million_tokens is not None:
        band = tr("P10 to P90: {low} to {high}", low=paper.unit_price(tco.per_million_p10, tco.currency),
                  high=paper.unit_price(tco.per_million_p90, tco.currency))
        price = paper.unit_price(tco.per_million_tokens, tco.currency)
        yield tr("Per million output tokens, median"), f"{price} ({band})"
    if tco.per_million_input is not None and tco.per_million_output is not None:
        yield tr("Of it per million prompt / answer tokens"), (
            f"{paper.unit_price(tco.per_million_input, tco.currency)} / "
            f"{paper.unit_price(tco.per_million_output, tco.currency)}")
    if tco.years[1:] and tco.years[1].depreciation:
        yield tr("Depreciation, straight line over {years}", years=paper.years(tco.life_years)), tr(
            "{amount} a year", amount=paper.money(tco.years[1].depreciation, tco.currency, whole=True))
    if tco.tokens_year:
        yield tr("Output tokens a year"), tr("{n} million", n=paper.figure(tco.tokens_year / 1e6))
    yield from _alternatives(paper, tco)


def _alternatives(paper: Paper, tco: Tco) -> Iterator[tuple[str, Cell]]:
    tr = paper.tr
    for name, amount in (
        (tr("Renting the like on demand"), tco.cloud_on_demand_month),
        (tr("Reserved for one year"), tco.cloud_reserved_1y_month),
        (tr("Reserved for three years"), tco.cloud_reserved_3y_month),
        (tr("Spot, may be interrupted"), tco.cloud_spot_month), (tr("The same tokens from an API"), tco.api_month),
    ):
        if amount is not None:
            yield name, tr("{amount} a month", amount=paper.money(amount, tco.currency, whole=True))
    if tco.break_even_against:
        month = tr("month {month}", month=tco.break_even_month) if tco.break_even_month is not None else (
            tr("not within the horizon"))
        yield tr("Break-even against: {other}", other=paper.label(tco.break_even_against)), month
    if tco.break_even_utilization is not None:
        yield tr("Break-even utilisation"), paper.share(tco.break_even_utilization)
    if tco.break_even_tokens_month is not None and tco.most_tokens_month is not None:
        never = tco.break_even_tokens_month > tco.most_tokens_month
        yield tr("Cheaper than the API from"), tr(
            "{n} million output tokens a month, more than the {most} million that it can serve" if never else
            "{n} million output tokens a month; it can serve {most} million",
            n=paper.figure(tco.break_even_tokens_month / 1e6), most=paper.figure(tco.most_tokens_month / 1e6))
    if tco.break_even_probability is not None:
        yield tr("Chance of being cheaper within the horizon"), paper.share(tco.break_even_probability)
    if tco.roi is not None:
        yield tr("Return on investment over the horizon"), paper.share(tco.roi)


def _years(paper: Paper, tco: Tco) -> Grid:
    tr = paper.tr
    posts = [p for p in _POSTS if any(getattr(y, p) for y in tco.years)]
    columns = [Column(tr("Year"), 1), *(Column(worded(tr, POSTS, p), align="right", least=52) for p in posts),
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
    """This plan and what it is compared with, month by month."""
    tr = paper.tr
    if len(tco.cumulative_own) < 2 or len(tco.cumulative_own) != len(tco.cumulative_other):
        return []
    own = tr("this plan (rented)") if option.bom is None else tr("this plan (owned)")
    other = paper.label(tco.break_even_against) if tco.break_even_against else tr("the alternative")
    return [Course(own, tuple(map(float, tco.cumulative_own)), ACCENT),
            Course(other, tuple(map(float, tco.cumulative_other)), _OTHER, (4, 2))]
