"""The bill of materials: what is bought, at which price from which source, and what the total leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wizard.costing.records import Bom, BomLine
from wizard.i18n import mark
from wizard.planner.plan import Option, Reason
from wizard.quote.capital import rmb_capital
from wizard.quote.codes import category as worded_category
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.promises import is_training
from wizard.quote.style import BODY, CAPTION, H1, MUTED, WARNING
from wizard.quote.tables import Cell, Column, Grid, Row, pairs
from wizard.quote.text import Span

STALE = "▲"


def section(paper: Paper) -> Section:
    """Return the bill, or the rent where nothing is bought."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Bill of materials"), H1)]
    if option is None:
        blocks.append(Text(tr("There is no option to show."), BODY))
    elif option.bom is None:
        blocks += _rent(paper, option)
    else:
        blocks += _bought(paper, option.bom)
    landscape = option is not None and option.bom is not None
    return Section("bill", tr("Bill of materials"), blocks, landscape=landscape, new_page=landscape)


def _rent(paper: Paper, option: Option) -> Iterator[Block]:
    tr, cost = paper.tr, option.cost
    ordered = next((r.fields.get("instances") for r in option.reasons if r.code == "rented"), None)
    instances = ordered if isinstance(ordered, int) else option.nodes
    yield Text(tr("Nothing is bought; the hardware is rented."), BODY)
    rows: list[tuple[str, Cell]] = [
        (tr("Cloud instance"), option.cloud_sku or BLANK), (tr("Instances"), paper.count(instances)),
        (tr("Hardware"), paper.hardware(option)),
        (tr("Rent a month"), Span(paper.money(cost.per_month, cost.currency), bold=True)),
    ]
    if cost.opex_year is not None:
        rows.append((tr("Rent a year"), paper.money(cost.opex_year, cost.currency)))
    name = tr("Rent of the whole run") if is_training(paper) else (
        paper.whole_cost(paper.plan.needs.economics.horizon_years))
    yield pairs([*rows, (name, paper.money(cost.total, cost.currency))])


def _bought(paper: Paper, bom: Bom) -> Iterator[Block]:
    tr = paper.tr
    if not bom.lines:
        yield Text(tr("There are no lines."), BODY)
        return
    yield _table(paper, bom)
    yield Group(list(_footnotes(paper, bom)))


def _table(paper: Paper, bom: Bom) -> Grid:
    tr, currency = paper.tr, bom.currency
    discounted = any(line.discount for line in bom.lines)
    columns = [
        Column(tr("No."), align="right"), Column(tr("Category"), 0.9), Column(tr("Item"), 3.2),
        Column(tr("Vendor"), 0.7), Column(tr("Qty"), align="right"),
        Column(tr("List price, {currency}", currency=currency), align="right", least=66),
    ]
    if discounted:
        columns.append(Column(tr("Discount"), align="right"))
    columns += [
        Column(tr("Net price, {currency}", currency=currency), align="right", least=66),
        Column(tr("Amount, {currency}", currency=currency), align="right", least=70),
        Column(tr("Price class, date, source"), 1.7),
    ]
    return Grid(columns, [*_rows(paper, bom, discounted=discounted), *_sums(paper, bom, len(columns))])


def _rows(paper: Paper, bom: Bom, *, discounted: bool) -> Iterator[Row]:
    sums = dict(bom.subtotals)
    for category in dict.fromkeys(line.category for line in bom.lines):
        lines = [line for line in bom.lines if line.category == category]
        for line in lines:
            yield _line(paper, line, discounted=discounted)
        if len(lines) > 1 and category in sums:
            name = paper.tr("Subtotal {category}", category=worded_category(paper.tr, category))
            yield _sum(name, paper.amount(sums[category]), 10 if discounted else 9)


def _sum(name: str, amount: str, columns: int, note: str = "") -> Row:
    """A sum stands in the column of amounts, the last but one."""
    return Row(("", "", name, *[""] * (columns - 5), amount, note), "subtotal")


