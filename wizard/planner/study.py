"""One search, asked afterwards: what would the cheapest be without this promise, what comes closest on that device?

Serving and training search differently and are asked the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.bills import Biller
from wizard.planner.options import Writer
from wizard.planner.plan import Option, Rejection
from wizard.planner.promises import cheapest
from wizard.planner.requirements import Requirement
from wizard.planner.search import Judged
from wizard.planner.serving_plan import Context, explorer_of
from wizard.planner.training_options import training_option
from wizard.planner.training_search import TrainingSearch, training_search
from wizard.sizing.cases import Bools, Floats


@dataclass(frozen=True)
class Study:
    """Candidates of one question. ``option`` writes a row out, estimated at its load and billed (some 10 ms)."""

    requirements: tuple[Requirement, ...]
    cost_usd: Floats
    best: Callable[[Bools], int | None]
    option: Callable[[int], Option]

    def feasible(self, without: Sequence[str] = ()) -> Bools:
        """Return which candidates keep every requirement except those whose code is in ``without``."""
        kept = [requirement.margin >= -1e-9 for requirement in self.requirements if requirement.code not in without]
        return np.asarray(np.stack(kept).all(axis=0))

    def closest(self) -> int:
        """Return the candidate that misses least: shortfalls of all promises add up."""
        margins = np.stack([requirement.margin for requirement in self.requirements])
        return int(np.log1p(np.clip(-margins, 0.0, 1e6)).sum(axis=0).argmin())


def study(
    needs: Needs, model: Model, context: Context, drop: Collection[str] = ()
) -> tuple[Study | None, tuple[Rejection, ...]]:
    """Search; ``None`` where the answers leave no candidate, and what the answers alone rule out.

    Args:
        drop: codes of the requirements without which, one at a time, the cheapest is wanted too.
    """
    if needs.use_case in {"training", "fine_tuning"}:
        trained = training_search(needs, model, context)
        return (None, ()) if trained is None else (_trained(trained, context), trained.ruled_out)
    explorer, ruled_out = explorer_of(needs, model, context)
    if explorer is None:
        return None, ruled_out
    writer = Writer(context.calibration, Biller(needs, context.catalog, context.terms), context.memo)
    if needs.targets.percentile is not None:
        cheapest(explorer, writer)
    least = float(explorer.settle(1.0, keep=1).min())
    for code in drop:
        if needs.targets.percentile is not None:
            cheapest(explorer, writer, (code,))
        explorer.cheapest(1.0, without=(code,), below=least)
    return _served(explorer.judged(1.0), writer), ruled_out


def _served(judged: Judged, writer: Writer) -> Study:
    return Study(
        requirements=judged.found, cost_usd=judged.builds.cost_usd, best=judged.best,
        option=lambda row: writer.option(judged, row, "alternative"),
    )


def _trained(found: TrainingSearch, context: Context) -> Study:
    return Study(
        requirements=found.found, cost_usd=found.cost_usd, best=found.best,
        option=lambda row: training_option(found, row, "alternative", context),
    )
