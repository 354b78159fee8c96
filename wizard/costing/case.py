"""One total-cost question, with everything the answer's parts look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.exchange import exchange_of
from wizard.costing.assumptions import REFRESH_FACTOR, Range, assumptions_of, life_of
from wizard.costing.cloud import CloudOffer
from wizard.costing.model import Fixed, refresh_years
from wizard.costing.records import Bom
from wizard.costing.usage import Usage
from wizard.money import cents
from wizard.needs.needs import Economics
from wizard.units import HOURS_PER_YEAR

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Case:
    """The question: what is certain, what is not, and the yearly sums that no range touches."""

    fixed: Fixed
    ranges: Mapping[str, Range]
    economics: Economics
    usage: Usage
    currency: str
    per_usd: Decimal
    capex: Decimal
    hardware: Decimal
    cloud_year: Decimal
    space_year: Decimal
    staff_year: Decimal
    owned: bool
    purchase_tax: Decimal
    subscriptions_year: Decimal = _ZERO
    life_source: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for all that is owned, or all that is rented, under the same answers: nothing of its own price."""

    fixed: Fixed
    ranges: Mapping[str, Range]
    life: Range | None


def frame_of(usage: Usage, economics: Economics, catalog: Catalog, per_usd: Decimal, *, owned: bool) -> Frame:
    """Gather inputs, years, life and staff; money at ``per_usd`` units a dollar."""
    ranges = dict(assumptions_of(catalog, economics, usage))
    ranges["capex_factor"] = Range.fixed(1.0, "")
    if not owned:
        ranges = {name: r for name, r in ranges.items() if name not in _OWNERS_ONLY} | _neutral()
    life = life_of(catalog, economics) if owned else None
    if life is not None and refresh_years(economics.horizon_years, round(life.mode)):
        ranges |= {"hardware_life_years": life, "refresh_factor": REFRESH_FACTOR}
    fixed = Fixed(
        capex=0.0, hardware=0.0, power_w=0.0, years=economics.horizon_years, discount_rate=economics.discount_rate,
        per_usd=float(per_usd), other_year=float(_staff(economics, per_usd)), supported=False,
        life=0 if life is None else round(life.mode),
        metered=owned and not (usage.space_includes_energy and usage.space_per_kw_month is not None),
    )
    return Frame(fixed, ranges, life)


def case_of(
    subject: Bom | CloudOffer, usage: Usage, economics: Economics, catalog: Catalog, currency: str | None,
) -> Case:
    """Gather the question for something bought or rented."""
    owned = subject if isinstance(subject, Bom) else None
    money = owned.currency if owned else currency or "USD"
    per_usd = owned.usd_rate if owned else exchange_of(catalog).per_usd[money]
    frame = frame_of(usage, economics, catalog, per_usd, owned=owned is not None)
    ranges = {**frame.ranges, "capex_factor": _price_range(owned)}
    staff = _staff(economics, per_usd)
    space = cents(space_year(usage, owned.power_w, per_usd)) if owned else _ZERO
    cloud = _ZERO if isinstance(subject, Bom) else _cloud_year(subject, per_usd)
    yearly = owned.recurring if owned else usage.rent_subscriptions_year
    capex, hardware = (owned.net, owned.hardware) if owned else (_ZERO, _ZERO)
    fixed = replace(
        frame.fixed, capex=float(capex), hardware=float(hardware), power_w=owned.power_w if owned else 0.0,
        other_year=float(staff + space + cloud + (_ZERO if owned else yearly)),
        supported=owned is not None and any(line.category == "support" for line in owned.lines),
        later_year=float(owned.recurring) if owned else 0.0,
    )
    return Case(fixed, MappingProxyType(ranges), economics, usage, money, per_usd, capex, hardware, cloud, space, staff,
                owned is not None, owned.tax if owned else _ZERO, yearly,
                "" if frame.life is None else frame.life.source)


_OWNERS_ONLY = frozenset(("electricity_usd_per_kwh", "electricity_growth", "pue", "load_factor", "support_rate",
                          "residual_share"))


def _neutral() -> dict[str, Range]:
    return {name: Range.fixed(0.0, "rented") for name in _OWNERS_ONLY}


def _price_range(bom: Bom | None) -> Range:
    if bom is None or bom.total <= 0:
        return Range.fixed(1.0, "")
    return Range(min(1.0, float(bom.low / bom.total)), 1.0, max(1.0, float(bom.high / bom.total)), "price_range")


def space_year(usage: Usage, power_w: float, per_usd: Decimal) -> Decimal:
    """Return what a colocation asks in a year, not rounded; zero where none is used."""
    if usage.space_per_kw_month is None:
        return _ZERO
    return Decimal(str(usage.space_per_kw_month)) * Decimal(str(power_w / 1000)) * 12 * per_usd


def _staff(economics: Economics, per_usd: Decimal) -> Decimal:
    return cents(Decimal(str(economics.staff_usd_per_year)) * per_usd)


def _cloud_year(offer: CloudOffer, per_usd: Decimal) -> Decimal:
    prices = (offer.on_demand_usd_h, offer.reserved_1y_usd_h, offer.reserved_3y_usd_h, offer.spot_usd_h)
    hourly = next(price for price in prices if price is not None)
    return cents(hourly * HOURS_PER_YEAR * per_usd)
