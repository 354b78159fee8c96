"""Who quotes, on a plan whose project names nobody. No Qt."""

from __future__ import annotations

from dataclasses import replace

from wizard.needs.needs import Seller
from wizard.planner.plan import Plan


class Signer:
    """Signs plans; the same plan and seller give the same signed plan, so that it is drafted once."""

    def __init__(self) -> None:
        self._last: tuple[Plan, Seller, Plan] | None = None

    def signed(self, plan: Plan, seller: Seller) -> Plan:
        """Return the plan with a seller on its cover, or as it is where its project names one."""
        document = plan.needs.document
        if document.seller != Seller() or seller == Seller():
            return plan
        if self._last is None or self._last[0] is not plan or self._last[1] != seller:
            needs = plan.needs.model_copy(update={"document": document.model_copy(update={"seller": seller})})
            self._last = (plan, seller, replace(plan, needs=needs))
        return self._last[2]
