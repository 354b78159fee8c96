"""The cheapest way to rent a number of accelerators."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import CloudSku

HOURS_PER_MONTH = Decimal(730)
_NOT_RENTABLE = ("Market",)
"""Averages of trackers: a price level, not something one can order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudOffer:
    """Instances that hold at least ``count`` accelerators. Prices are dollars per hour for all instances together."""

    sku: CloudSku
    accelerator: str
    count: int
    instances: int
    on_demand_usd_h: Decimal | None
    spot_usd_h: Decimal | None
    reserved_1y_usd_h: Decimal | None
    reserved_3y_usd_h: Decimal | None
    as_of: date

    @property
    def accelerators(self) -> int:
        """Accelerators that are rented, at least the number asked for."""
        return self.instances * self.sku.count

    @property
    def is_average(self) -> bool:
        """Whether it is a price level that a tracker publishes, and nothing that one can order."""
        return self.sku.provider in _NOT_RENTABLE

    def month_usd(self, per_hour: Decimal | None) -> Decimal | None:
        """Return a month of 730 hours at a price per hour."""
        return None if per_hour is None else per_hour * HOURS_PER_MONTH


def cheapest_cloud(catalog: Catalog, accelerator: str, count: int, per_node: int = 1) -> CloudOffer | None:
    """Return the offer with the lowest on-demand price per hour for ``count`` accelerators.

    ``per_node`` accelerators must share one instance (a tensor-parallel group). Offers without an on-demand price come
    last, by their spot price; ``None`` where nobody rents it out.
    """
    offers = [o for sku in rentable(catalog).get(accelerator, ()) if (o := _offer(sku, count, per_node))]
    return min(offers, key=_rank, default=None)


def cheapest_spot(catalog: Catalog, accelerator: str, count: int, per_node: int = 1) -> CloudOffer | None:
    """Return the offer with the lowest price per hour of instances that may be taken away; ``None`` if nobody has any.

    The tariff of a provider that has both is often not the cheapest of either kind. Where no provider's price is known
    it is the market's average (:attr:`CloudOffer.is_average`).
    """
    known = [sku for sku in catalog.cloud.values() if sku.accelerator == accelerator and sku.spot_usd_h is not None]
    offers = [(o.is_average, o.spot_usd_h, o.sku.id, o) for sku in known if (o := _offer(sku, count, per_node))]
    return min(offers, key=lambda offer: offer[:3])[3] if offers else None


@lru_cache(maxsize=4)
def rentable(catalog: Catalog) -> dict[str, tuple[CloudSku, ...]]:
    """Return what one can order of each accelerator."""
    found: dict[str, list[CloudSku]] = {}
    for sku in catalog.cloud.values():
        if sku.provider not in _NOT_RENTABLE:
            found.setdefault(sku.accelerator, []).append(sku)
    return {accelerator: tuple(skus) for accelerator, skus in found.items()}


def _offer(sku: CloudSku, count: int, per_node: int) -> CloudOffer | None:
    prices = (sku.on_demand_usd_h, sku.spot_usd_h, sku.reserved_1y_usd_h, sku.reserved_3y_usd_h)
    if sku.count < per_node or all(price is None for price in prices):
        return None
    groups = math.ceil(count / per_node)
    instances = max(math.ceil(count / sku.count), math.ceil(groups / (sku.count // per_node)))
    on_demand, spot, one_year, three_years = (None if price is None else price * instances for price in prices)
    return CloudOffer(
        sku=sku, accelerator=sku.accelerator, count=count, instances=instances, on_demand_usd_h=on_demand,
        spot_usd_h=spot, reserved_1y_usd_h=one_year, reserved_3y_usd_h=three_years, as_of=sku.as_of,
    )


def _rank(offer: CloudOffer) -> tuple[bool, Decimal, str]:
    first = next(p for p in (offer.on_demand_usd_h, offer.reserved_1y_usd_h, offer.reserved_3y_usd_h, offer.spot_usd_h)
                 if p is not None)
    return (offer.on_demand_usd_h is None, first, offer.sku.id)
