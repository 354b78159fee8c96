"""How a deployment is used: what the total cost is divided by and compared with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wizard.catalog.records import ApiPrice
from wizard.costing.cloud import CloudOffer
from wizard.needs.needs import Economics


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the deployment does for its money.

    ``output_tok_s`` is the whole deployment's sustained rate *at the latency target*, never its peak, with the 90 %
    band of the estimate; ``None`` where no tokens are served (training). ``input_per_output`` are prompt tokens for
    each output token; ``prefill_share`` the share of accelerator time that prompts take, which splits the cost between
    input and output. ``cloud`` is the rented alternative that owning is compared with. ``space_per_kw_month`` is what a
    colocation asks in dollars per kW of IT load and month; where ``space_includes_energy`` no electricity is added.
    ``api`` is what a host asks for the same tokens; ``None`` where nobody's price is known, or the data may not leave
    the house.
    """

    output_tok_s: float | None = None
    output_tok_s_low: float | None = None
    output_tok_s_high: float | None = None
    input_per_output: float = 0.0
    prefill_share: float | None = None
    cloud: CloudOffer | None = None
    space_per_kw_month: float | None = None
    space_includes_energy: bool = False
    api: ApiPrice | None = None
    rent_subscriptions_year: Decimal = Decimal("0.00")
    """Software that is paid by the year on top of a rent, in the plan's currency; a bill has its own lines."""

    @classmethod
    def at(cls, economics: Economics) -> Usage:
        """Say where it stands; nothing of what it serves."""
        return cls(space_per_kw_month=economics.colocation_usd_per_kw_month,
                   space_includes_energy=economics.colocation_includes_energy)
