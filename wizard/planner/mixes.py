"""Mixes of owning and renting: what to own for the base load, and what interruptible rent really costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.costing.cloud import cheapest_cloud, cheapest_spot
from wizard.costing.split import split_load, spot_run
from wizard.needs.needs import Needs
from wizard.planner.plan import Fact, Option

MONTHS = 12
INTERRUPTIONS_PER_HOUR = 0.05
"""An assumption, for no public figure holds for scarce GPUs; the sentence that uses it says so."""
CHECKPOINT_HOURS = 0.1
RESTART_HOURS = 0.25


def peak_split(needs: Needs, catalog: Catalog, options: Sequence[Option]) -> list[Fact]:
    """Say how many replicas to own and how many to rent for the hours of the peak (scenario S20).

    Of the options, best first, it is reckoned with the first that is owned and whose like can be rented.
    """
    load = needs.workload
    if load.peak_factor <= 1 or not load.peak_hours_per_day:
        return []
    return next((found for option in options if (found := _split(needs, catalog, option))), [])


def _split(needs: Needs, catalog: Catalog, option: Option) -> list[Fact]:
    load, cost = needs.workload, option.cost
    if option.bom is None or cost.capex is None or option.replicas < 1:
        return []
    per_replica = -(-option.accelerators // option.replicas)
    offer = cheapest_cloud(catalog, option.accelerator, per_replica, per_replica)
    if offer is None or offer.on_demand_usd_h is None:
        return []
    months = MONTHS * needs.economics.horizon_years
    owning = (cost.capex / months + (cost.opex_year or Decimal(0)) / MONTHS) / option.replicas
    peak_hours = round(load.peak_hours_per_day)
    profile = [load.peak_factor if hour < peak_hours else 1.0 for hour in range(24)]
    rent = offer.on_demand_usd_h * option.bom.usd_rate
    split = split_load(profile, 1.0 / option.replicas, owning, rent)
    return [Fact(code="peak_split", fields=MappingProxyType({
        "own": split.own_units, "rent": split.peak_units - split.own_units, "hours": split.rented_hours,
        "month": split.month, "all_own": split.all_own_month, "all_rented": split.all_rented_month,
        "currency": cost.currency, "accelerators": per_replica, "accelerator": option.accelerator_name,
    }))]


def spot(catalog: Catalog, option: Option, hours: float | None) -> list[Fact]:
    """Say what a training run costs on interruptible instances, restarts and checkpoints included."""
    if hours is None or option.cloud_sku is None:
        return []
    offer = cheapest_cloud(catalog, option.accelerator, option.accelerators, option.accelerators_per_node)
    taken = cheapest_spot(catalog, option.accelerator, option.accelerators, option.accelerators_per_node)
    if offer is None or offer.on_demand_usd_h is None or taken is None or taken.spot_usd_h is None:
        return []
    run = spot_run(
        hours, taken.spot_usd_h, offer.on_demand_usd_h, interruptions_per_hour=INTERRUPTIONS_PER_HOUR,
        checkpoint_hours=CHECKPOINT_HOURS, restart_hours=RESTART_HOURS,
    )
    pays = "spot_market" if taken.is_average else "spot_pays"
    return [Fact(code=pays if run.worth_it else "spot_costs", fields=MappingProxyType({
        "spot_usd": run.cost_usd, "on_demand_usd": run.on_demand_usd, "hours": run.hours,
        "every": run.checkpoint_every_hours, "provider": taken.sku.provider,
    }))]
