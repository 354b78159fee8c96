"""Interruptible rent: the cheapest of its own kind, beside the cheapest on demand."""

from __future__ import annotations

from wizard.catalog.catalog import Catalog
from wizard.costing.cloud import cheapest_cloud, cheapest_spot
from wizard.needs.presets import preset
from wizard.planner.planner import plan


def test_the_cheapest_spot_is_the_cheapest_that_can_be_ordered() -> None:
    catalog = Catalog()
    found = cheapest_spot(catalog, "h100_sxm_80", 8)
    assert found is not None
    assert found.spot_usd_h is not None
    assert not found.is_average
    for sku in catalog.cloud.values():
        if sku.accelerator == "h100_sxm_80" and sku.spot_usd_h and sku.provider != "Market":
            assert found.spot_usd_h <= sku.spot_usd_h * -(-8 // sku.count)
    assert cheapest_spot(catalog, "rtx_a400", 1) is None


def test_the_run_of_the_guide_is_priced_with_and_without_spot() -> None:
    """S05: four A100 in one machine for 72 hours; no provider's spot price is known, the market's average is."""
    catalog = Catalog()
    found = plan(preset("S05").needs, catalog)
    (fact,) = [f for f in found.facts if f.code.startswith("spot_")]
    demand, taken = cheapest_cloud(catalog, "a100_sxm_80", 4, 4), cheapest_spot(catalog, "a100_sxm_80", 4, 4)
    assert demand is not None
    assert taken is not None
    assert demand.on_demand_usd_h is not None
    assert taken.spot_usd_h is not None
    assert (fact.code == "spot_market") == taken.is_average
    assert fact.fields["on_demand_usd"] == demand.on_demand_usd_h * 72
    assert float(str(fact.fields["spot_usd"])) > float(taken.spot_usd_h) * 72
    assert float(str(fact.fields["hours"])) > 72
