"""How the buyer checks what was delivered: every pass mark is a figure of this plan."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.planner.plan import SPEED, Option, late_code
from wizard.quote.charts.bands import Promise
from wizard.quote.flow import Block, Section, Text
from wizard.quote.paper import Paper
from wizard.quote.promises import is_training, promises
from wizard.quote.style import BODY, CAPTION, H1
from wizard.quote.tables import Column, Grid, Row
from wizard.quote.text import Span

_BURN_IN_H = 72


def section(paper: Paper) -> Section:
    """Return the acceptance test."""
    tr, option = paper.tr, paper.chosen
    blocks: list[Block] = [Text(tr("Acceptance test"), H1)]
    if option is None:
        blocks.append(Text(tr("There is no option to show."), BODY))
    else:
        rows = [Row((str(n), Span(name, bold=True), how, limit, "□"))
                for n, (name, how, limit) in enumerate(_tests(paper, option), 1)]
        blocks.append(Grid((Column(tr("No."), align="right"), Column(tr("Test"), 1), Column(tr("How"), 2),
                            Column(tr("Passes if"), 1.3), Column(tr("Passed"), align="center")), rows))
        blocks.append(Text(tr("Pass marks are the targets where there are any, else the slow end of the estimate's "
                              "band. The exported deployment files hold the benchmark commands."), CAPTION))
    return Section("acceptance", tr("Acceptance test"), blocks, new_page=False)


def _tests(paper: Paper, option: Option) -> Iterator[tuple[str, str, str]]:
    tr = paper.tr
    yield (tr("Delivery"), tr("Count and compare with the bill of materials or the rented instances."),
           tr("{hardware}, nodes: {nodes}", hardware=paper.hardware(option), nodes=paper.count(option.nodes)))
    yield (tr("Accelerator memory"), tr("Read each accelerator's memory with its vendor's tool."),
           tr("at least {size} each, no uncorrected error", size=paper.gib(option.memory.capacity)))
    if option.bom is not None:
        yield (tr("Burn-in"), tr("Full load on all accelerators for {hours} h.", hours=_BURN_IN_H),
               tr("no restart, no error, no throttling, at most {power} at the wall",
                  power=paper.power(option.power_w)))
    if option.accelerators > 1:
        yield (tr("Interconnect"), tr("All-reduce benchmark over the accelerators of a replica, then over all nodes."),
               tr("bus bandwidth as the supplier states it; the same on every node"))
    yield from _load(paper, option)


def _load(paper: Paper, option: Option) -> Iterator[tuple[str, str, str]]:
    tr, load = paper.tr, paper.plan.needs.workload
    chosen = {p.code: p for p in promises(option)}
    if is_training(paper):
        how = tr("Train 200 steps with the exported configuration; leave out the first 20.")
        codes: tuple[str, ...] = ("tokens_s_per_accelerator", "hours")
    else:
        how = tr("Serve {n} requests at once for 30 min: {prompt} prompt and {answer} answer tokens each.",
                 n=paper.count(option.batch * option.replicas), prompt=paper.count(load.prompt_tokens),
                 answer=paper.count(load.output_tokens))
        codes = (*(late_code(paper.plan.needs, code) for code in SPEED), "output_tok_s")
    for code in codes:
        if code in chosen:
            yield paper.label(code), how, _pass_mark(paper, chosen[code])
            how = tr("In the same run.")


def _pass_mark(paper: Paper, promise: Promise) -> str:
    mark = promise.target if promise.target is not None and promise.kept else promise.slow_end
    return f"{'≤' if promise.is_time else '≥'} {paper.metric(promise.code, mark)}"
