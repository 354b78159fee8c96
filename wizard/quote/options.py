"""The options side by side, the field they were chosen from, and what was rejected and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from wizard.planner.plan import Option, Rejection
from wizard.quote.charts.scatter import Pareto
from wizard.quote.codes import is_taxed
from wizard.quote.cover import headline_cost
from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.paper import BLANK, Paper
from wizard.quote.promises import is_training, missed, promises
from wizard.quote.style import ACCENT, ACCENT_SOFT, BAD, BODY, CAPTION, GOOD, H1, H2, MUTED
from wizard.quote.tables import Cell, Column, Grid, Row
from wizard.quote.text import Span
from wizard.words import why_not

_PER_TABLE = 5
_ROOMY = 2
_LEFT_OUT = frozenset({"total_tok_s", "tokens_s_per_accelerator"})
_NO_FIGURE = frozenset({"purchasable"})
_REJECTED = 10
_NAMED = 6


def section(paper: Paper) -> Section:
    """Return the part that compares."""
    tr, plan = paper.tr, paper.plan
    blocks: list[Block] = [Text(tr("Options side by side"), H1)]
    if not plan.options:
        blocks.append(Text(tr("There is no option to show."), BODY))
    else:
        blocks.append(_table(paper, plan.options[:_PER_TABLE]))
    if len(plan.options) > _PER_TABLE:
        blocks.append(Text(tr("{n} more in plan.json.", n=len(plan.options) - _PER_TABLE), CAPTION))
    if len(plan.pareto) > 1:
        target = plan.needs.targets.tpot_ms
        blocks.append(Group([
            Text(tr("Cost against speed"), H2), Pareto(paper, plan.pareto, target),
            Text(tr("Filled points meet every requirement, hollow ones do not. The line joins the candidates that none "
                    "beats on both axes. {n} candidates were considered.", n=paper.count(plan.considered)), CAPTION),
        ]))
    if plan.rejected:
        blocks += [Text(tr("Why not something else"), H2), _rejected(paper, plan.rejected)]
    return Section("options", tr("Options side by side"), blocks)


def _table(paper: Paper, options: Sequence[Option]) -> Grid:
    columns = [Column("", 1.15), *(Column(paper.label(o.role), 1) for o in options)]
    rows: list[Row] = []
    for name, show in _features(paper):
        cells = [_stacked(show(option)) if len(options) > _ROOMY else show(option) for option in options]
        if any(cell != BLANK for cell in cells):
            rows.append(Row((Span(name, colour=MUTED), *cells)))
    chosen = paper.plan.recommended
    if any(o.id == chosen and o.role != "recommended" for o in options):
        rows.insert(0, Row(("", *(Span(paper.tr("recommended"), bold=True, colour=ACCENT) if o.id == chosen else ""
                                  for o in options)), shade=ACCENT_SOFT))
    return Grid(columns, rows)


def _stacked(cell: Cell) -> Cell:
    """Put the parts of a cell below each other where the columns are narrow."""
    if not isinstance(cell, tuple):
        return cell
    return tuple(replace(span, text=("\n" if i else "") + span.text.strip()) for i, span in enumerate(cell))


def _features(paper: Paper) -> list[tuple[str, Callable[[Option], Cell]]]:
    tr = paper.tr
    return [
        (tr("Hardware"), lambda o: Span(paper.hardware(o), bold=True)),
        (tr("Nodes"), lambda o: paper.count(o.nodes)),
        (tr("Cloud instance"), lambda o: o.cloud_sku or BLANK),
        (tr("Replicas (spare)"), lambda o: f"{paper.count(o.replicas)} ({paper.count(o.spare_replicas)})"),
        (tr("Layout of a replica"), partial(_layout, paper)),
        (tr("Engine"), lambda o: paper.label(o.engine)),
        (tr("Weights / KV cache"), lambda o: f"{paper.label(o.weight_precision)} / {paper.label(o.kv_precision)}"),
        (tr("Price; purchases with tax") if is_taxed(paper.plan) else tr("Price; no tax included"),
         lambda o: Span(headline_cost(paper, o), bold=True)),
        (tr("of it for spare copies"),
         lambda o: paper.money(o.cost.spares, o.cost.currency) if o.cost.spares else BLANK),
        (tr("Running cost a year"), lambda o: paper.money(o.cost.opex_year, o.cost.currency, whole=True)),
        (tr("Whole cost over the horizon, without tax"),
         lambda o: paper.money(o.cost.total, o.cost.currency, whole=True)),
        (tr("Per million output tokens"), lambda o: _per_million(paper, o)),
        *_speeds(paper),
        (tr("Power at the wall"), lambda o: paper.power(o.power_w)),
        (tr("Rack units"), lambda o: paper.figure(o.rack_units) if o.rack_units else BLANK),
        (tr("Tightest limit"), lambda o: _tightest(paper, o)),
        (tr("Meets every requirement"), lambda o: _meets(paper, o)),
        (tr("Why"), lambda o: "\n".join(paper.say(r) for r in o.reasons[:3]) or BLANK),
        (tr("Mind"), lambda o: "\n".join(paper.say(r) for r in o.warnings[:2]) or BLANK),
    ]


def _speeds(paper: Paper) -> list[tuple[str, Callable[[Option], Cell]]]:
    codes = [p.code for o in paper.plan.options[:1] for p in promises(o)]
    codes = codes if is_training(paper) else [code for code in codes if code not in _LEFT_OUT]

    def row(code: str) -> Callable[[Option], Cell]:
        def show(option: Option) -> Cell:
            estimate = option.estimates.get(code)
            if estimate is None:
                return BLANK
            band = Span(f"  {paper.bare_band(code, estimate)}", colour=MUTED)
            return (Span(paper.metric(code, estimate.value)), band)
        return show

    return [(paper.label(code), row(code)) for code in codes]


def _layout(paper: Paper, option: Option) -> str:
    shares = [(name.upper(), getattr(option.parallel, name)) for name in ("tp", "pp", "dp", "ep", "cp", "dcp")]
    shown = " ".join(f"{name}{n}" for name, n in shares if n > 1) or "TP1"
    if option.host_gib:
        shown += ", " + paper.tr("{size} in the host", size=paper.gib(option.host_gib))
    return f"{shown}, {option.mig_profile}" if option.mig_profile else shown


def _per_million(paper: Paper, option: Option) -> str:
    if option.tco and option.tco.per_million_tokens is not None:
        return paper.unit_price(option.tco.per_million_tokens, option.tco.currency)
    return paper.unit_price(option.cost.usd_per_million_tokens, "USD")


def _tightest(paper: Paper, option: Option) -> Cell:
    if option.binding is None:
        return BLANK
    margin = option.binding.margin
    return paper.tr("{name}: {margin} to spare", name=paper.label(option.binding.code),
                    margin=paper.share(margin)) if margin >= 0 else paper.tr(
        "{name}: missed by {margin}", name=paper.label(option.binding.code), margin=paper.share(-margin))


def _meets(paper: Paper, option: Option) -> Cell:
    broken = missed(option)
    if not broken:
        return Span("✓ " + paper.tr("yes"), colour=GOOD)
    return Span("✗ " + ", ".join(paper.label(limit.code) for limit in broken), colour=BAD)


def _rejected(paper: Paper, rejected: Sequence[Rejection]) -> Grid:
    """List those that broke a figure, then those that never came into question, together by their reason."""
    tr = paper.tr
    measured = [r for r in rejected if r.need is not None and r.reason not in _NO_FIGURE]
    plain = [r for r in rejected if r.need is None or r.reason in _NO_FIGURE]
    others: dict[str, list[str]] = {}
    for r in [*measured[_REJECTED:], *plain]:
        others.setdefault(r.reason, []).append(paper.part(r.what))
    rows = [Row((paper.part(r.what), why_not(tr, r.reason), _quantity(paper, r.need, r.unit),
                 _quantity(paper, r.have, r.unit))) for r in measured[:_REJECTED]]
    for reason, names in others.items():
        rows.append(Row((_names(paper, list(dict.fromkeys(names))), why_not(tr, reason), BLANK, BLANK)))
    return Grid((
        Column(tr("Candidate"), 1.6), Column(tr("What rules it out"), 1.8),
        Column(tr("Must keep"), align="right", least=58), Column(tr("It has"), align="right", least=62),
    ), rows)


def _names(paper: Paper, names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else paper.tr("{names} and {n} more", names=shown, n=len(names) - _NAMED)


def _quantity(paper: Paper, value: float | None, unit: str) -> str:
    return BLANK if value is None else paper.with_unit(value, paper.label(unit))
