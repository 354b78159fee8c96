"""A user's own measurements of serving speed: one row each, with the columns of an inference benchmark table.

``model``, ``gpu``, ``metric`` and ``value`` say what was measured; the other columns say how. ``isl`` and ``osl`` are
prompt and answer tokens, ``concurrency_or_batch`` the requests in flight, rates those of all accelerators together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from wizard.catalog.names import nearest
from wizard.catalog.sheets import Row
from wizard.complaints import problem, shown
from wizard.errors import CatalogFault
from wizard.i18n import mark

Metric = Literal[
    "ttft_ms", "tpot_ms", "throughput_output_tok_s_total", "throughput_total_tok_s", "decode_tok_s", "prefill_tok_s",
    "per_user_tok_s",
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^[^\x00-\x1f]*$")]
Count = Annotated[int, Field(ge=1, le=100_000)]
Amount = Annotated[float, Field(gt=0, lt=1e9)]

MOST = 5000
_BESIDE = ("id", "source", "source_ref", "percentile/mean", "measured_by")
"""Columns of published tables that say where a row is from and are not needed here."""


class OwnMeasurement(BaseModel):
    """One measured figure. Blank settings are what benchmarks of that kind do."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Name
    gpu: Name
    metric: Metric
    value: Amount
    engine: Words = ""
    engine_version: Words = ""
    date: Words = ""
    n_gpus: Count | None = None
    tp: Count | None = None
    pp: Count | None = None
    ep: Count | None = None
    dp: Count | None = None
    weight_precision: Words = ""
    kv_precision: Words = ""
    isl: Amount | None = None
    osl: Amount | None = None
    concurrency_or_batch: Amount | None = None
    notes: Words = ""

    @property
    def row(self) -> dict[str, str]:
        """The row as texts; blank where nothing was stated."""
        return {name: "" if value is None else str(value) for name, value in self}


COLUMNS = tuple(OwnMeasurement.model_fields)
_NEEDED = ("model", "gpu", "metric", "value")


def is_measurements(rows: Sequence[Row]) -> bool:
    """Whether a table holds measurements rather than prices: it has their columns."""
    return bool(rows) and set(_NEEDED) <= set(rows[0].cells)


def read_measurements(rows: Iterable[Row]) -> tuple[OwnMeasurement, ...]:
    """Return all rows of a table.

    Raises:
        CatalogFault: a cell is wrong; it says in which row and column.
    """
    found = tuple(_measurement(row) for row in rows)
    if len(found) > MOST:
        raise CatalogFault(mark("the file has more than {most} rows"), most=MOST)
    return found


def _measurement(row: Row) -> OwnMeasurement:
    cells = {column: text for column, text in row.cells.items() if text and column not in _BESIDE}
    for column in cells:
        if column not in COLUMNS:
            raise CatalogFault(
                mark("there is no column {column}"), where=row.where, mend=mark("Did you mean {nearest}?"),
                column=repr(column), nearest=" / ".join(nearest(column, COLUMNS)) or "-")
    for column in _NEEDED:
        if column not in cells:
            raise CatalogFault(mark("it must not be blank"), where=f"{row.where}, column {column}")
    try:
        return OwnMeasurement.model_validate(cells)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        raise CatalogFault(
            mark("{value} is not allowed: {problem}"), where=f"{row.where}, column {column}",
            value=shown(cells.get(column, "")), problem=problem(first),
        ) from error
