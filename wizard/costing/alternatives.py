"""What owning is compared with: the user's own bill, an API by the token, or renting on demand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from wizard.costing.assumptions import YOURS
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
    """Choose the alternative: the bill the user named, else the API prices they named, else the cheapest rent, else
    the API price that the catalogue knows.

    What is rented already is not compared with its own rent.
    """
    busy = Decimal(str(max(economics.utilization, 0.01)))
    if economics.cloud_usd_per_month is not None:
        month = cents(Decimal(str(economics.cloud_usd_per_month)) * per_usd)
        return Alternative("cloud_bill", month, month / busy)
    month_api = api_month(economics, usage, tokens_year, per_usd)
    if month_api is not None and names_api(economics):
        return Alternative("api", month_api, month_api / busy)
    if owned and usage.cloud is not None and usage.cloud.on_demand_usd_h is not None:
        rent = cents((usage.cloud.month_usd(usage.cloud.on_demand_usd_h) or Decimal(0)) * per_usd)
        return Alternative("cloud_on_demand", rent, rent)
    if month_api is not None:
        return Alternative("api", month_api, month_api / busy)
    return Alternative("", None, None)


def names_api(economics: Economics) -> bool:
    """Tell whether the user named what an API costs them."""
    return (economics.api_usd_per_million_input_tokens, economics.api_usd_per_million_output_tokens) != (None, None)


def api_inputs(economics: Economics, usage: Usage) -> tuple[tuple[str, float, str], ...]:
    """Return name, dollars per million tokens and source of the input's and the output's price; empty if unknown.

    The user's prices go first; of a pair that they named by half, the other half costs nothing.
    """
    names = ("api_usd_per_million_input_tokens", "api_usd_per_million_output_tokens")
    if names_api(economics):
        return tuple((name, float(getattr(economics, name) or 0), YOURS) for name in names)
    if usage.api is None:
        return ()
    prices = (usage.api.input_usd_per_million, usage.api.output_usd_per_million)
    source = ";".join(usage.api.sources)
    return tuple((name, float(price), source) for name, price in zip(names, prices, strict=True))


def api_price_per_output(economics: Economics, usage: Usage, per_usd: Decimal) -> Decimal | None:
    """Return what an API asks for a million output tokens with the prompts that belong to them; ``None`` if unknown."""
    prices = tuple(Decimal(str(price)) for _, price, _ in api_inputs(economics, usage))
    if not prices:
        return None
    return (prices[1] + prices[0] * Decimal(str(usage.input_per_output))) * per_usd


def api_month(
    economics: Economics, usage: Usage, tokens_year: float | None, per_usd: Decimal,
) -> Decimal | None:
    """Return what the same tokens cost from an API; ``None`` without its prices or without tokens."""
    price = api_price_per_output(economics, usage, per_usd)
    if tokens_year is None or price is None:
        return None
    return cents(Decimal(str(tokens_year)) / _MONTHS / _MILLION * price)
