"""``plan()``: the only door to the engine. The same needs and catalogue always give the same plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.costing.terms import catalog_date
from wizard.errors import Cancelled
from wizard.needs.needs import Currency, Needs
from wizard.planner import views
from wizard.planner.availability import availability_prices
from wizard.planner.calibrating import calibration_of
from wizard.planner.changes import nearest
from wizard.planner.editing import edited
from wizard.planner.facts import facts_of, software
from wizard.planner.hybrid_options import with_hybrids
from wizard.planner.memo import Memo
from wizard.planner.mixes import peak_split
from wizard.planner.models import model_of, summary
from wizard.planner.plan import Early, Fact, Option, Plan
from wizard.planner.premises import catalog_of
from wizard.planner.serving_plan import Context, Outcome, serving_outcome
from wizard.planner.suitability import other_models
from wizard.planner.terms import planned_terms
from wizard.planner.training_plan import training_plan
from wizard.planner.warnings import warnings_of


def plan(
    needs: Needs, catalog: Catalog, *, currency: Currency | str | None = None, cancel: Callable[[], bool] | None = None
) -> Plan:
    """Answer the needs from what the catalogue knows.

    Args:
        currency: of all money in the plan; the budget's currency if not given.
        cancel: asked between steps; true stops the work.

    Raises:
        InputError: the needs name a model, accelerator or vendor that does not exist.
        Cancelled: ``cancel`` said so.
    """
    return Planner(catalog).plan(needs, currency=currency, cancel=cancel)


class Planner:
    """Plans again and again, as a window does: what a changed answer leaves as it was is not worked out again.

    Its plans are those of :func:`plan`. Several threads may ask; they are served one after the other.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._memo = Memo()
        self._lock = Lock()

    @property
    def estimated(self) -> int:
        """How many candidates are estimated and remembered; the others were ruled out without."""
        return sum(estimates.size for estimates in self._memo.kept("estimates"))

    def plan(
        self, needs: Needs, *, currency: Currency | str | None = None, cancel: Callable[[], bool] | None = None,
        early: Callable[[Early], None] | None = None,
    ) -> Plan:
        """Answer the needs; see :func:`plan`.

        Args:
            early: told the recommended option of a serving plan, as it will stand in the plan (less the remark that it
                is the machine of the minimum), before the rest is worked out; or that nothing is feasible, and what
                comes closest, before the nearest plans are known.
        """
        with self.lent(needs, currency=currency, cancel=cancel) as context:
            return _plan(needs, context.catalog, replace(context, early=early))

    @contextmanager
    def lent(
        self, needs: Needs, *, currency: Currency | str | None = None, cancel: Callable[[], bool] | None = None
    ) -> Iterator[Context]:
        """Lend what an answer to a question about the needs is worked out with; other questions wait meanwhile."""
        with self._lock:
            catalog = catalog_of(needs, self.catalog)
            yield context_of(needs, catalog, currency or needs.budget.currency, cancel, self._memo)


def _plan(needs: Needs, catalog: Catalog, context: Context) -> Plan:
    model = model_of(needs, catalog)
    if needs.use_case in {"training", "fine_tuning"}:
        return training_plan(needs, model, context)
    outcome = with_hybrids(needs, model, context, serving_outcome(needs, model, context))
    if context.early is not None and outcome.recommended is None:
        context.early(Early(status="infeasible", option=outcome.asked))
    changes = () if outcome.recommended else nearest(needs, model, context, outcome)
    chosen = outcome.recommended or (changes[0].option if changes else None)
    options, changes, chosen = edited(needs, context, outcome.options, changes, chosen)
    shown = (*options, *(change.option for change in changes))
    return Plan(
        needs=needs, catalog_version=catalog.version, calibration_version=context.calibration.version,
        status="feasible" if outcome.recommended else "infeasible", model=summary(model), options=options,
        recommended=outcome.recommended.id if outcome.recommended else None, rejected=outcome.rejected, changes=changes,
        facts=_facts(needs, model, context, outcome, chosen), curve=outcome.curve, pareto=outcome.pareto,
        warnings=warnings_of(needs, model, context, chosen), sources=views.sources(catalog, model, shown),
        considered=outcome.considered, currency=context.terms.currency, asked=outcome.asked, chosen=chosen,
    )


def _facts(
    needs: Needs, model: Model, context: Context, outcome: Outcome, chosen: Option | None
) -> tuple[Fact, ...]:
    found = [*facts_of(needs, model, context, outcome, chosen)]
    if chosen is not None:
        found += peak_split(needs, context.catalog, (chosen, *outcome.options))
        found += availability_prices(needs, model, context, chosen)
        found += other_models(needs, context, outcome, outcome.asked or chosen)
    shown = outcome.options if needs.constraints.vendors else () if chosen is None else (chosen,)
    found += software(context.catalog, shown, needs.economics.country)
    return tuple(found)


def context_of(
    needs: Needs, catalog: Catalog, currency: str, cancel: Callable[[], bool] | None = None, memo: Memo | None = None
) -> Context:
    """Return what plans, prices of requirements and single answers of one question are made with."""
    def cancelled() -> None:
        if cancel is not None and cancel():
            raise Cancelled

    terms = planned_terms(needs, catalog, currency)
    today = catalog_date(catalog)
    year = today.year + (today.month - 1) / 12
    return Context(catalog, terms, calibration_of(needs, catalog), year, cancelled, memo or Memo())
