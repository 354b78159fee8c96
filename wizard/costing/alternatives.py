"""What owning is compared with: the user's own bill, an API by the token, or renting on demand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from wizard.costing.usage import Usage
from wizard.money import cents
from wizard.needs.needs import Economics

_MILLION = Decimal(1_000_000)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Alternative:
    """A cost per month in the plan's currency, and what it would be with the hardware in use all the time."""

    name: Literal["cloud_bill", "api", "cloud_on_demand", ""]
    month: Decimal | None
    full_use_month: Decimal | None


def alternative_of(
    usage: Usage, economics: Economics, tokens_year: float | None, per_usd: Decimal, *, owned: bool = True,
) -> Alternative:
    """Choose the alternative: the bill the user named, else the API prices they named, else the cheapest rent.

    What is rented already is not compared with its own rent.
    """
    busy = Decimal(str(max(economics.utilization, 0.01)))
    if economics.cloud_usd_per_month is not None:
        month = cents(Decimal(str(economics.cloud_usd_per_month)) * per_usd)
        return Alternative("cloud_bill", month, month / busy)
    month_api = api_month(economics, usage, tokens_year, per_usd)
    if month_api is not None:
        return Alternative("api", month_api, month_api / busy)
    if owned and usage.cloud is not None and usage.cloud.on_demand_usd_h is not None:
        rent = cents((usage.cloud.month_usd(usage.cloud.on_demand_usd_h) or Decimal(0)) * per_usd)
        return Alternative("cloud_on_demand", rent, rent)
    return Alternative("", None, None)


def api_month(
    economics: Economics, usage: Usage, tokens_year: float | None, per_usd: Decimal,
) -> Decimal | None:
    """Return what the same tokens cost from an API; ``None`` without its prices or without tokens."""
    prices = (economics.api_usd_per_million_input_tokens, economics.api_usd_per_million_output_tokens)
    if tokens_year is None or prices == (None, None):
        return None
    output = Decimal(str(tokens_year)) / _MONTHS / _MILLION
    inputs = output * Decimal(str(usage.input_per_output))
    price_in, price_out = (Decimal(str(price or 0)) for price in prices)
    return cents((inputs * price_in + output * price_out) * per_usd)
