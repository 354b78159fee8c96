"""The yearly table: printed amounts, rounded per cell, whose sums are the printed totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from wizard.costing.breakeven import cumulative
from wizard.costing.case import Case
from wizard.costing.model import refresh_years
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
    return _year(
        year, energy=energy, support=support, space=case.space_year, staff=case.staff_year, cloud=case.cloud_year,
        subscriptions=case.subscriptions_year if year > 1 or not case.owned else _ZERO,
        refresh=_refresh(case, mode, year, last),
        residual=_residual(case, mode, last) if year == last else _ZERO, depreciation=_depreciation(case, mode, year),
    )


def _refresh(case: Case, mode: Mapping[str, Decimal], year: int, last: int) -> Decimal:
    """Return new hardware at the end of a year, less what the old is sold for; each rounded."""
    found = refresh_years(last, case.fixed.life)
    if year not in found:
        return _ZERO
    new = cents(case.hardware * mode["refresh_factor"])
    old = case.hardware if year == found[0] else new
    return new - cents(old * mode["residual_share"])


def _residual(case: Case, mode: Mapping[str, Decimal], last: int) -> Decimal:
    """Return what is left at the end of the horizon (:func:`~wizard.costing.model.last_worth`), as a negative cost."""
    found, share = refresh_years(last, case.fixed.life), mode["residual_share"]
    if not found:
        return -cents(case.hardware * share)
    used = Decimal(last - found[-1]) / case.fixed.life
    return -cents(cents(case.hardware * mode["refresh_factor"]) * (1 - (1 - share) * used))


def _depreciation(case: Case, mode: Mapping[str, Decimal], year: int) -> Decimal:
    """Return the straight-line write-off of the hardware in use, down to its residual value."""
    if not case.owned or not case.fixed.life:
        return _ZERO
    price = case.hardware
    if "refresh_factor" in mode and year > case.fixed.life:
        price = cents(case.hardware * mode["refresh_factor"])
    elif year > case.fixed.life:
        return _ZERO
    return cents(price * (1 - mode["residual_share"]) / case.fixed.life)


def _year(
    year: int, *, capex: Decimal = _ZERO, energy: Decimal = _ZERO, support: Decimal = _ZERO, space: Decimal = _ZERO,
    staff: Decimal = _ZERO, cloud: Decimal = _ZERO, residual: Decimal = _ZERO, subscriptions: Decimal = _ZERO,
    refresh: Decimal = _ZERO, depreciation: Decimal = _ZERO,
) -> TcoYear:
    parts = (capex, energy, support, space, staff, cloud, subscriptions, refresh, residual)
    return TcoYear(
        year=year, capex=capex, energy=energy, support=support, space=space, staff=staff, cloud=cloud,
        residual=residual, total=total(parts), subscriptions=subscriptions, refresh=refresh, depreciation=depreciation,
    )


def npv_of(years: Sequence[TcoYear], discount_rate: float) -> Decimal:
    """Discount the yearly totals to the day of purchase."""
    rate = 1 + Decimal(str(discount_rate))
    return cents(sum((year.total / rate**year.year for year in years), Decimal(0)))


def running_cost(year: TcoYear) -> Decimal:
    """Return what a year costs to run: everything but purchases and the residual value."""
    return year.total - year.capex - year.refresh - year.residual


def monthly_course(years: Sequence[TcoYear]) -> tuple[Decimal, ...]:
    """Return what has been spent after month 0, 1, ..., each year's running cost in twelve equal parts.

    New hardware is paid in the last month of its year.
    """
    months = [running_cost(year) / _MONTHS + (year.refresh if month == _MONTHS else _ZERO)
              for year in years[1:] for month in range(1, _MONTHS + 1)]
    return tuple(cents(amount) for amount in cumulative(years[0].capex, months))
