"""Why not this one: any accelerator of the catalogue against the answers, what it breaks and what it would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Currency, Needs
from wizard.planner.models import model_of
from wizard.planner.plan import Limit, Option, Rejection
from wizard.planner.planner import Planner
from wizard.planner.serving_plan import Context
from wizard.planner.shortlist import shortlist
from wizard.planner.study import study


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """One accelerator's case.

    ``ruled_out`` is why the answers never let it come into question; ``option`` its cheapest candidate that keeps
    every promise, or where there is none the one that comes closest, as if it had been named; ``None`` where no layout
    of the model is possible on it. ``broken`` are the promises that the option breaks, the worst first.
    """

    accelerator: str
    ruled_out: Rejection | None
    option: Option | None
    broken: tuple[Limit, ...]

    @property
    def feasible(self) -> bool:
        """Whether it keeps every promise, be it as expensive as it may."""
        return self.option is not None and not self.broken


def why_not(
    needs: Needs, catalog: Catalog, accelerator: str, *, currency: Currency | str | None = None,
    cancel: Callable[[], bool] | None = None, planner: Planner | None = None,
) -> WhyNot:
    """Put one accelerator, by its id, through the same search as all others.

    Args:
        planner: has planned the needs over the catalogue, and remembers what that took.

    Raises:
        KeyError: the catalogue has no such id.
        Cancelled: ``cancel`` said so.
    """
    with (planner or Planner(catalog)).lent(needs, currency=currency, cancel=cancel) as context:
        return _case(needs, context, accelerator)


def _case(needs: Needs, context: Context, accelerator: str) -> WhyNot:
    catalog = context.catalog
    _ = catalog.accelerators[accelerator]
    wishes = needs.constraints.model_copy(
        update={"accelerators": (accelerator,), "vendors": (), "exclude_accelerators": ()}
    )
    named = needs.model_copy(update={"constraints": wishes})
    found, barred = study(named, model_of(needs, catalog), context)
    rented, ruled_out = _barred(needs, catalog, accelerator)
    ruled_out = ruled_out or next((r for r in barred if r.what == accelerator), None)
    if found is None:
        return WhyNot(accelerator=accelerator, ruled_out=ruled_out, option=None, broken=())
    row = found.best(found.feasible())
    if row is not None:
        option = found.option(row)
        if rented and option.cloud_sku is None:
            ruled_out = Rejection(what=accelerator, reason="legacy", need=None, have=None)
        return WhyNot(accelerator=accelerator, ruled_out=ruled_out, option=option, broken=())
    row = found.closest()
    option = found.option(row)
    limits = [limit for limit in option.limits if limit.margin < 0]
    if not limits:
        # What breaks is no figure that an option carries, such as an offer: the requirement itself says so.
        limits = [
            Limit(code=r.code, need=float(r.need[row]), have=float(r.have[row]), unit=r.unit,
                  margin=float(r.margin[row]))
            for r in found.requirements if r.margin[row] < -1e-9
        ]
    return WhyNot(accelerator=accelerator, ruled_out=ruled_out, option=option,
                  broken=tuple(sorted(limits, key=lambda limit: limit.margin)))


def _barred(needs: Needs, catalog: Catalog, accelerator: str) -> tuple[bool, Rejection | None]:
    """Return whether the answers let an accelerator only be rented, and why they rule it out where they do."""
    devices, rejected = shortlist(needs, catalog)
    rented = any(device.rent_only for device in devices if device.whole.id == accelerator)
    return rented, next((r for r in rejected if r.what == accelerator), None)
