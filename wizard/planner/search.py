"""The search for serving plans: every candidate estimated, every requirement a mask, the cheapest of the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wizard.catalog.records import Model
from wizard.planner.builds import Builds, Market
from wizard.planner.candidates import Candidates, serving_inputs
from wizard.planner.demand import Demand
from wizard.planner.plan import Rejection
from wizard.planner.requirements import Requirement, requirements
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Bools, Floats, ServingColumns
from wizard.sizing.serving import serve

UNKNOWN = 1e6
"""Shortfall of a promise that nothing is known to keep."""


@dataclass(frozen=True)
class Search:
    """All candidates of one question with their estimates; :meth:`at` judges them at a multiple of the load."""

    model: Model
    market: Market
    demand: Demand
    candidates: Candidates
    columns: ServingColumns
    budget_usd: float | None
    month_usd: float | None

    def at(self, factor: float) -> Judged:
        """Build and judge every candidate at ``factor`` times the load."""
        builds = self.market.builds(self.candidates, self.columns, self.demand, factor)
        found = requirements(
            self.market.needs, self.candidates, self.columns, builds, self.budget_usd, self.month_usd, factor
        )
        return Judged(self, builds, found)


@dataclass(frozen=True)
class Judged:
    """Candidates, their builds and the requirements at one load."""

    search: Search
    builds: Builds
    found: tuple[Requirement, ...]

    @cached_property
    def margins(self) -> Floats:
        """Margin of each requirement (rows) for each candidate (columns)."""
        return np.stack([requirement.margin for requirement in self.found])

    @cached_property
    def met(self) -> Bools:
        """Which requirement is met by which candidate."""
        return self.margins >= -1e-9

    def feasible(self, without: Sequence[str] = ()) -> Bools:
        """Return which candidates meet every requirement except those whose code is in ``without``."""
        kept = [i for i, requirement in enumerate(self.found) if requirement.code not in without]
        return np.asarray(self.met[kept].all(axis=0))

    def best(self, mask: Bools) -> int | None:
        """Return the cheapest candidate of ``mask``; of equal price the one that carries more, then answers faster."""
        rows = np.flatnonzero(mask)
        if rows.size == 0:
            return None
        columns = self.search.columns
        cost = np.where(np.isnan(self.builds.cost_usd[rows]), np.inf, self.builds.cost_usd[rows])
        # Without a price the smaller machine comes first; without a stated load, the one that carries more.
        carried = self.builds.replicas[rows] * columns.output_tok_s.low[rows]
        order = np.lexsort(
            (columns.tpot_ms.value[rows], -carried, self.builds.accelerators[rows], np.round(cost, 2))
        )
        return int(rows[order[0]])

    def closest(self) -> int | None:
        """Return the candidate that comes closest to keeping every promise."""
        return int(self.shortfall.argmin()) if self.shortfall.size else None

    @cached_property
    def shortfall(self) -> Floats:
        """Return how far each candidate is from keeping every promise: 0 is there, missing by half or by all add up."""
        missed = np.clip(-self.margins, 0.0, UNKNOWN)
        return np.asarray(np.log1p(missed).sum(axis=0))

    def rejections(self) -> tuple[Rejection, ...]:
        """Return, for every device without a feasible candidate, the promise that its best candidate breaks."""
        device, feasible = self.search.candidates.device, self.feasible()
        reasons = []
        for index, known in enumerate(self.search.market.devices):
            rows = np.flatnonzero(device == index)
            if rows.size == 0 or feasible[rows].any():
                continue
            reasons.append(self._rejection(known.whole.id, int(rows[self.shortfall[rows].argmin()])))
        return tuple(reasons)

    def _rejection(self, what: str, row: int) -> Rejection:
        requirement = self.found[int(self.margins[:, row].argmin())]
        need, have = float(requirement.need[row]), float(requirement.have[row])
        return Rejection(
            what=what, reason=requirement.code, need=need if np.isfinite(need) else None,
            have=have if np.isfinite(have) else None, unit=requirement.unit,
        )


def search(
    model: Model, market: Market, demand: Demand, candidates: Candidates, calibration: Calibration, *,
    budget_usd: float | None, month_usd: float | None, year: float, cancelled: Callable[[], None],
) -> Search:
    """Estimate all candidates whose weights can fit at all; the others keep their memory for the reasons."""
    cancelled()
    inputs = serving_inputs(market.needs, model, market.device_columns, candidates, year, market.beside)
    columns = serve(inputs, calibration)
    cancelled()
    return Search(model, market, demand, candidates, columns, budget_usd, month_usd)