def _line(paper: Paper, line: BomLine, *, discounted: bool) -> Row:
    item = [Span(paper.describe(line), bold=True), Span(f"  {line.part}", colour=MUTED)]
    if line.recurring:
        item.append(Span("\n" + paper.tr("recurring, per year"), colour=MUTED))
    if line.reason:
        item.append(Span("\n" + paper.say(Reason(code=line.reason, fields=dict(line.reason_fields))), colour=MUTED))
    if line.edited:
        item.append(Span("\n" + paper.tr("changed by hand"), bold=True))
    unit = paper.amount(line.unit_list)
    discount = [paper.share(line.discount, 1) if line.discount else BLANK] if discounted else []
    return Row((
        paper.count(line.number), worded_category(paper.tr, line.category), tuple(item), line.vendor,
        paper.count(line.quantity), unit, *discount, paper.amount(line.unit_net), paper.amount(line.extended),
        _basis(paper, line),
    ))


def _basis(paper: Paper, line: BomLine) -> tuple[Span, ...]:
    if line.extended is None or line.price_kind is None:
        return (Span(paper.tr("no price: not in the total"), bold=True, colour=WARNING),)
    parts = [Span(f"{STALE} ", colour=WARNING)] if line.stale else []
    kind = paper.label(line.price_kind)
    day = f", {line.price_as_of.isoformat()}" if line.price_as_of else ""
    source = f" {paper.source(line.price_source)}" if line.price_source else ""
    return (*parts, Span(f"{kind}{day}{source}", link="sources" if paper.has_source(line.price_source) else ""))


def _sums(paper: Paper, bom: Bom, columns: int) -> Iterator[Row]:
    tr = paper.tr
    yield _sum(tr("Net"), paper.amount(bom.net), columns)
    if bom.tax_rate:
        yield _sum(tr("Tax {rate}", rate=paper.share(bom.tax_rate, 1)), paper.amount(bom.tax), columns)
    else:
        yield _sum(tr("Tax: none included"), paper.amount(bom.tax), columns)
    name = tr("Total, {currency}", currency=bom.currency)
    if bom.unpriced:
        name = paper.plural(len(bom.unpriced), mark("{name}, without {n} unpriced line"),
                            mark("{name}, without {n} unpriced lines"), name=name)
    yield Row(("", "", name, *[""] * (columns - 5), paper.amount(bom.total), ""), "total")


def _footnotes(paper: Paper, bom: Bom) -> Iterator[Block]:
    tr = paper.tr
    if bom.currency == "CNY" and paper.chinese and bom.total < Decimal("1e16"):
        yield Text([Span(tr("In words: "), bold=True), Span(rmb_capital(bom.total))], BODY)
    if bom.unpriced:
        yield Text(paper.plural(
            len(bom.unpriced), mark("The total omits line {numbers}: no price of it is public. Ask for an offer."),
            mark("The total omits lines {numbers}: no prices of them are public. Ask for an offer."),
            numbers=", ".join(str(n) for n in bom.unpriced)), BODY.but(bold=True, colour=WARNING))
    notes = [
        tr("By the price classes' own spread the total may lie between {low} and {high}.",
           low=paper.money(bom.low, bom.currency, whole=True), high=paper.money(bom.high, bom.currency, whole=True)),
        tr("Amount = quantity × net price, rounded half up to 0.01; tax is reckoned once on the net sum."),
    ]
    if any(line.stale for line in bom.lines):
        notes.append(tr("{mark} price older than 90 days: indicative only.", mark=STALE))
    if bom.currency != "USD":
        notes.append(tr("Converted at {rate} {currency} per USD of {day} {source}.", currency=bom.currency,
                        rate=f"{bom.usd_rate.normalize():f}", day=paper.day(bom.rate_as_of),
                        source=paper.source(bom.rate_source)))
    notes.append(tr("Figures in brackets are the numbers of the sources at the end of this paper."))
    yield Text("\n".join(notes), CAPTION)
