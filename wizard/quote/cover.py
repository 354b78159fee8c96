"""The first page: the answer, what it costs and omits, how sure it is, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from wizard.costing.records import Bom
from wizard.i18n import mark
from wizard.needs.logo import logo_bytes
from wizard.planner.plan import Change, Option, late_code
from wizard.quote.assumptions import main_assumptions
from wizard.quote.codes import KEYS, worded
from wizard.quote.flow import Beside, Block, Gap, Group, Section, Text
from wizard.quote.panels import Card, Cards, Contents, Notice, Picture, Stamp, bullets
from wizard.quote.paper import BLANK, Paper
from wizard.quote.promises import is_training, limit_text, missed, promises
from wizard.quote.risks import risks
from wizard.quote.style import (
    BAD,
    BAD_SOFT,
    BODY,
    CAPTION,
    GOOD,
    H2,
    LEAD,
    MUTED,
    SMALL,
    TITLE,
    WARNING,
)
from wizard.quote.tables import Column, Grid, Row, pairs
from wizard.quote.text import Span
from wizard.words import why_not

_NAMES = 46
_LONGEST = 190
_DEAREST = 4
_LOGO = (180.0, 48.0)
"""The box in points that a logo may take."""


def title(paper: Paper) -> str:
    """Return the paper's title: the project, or what is planned."""
    tr, plan = paper.tr, paper.plan
    project = plan.needs.document.project
    return tr("{project}: hardware plan", project=project) if project else tr(
        "Hardware plan for {model}", model=plan.model.name)


def section(paper: Paper, others: Sequence[Section]) -> Section:
    """Return the decision page."""
    tr = paper.tr
    stamp = Stamp(tr("BUDGETARY - not an offer"), WARNING)
    kind = Text(tr("Budgetary quotation"), SMALL)
    logo = paper.plan.needs.document.seller.logo
    blocks: list[Block] = [
        *((Beside((Picture(logo_bytes(logo), *_LOGO), stamp), (1, 1), after=8), kind) if logo else
          (Beside((kind, stamp), (1, 1), after=0),)),
        Text(title(paper), TITLE.but(size=18, leading=24) if len(title(paper)) > _NAMES else TITLE),
        Text(_verdict(paper), LEAD.but(colour=MUTED)),
        _parties(paper),
    ]
    if not paper.feasible:
        blocks.append(_infeasible(paper))
    if paper.chosen:
        blocks += [Cards(tuple(_cards(paper, paper.chosen))), *_omissions(paper, paper.chosen)]
    blocks += [
        Beside((Group([Text(tr("Biggest assumptions"), H2), *bullets(_short(main_assumptions(paper)))]),
                Group([Text(tr("Biggest risks"), H2), *bullets(_short(risks(paper)) or [BLANK])])), (1, 1)),
        Gap(4),
    ]
    if paper.feasible and paper.chosen and paper.chosen.bom and paper.chosen.bom.net:
        blocks.append(_bought(paper, paper.chosen.bom))
    blocks.append(Group([Text(tr("Contents"), H2), Contents(others)]))
    return Section("cover", tr("Decision page"), blocks)


