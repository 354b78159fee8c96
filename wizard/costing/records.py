"""What it costs, as values: bill of materials and total cost of ownership. Money is decimal, in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from wizard.catalog.records import PriceClass

Category = Literal[
    "accelerator", "system", "cpu", "memory", "storage", "nic", "switch", "optics", "cable", "rack", "pdu", "ups",
    "software", "support", "installation", "shipping", "contingency", "cloud", "spare", "board", "psu", "case",
    "cooler", "link", "rail",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BomLine:
    """One line: ``extended = quantity x net``, rounded half up. ``unit_list`` is ``None`` where no price is known.

    ``description`` is a product name from the catalogue (data, never translated); ``reason`` a code that
    :mod:`wizard.words` turns into a sentence, with ``reason_fields`` for its numbers.
    """

    number: int
    category: Category
    part: str
    vendor: str
    description: str
    quantity: int
    unit_list: Decimal | None
    discount: Decimal
    unit_net: Decimal | None
    extended: Decimal | None
    price_kind: PriceClass | None
    price_as_of: date | None
    price_source: str
    stale: bool
    power_w: float | None
    rack_units: float | None
    weight_kg: float | None
    reason: str = ""
    reason_fields: tuple[tuple[str, object], ...] = ()
    recurring: bool = False
    edited: bool = False
    """Whether the user changed it by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRack:
    """What the site must give, counted at the wall.

    ``max_w`` is every part at its limit at once, ``typical_w`` the average under load; ``psu_efficiency`` is the
    efficiency assumed where only the parts' own power is known (1 where the maker states the power at the wall).
    ``unknown`` names parts whose power no source gives: the true draw is higher by theirs.
    """

    max_w: float
    typical_w: float
    node_max_w: float
    psu_efficiency: float
    heat_btu_h: float
    racks: int
    nodes_per_rack: int
    rack_max_w: float
    rack_max_kg: float | None
    breaker_share: float
    basis: str
    unknown: tuple[str, ...] = ()
    cooling: str = ""
    """How the machine is cooled, as its maker says it: ``air``, ``liquid`` from the site or ``closed`` (its own loop);
    blank where that is not known."""
    desk: bool = False
    """Whether it stands in a room where people work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """The network between nodes: endpoints, switches, links, and how far the spine is oversubscribed (1.0: not)."""

    endpoints: int
    port_gbps: float
    leaf_switches: int
    spine_switches: int
    links: int
    oversubscription: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bom:
    """A bill of materials. ``total`` omits the lines of ``unpriced``; whoever shows it says so.

    ``net`` is the sum of the lines, ``subtotals`` that sum by category, ``total = net + tax``; ``power_w`` is the
    maximum at the wall.
    """

    currency: str
    usd_rate: Decimal
    rate_as_of: date
    rate_source: str
    lines: tuple[BomLine, ...]
    subtotals: tuple[tuple[Category, Decimal], ...]
    net: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    unpriced: tuple[int, ...]
    power_w: float
    rack_units: float
    weight_kg: float | None
    tax_source: str = ""
    stale: tuple[int, ...] = ()
    site: PowerRack | None = None
    fabric: Fabric | None = None
    nodes: int = 1
    spare_nodes: int = 0
    system: str = ""
    hardware: Decimal = Decimal("0.00")
    """The part of ``net`` that is hardware: what a support contract is a share of."""
    recurring: Decimal = Decimal("0.00")
    """The part of ``net`` that is paid again each year: subscriptions, not support."""
    sites: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TcoYear:
    """One year of owning it (year 0 is the purchase). ``residual`` is negative: the row adds up to ``total``.

    ``refresh`` is what new hardware costs at the end of the year, less what the old one is sold for. ``depreciation``
    is the straight-line write-off, which is no payment and not in ``total``.
    """

    year: int
    capex: Decimal
    energy: Decimal
    support: Decimal
    space: Decimal
    staff: Decimal
    cloud: Decimal
    residual: Decimal
    total: Decimal
    subscriptions: Decimal = Decimal("0.00")
    refresh: Decimal = Decimal("0.00")
    depreciation: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """One bar of the tornado: the headline with one input at its low and at its high end."""

    name: str
    low_input: float
    high_input: float
    at_low: float
    at_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tco:
    """Total cost of ownership in the plan's currency. ``None``: cannot be said, or never within the horizon."""

    currency: str
    horizon_years: int
    years: tuple[TcoYear, ...]
    npv: Decimal
    total: Decimal
    opex_year: Decimal
    energy_kwh_year: float
    co2e_kg_year: float | None
    tokens_year: float | None
    per_million_tokens: Decimal | None
    per_million_p10: Decimal | None
    per_million_p90: Decimal | None
    cloud_on_demand_month: Decimal | None
    api_month: Decimal | None
    break_even_month: int | None
    break_even_utilization: float | None
    roi: float | None
    swings: tuple[Swing, ...]
    assumptions: tuple[tuple[str, float, str], ...]
    """(name, value, source key or ``"yours"``) of every input that was used."""
    cloud_spot_month: Decimal | None = None
    cloud_reserved_1y_month: Decimal | None = None
    cloud_reserved_3y_month: Decimal | None = None
    npv_p10: Decimal | None = None
    npv_p90: Decimal | None = None
    per_million_base: Decimal | None = None
    """Every input at its most likely value; the headline ``per_million_tokens`` is the median of the draws."""
    per_million_input: Decimal | None = None
    per_million_output: Decimal | None = None
    break_even_probability: float | None = None
    """Share of the draws in which owning is cheaper within the horizon."""
    break_even_p10: int | None = None
    break_even_p90: int | None = None
    """Break-even month of the 10th and 90th percentile of the draws; ``None``: beyond the horizon."""
    break_even_against: str = ""
    cumulative_own: tuple[Decimal, ...] = ()
    """Cost of owning after month 0, 1, ... of the horizon, not discounted, without residual value."""
    cumulative_other: tuple[Decimal, ...] = ()
    draws: int = 0
    seed: int = 0
    life_years: int = 0
    """Years after which the hardware is written off and, within the horizon, replaced; zero where it is rented."""
    break_even_tokens_month: float | None = None
    """Output tokens a month from which this is cheaper than the API; ``None`` where no API price is known."""
    most_tokens_month: float | None = None
    """Output tokens that it can serve a month, in use all the time; a break-even beyond them is never reached."""
    purchase_tax: Decimal = Decimal("0.00")
    """Tax on the purchase, which no other figure here contains: with it year 0 is the bill of materials' total."""
