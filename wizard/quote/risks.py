"""What may go wrong, the gravest first, drawn from the plan's own figures; and what the paper leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.i18n import mark
from wizard.planner.plan import RATES
from wizard.quote.flow import Block, Section, Text
from wizard.quote.panels import bullets
from wizard.quote.paper import Paper
from wizard.quote.promises import is_training, limit_text, missed
from wizard.quote.style import BODY, H1, H2

_TIGHT = 0.15
_ESTIMATED = frozenset({"hours", "kv_memory", *RATES})
_SAID_BETTER = frozenset({"stale_prices", "unpriced_lines"})
"""Warnings that :func:`_prices` words with the bill's own figures."""


def risks(paper: Paper) -> list[str]:
    """Return every risk as a sentence."""
    return list(dict.fromkeys(_all(paper)))


def _all(paper: Paper) -> Iterator[str]:
    option = paper.chosen
    yield from _broken(paper)
    given = (*paper.plan.warnings, *(option.warnings if option else ()))
    yield from (paper.say(w) for w in given if w.code not in _SAID_BETTER)
    yield from _prices(paper)
    yield from _margins(paper)
    yield from _failure(paper)


def _broken(paper: Paper) -> Iterator[str]:
    tr, option = paper.tr, paper.chosen
    for limit in missed(option) if option else ():
        need, have = limit_text(paper, limit)
        yield tr("{name} is missed: asked {need}, the slow end of the estimate is {have}.",
                 name=paper.label(limit.code), need=need, have=have)


def _prices(paper: Paper) -> Iterator[str]:
    tr, option = paper.tr, paper.chosen
    bom = option.bom if option else None
    if bom is None:
        return
    if bom.unpriced:
        yield paper.plural(len(bom.unpriced), mark("{n} line has no known price; the total leaves it out."),
                           mark("{n} lines have no known price; the total leaves them out."))
    stale = sum(line.stale for line in bom.lines)
    if stale:
        yield tr("{n} of {all} lines carry prices older than 90 days; ask for fresh ones before ordering.",
                 n=stale, all=len(bom.lines))
    soft = [line for line in bom.lines if line.price_kind == "estimate" and line.extended]
    if soft and bom.net:
        share = sum(float(line.extended or 0) for line in soft) / float(bom.net)
        yield tr("{share} of the net total rests on estimated prices, not on offers.", share=paper.share(min(share, 1)))


def _margins(paper: Paper) -> Iterator[str]:
    tr, option = paper.tr, paper.chosen
    for limit in sorted(option.limits, key=lambda x: x.margin) if option else ():
        if (limit.code in _ESTIMATED or limit.code.endswith("_ms")) and 0 <= limit.margin < _TIGHT:
            yield tr("{name} has only {margin} to spare at the slow end of the estimate.",
                     name=paper.label(limit.code), margin=paper.share(limit.margin))


def _failure(paper: Paper) -> Iterator[str]:
    tr, option = paper.tr, paper.chosen
    if option and not is_training(paper) and option.spare_replicas == 0:
        yield tr("There is no spare replica: while a node is repaired, its share of the service is down.")


def exclusions(paper: Paper) -> list[str]:
    """Return what the figures do not hold."""
    tr = paper.tr
    option = paper.chosen
    held = {line.category for line in option.bom.lines} if option and option.bom else set()
    texts = []
    if "shipping" not in held:
        texts.append(tr("Freight, insurance, customs duties and export licences."))
    if "installation" not in held:
        texts.append(tr("Installation, room, electrical and cooling works."))
    if "software" not in held:
        texts.append(tr("Software licences and subscriptions beyond open-source software."))
    texts.append(tr("Integration into the customer's applications, data preparation and user training."))
    texts.append(tr("Delivery times: they are not in the catalogue and are the supplier's to state."))
    return texts


def section(paper: Paper) -> Section:
    """Return the part on risks and exclusions."""
    tr = paper.tr
    found = risks(paper)
    blocks: list[Block] = [Text(tr("Risks and exclusions"), H1), Text(tr("Risks"), H2)]
    blocks += bullets(found) if found else [Text(tr("The plan itself raises no warning."), BODY)]
    blocks += [Text(tr("Not included"), H2), *bullets(exclusions(paper))]
    return Section("risks", tr("Risks and exclusions"), blocks, new_page=False)
