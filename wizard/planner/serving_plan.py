"""The plan for serving a model: search, choose, and say what was chosen and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import cast

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.costing.rates import Rates
from wizard.costing.terms import Terms
from wizard.needs.needs import Needs
from wizard.planner import views
from wizard.planner.bills import Biller
from wizard.planner.builds import Market
from wizard.planner.candidates import Candidates, enumerate_groups, node_sizes, serving_inputs
from wizard.planner.demand import Demand
from wizard.planner.estimates import Estimates, fingerprint
from wizard.planner.explore import Explorer
from wizard.planner.memo import Memo
from wizard.planner.options import Writer
from wizard.planner.plan import RATES, SPEED, CurvePoint, Early, Option, ParetoPoint, Reason, Rejection, Role
from wizard.planner.promises import promise, prove
from wizard.planner.purchase import columns_of
from wizard.planner.search import Judged
from wizard.planner.shortlist import Device, shortlist
from wizard.planner.space import Space
from wizard.planner.traffic import beside
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import WEIGHT_FORMATS
from wizard.sizing.device_columns import DeviceColumns, stack
from wizard.sizing.serving import SharedConstants
from wizard.sizing.traffic import ServingInputs

ROLES: tuple[Role, ...] = ("minimum", "recommended", "headroom")
ALTERNATIVES = 3
RELAXABLE = (
    *SPEED, *RATES, "max_accelerators", "max_nodes", "power_w", "rack_units", "budget",
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
    memo: Memo = field(default_factory=Memo)
    early: Callable[[Early], None] | None = None
    """Told the recommended option as soon as it is known, before what surrounds it: alternatives, facts, the plane;
    or that there is none, before the nearest plans are known."""

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


@dataclass(frozen=True)
class _Hardware:
    """What the answers about hardware leave, whatever runs on it."""

    devices: tuple[Device, ...]
    columns: DeviceColumns
    sizes: Mapping[str, int]
    ruled_out: tuple[Rejection, ...]


@dataclass(frozen=True)
class _Field:
    """What the answers about hardware and precision leave of one model, before any load."""

    groups: Candidates
    ruled_out: tuple[Rejection, ...]


def _hardware(needs: Needs, catalog: Catalog) -> _Hardware:
    devices, ruled_out = shortlist(needs, catalog)
    columns = stack(DeviceColumns.of(device.accelerator) for device in devices) if devices else None
    return _Hardware(devices, cast("DeviceColumns", columns), node_sizes(catalog), ruled_out)


def _field(needs: Needs, model: Model, hardware: _Hardware) -> _Field:
    groups, illegal = enumerate_groups(needs, model, hardware.devices, hardware.sizes)
    return _Field(groups, (*hardware.ruled_out, *illegal))


def explorer_of(needs: Needs, model: Model, context: Context) -> tuple[Explorer | None, tuple[Rejection, ...]]:
    """Lay out what one set of needs can choose from; ``None`` where the answers leave no candidate."""
    catalog, memo = context.catalog, context.memo
    places = (catalog, needs.constraints, needs.use_case, needs.economics.country)
    hardware = (*places, model, needs.precision, needs.engine, needs.workload.concurrent_users == 1)
    there = memo.get("hardware", places, lambda: _hardware(needs, catalog))
    left = memo.get("field", hardware, lambda: _field(needs, model, there))
    if left.groups.size == 0:
        return None, left.ruled_out
    sizes_on_disk = [float(weight_bytes(model, fmt).bytes) for fmt in WEIGHT_FORMATS]
    capex = columns_of(needs, catalog, context.terms, sizes_on_disk)
    market = Market(needs, catalog, there.devices, there.sizes, capex, Rates.of(catalog, needs.economics),
                    beside(needs, model, catalog).columns)

    def inputs(candidates: Candidates) -> ServingInputs:
        return serving_inputs(needs, model, there.columns, candidates, context.year, market.beside)

    demand = Demand.of(needs)
    traffic = fingerprint(inputs(left.groups.take(np.zeros(1, dtype=np.int64))))

    def constants() -> SharedConstants:
        known = (hardware, id(context.calibration), context.year)
        return memo.get("constants", known, lambda: SharedConstants.of(inputs(left.groups), context.calibration))

    # Late requests hang on how requests arrive, mean times do not.
    late = None if needs.targets.percentile is None else (needs.targets.percentile, demand.requests_s is None,
        demand.users is None, demand.think_time_s, demand.arrival_scv)
    estimates = memo.get("estimates", (hardware, traffic, id(context.calibration), late), lambda: Estimates(
        left.groups, inputs, context.calibration, constants, promise(needs)), keep=2)
    estimates.begin(paced=not demand.exact)
    budget = needs.budget
    space = Space(
        model, market, demand, estimates, memo,
        budget_usd=None if budget.purchase is None else context.usd(float(budget.purchase), budget.currency),
        month_usd=None if budget.per_month is None else context.usd(float(budget.per_month), budget.currency),
    )
    return Explorer(space, context.cancelled), left.ruled_out


def serving_outcome(needs: Needs, model: Model, context: Context) -> Outcome:
    """Choose minimum, recommended and headroom, with alternatives on other accelerators."""
    explorer, ruled_out = explorer_of(needs, model, context)
    if explorer is None:
        return Outcome(None, (), None, ruled_out, (), (), None, 0)
    writer = Writer(context.calibration, Biller(needs, context.catalog, context.terms), context.memo)
    judged, rows, others = chosen(explorer, writer)
    if context.early is not None and "recommended" in rows and not needs.bill:
        context.early(Early(status="feasible", option=writer.option(*rows["recommended"], "recommended")))
    options = _marked([writer.option(at, row, role) for role, (at, row) in rows.items()])
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


def chosen(explorer: Explorer, writer: Writer) -> tuple[Judged, Mapping[Role, tuple[Judged, int]], Sequence[int]]:
    """Search, and return all that was looked at, the row of each role, and rows on other devices."""
    found: tuple[Judged, Mapping[Role, tuple[Judged, int]], Sequence[int]]

    def look() -> Iterable[tuple[Judged, int]]:
        nonlocal found
        explore(explorer)
        judged = explorer.judged(1.0)
        rows = choice(explorer, judged)
        taken = {at.candidates.device[row] for at, row in rows.values()}
        others = _alternatives(judged, taken) if rows else []
        found = judged, rows, others
        return [*rows.values(), *((judged, row) for row in others)]

    prove(explorer, writer, look)
    return found


def explore(explorer: Explorer) -> None:
    """Look at all rows that the choice may fall on: at the load itself, with the reserve, and with growth."""
    demand = explorer.space.demand
    more: list[tuple[float, tuple[str, ...]]] = [
        (demand.factor("recommended"), ()), (demand.factor("headroom"), ("budget", "budget_month")),
    ] if demand.stated else []
    price = explorer.settle(1.0, keep=len(ROLES) + ALTERNATIVES, also=more)
    if not np.isfinite(price).any():
        stated = {requirement.code for requirement in explorer.judged(1.0).found}
        for code in (code for code in RELAXABLE if code in stated):
            explorer.cheapest(1.0, without=(code,))


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
