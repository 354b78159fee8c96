"""What the figures rest on: inputs with their sources, numbered, dated and classed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wizard.costing.records import Swing, Tco
from wizard.quote.codes import KINDS, worded
from wizard.quote.flow import Block, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.promises import is_training
from wizard.quote.style import BODY, CAPTION, H1, H2, MUTED
from wizard.quote.tables import Column, Grid, Row
from wizard.quote.text import Span

_OWN_ESTIMATE = "output_tok_s"
_SHARES = frozenset({"utilization", "load_factor", "availability", "electricity_growth"})


def input_text(paper: Paper, name: str, value: float) -> str:
    """Format an input by its name: shares as percentages, the rest as figures, for their labels name the unit."""
    if name in _SHARES or name.endswith(("_rate", "_share")):
        return paper.share(value, 0 if round(value * 100, 6).is_integer() else 1)
    return f"× {paper.figure(value)}" if name.endswith("_factor") else paper.figure(value)


def main_assumptions(paper: Paper) -> list[str]:
    """Return what the answer depends on most, the first three for the cover."""
    return list(_main(paper))


def _main(paper: Paper) -> Iterator[str]:
    tr, option = paper.tr, paper.chosen
    tco = option.tco if option else None
    if tco and tco.swings and tco.per_million_tokens is not None:
        yield _widest(paper, tco, max(tco.swings, key=lambda s: abs(s.at_high - s.at_low)))
    if option and option.estimates:
        yield tr("Speeds are estimates with a 90 % band, not measurements of this system; a target counts as met only "
                 "at the slow end of the band.")
    if option and option.bom:
        if any(line.price_kind == "yours" for line in option.bom.lines):
            yield tr("Prices marked as yours are your own; the others are public street, list or estimated prices of "
                     "dated sources, none is a supplier's offer.")
        else:
            yield tr("Prices are public street, list or estimated prices of dated sources, none is a supplier's offer.")
    load = paper.plan.needs.workload
    if not is_training(paper):
        yield tr("A request has {prompt} prompt and {answer} answer tokens on average.",
                 prompt=paper.count(load.prompt_tokens), answer=paper.count(load.output_tokens))
    yield tr("The system is used {share} of the time over {years}.",
             share=paper.share(paper.plan.needs.economics.utilization),
             years=paper.years(paper.plan.needs.economics.horizon_years))


def _widest(paper: Paper, tco: Tco, swing: Swing) -> str:
    return paper.tr(
        "{name} moves the cost per million output tokens: {low} at {low_input}, {high} at {high_input}.",
        name=paper.label(swing.name), low_input=input_text(paper, swing.name, swing.low_input),
        high_input=input_text(paper, swing.name, swing.high_input), low=_price(paper, swing.at_low, tco),
        high=_price(paper, swing.at_high, tco))


def _price(paper: Paper, value: float, tco: Tco) -> str:
    return paper.unit_price(Decimal(str(value)), tco.currency)


def section(paper: Paper) -> Section:
    """Return the part on assumptions and sources."""
    tr = paper.tr
    blocks: list[Block] = [Text(tr("Assumptions and sources"), H1)]
    numbered = [Row((f"A{n}", text)) for n, text in enumerate(main_assumptions(paper), 1)]
    blocks.append(Grid((Column("", align="left"), Column("", 1)), numbered, head=False))
    inputs = _inputs(paper)
    if inputs:
        blocks += [Text(tr("Inputs of the cost model"), H2),
                   Grid((Column(tr("Input"), 2), Column(tr("Value"), align="right"), Column(tr("Source"), 1)), inputs)]
    return Section("assumptions", tr("Assumptions and sources"), blocks, new_page=False)


def _inputs(paper: Paper) -> list[Row]:
    option = paper.chosen
    tco = option.tco if option else None
    rows = []
    for name, value, key in tco.assumptions if tco else ():
        source = Span(_origin(paper, name, key), bold=key == "yours",
                      link="sources" if paper.has_source(key) and name != _OWN_ESTIMATE else "")
        rows.append(Row((paper.label(name), input_text(paper, name, value), source)))
    return rows


def _origin(paper: Paper, name: str, key: str) -> str:
    if name == _OWN_ESTIMATE:
        return paper.tr("this plan's estimate")
    return paper.source(key) if key else BLANK


def sources(paper: Paper) -> Section:
    """Return the numbered list of sources."""
    tr = paper.tr
    rows = []
    for source in paper.plan.sources:
        document = (Span(source.publisher, bold=True), Span(f": {source.document}" if source.document else ""),
                    Span(f"\n{source.address}" if source.address else "", colour=MUTED))
        rows.append(Row((str(paper.sources[source.id]), document, source.as_of or tr("no date"),
                         worded(tr, KINDS, source.kind))))
    blocks: list[Block] = [Text(tr("Sources"), H1)]
    if rows:
        blocks.append(Grid((Column(tr("No."), align="right"), Column(tr("Publisher, document, address"), 4),
                            Column(tr("As of"), align="left"), Column(tr("Class"), 1)), rows, size=7.5))
        blocks.append(Text(tr("Vendor: the maker's own figure. Measured: somebody ran it. Regulator: an authority's "
                              "figure. Market: seen in trade. Estimate: rests on no publication that can be "
                              "retrieved."), CAPTION))
    else:
        blocks.append(Text(tr("The plan names no source."), BODY))
    return Section("sources", tr("Sources"), blocks, new_page=False)
