"""The plan for serving a model: search, choose, and say what was chosen and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.costing.terms import Terms
from wizard.needs.needs import Needs
from wizard.planner import views
from wizard.planner.bills import Biller
from wizard.planner.builds import Market
from wizard.planner.candidates import Candidates, enumerate_groups, node_sizes, serving_inputs
from wizard.planner.demand import Demand
from wizard.planner.estimates import Estimates
from wizard.planner.explore import Explorer
from wizard.planner.options import Writer
from wizard.planner.plan import CurvePoint, Option, ParetoPoint, Reason, Rejection, Role
from wizard.planner.purchase import columns_of
from wizard.planner.search import Judged
from wizard.planner.shortlist import shortlist
from wizard.planner.space import Space
from wizard.planner.traffic import beside
from wizard.planner.usage import Running
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import WEIGHT_FORMATS
from wizard.sizing.traffic import ServingInputs

ROLES: tuple[Role, ...] = ("minimum", "recommended", "headroom")
ALTERNATIVES = 3
RELAXABLE = (
    "ttft_ms", "tpot_ms", "e2e_ms", "max_accelerators", "max_nodes", "power_w", "rack_units", "budget",
    "budget_month",
)
"""Promises that the same hardware could keep if only they were looser."""


@dataclass(frozen=True)
class Context:
    """What a plan is made with, the same for every search of it."""

    catalog: Catalog
    terms: Terms
    calibration: Calibration
    year: float
    cancelled: Callable[[], None]

    def usd(self, amount: float, currency: str) -> float:
        """Convert an amount into US dollars at the terms' dated rate."""
        return amount / float(self.terms.exchange.per_usd[currency])


@dataclass(frozen=True)
class Outcome:
    """What a search found: options by role, the reasons of the rest, and the figures around them."""

    judged: Judged | None
    options: tuple[Option, ...]
    recommended: Option | None
    rejected: tuple[Rejection, ...]
    pareto: tuple[ParetoPoint, ...]
    curve: tuple[CurvePoint, ...]
    asked: Option | None
    considered: int


def explorer_of(needs: Needs, model: Model, context: Context) -> tuple[Explorer | None, tuple[Rejection, ...]]:
    """Lay out what one set of needs can choose from; ``None`` where the answers leave no candidate."""
    devices, ruled_out = shortlist(needs, context.catalog)
    sizes = node_sizes(context.catalog)
    groups, illegal = enumerate_groups(needs, model, devices, sizes)
    if groups.size == 0:
        return None, (*ruled_out, *illegal)
    sizes_on_disk = [float(weight_bytes(model, fmt).bytes) for fmt in WEIGHT_FORMATS]
    capex = columns_of(needs, context.catalog, context.terms, sizes_on_disk)
    market = Market(needs, context.catalog, devices, sizes, capex, Running.of(context.catalog, needs.economics),
                    beside(needs, model, context.catalog).columns)

    def inputs(candidates: Candidates) -> ServingInputs:
        return serving_inputs(needs, model, market.device_columns, candidates, context.year, market.beside)

    budget = needs.budget
    space = Space(
        model, market, Demand.of(needs), Estimates(groups, inputs, context.calibration),
        budget_usd=None if budget.purchase is None else context.usd(float(budget.purchase), budget.currency),
        month_usd=None if budget.per_month is None else context.usd(float(budget.per_month), budget.currency),
    )
    return Explorer(space, context.cancelled), (*ruled_out, *illegal)


def serving_outcome(needs: Needs, model: Model, context: Context) -> Outcome:
    """Choose minimum, recommended and headroom, with alternatives on other accelerators."""
    explorer, ruled_out = explorer_of(needs, model, context)
    if explorer is None:
        return Outcome(None, (), None, ruled_out, (), (), None, 0)
    explore(explorer)
    judged = explorer.judged(1.0)
    writer = Writer(context.calibration, Biller(needs, context.catalog, context.terms))
    rows = choice(explorer, judged)
    options = _marked([writer.option(at, row, role) for role, (at, row) in rows.items()])
    taken = {at.candidates.device[row] for at, row in rows.values()}
    others = _alternatives(judged, taken) if rows else []
    options += [writer.option(judged, row, "alternative", n) for n, row in enumerate(others, start=1)]
    recommended = next((o for o in options if o.role == "recommended"), None)
    closest = None if recommended else judged.closest()
    at, row = rows["recommended"] if recommended else (judged, closest)
    return Outcome(
        judged=judged, options=tuple(options), recommended=recommended,
        rejected=(*judged.rejections(), *ruled_out),
        pareto=views.pareto(judged, float(context.terms.rate), options),
        curve=() if row is None else views.curve(at, row, context.calibration),
        asked=None if closest is None else writer.option(judged, closest, "alternative"),
        considered=explorer.space.considered,
    )


def explore(explorer: Explorer) -> None:
    """Look at all rows that the choice may fall on: at the load itself, with the reserve, and with growth."""
    demand = explorer.space.demand
    price = explorer.settle(1.0, keep=len(ROLES) + ALTERNATIVES)
    feasible = np.isfinite(price)
    if not feasible.any():
        stated = {requirement.code for requirement in explorer.judged(1.0).found}
        for code in (code for code in RELAXABLE if code in stated):
            explorer.cheapest(1.0, without=(code,))
    elif demand.stated:
        near = price <= np.sort(price)[min(ALTERNATIVES, feasible.sum() - 1)]
        explorer.cheapest(demand.factor("recommended"), first=near)
        explorer.cheapest(demand.factor("headroom"), without=("budget", "budget_month"), first=near)


def _marked(options: list[Option]) -> list[Option]:
    """Say of a role whose machine is that of the role below it that nothing more has to be bought."""
    marked = options[:1]
    for below, option in pairwise(options):
        machines = [(one.accelerator, one.accelerators, one.nodes) for one in (below, option)]
        if machines[0] == machines[1]:
            reason = Reason(code=f"same_as_{below.role}")
            option = replace(option, reasons=(reason, *option.reasons))
        marked.append(option)
    return marked


def choice(explorer: Explorer, judged: Judged) -> dict[Role, tuple[Judged, int]]:
    """Choose a candidate per role; nothing where not even the minimum is feasible.

    The recommended plan keeps its reserve within the budget where that is possible, and is the minimum elsewhere;
    headroom may cost more than the budget, for it is an offer.
    """
    minimum = judged.best(judged.feasible())
    if minimum is None:
        return {}
    demand = explorer.space.demand
    if not demand.stated:
        return {"recommended": (judged, minimum)}
    rows: dict[Role, tuple[Judged, int]] = {"minimum": (judged, minimum)}
    reserve = explorer.judged(demand.factor("recommended"))
    best = reserve.best(reserve.feasible())
    rows["recommended"] = (judged, minimum) if best is None else (reserve, best)
    growth = explorer.judged(demand.factor("headroom"))
    most = growth.best(growth.feasible(without=("budget", "budget_month")))
    if most is not None:
        rows["headroom"] = (growth, most)
    return rows


def _alternatives(judged: Judged, taken: set[int]) -> list[int]:
    """Return the cheapest feasible candidate of each of the next cheapest devices."""
    feasible, device = judged.feasible(), judged.candidates.device
    best = [judged.best(feasible & (device == d)) for d in np.unique(device[feasible]) if d not in taken]
    rows = [row for row in best if row is not None]
    return sorted(rows, key=lambda row: float(judged.builds.cost_usd[row]))[:ALTERNATIVES]
