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
from wizard.planner.candidates import enumerate_candidates, node_sizes
from wizard.planner.demand import Demand
from wizard.planner.options import Writer
from wizard.planner.plan import CurvePoint, Option, ParetoPoint, Reason, Rejection, Role
from wizard.planner.purchase import columns_of
from wizard.planner.search import Judged, Search, search
from wizard.planner.shortlist import shortlist
from wizard.planner.traffic import beside
from wizard.planner.usage import Running
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import WEIGHT_FORMATS

ROLES: tuple[Role, ...] = ("minimum", "recommended", "headroom")
ALTERNATIVES = 3


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

    found: Search | None
    judged: Judged | None
    options: tuple[Option, ...]
    recommended: Option | None
    rejected: tuple[Rejection, ...]
    pareto: tuple[ParetoPoint, ...]
    curve: tuple[CurvePoint, ...]
    asked: Option | None
    considered: int


def run_search(needs: Needs, model: Model, context: Context) -> tuple[Search | None, tuple[Rejection, ...]]:
    """Search for one set of needs; ``None`` where the answers leave no candidate."""
    devices, ruled_out = shortlist(needs, context.catalog)
    sizes = node_sizes(context.catalog)
    demand = Demand.of(needs)
    candidates, illegal = enumerate_candidates(needs, model, devices, sizes, demand)
    if candidates.size == 0:
        return None, (*ruled_out, *illegal)
    sizes_on_disk = [float(weight_bytes(model, fmt).bytes) for fmt in WEIGHT_FORMATS]
    capex = columns_of(needs, context.catalog, context.terms, sizes_on_disk)
    market = Market(needs, context.catalog, devices, sizes, capex, Running.of(context.catalog, needs.economics),
                    beside(needs, model, context.catalog).columns)
    budget = needs.budget
    found = search(
        model, market, demand, candidates, context.calibration, year=context.year, cancelled=context.cancelled,
        budget_usd=None if budget.purchase is None else context.usd(float(budget.purchase), budget.currency),
        month_usd=None if budget.per_month is None else context.usd(float(budget.per_month), budget.currency),
    )
    return found, (*ruled_out, *illegal)


def serving_outcome(needs: Needs, model: Model, context: Context) -> Outcome:
    """Choose minimum, recommended and headroom, with alternatives on other accelerators."""
    found, ruled_out = run_search(needs, model, context)
    if found is None:
        return Outcome(None, None, (), None, ruled_out, (), (), None, 0)
    judged = found.at(1.0)
    writer = Writer(context.calibration, Biller(needs, context.catalog, context.terms), context.year)
    rows = _rows(found, judged)
    options = _marked([writer.option(at, row, role) for role, (at, row) in rows.items()])
    taken = {found.candidates.device[row] for _, row in rows.values()}
    others = _alternatives(judged, taken) if rows else []
    options += [writer.option(judged, row, "alternative", n) for n, row in enumerate(others, start=1)]
    recommended = next((o for o in options if o.role == "recommended"), None)
    closest = None if recommended else judged.closest()
    row = rows["recommended"][1] if recommended else closest
    return Outcome(
        found=found, judged=judged, options=tuple(options), recommended=recommended,
        rejected=(*judged.rejections(), *ruled_out),
        pareto=views.pareto(judged, float(context.terms.rate), options),
        curve=() if row is None else views.curve(found, row, context.calibration, context.year),
        asked=None if closest is None else writer.option(judged, closest, "alternative"),
        considered=found.candidates.size,
    )


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


def _rows(found: Search, judged: Judged) -> dict[Role, tuple[Judged, int]]:
    """Choose a candidate per role; nothing where not even the minimum is feasible.

    The recommended plan keeps its reserve within the budget where that is possible, and is the minimum elsewhere;
    headroom may cost more than the budget, for it is an offer.
    """
    minimum = judged.best(judged.feasible())
    if minimum is None:
        return {}
    if not found.demand.stated:
        return {"recommended": (judged, minimum)}
    rows: dict[Role, tuple[Judged, int]] = {"minimum": (judged, minimum)}
    reserve = found.at(found.demand.factor("recommended"))
    best = reserve.best(reserve.feasible())
    rows["recommended"] = (judged, minimum) if best is None else (reserve, best)
    growth = found.at(found.demand.factor("headroom"))
    most = growth.best(growth.feasible(without=("budget", "budget_month")))
    if most is not None:
        rows["headroom"] = (growth, most)
    return rows


def _alternatives(judged: Judged, taken: set[int]) -> list[int]:
    """Return the cheapest feasible candidate of each of the next cheapest devices."""
    feasible, device = judged.feasible(), judged.search.candidates.device
    best = [judged.best(feasible & (device == d)) for d in np.unique(device[feasible]) if d not in taken]
    rows = [row for row in best if row is not None]
    return sorted(rows, key=lambda row: float(judged.builds.cost_usd[row]))[:ALTERNATIVES]
