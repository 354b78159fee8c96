"""The catalogue's accelerators and models as numpy columns: row ``i`` of every column is the ``i``-th row of the table.

This is the catalogue in the form that array code wants it, without a choice made: what is not known is ``NaN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Model

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Column: TypeAlias = NDArray[np.float64] | NDArray[np.bool_]
_NUMBERS = frozenset({"float", "float | None", "int", "int | None", "Decimal", "Decimal | None"})
_FLAGS = frozenset({"bool"})


@dataclass(frozen=True, slots=True)
class TableColumns:
    """One table by columns, each of shape ``(rows,)``.

    ``ids`` are the rows' ids in the table's order and ``index`` their places. ``columns`` holds every numeric field
    under its own name as float64 (units as the name says; ``NaN`` where blank), every yes-or-no field as bool.
    """

    ids: tuple[str, ...]
    index: Mapping[str, int]
    columns: Mapping[str, Column]

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]


@dataclass(frozen=True, slots=True)
class CatalogColumns:
    """Accelerators (with ``price_usd``) and models of one catalogue."""

    accelerators: TableColumns
    models: TableColumns


@lru_cache(maxsize=4)
def columns_of(catalog: Catalog) -> CatalogColumns:
    """Return the columns of a catalogue, overlaid or not; the last few are kept."""
    accelerators = tuple(catalog.accelerators.values())
    prices = [float(a.price.usd) if a.price else np.nan for a in accelerators]
    return CatalogColumns(
        accelerators=_table(Accelerator, accelerators, {"price_usd": np.array(prices, dtype=np.float64)}),
        models=_table(Model, tuple(catalog.models.values()), {}),
    )


def _table(kind: type[DataclassInstance], rows: tuple[Any, ...], more: dict[str, Column]) -> TableColumns:
    found: dict[str, Column] = dict(more)
    for field in fields(kind):
        if field.type in _NUMBERS:
            # numpy reads None as NaN.
            found[field.name] = np.array([getattr(row, field.name) for row in rows], dtype=np.float64)
        elif field.type in _FLAGS:
            found[field.name] = np.array([getattr(row, field.name) for row in rows], dtype=np.bool_)
    for column in found.values():
        column.flags.writeable = False
    ids = tuple(row.id for row in rows)
    return TableColumns(ids, MappingProxyType({id_: i for i, id_ in enumerate(ids)}), MappingProxyType(found))
