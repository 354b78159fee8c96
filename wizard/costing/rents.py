"""The monthly rent of many builds at once: :func:`~wizard.costing.cloud.cheapest_cloud` as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.catalog import Catalog
from wizard.costing.cloud import HOURS_PER_MONTH, rentable

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


class RentColumns:
    """On-demand rent of whole instances that run all hours, for the accelerators given.

    Offers of an accelerator are a row each of padded tables; a missing offer has an infinite price.
    """

    def __init__(self, catalog: Catalog, accelerators: Sequence[str]) -> None:
        known = rentable(catalog)
        offers = [[(float(sku.on_demand_usd_h * HOURS_PER_MONTH), sku.count) for sku in known.get(name, ())
                   if sku.on_demand_usd_h is not None] for name in accelerators]
        most = max((len(row) for row in offers), default=0) or 1
        padded = np.array([[*row, *[(np.inf, 1)] * (most - len(row))] for row in offers]).reshape(-1, most, 2)
        self._price: Floats = padded[:, :, 0]
        self._size: Floats = padded[:, :, 1]

    def month_usd(self, accelerator: Ints, count: Floats, per_node: Floats) -> Floats:
        """Return US dollars a month, shape ``(n,)``; NaN where nobody rents it out on demand.

        Args:
            accelerator: index into the accelerators given.
            count: accelerators to rent.
            per_node: of them, those that must share an instance.
        """
        price, size = self._price[accelerator], self._size[accelerator]
        group = np.maximum(per_node, 1.0)[:, None]
        total = count[:, None]
        instances = np.maximum(np.ceil(total / size), np.ceil(np.ceil(total / group) / np.maximum(size // group, 1.0)))
        month = np.where(size >= group, price * instances, np.inf).min(axis=1)
        return np.where(np.isinf(month), np.nan, month)

    def least_month_usd(self) -> Floats:
        """Return the least rent of one accelerator however many are rented, one per accelerator; infinite if none."""
        return np.asarray((self._price / self._size).min(axis=1))