def _short(texts: Sequence[str]) -> list[str]:
    """The first three, each cut to what the page has room for."""
    return [text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…" for text in texts[:3]]


def _bought(paper: Paper, bom: Bom) -> Block:
    """The dearest lines, and what the rest comes to."""
    tr = paper.tr
    dear = sorted((x for x in bom.lines if x.extended), key=lambda x: (-(x.extended or 0), x.number))[:_DEAREST]
    rows = [Row((tr("{n} × {what}", n=paper.count(x.quantity), what=paper.describe(x)), paper.amount(x.extended),
                 paper.share((x.extended or Decimal(0)) / bom.net))) for x in dear]
    rest = bom.net - sum((x.extended or Decimal(0) for x in dear), Decimal(0))
    if rest > 0:
        rows.append(Row((tr("everything else"), paper.amount(rest), paper.share(rest / bom.net))))
    head = (Column(tr("What the money buys"), 1),
            Column(tr("Net, {currency}", currency=bom.currency), align="right", least=86),
            Column(tr("Share"), align="right", least=44))
    return Grid(head, rows)


def _verdict(paper: Paper) -> str:
    tr, option, plan = paper.tr, paper.chosen, paper.plan
    if option is None:
        return tr("No hardware of the catalogue can hold this model as asked.")
    if not paper.feasible:
        return tr("No plan meets every requirement. Nearest: {hardware}.", hardware=paper.hardware(option))
    sentence = {
        "inference": mark("{hardware} serves {model} and meets every requirement."),
        "fine_tuning": mark("{hardware} fine-tunes {model} and meets every requirement."),
        "training": mark("{hardware} trains {model} and meets every requirement."),
        "edge": mark("{hardware} runs {model} at the edge and meets every requirement."),
    }[plan.needs.use_case]
    return tr(sentence, hardware=paper.hardware(option), model=plan.model.name)


def _parties(paper: Paper) -> Block:
    tr, words = paper.tr, paper.plan.needs.document
    seller = words.seller
    left = [(tr("Seller"), seller.name), (tr("Address"), seller.address), (tr("Contact"), seller.contact),
            (tr("Tax no."), seller.tax_id), (tr("Customer"), words.customer), (tr("Prepared by"), words.prepared_by),
            (tr("Quotation no."), paper.number)]
    right = [(tr("Issued"), paper.day(paper.issued)), (tr("Valid until"), paper.day(paper.valid_until)),
             (tr("Currency"), paper.plan.currency)]
    shown = [pairs([(n, v) for n, v in part if v]) for part in (left, right)]
    return Beside(shown, (1.15, 1), after=12)


def _infeasible(paper: Paper) -> Block:
    tr = paper.tr
    blocks: list[Block] = [Text(tr("No plan meets every requirement"), BODY.but(bold=True, colour=BAD))]
    blocks += bullets(list(_reasons(paper)))
    if paper.plan.changes:
        blocks += [Text(tr("One change makes it feasible"), BODY.but(bold=True, before=4)),
                   Grid((Column(tr("Change"), 1.2), Column(tr("Then"), 1), Column(tr("Cost"), align="right")),
                        [_change(paper, change) for change in paper.plan.changes[:4]], after=2)]
    if any(change.option is paper.chosen for change in paper.plan.changes):
        blocks.append(Text(tr("The figures of this paper are those of the first change."), CAPTION))
    return Notice(blocks, colour=BAD, fill=BAD_SOFT)


def _reasons(paper: Paper) -> Iterator[str]:
    """Why nothing fits: what the nearest candidate breaks, else what ruled the asked hardware out."""
    tr, plan = paper.tr, paper.plan
    option = plan.asked or paper.chosen
    broken = missed(option) if option else []
    for limit in broken[:3]:
        need, have = limit_text(paper, limit)
        yield tr("{name}: asked {need}, reached {have}", name=paper.label(limit.code), need=need, have=have)
    if broken:
        return
    for r in [r for r in plan.rejected if r.need is not None and r.have is not None][:3]:
        unit = paper.label(r.unit)
        yield tr("{what}: {why} (must keep {need}, has {have})", what=paper.part(r.what), why=why_not(tr, r.reason),
                 need=paper.with_unit(r.need or 0, unit), have=paper.with_unit(r.have or 0, unit))


def _change(paper: Paper, change: Change) -> Row:
    tr = paper.tr
    what = tr("{name}: {before} → {after}", name=_key(paper, change.key), before=_value(paper, change.from_value),
              after=_value(paper, change.to_value))
    cost = headline_cost(paper, change.option)
    return Row((what, paper.hardware(change.option), cost))


def _key(paper: Paper, key: str) -> str:
    """Name the question that a dotted key stands for."""
    last = key.rpartition(".")[2]
    return worded(paper.tr, KEYS, last) if last in KEYS else paper.label(last)


def _value(paper: Paper, value: object) -> str:
    if value is None:
        return paper.tr("none")
    if isinstance(value, bool):
        return paper.tr("yes") if value else paper.tr("no")
    return paper.figure(float(value)) if isinstance(value, int | float) else _named(paper, value)


def _named(paper: Paper, value: object) -> str:
    names = {change.option.accelerator for change in paper.plan.changes}
    given = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
    return ", ".join(paper.part(v) if v in names else paper.answer(v) for v in given) or paper.tr("none")


def headline_cost(paper: Paper, option: Option) -> str:
    """Return what an option costs: its price, or its rent per month."""
    cost = option.cost
    if option.cloud_sku and is_training(paper):
        return paper.tr("{amount} for the run", amount=paper.money(cost.total, cost.currency))
    if cost.capex is not None and not option.cloud_sku:
        return paper.money(cost.capex, cost.currency)
    if cost.per_month is not None:
        return paper.tr("{amount} a month", amount=paper.money(cost.per_month, cost.currency))
    return BLANK


def _cards(paper: Paper, option: Option) -> Iterator[Card]:
    yield _total(paper, option)
    chosen = promises(option)
    wanted = ("hours", "tokens_s_per_accelerator", "mfu") if is_training(paper) else (
        *(late_code(paper.plan.needs, code) for code in ("ttft_ms", "tpot_ms")), "max_concurrency")
    asked = [p for p in chosen if p.target is not None and p.code not in wanted]
    speeds = [p for code in wanted for p in chosen if p.code == code] + asked
    if not is_training(paper):
        yield _per_million(paper, option)
    for promise in sorted(speeds, key=lambda p: p.target is None)[:3]:
        target = paper.tr("target {value}", value=paper.metric(promise.code, promise.target)) if (
            promise.target is not None) else paper.tr("no target set")
        band = paper.tr("90 %: {band}", band=paper.band(promise.code, promise.estimate))
        colour = (GOOD if promise.kept else BAD) if promise.target is not None else "#17202c"
        yield Card(paper.label(promise.code), paper.metric(promise.code, promise.estimate.value),
                   f"{band}; {target}", promise, colour)
    yield _place(paper, option)
    if is_training(paper):
        yield _per_run(paper, option)


def _total(paper: Paper, option: Option) -> Card:
    tr, bom = paper.tr, option.bom
    if bom is None:
        name = tr("Rent") if option.cloud_sku else tr("Cost")
        return Card(name, headline_cost(paper, option), option.cloud_sku or "")
    name = tr("Total incl. {rate} tax", rate=paper.share(bom.tax_rate, 1)) if bom.tax else tr("Total without tax")
    if bom.unpriced:
        name = paper.plural(len(bom.unpriced), mark("{name}, {n} line unpriced"), mark("{name}, {n} lines unpriced"),
                            name=name)
    note = tr("prices may lie between {low} and {high}", low=paper.money(bom.low, bom.currency, whole=True),
              high=paper.money(bom.high, bom.currency, whole=True))
    return Card(name, paper.money(bom.total, bom.currency), note)


def _per_million(paper: Paper, option: Option) -> Card:
    tr, tco = paper.tr, option.tco
    name = tr("Per million output tokens, median")
    if tco is None or tco.per_million_tokens is None:
        price = option.cost.usd_per_million_tokens
        return Card(name, paper.unit_price(price, "USD"), tr("base case"))
    note = tr("P10 to P90: {low} to {high}", low=paper.unit_price(tco.per_million_p10, tco.currency),
              high=paper.unit_price(tco.per_million_p90, tco.currency))
    return Card(name, paper.unit_price(tco.per_million_tokens, tco.currency), note)


def _per_run(paper: Paper, option: Option) -> Card:
    tr = paper.tr
    amount = option.cost.total
    if option.cloud_sku:
        return Card(tr("Rent a month"), paper.money(option.cost.per_month, option.cost.currency, whole=True),
                    tr("if it were kept all month"))
    return Card(paper.whole_cost(paper.plan.needs.economics.horizon_years),
                paper.money(amount, option.cost.currency, whole=True), tr("purchase and running cost"))


def _place(paper: Paper, option: Option) -> Card:
    tr = paper.tr
    if option.cloud_sku and option.bom is None:
        return Card(tr("Power at full load"), paper.power(option.power_w), tr("room and power are the provider's"))
    units = tr(", {units} U", units=paper.figure(option.rack_units)) if option.rack_units else ""
    months = option.tco.break_even_month if option.tco else None
    even = tr("cheaper than renting from month {month}", month=months) if months is not None else (
        tr("not cheaper than renting within the horizon")
        if option.tco and option.tco.break_even_against else tr("at full load"))
    return Card(tr("Power at the wall and room"), f"{paper.power(option.power_w)}{units}", even)


def _omissions(paper: Paper, option: Option) -> Iterator[Block]:
    tr, bom = paper.tr, option.bom
    if bom is None:
        return
    names = {line.number: paper.describe(line) for line in bom.lines}
    if bom.unpriced:
        listed = ", ".join(names.get(n, str(n)) for n in bom.unpriced[:4])
        more = "…" if len(bom.unpriced) > 4 else ""
        yield Text([Span(tr("The total omits: "), bold=True), Span(listed + more), Span(" ("),
                    Span(tr("bill of materials"), link="bill", colour="#1f6feb"), Span(")")], CAPTION)
