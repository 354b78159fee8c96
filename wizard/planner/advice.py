"""Own, rent, buy as a service, or mix: an explicit recommendation with the figures that decide it."""

from __future__ import annotations

from types import MappingProxyType

from wizard.costing.alternatives import names_api
from wizard.costing.api import api_price_of
from wizard.needs.needs import Needs
from wizard.planner.models import model_of
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
    elif "api" in costs and not names_api(needs.economics):
        facts += _api_price(needs, context)
    return facts


def _api_price(needs: Needs, context: Context) -> list[Fact]:
    """Say whose price by the token it is, and whether it is too old to be relied on."""
    load = needs.workload
    price = api_price_of(
        context.catalog, model_of(needs, context.catalog).id, load.prompt_tokens / load.output_tokens)
    if price is None:
        return []
    code = "api_price_stale" if context.terms.is_stale(price.as_of) else "api_price"
    return [Fact(code=code, fields=MappingProxyType({
        "provider": price.provider, "input_usd": float(price.input_usd_per_million),
        "output_usd": float(price.output_usd_per_million), "as_of": price.as_of.isoformat()}))]
