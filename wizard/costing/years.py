"""The yearly table: printed amounts, rounded per cell, whose sums are the printed totals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from wizard.costing.breakeven import cumulative
from wizard.costing.case import Case
from wizard.costing.records import TcoYear
from wizard.money import cents, total
from wizard.units import HOURS_PER_YEAR

_ZERO = Decimal("0.00")
_MONTHS = 12


def years_of(case: Case) -> tuple[TcoYear, ...]:
    """Return year 0 (the purchase) and each year of the horizon at the most likely inputs."""
    last = case.economics.horizon_years
    return (_year(0, capex=case.capex), *(_running(case, year, last) for year in range(1, last + 1)))


def _running(case: Case, year: int, last: int) -> TcoYear:
    mode = {name: Decimal(str(r.mode)) for name, r in case.ranges.items()}
    energy = support = _ZERO
    if case.fixed.metered:
        kwh = Decimal(str(case.fixed.power_w)) / 1000 * HOURS_PER_YEAR * mode["load_factor"] * mode["pue"]
        tariff = mode["electricity_usd_per_kwh"] * case.per_usd
        energy = cents(kwh * tariff * (1 + mode["electricity_growth"]) ** (year - 1))
    if case.fixed.supported and year > 1:
        support = cents(case.hardware * mode["support_rate"])
    residual = -cents(case.hardware * mode["residual_share"]) if year == last else _ZERO
    return _year(year, energy=energy, support=support, space=case.space_year, staff=case.staff_year,
                 cloud=case.cloud_year, residual=residual)


def _year(
    year: int, *, capex: Decimal = _ZERO, energy: Decimal = _ZERO, support: Decimal = _ZERO, space: Decimal = _ZERO,
    staff: Decimal = _ZERO, cloud: Decimal = _ZERO, residual: Decimal = _ZERO,
) -> TcoYear:
    parts = (capex, energy, support, space, staff, cloud, residual)
    return TcoYear(year=year, capex=capex, energy=energy, support=support, space=space, staff=staff, cloud=cloud,
                   residual=residual, total=total(parts))


def npv_of(years: Sequence[TcoYear], discount_rate: float) -> Decimal:
    """Discount the yearly totals to the day of purchase."""
    rate = 1 + Decimal(str(discount_rate))
    return cents(sum((year.total / rate**year.year for year in years), Decimal(0)))


def running_cost(year: TcoYear) -> Decimal:
    """Return what a year costs to run: everything but the purchase and the residual value."""
    return year.total - year.capex - year.residual


def monthly_course(years: Sequence[TcoYear]) -> tuple[Decimal, ...]:
    """Return what has been spent after month 0, 1, ..., each year's running cost in twelve equal parts."""
    months = [running_cost(year) / _MONTHS for year in years[1:] for _ in range(_MONTHS)]
    return tuple(cents(amount) for amount in cumulative(years[0].capex, months))
