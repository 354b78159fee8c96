"""What a user lays over the shipped catalogue: own prices, discounts, accelerators and models.

The value is part of the needs, so it travels in project files, plans and quotes, and outlives every update of the
catalogue. What it names is looked up when it is laid over a catalogue (:mod:`wizard.catalog.overlay`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST = 5000
"""Rows of each kind; the whole shipped catalogue has fewer."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f=@+][^\x00-\x1f]*$"),
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^([^\x00-\x1f=@+][^\x00-\x1f]*)?$")
]
"""Text without control characters, and not read as a formula by whatever spreadsheet it ends up in."""

Usd = Annotated[Decimal, Field(gt=0, lt=Decimal("1e10"))]
Rate = Annotated[float, Field(gt=0, lt=1e7)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Size = Annotated[int, Field(ge=1, le=10**15)]


class _Own(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OwnPrice(_Own):
    """What the user pays for one piece of a part, or for an hour of a cloud instance, in US dollars."""

    part: Name
    usd: Usd
    as_of: date
    low_usd: Usd | None = None
    high_usd: Usd | None = None

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Self:
        if (self.low_usd or self.usd) > self.usd or (self.high_usd or self.usd) < self.usd:
            raise ValueError("the price does not lie in its range")
        return self


class Discount(_Own):
    """A share off the list price of one part, or of a category of the bill of materials."""

    item: Name
    share: Annotated[Decimal, Field(ge=0, lt=1, decimal_places=6)]


class OwnAccelerator(_Own):
    """An accelerator of the user's own; what is left blank is that of ``like``. Rates are dense.

    ``id`` may be one of the catalogue's, whose figures are then corrected; else ``like`` names what it resembles.
    """

    id: Name
    like: Words = ""
    vendor: Words = ""
    name: Words = ""
    memory_gb: Rate | None = None
    bandwidth_gb_s: Rate | None = None
    fp32_tflops: Rate | None = None
    tf32_tflops: Rate | None = None
    fp16_tflops: Rate | None = None
    fp8_tflops: Rate | None = None
    int8_tops: Rate | None = None
    fp4_tflops: Rate | None = None
    tdp_w: Rate | None = None
    scaleup_gb_s: Rate | None = None
    scaleup_domain: Count | None = None
    pcie_gen: Rate | None = None
    pcie_lanes: Count | None = None
    notes: Words = ""


class OwnModel(_Own):
    """A model of the user's own (a fine-tune, a relative of a known one); what is left blank is that of ``like``."""

    id: Name
    like: Words = ""
    licence: Words = ""
    total_params: Size | None = None
    active_params: Size | None = None
    layers: Count | None = None
    hidden_size: Count | None = None
    intermediate_size: Count | None = None
    heads: Count | None = None
    kv_heads: Count | None = None
    head_dim: Count | None = None
    vocab_size: Count | None = None
    max_context: Count | None = None
    experts: Count | None = None
    experts_per_token: Count | None = None
    expert_intermediate_size: Count | None = None
    checkpoint_bytes: Size | None = None
    notes: Words = ""


R = TypeVar("R", OwnPrice, Discount, OwnAccelerator, OwnModel)


class Overrides(_Own):
    """All of a user's own figures; empty by default."""

    prices: Annotated[tuple[OwnPrice, ...], Field(max_length=MOST)] = ()
    discounts: Annotated[tuple[Discount, ...], Field(max_length=MOST)] = ()
    accelerators: Annotated[tuple[OwnAccelerator, ...], Field(max_length=MOST)] = ()
    models: Annotated[tuple[OwnModel, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for rows in (self.prices, self.discounts, self.accelerators, self.models):
            twice = [key for key, n in Counter(map(_key, rows)).items() if n > 1]
            if twice:
                raise ValueError(f"{twice[0]} stands there twice")
        return self

    def __bool__(self) -> bool:
        return bool(self.prices or self.discounts or self.accelerators or self.models)

    def merged(self, later: Overrides) -> Overrides:
        """Return both; of two rows about the same thing the later one holds."""
        return Overrides(
            prices=_last(self.prices, later.prices), discounts=_last(self.discounts, later.discounts),
            accelerators=_last(self.accelerators, later.accelerators), models=_last(self.models, later.models),
        )


def _key(row: OwnPrice | Discount | OwnAccelerator | OwnModel) -> str:
    if isinstance(row, OwnPrice):
        return row.part
    return row.item if isinstance(row, Discount) else row.id


def _last(*rows: Iterable[R]) -> tuple[R, ...]:
    found: dict[Hashable, R] = {_key(row): row for some in rows for row in some}
    return tuple(found.values())
