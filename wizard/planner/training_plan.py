"""The plan for training or fine-tuning: what fits, how long it takes, what it costs, and what each method needs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner import views
from wizard.planner.editing import edited
from wizard.planner.facts import claims, fact
from wizard.planner.mixes import spot
from wizard.planner.models import summary
from wizard.planner.plan import Change, Fact, Option, Plan, Reason, Rejection
from wizard.planner.serving_plan import ALTERNATIVES, Context
from wizard.planner.training_options import training_option
from wizard.planner.training_search import TrainingSearch, training_search
from wizard.planner.warnings import warnings_of
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.training_plan import devices_for, method_table, smallest_fit, tokens_in
from wizard.units import GB, GIB

RESERVE_WORTH = 1.5
"""Memory to spare is recommended up to this multiple of the cheapest run's cost; beyond, a trial run is cheaper."""


def training_plan(needs: Needs, model: Model, context: Context) -> Plan:
    """Plan a training run.

    FP8 on silicon without FP8 is planned in BF16 and said so: that wish is a mistake, not a requirement.
    """
    asked, needs_run = needs, _runnable(needs, context)
    found = training_search(needs_run, model, context)
    options = _options(found, context) if found else ()
    recommended = next((option for option in options if option.role == "recommended"), None)
    changes = () if recommended else tuple(_changes(needs_run, model, context))
    chosen = recommended or (changes[0].option if changes else None)
    options, changes, chosen = edited(asked, context, options, changes, chosen)
    rejected: list[Rejection] = [*(found.rejections() if found else ()), *(found.ruled_out if found else ())]
    warnings: list[Reason] = list(warnings_of(needs_run, model, context, chosen))
    if needs_run is not asked and found:
        for device in found.devices:
            rejected.insert(0, Rejection(what=device.whole.id, reason="no_fp8", need=None, have=None))
            warnings.insert(0, Reason(code="no_fp8", fields={"accelerator": device.whole.name}))
    return Plan(
        needs=asked, catalog_version=context.catalog.version, calibration_version=context.calibration.version,
        status="feasible" if recommended else "infeasible", model=summary(model), options=options,
        recommended=recommended.id if recommended else None, rejected=tuple(rejected), changes=changes,
        facts=tuple(_facts(needs_run, found, context)) if found else (), curve=(), pareto=(),
        warnings=tuple(warnings),
        sources=views.sources(context.catalog, model, (*options, *(change.option for change in changes))),
        considered=int(found.count.size) if found else 0, currency=context.terms.currency, chosen=chosen,
    )


def _runnable(needs: Needs, context: Context) -> Needs:
    from wizard.planner.shortlist import shortlist

    if needs.training.precision != "fp8":
        return needs
    devices, _ = shortlist(needs, context.catalog)
    if any(device.accelerator.fp8_tflops for device in devices):
        return needs
    return needs.model_copy(update={"training": needs.training.model_copy(update={"precision": "bf16"})})


def _options(found: TrainingSearch, context: Context) -> tuple[Option, ...]:
    """Return minimum (cheapest), recommended (fits at the high end of its memory), headroom (twice as fast)."""
    feasible = found.feasible()
    minimum = found.best(feasible)
    if minimum is None:
        return ()
    options = [training_option(found, minimum, "minimum", context)]
    memory = found.columns.memory
    affordable = found.cost_usd <= RESERVE_WORTH * found.cost_usd[minimum]
    reserve = found.best(feasible & (memory.high <= memory.capacity) & affordable)
    options.append(training_option(found, minimum if reserve is None else reserve, "recommended", context))
    speed = found.columns.speed.tokens_s.low * found.count
    twice = found.best(feasible & (speed >= 2 * speed[minimum]))
    if twice is not None:
        options.append(training_option(found, twice, "headroom", context))
    taken = found.device[minimum]
    others = [found.best(feasible & (found.device == d)) for d in np.unique(found.device[feasible]) if d != taken]
    cost = np.nan_to_num(found.cost_usd, nan=np.inf)
    rows = sorted((row for row in others if row is not None), key=lambda row: float(cost[row]))
    options += [training_option(found, row, "alternative", context, n)
                for n, row in enumerate(rows[:ALTERNATIVES], start=1)]
    return tuple(options)


