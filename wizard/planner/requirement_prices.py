"""Which requirement buys the hardware: what the cheapest plan would cost if one of them were dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Currency, Needs
from wizard.planner.models import model_of
from wizard.planner.plan import RATES, SPEED, Option
from wizard.planner.planner import Planner
from wizard.planner.serving_plan import Context
from wizard.planner.study import Study, study

DROPPABLE = (
    *SPEED, *RATES, "hours", "max_accelerators", "max_nodes", "power_w", "rack_units", "budget",
    "budget_month",
)
"""Promises that a user can do without; what physics asks stays."""
LEAST_USD = 1.0
"""A saving below this is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementPrice:
    """One requirement. ``key`` names its answer, ``stated`` is that answer.

    ``saved`` is what the cheapest plan would cost less over the horizon without it, in the currency of ``option``, the
    plan that one would then have; both are ``None`` where dropping it saves nothing.
    """

    key: str
    stated: object
    saved: Decimal | None
    option: Option | None


def requirement_prices(
    needs: Needs, catalog: Catalog, *, currency: Currency | str | None = None,
    cancel: Callable[[], bool] | None = None, planner: Planner | None = None,
) -> tuple[RequirementPrice, ...]:
    """Price every requirement that the user stated, the dearest first; empty where nothing is feasible.

    All are compared with the cheapest plan that keeps every requirement at the stated load (the minimum).

    Args:
        planner: has planned the needs over the catalogue, and remembers what that took.

    Raises:
        Cancelled: ``cancel`` said so.
    """
    with (planner or Planner(catalog)).lent(needs, currency=currency, cancel=cancel) as context:
        return _priced(needs, context)


def _priced(needs: Needs, context: Context) -> tuple[RequirementPrice, ...]:
    model = model_of(needs, context.catalog)
    found, _ = study(needs, model, context, DROPPABLE)
    minimum = None if found is None else found.best(found.feasible())
    if found is None or minimum is None or not np.isfinite(found.cost_usd[minimum]):
        return ()
    least, base = float(found.cost_usd[minimum]), found.option(minimum)
    priced = []
    for code, key in {r.code: r.key for r in found.requirements if r.code in DROPPABLE}.items():
        if _stated(needs, key) is not None:
            priced.append(_price(needs, key, found, found.best(found.feasible(without=(code,))), least, base))
    for key, changed in _looser(needs):
        context.cancelled()
        other, _ = study(changed, model, context)
        if other is not None:
            priced.append(_price(needs, key, other, other.best(other.feasible()), least, base))
    return tuple(sorted(priced, key=lambda price: -(price.saved or 0)))


def _price(needs: Needs, key: str, found: Study, row: int | None, least: float, base: Option) -> RequirementPrice:
    stated = _stated(needs, key)
    nothing = RequirementPrice(key=key, stated=stated, saved=None, option=None)
    if row is None or not found.cost_usd[row] < least - LEAST_USD:
        return nothing
    option = found.option(row)
    if base.cost.total is None or option.cost.total is None or option.cost.total >= base.cost.total:
        return nothing
    return RequirementPrice(key=key, stated=stated, saved=base.cost.total - option.cost.total, option=option)


def _looser(needs: Needs) -> Iterator[tuple[str, Needs]]:
    """Yield needs in which one answer that narrows the choice is open."""
    wishes, precision = needs.constraints, needs.precision

    def open_(**changes: object) -> Needs:
        return needs.model_copy(update={"constraints": wishes.model_copy(update=changes)})

    if wishes.availability != "n":
        yield "constraints.availability", open_(availability="n")
    if wishes.accelerators:
        yield "constraints.accelerators", open_(accelerators=(), accelerator_count=None, tensor_parallel=None)
    elif wishes.accelerator_count is not None:
        yield "constraints.accelerator_count", open_(accelerator_count=None, tensor_parallel=None)
    if wishes.vendors:
        yield "constraints.vendors", open_(vendors=())
    if wishes.acquisition != "either":
        yield "constraints.acquisition", open_(acquisition="either")
    if needs.targets.percentile is not None:
        yield "targets.percentile", needs.model_copy(
            update={"targets": needs.targets.model_copy(update={"percentile": None})})
    for name in ("weights", "kv_cache"):
        if getattr(precision, name) != "auto":
            free = needs.precision.model_copy(update={name: "auto"})
            yield f"precision.{name}", needs.model_copy(update={"precision": free})


def _stated(needs: Needs, key: str) -> object:
    value: object = needs
    for part in key.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, tuple) else value
