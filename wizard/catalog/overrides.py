"""What a user lays over the shipped catalogue: own prices, discounts, accelerators, models and measurements.

The value is part of the needs, so it travels in project files, plans and quotes, and outlives every update of the
catalogue. What it names is looked up when it is laid over a catalogue (:mod:`wizard.catalog.overlay`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from wizard.catalog.measurements import OwnMeasurement
from wizard.catalog.own_architecture import OwnArchitecture
from wizard.catalog.own_base import Count, Name, Own, OwnThing, Rate, Size, Words
from wizard.catalog.own_machines import OwnComponent, OwnInstance, OwnSystem
from wizard.i18n import Message, mark

MOST = 5000
"""Rows of each kind; the whole shipped catalogue has fewer."""

Currency = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{3}$")]
Usd = Annotated[Decimal, Field(gt=0, lt=Decimal("1e10"))]


class OwnPrice(Own):
    """What the user pays for one piece of a part, or for an hour of a cloud instance.

    It is either in US dollars (``usd`` with ``low_usd`` and ``high_usd``) or in ``currency`` (``amount`` with ``low``
    and ``high``); then it is converted at the dated rate of the catalogue, or of the user's own :class:`OwnRate`.
    """

    part: Name
    usd: Usd | None = None
    as_of: date
    low_usd: Usd | None = None
    high_usd: Usd | None = None
    currency: Currency | None = None
    amount: Usd | None = None
    low: Usd | None = None
    high: Usd | None = None

    @model_validator(mode="after")
    def _is_one_price_in_its_range(self) -> Self:
        dollars, other = (self.usd, self.low_usd, self.high_usd), (self.amount, self.low, self.high)
        if (self.usd is None) == (self.amount is None) or any(other if self.amount is None else dollars):
            raise ValueError(mark("it is either in US dollars or an amount in a currency"))
        if (self.amount is None) != (self.currency is None):
            raise ValueError(mark("an amount needs its currency, and a price in dollars has none"))
        price, low, high = dollars if self.amount is None else other
        if price is None or (low or price) > price or (high or price) < price:
            raise ValueError(mark("the price does not lie in its range"))
        return self

    def in_usd(self, per_usd: Mapping[str, Decimal]) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """Return the price in US dollars with its range, unrounded; ``per_usd`` are units of a currency per dollar.

        Raises:
            KeyError: the currency has no rate.
        """
        if self.usd is not None:
            return self.usd, self.low_usd, self.high_usd
        rate = per_usd[self.currency or ""]
        return ((self.amount or Decimal(0)) / rate, self.low and self.low / rate, self.high and self.high / rate)


class OwnRate(Own):
    """An exchange rate of the user's: units of ``currency`` per US dollar; it replaces the catalogue's."""

    currency: Currency
    per_usd: Annotated[Decimal, Field(gt=Decimal("1e-6"), lt=Decimal("1e7"))]
    as_of: date

    @model_validator(mode="after")
    def _is_not_the_dollar_s(self) -> Self:
        if self.currency == "USD":
            raise ValueError(mark("the dollar is what rates are counted in"))
        return self


class Discount(Own):
    """A share off the list price of one part, or of a category of the bill of materials."""

    item: Name
    share: Annotated[Decimal, Field(ge=0, lt=1, decimal_places=6)]


class OwnAccelerator(OwnThing):
    """An accelerator of the user's own; what is left blank is that of ``like``. Rates are dense.

    ``id`` may be one of the catalogue's, whose figures are then corrected; else ``like`` names what it resembles.
    """

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


class OwnModel(OwnThing):
    """A model of the user's own (a fine-tune, a relative of a known one); what is left blank is that of ``like``."""

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


Row = OwnPrice | OwnRate | Discount | OwnThing | OwnArchitecture
R = TypeVar("R", bound=Row)
_KEYED = (
    "prices", "rates", "discounts", "accelerators", "models", "architectures", "systems", "components", "instances",
)
"""Kinds of rows of which one is about each thing."""


class Overrides(Own):
    """All of a user's own figures; empty by default."""

    prices: Annotated[tuple[OwnPrice, ...], Field(max_length=MOST)] = ()
    rates: Annotated[tuple[OwnRate, ...], Field(max_length=MOST)] = ()
    discounts: Annotated[tuple[Discount, ...], Field(max_length=MOST)] = ()
    accelerators: Annotated[tuple[OwnAccelerator, ...], Field(max_length=MOST)] = ()
    models: Annotated[tuple[OwnModel, ...], Field(max_length=MOST)] = ()
    architectures: Annotated[tuple[OwnArchitecture, ...], Field(max_length=MOST)] = ()
    systems: Annotated[tuple[OwnSystem, ...], Field(max_length=MOST)] = ()
    components: Annotated[tuple[OwnComponent, ...], Field(max_length=MOST)] = ()
    instances: Annotated[tuple[OwnInstance, ...], Field(max_length=MOST)] = ()
    measurements: Annotated[tuple[OwnMeasurement, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for kind in _KEYED:
            twice = [key for key, n in Counter(map(_key, getattr(self, kind))).items() if n > 1]
            if twice:
                raise ValueError(Message(mark("{id} stands there twice"), {"id": twice[0]}))
        return self

    def __bool__(self) -> bool:
        return any(getattr(self, kind) for kind in (*_KEYED, "measurements"))

    def merged(self, later: Overrides) -> Overrides:
        """Return both; of two rows about the same thing the later one holds."""
        both: dict[str, Any] = {kind: _last(getattr(self, kind), getattr(later, kind)) for kind in _KEYED}
        return Overrides(**both, measurements=tuple(dict.fromkeys((*self.measurements, *later.measurements))))


def _key(row: Row) -> str:
    if isinstance(row, OwnPrice):
        return row.part
    if isinstance(row, OwnRate):
        return row.currency
    return row.item if isinstance(row, Discount) else row.id


def _last(*rows: Iterable[R]) -> tuple[R, ...]:
    found: dict[Hashable, R] = {_key(row): row for some in rows for row in some}
    return tuple(found.values())
