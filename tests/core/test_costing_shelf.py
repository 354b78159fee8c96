"""What a shelf remembers."""

from __future__ import annotations

import gc

import pytest

from wizard.catalog.catalog import Catalog
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import Shelf
from wizard.costing.terms import terms_of


class Columns:
    """Stands for what a frame holds."""


def test_a_refusal_that_is_remembered_keeps_no_frames() -> None:
    catalog = Catalog()
    shelf = Shelf(catalog, terms_of(catalog, country="US", currency="USD"))
    asked = []

    def refused() -> int:
        columns = Columns()
        asked.append(id(columns))
        raise CannotBuild("lanes", "x", need=4, have=2)

    for _ in range(3):
        with pytest.raises(CannotBuild) as error:
            shelf.once(("lanes", "x"), refused)
        assert (error.value.code, error.value.part, error.value.need, error.value.have) == ("lanes", "x", 4, 2)
        del error
    assert len(asked) == 1
    gc.collect()
    assert not any(isinstance(one, Columns) for one in gc.get_objects())
