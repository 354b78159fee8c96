"""Why this hardware: memory, promises, the trade-off, and the formulas with the plan's own figures in them."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.planner.plan import Option, at_load
from wizard.quote.charts.bands import Bands
from wizard.quote.charts.memory import MemoryBar
from wizard.quote.charts.scatter import Curve
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.formulas import formulas
from wizard.quote.panels import bullets
from wizard.quote.paper import BLANK, Paper
from wizard.quote.promises import is_training, limit_text, margin_text, promises
from wizard.quote.style import BAD, BODY, CAPTION, CELL, GOOD, H1, H2, MUTED
from wizard.quote.tables import Column, Grid, Row
from wizard.quote.text import Span


def section(paper: Paper) -> Section:
    """Return the justification."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Why this hardware"), H1)]
    if option is None:
        blocks.append(Text(tr("There is no option to show."), BODY))
    else:
        blocks += _blocks(paper, option)
    return Section("sizing", tr("Why this hardware"), blocks, new_page=False)


def _blocks(paper: Paper, option: Option) -> Iterator[Block]:
    tr = paper.tr
    reasons = [paper.say(r) for r in option.reasons]
    if reasons:
        yield Group(bullets(reasons))
    yield Group([
        Text(tr("Memory of one accelerator"), H2), MemoryBar(paper, option.memory),
        Text(tr("The engine may take the usable part; the rest stays with driver, runtime and reserve."), CAPTION),
    ])
    if option.limits:
        yield Group([Text(tr("Requirements against estimates"), H2), _limits(paper, option)])
    if option.estimates:
        yield Group([
            Text(tr("Estimates and their bands"), H2), Bands(paper, promises(option)),
            Text(tr("Light bar: 90 % band. Coloured tick: estimate. Dark tick: target. Each row has its own scale from "
                    "zero. A target counts as met only if the slow end of the band meets it. Best possible: what "
                    "the hardware could do physically."), CAPTION),
        ])
    if any(at_load(code) for code in option.estimates):
        yield Group([
            Text(tr("At the load that was stated"), H2), _at_load(paper, option),
            Text(tr("Shares are of the requests, with the 90 % band below. With the promises above every place of a "
                    "replica is taken; here as many as the load fills."), CAPTION),
        ])
    if len(paper.plan.curve) > 1 and not is_training(paper):
        yield Group([Text(tr("More users at once, slower for each"), H2),
                     Curve(paper, paper.plan.curve, paper.plan.needs.targets.tpot_ms, option.batch)])
    yield from _worked(paper, option)
    if paper.plan.facts:
        yield Group([Text(tr("Also worth knowing"), H2), *bullets([paper.say(f) for f in paper.plan.facts])])


def _worked(paper: Paper, option: Option) -> Iterator[Block]:
    lines = list(formulas(paper, option))
    if lines:
        rows = [Row((name, (Span(formula), Span("\n" + worked, bold=True)))) for name, formula, worked in lines]
        yield Text(paper.tr("Formulas with the figures of this plan"), H2)
        yield Grid((Column("", 0.9), Column("", 3)), rows, head=False)


_SHARES = ("mean", "p50", "p95", "p99")


def _at_load(paper: Paper, option: Option) -> Grid:
    """Means and percentiles of the times, one row per time, and the share that keeps every target."""
    tr, seen = paper.tr, option.estimates

    def cell(code: str) -> tuple[Span, ...]:
        found = seen.get(code)
        if found is None:
            return (Span(BLANK),)
        return (Span(paper.metric(code, found.value)), Span("\n" + paper.bare_band(code, found), colour=MUTED))

    rows = [
        Row((name, *(cell(f"{code}_{share}_ms") for share in _SHARES)))
        for code, name in (("ttft", paper.label("ttft_ms")), ("tpot", paper.label("tpot_ms")),
                           ("itl", tr("Gap between two tokens")), ("e2e", paper.label("e2e_ms")))
        if f"{code}_p95_ms" in seen
    ]
    rows += [Row((paper.label(code), cell(code), "", "", "")) for code in ("goodput_share", "goodput_requests_s")
             if code in seen]
    heads = (tr("Mean"), tr("50 %"), tr("95 %"), tr("99 %"))
    return Grid((Column("", 1.4), *(Column(head, align="right") for head in heads)), rows, size=CELL.size)


def _limits(paper: Paper, option: Option) -> Grid:
    tr = paper.tr
    rows = []
    for limit in option.limits:
        need, have = limit_text(paper, limit)
        kept = limit.margin >= 0
        mark = Span(("✓ " if kept else "✗ ") + margin_text(paper, limit.margin), colour=GOOD if kept else BAD)
        rows.append(Row((paper.label(limit.code), need, have, mark)))
    return Grid((Column(tr("Requirement"), 1), Column(tr("Asked"), align="right"),
                 Column(tr("Slow end of the estimate"), align="right", least=110),
                 Column(tr("To spare"), align="right", least=60)), rows, size=CELL.size)

