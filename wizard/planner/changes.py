"""When nothing fits: the nearest feasible plans, each with the one answer that must change and what it then costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil, isfinite

from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.bills import Biller
from wizard.planner.hybrid_options import hybrid_changes
from wizard.planner.options import Writer
from wizard.planner.plan import Change, Option, late_code
from wizard.planner.promises import cheapest
from wizard.planner.requirements import loosened
from wizard.planner.serving_plan import RELAXABLE, Context, Outcome, explorer_of


def nearest(needs: Needs, model: Model, context: Context, outcome: Outcome) -> tuple[Change, ...]:
    """Return the cheapest change of each answer, cheapest first."""
    found = [*_looser(needs, context, outcome), *_other(needs, model, context), *hybrid_changes(needs, model, context)]
    found.sort(key=lambda change: (change.option.cost.total is None, change.option.cost.total or 0))
    cheapest = {change.key: change for change in reversed(found)}
    kept = enumerate([change for change in found if cheapest[change.key] is change], start=1)
    return tuple(replace(change, option=replace(change.option, id=f"change-{n}")) for n, change in kept)


def _looser(needs: Needs, context: Context, outcome: Outcome) -> Iterator[Change]:
    judged = outcome.judged
    if judged is None:
        return
    for requirement in judged.found:
        if requirement.code not in RELAXABLE:
            continue
        row = judged.best(judged.feasible(without=(requirement.code,)))
        if row is None:
            continue
        option = _writer(needs, context).option(judged, row, "alternative")
        have = _have(option, late_code(needs, requirement.code), float(requirement.have[row]))
        if not isfinite(have):
            continue
        current = _current(needs, requirement.key)
        if requirement.code.startswith("budget"):
            have = ceil(have * float(context.terms.exchange.per_usd[needs.budget.currency]))
        rounded = loosened(have, at_most=requirement.at_most)
        yield Change(key=requirement.key, from_value=current, to_value=rounded, option=option)


def _have(option: Option, code: str, have: float) -> float:
    limit = next((limit for limit in option.limits if limit.code == code), None)
    return limit.have if limit else have


def _other(needs: Needs, model: Model, context: Context) -> Iterator[Change]:
    for key, changed in _answers(needs):
        context.cancelled()
        explorer, _ = explorer_of(changed, model, context)
        if explorer is None:
            continue
        writer = _writer(changed, context)
        best = cheapest(explorer, writer)
        if best is None:
            continue
        option = writer.option(*best, "alternative")
        yield Change(key=key, from_value=_current(needs, key), to_value=_to(key, option), option=option)


def _answers(needs: Needs) -> Iterator[tuple[str, Needs]]:
    """Yield needs in which one answer that narrows the hardware is different."""
    wishes = needs.constraints

    def constrained(**changes: object) -> Needs:
        return needs.model_copy(update={"constraints": wishes.model_copy(update=changes)})

    def precise(weights: str) -> Needs:
        return needs.model_copy(update={"precision": needs.precision.model_copy(update={"weights": weights})})

    for weights in ("fp8", "int4"):
        if needs.precision.weights not in {weights, "int4", "fp4"}:
            yield "precision.weights", precise(weights)
    if needs.targets.percentile is not None:
        mean = needs.targets.model_copy(update={"percentile": None})
        yield "targets.percentile", needs.model_copy(update={"targets": mean})
    if wishes.accelerator_count is not None:
        yield "constraints.accelerator_count", constrained(accelerator_count=None, tensor_parallel=None)
    if wishes.owned:
        yield "constraints.owned", constrained(owned=())
    if wishes.accelerators or wishes.vendors:
        yield "constraints.accelerators", constrained(
            accelerators=(), vendors=(), accelerator_count=None, tensor_parallel=None, mig=False)
    if wishes.acquisition == "own":
        yield "constraints.acquisition", constrained(acquisition="either")


def _to(key: str, option: Option) -> object:
    values: dict[str, Callable[[], object]] = {
        "precision.weights": lambda: option.weight_precision,
        "constraints.accelerator_count": lambda: option.accelerators,
        "constraints.accelerators": lambda: option.accelerator,
        "constraints.owned": list,
        "targets.percentile": lambda: None,
        "constraints.acquisition": lambda: "cloud" if option.cloud_sku else "own",
    }
    return values[key]()


def _current(needs: Needs, key: str) -> object:
    value: object = needs
    for part in key.split("."):
        value = getattr(value, part)
    if key == "constraints.owned":
        return [f"{mine.count} × {mine.accelerator}" for mine in needs.constraints.owned]
    return list(value) if isinstance(value, tuple) else value


def _writer(needs: Needs, context: Context) -> Writer:
    return Writer(context.calibration, Biller(needs, context.catalog, context.terms), context.memo)


