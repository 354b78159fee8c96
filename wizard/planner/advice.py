"""Own, rent, buy as a service, or mix: an explicit recommendation with the figures that decide it."""

from __future__ import annotations

from types import MappingProxyType

from wizard.needs.needs import Needs
from wizard.planner.plan import Fact, Option
from wizard.planner.serving_plan import Context


def advice(needs: Needs, context: Context, option: Option) -> list[Fact]:
    """Compare the option with its alternatives over the horizon, where prices for them are known."""
    tco = option.tco
    if tco is None or needs.use_case == "edge":
        return []
    months = 12 * needs.economics.horizon_years
    rate = float(context.terms.rate)
    costs: dict[str, float] = {"cloud" if option.cloud_sku else "own": float(tco.total)}
    if tco.cloud_on_demand_month is not None and not option.cloud_sku:
        costs["cloud"] = float(tco.cloud_on_demand_month) * months
    if needs.economics.cloud_usd_per_month:
        costs["cloud"] = needs.economics.cloud_usd_per_month * rate * months
    if tco.api_month is not None and not needs.constraints.private_data:
        costs["api"] = float(tco.api_month) * months
    if len(costs) < 2:
        return []
    best = min(costs, key=lambda name: costs[name])
    facts = [
        Fact(code="advice", fields=MappingProxyType({"choice_label": best, "months": months})),
        *(Fact(code="advice_cost", fields=MappingProxyType({
            "choice_label": name, "cost": cost, "currency": tco.currency, "months": months}))
          for name, cost in sorted(costs.items(), key=lambda item: item[1])),
    ]
    if needs.constraints.private_data:
        facts.append(Fact(code="advice_private"))
    return facts
