"""Plans that were kept to be compared, at most three beside the present one. No Qt."""

from __future__ import annotations

from dataclasses import replace

from wizard.planner.compare import MOST
from wizard.planner.plan import Option, Plan


class Kept:
    """The plans, in the order in which they were kept; each holds the option that was looked at as its chosen one.

    ``began`` is the plan from which "what if" set out.
    """

    def __init__(self) -> None:
        self.plans: tuple[Plan, ...] = ()
        self.began: Plan | None = None

    @property
    def full(self) -> bool:
        """Whether there is no room for one more beside the present plan."""
        return len(self.plans) >= MOST - 1

    def holds(self, plan: Plan, option: Option) -> bool:
        """Return whether this very answer is kept already."""
        asked = (plan.needs, plan.currency)
        return any((kept.needs, kept.currency) == asked and same(kept.chosen, option) for kept in self.plans)

    def keep(self, plan: Plan, option: Option) -> None:
        """Keep a plan with the option that is looked at."""
        if not self.full and not self.holds(plan, option):
            self.plans = (*self.plans, replace(plan, chosen=option))

    def drop(self, plan: Plan) -> None:
        """Forget a plan."""
        self.plans = tuple(kept for kept in self.plans if kept is not plan)

    def with_present(self, plan: Plan, option: Option) -> tuple[Plan, ...]:
        """Return what is compared: the kept plans and the present one, or without any the options of the present."""
        if not self.plans:
            machines: dict[object, Option] = {}
            for one in plan.options:
                machines.setdefault((one.accelerator, one.accelerators, one.nodes, one.cloud_sku), one)
            return tuple(replace(plan, chosen=one) for one in list(machines.values())[:MOST])
        if self.holds(plan, option):
            return self.plans
        return (*self.plans, replace(plan, chosen=option))


def same(one: Option | None, other: Option) -> bool:
    """Return whether two options are the same machine for the same load."""
    return one is not None and (one.accelerator, one.accelerators, one.nodes, one.cloud_sku, one.replicas) == (
        other.accelerator, other.accelerators, other.nodes, other.cloud_sku, other.replicas)
