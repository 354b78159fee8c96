"""What each degree of availability costs on the chosen hardware: nothing spare, one, everything twice, two sites."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType

from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.costing.build import build_bom
from wizard.costing.refusal import CannotBuild
from wizard.needs.needs import Needs
from wizard.planner.candidates import node_sizes
from wizard.planner.options import machines
from wizard.planner.plan import Fact, Option
from wizard.planner.purchase import SITES, demand_of
from wizard.planner.serving_plan import Context


def availability_prices(needs: Needs, model: Model, context: Context, option: Option) -> Iterator[Fact]:
    """Yield the purchase with tax at each degree, and what it adds to that without spares.

    Nothing where the hardware is rented or sliced, or where its number was asked for: then spares cost no money but
    capacity.
    """
    asked = needs.constraints.accelerator_count is not None or option.mig_profile
    if option.bom is None or option.cost.capex is None or asked or option.replicas < 1:
        return
    plain = _total(needs, model, context, option, option.replicas, 1)
    if plain is None:
        return
    for choice, replicas, sites in (("n", option.replicas, 1), ("n+1", option.replicas + 1, 1),
                                    ("2n", 2 * option.replicas, 1), ("second_site", option.replicas, SITES)):
        total = plain if choice == "n" else _total(needs, model, context, option, replicas, sites)
        if total is not None:
            yield Fact(code="availability_plain" if choice == "n" else "availability_price", fields=MappingProxyType({
                "choice_label": choice, "cost": total, "more": total - plain, "currency": option.bom.currency}))


def _total(
    needs: Needs, model: Model, context: Context, option: Option, replicas: int, sites: int,
) -> Decimal | None:
    """Return the purchase of so many replicas at each site."""
    size = node_sizes(context.catalog).get(option.accelerator, 1)
    accelerators, nodes = machines(replicas, option.parallel.devices, 1, size)
    demand = demand_of(
        needs, context.catalog, context.terms, option.accelerator, accelerators=accelerators * sites,
        nodes=nodes * sites, weights_bytes=float(weight_bytes(model, option.weight_precision).bytes),
        spans_nodes=option.parallel.devices > size, sites=sites,
    )
    try:
        return build_bom(demand, context.catalog, context.terms).total
    except CannotBuild:
        return None
