"""The catalogue as columns holds what the rows hold, cell by cell."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from tests.core.plans import CATALOG
from wizard.catalog.columns import columns_of
from wizard.catalog.overrides import Overrides, OwnAccelerator
from wizard.catalog.records import Accelerator, Model


def test_every_number_of_every_row_is_there() -> None:
    found = columns_of(CATALOG)
    for table, rows in ((found.accelerators, CATALOG.accelerators), (found.models, CATALOG.models)):
        assert table.ids == tuple(rows)
        for name, column in table.columns.items():
            if name == "price_usd":
                continue
            wanted = [getattr(row, name) for row in rows.values()]
            assert [None if math.isnan(cell) else cell for cell in column.tolist()] == wanted, name


@pytest.mark.parametrize(("kind", "table"), [(Accelerator, "accelerators"), (Model, "models")])
def test_no_numeric_field_is_forgotten(kind: type[Accelerator | Model], table: str) -> None:
    rows = getattr(CATALOG, table).values()
    numeric = {f.name for f in fields(kind) if any(isinstance(getattr(row, f.name), (int, float)) for row in rows)}
    flags = {"tied_embeddings"}  # yes, no or unknown
    assert numeric - flags <= getattr(columns_of(CATALOG), table).columns.keys()


def test_prices_are_dollars() -> None:
    table = columns_of(CATALOG).accelerators
    price = CATALOG.accelerators["l40s"].price
    assert price is not None
    assert table["price_usd"][table.index["l40s"]] == float(price.usd)
    without = [i for i, a in enumerate(CATALOG.accelerators.values()) if a.price is None]
    assert np.isnan(table["price_usd"][without]).all()


def test_columns_cannot_be_changed_and_follow_an_overlay() -> None:
    found = columns_of(CATALOG)
    with pytest.raises(ValueError, match="read-only"):
        found.accelerators["memory_gb"][0] = 1
    laid = CATALOG.with_overrides(Overrides(accelerators=(OwnAccelerator(id="mine", like="l40s", memory_gb=96),)))
    table = columns_of(laid).accelerators
    assert table["memory_gb"][table.index["mine"]] == 96
    assert len(table.ids) == len(found.accelerators.ids) + 1