def _changes(needs: Needs, model: Model, context: Context) -> Iterator[Change]:
    wishes, training = needs.constraints, needs.training

    def trained(**changes: object) -> Needs:
        return needs.model_copy(update={"training": training.model_copy(update=changes)})

    def constrained(**changes: object) -> Needs:
        return needs.model_copy(update={"constraints": wishes.model_copy(update=changes)})

    answers: list[tuple[str, str | None, Needs]] = [
        ("training.method", method, trained(method=method)) for method in ("lora", "qlora")
        if training.method == "full" or (training.method, method) == ("lora", "qlora")
    ]
    if wishes.accelerator_count is not None:
        answers.append(("constraints.accelerator_count", None, constrained(accelerator_count=None)))
    if wishes.accelerators or wishes.vendors:
        answers.append(("constraints.accelerators", None,
                        constrained(accelerators=(), vendors=(), accelerator_count=None)))
    if training.deadline_hours and training.tokens:
        answers.append(("training.deadline_hours", None, trained(deadline_hours=None)))
    if needs.budget.purchase is not None:
        answers.append(("budget.purchase", None, needs.model_copy(
            update={"budget": needs.budget.model_copy(update={"purchase": None})})))
    for number, (key, value, changed) in enumerate(answers, start=1):
        found = training_search(changed, model, context)
        row = found.best(found.feasible()) if found else None
        if found is None or row is None:
            continue
        option = training_option(found, row, "alternative", context, number)
        yield Change(key=key, from_value=_current(needs, key), to_value=value or _to(key, option), option=option)


def _to(key: str, option: Option) -> object:
    return {
        "constraints.accelerator_count": option.accelerators, "constraints.accelerators": option.accelerator,
        "training.deadline_hours": option.estimates["hours"].high if "hours" in option.estimates else None,
        "budget.purchase": str(option.cost.capex or option.cost.total),
    }[key]


def _current(needs: Needs, key: str) -> object:
    value: object = needs
    for part in key.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, tuple) else value


def _facts(needs: Needs, found: TrainingSearch, context: Context) -> Iterator[Fact]:
    """Say what each method needs side by side, and answer the deadline in both directions."""
    context.cancelled()
    best = found.best(found.feasible())
    row = int(found.columns.runs.argmax()) if best is None else best
    device = DeviceColumns.of(found.devices[int(found.device[row])].accelerator)
    count = int(found.count[row])
    for method in method_table(found.shape, device, count, needs.training):
        memory = method.columns.memory
        fit = smallest_fit(found.shape, device, needs.training.model_copy(update={"method": method.method}))
        states = (memory.weights + memory.gradients + memory.optimizer) * count * GIB / GB
        if not method.columns.runs[0]:
            continue
        fits = bool(method.columns.fits[0])
        yield fact(
            "method_fits" if fits else "method_fails", method_label=method.method, accelerators=count,
            gib=float(memory.total[0]), states_gb=float(states[0]),
            tokens_s=float(method.columns.speed.tokens_s.value[0]) * count,
        )
        if not fits and fit is not None:
            yield fact("method_smallest", method_label=method.method, accelerators=fit)
        if method.method == needs.training.method:
            yield from claims(needs, {"training_states_gb": float(states[0])})
    yield from _deadline(needs, found, device, best, context)


def _deadline(
    needs: Needs, found: TrainingSearch, device: DeviceColumns, best: int | None, context: Context
) -> Iterator[Fact]:
    hours = needs.training.deadline_hours
    if hours is None:
        return
    if best is not None:
        value, low, high = (float(column[best]) for column in tokens_in(found.columns, hours))
        yield fact("tokens_in_time", hours=hours, tokens=value, low=low, high=high)
        if np.isfinite(found.run_usd[best]):
            yield from claims(needs, {"cloud_run_usd": float(found.run_usd[best])})
            option = training_option(found, best, "minimum", context)
            run_hours = found.columns.speed.hours.value[best] if needs.training.tokens else hours
            yield from spot(context.catalog, option, float(run_hours))
    if needs.training.tokens:
        fewest = devices_for(found.shape, device, needs.training)
        if fewest is not None:
            yield fact("devices_in_time", hours=hours, tokens=needs.training.tokens, accelerators=fewest)
