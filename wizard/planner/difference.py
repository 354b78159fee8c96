"""Two answers to one question, one after the other: which accelerators dropped out, which came in, and the price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wizard.planner.plan import Option, Plan, Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What an answer changed.

    ``dropped`` are accelerators that had a feasible candidate before, with the promise that their best one breaks now;
    ``came`` are ids of those that have one now. ``price`` is the difference of what the chosen options cost first of
    all (purchase, or rent a month) and ``total`` that over the horizon, both in the plans' currency and ``None`` where
    one of them has no such figure.
    """

    before: Option | None
    after: Option | None
    dropped: tuple[Rejection, ...]
    came: tuple[str, ...]
    price: Decimal | None
    total: Decimal | None

    @property
    def nothing(self) -> bool:
        """Whether the answer is the same."""
        return not (self.dropped or self.came or self.price or self.total or self.machine_changed)

    @property
    def machine_changed(self) -> bool:
        """Whether other hardware is chosen."""
        return _machine(self.before) != _machine(self.after)


def difference(before: Plan, after: Plan) -> Difference | None:
    """Compare two plans, the older first; ``None`` where they answer different questions (another use or model)."""
    if (before.needs.use_case, before.model.id) != (after.needs.use_case, after.model.id):
        return None
    out_before = {rejected.what for rejected in before.rejected}
    out_after = {rejected.what for rejected in after.rejected}
    old, new = before.chosen, after.chosen
    same = old is not None and new is not None and old.cost.currency == new.cost.currency
    return Difference(
        before=old, after=new,
        dropped=tuple(rejected for rejected in after.rejected if rejected.what not in out_before),
        came=tuple(rejected.what for rejected in before.rejected if rejected.what not in out_after),
        price=_price(old, new) if old and new and same else None,
        total=_minus(new.cost.total, old.cost.total) if old and new and same else None,
    )


def _machine(option: Option | None) -> tuple[object, ...]:
    return () if option is None else (option.accelerator, option.accelerators, option.nodes, option.cloud_sku)


def _price(old: Option, new: Option) -> Decimal | None:
    if bool(old.cloud_sku) != bool(new.cloud_sku):
        return None
    if new.cloud_sku:
        return _minus(new.cost.per_month, old.cost.per_month)
    return _minus(new.cost.capex, old.cost.capex)


def _minus(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    return None if new is None or old is None else new - old
