"""Total cost of ownership: year by year, discounted, per million tokens, with its range, against the alternatives.

Tax is left out of all of it: a buyer who may deduct input tax compares a net purchase with net rents and net energy.
The bill of materials shows the tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.costing.alternatives import Alternative, alternative_of, api_inputs, api_month, api_price_per_output
from wizard.costing.assumptions import YOURS, co2_factor, co2_kg_per_kwh, whose
from wizard.costing.breakeven import break_even_utilization, cumulative, first_crossing
from wizard.costing.case import Case, case_of
from wizard.costing.cloud import CloudOffer
from wizard.costing.model import Costs, Floats, energy_kwh_year, tokens_year
from wizard.costing.records import Bom, Tco, TcoYear
from wizard.costing.uncertainty import DRAWS, SEED, base, break_even_months, simulate, spread, swings
from wizard.costing.usage import Usage
from wizard.costing.years import monthly_course, npv_of, running_cost, years_of
from wizard.money import cents, total
from wizard.needs.needs import Economics

_TEN_THOUSANDTH = Decimal("0.0001")
_MONTHS = 12


def total_cost(
    subject: Bom | CloudOffer, usage: Usage, economics: Economics, catalog: Catalog, *, currency: str | None = None,
) -> Tco:
    """Return the total cost of owning a bill of materials, or of renting a cloud offer on demand around the clock.

    The headline ``per_million_tokens`` is the median of the draws per million *output* tokens, prompts included in the
    cost; ``per_million_base`` is the same at the most likely inputs.

    Args:
        subject: what is bought or rented.
        usage: what it serves and what it is compared with.
        economics: the user's answers; blank ones come from the catalogue for the country.
        currency: of a cloud offer's answer (a bill of materials has its own); dollars if not given.
    """
    case = case_of(subject, usage, economics, catalog, currency)
    years = years_of(case)
    drawn = simulate(case.fixed, case.ranges)
    found = _compared(_spread(_plain(case, years), case, drawn), case, years, drawn)
    factor = co2_kg_per_kwh(catalog, economics.country)
    if factor is None or not found.energy_kwh_year:
        return found
    kg = co2_factor(factor)
    listed = (*found.assumptions, ("co2_kg_per_kwh", kg, ";".join(factor.sources)))
    return replace(found, co2e_kg_year=found.energy_kwh_year * kg, assumptions=listed)


def _plain(case: Case, years: tuple[TcoYear, ...]) -> Tco:
    """Everything that follows from the most likely inputs."""
    at_base = base(case.ranges)
    horizon = case.economics.horizon_years
    spent = total(running_cost(year) for year in years[1:])
    tokens = float(tokens_year(at_base)[0]) if case.usage.output_tok_s else None
    rent = {name: _month(case, name) for name in ("on_demand", "spot", "reserved_1y", "reserved_3y")}
    return Tco(
        currency=case.currency, horizon_years=horizon, years=years, npv=npv_of(years, case.economics.discount_rate),
        total=total(year.total for year in years), opex_year=cents(spent / horizon),
        energy_kwh_year=float(energy_kwh_year(case.fixed.power_w, at_base["load_factor"], at_base["pue"])[0]),
        co2e_kg_year=None, tokens_year=tokens, per_million_tokens=None, per_million_p10=None, per_million_p90=None,
        cloud_on_demand_month=rent["on_demand"], api_month=None, break_even_month=None, break_even_utilization=None,
        roi=_roi(case, years), swings=(), assumptions=_listed(case), cloud_spot_month=rent["spot"],
        cloud_reserved_1y_month=rent["reserved_1y"], cloud_reserved_3y_month=rent["reserved_3y"],
        purchase_tax=case.purchase_tax, life_years=case.fixed.life,
    )


def _spread(found: Tco, case: Case, drawn: Costs) -> Tco:
    """Add what the draws say: bands, the headline, the tornado."""
    npv = spread(drawn.npv)
    serves = found.tokens_year is not None and found.tokens_year > 0
    found = replace(
        found, npv_p10=_money(npv.p10), npv_p90=_money(npv.p90), draws=DRAWS, seed=SEED,
        swings=swings(case.fixed, case.ranges, per_million=serves),
    )
    if not serves:
        return found
    band = spread(drawn.per_million)
    share, prompts = case.usage.prefill_share, case.usage.input_per_output
    return replace(
        found, per_million_tokens=_fine(band.p50), per_million_p10=_fine(band.p10), per_million_p90=_fine(band.p90),
        per_million_base=_fine(_base_per_million(found, case)),
        per_million_output=None if share is None else _fine(band.p50 * (1 - share)),
        per_million_input=None if share is None or prompts <= 0 else _fine(band.p50 * share / prompts),
    )


def _compared(found: Tco, case: Case, years: Sequence[TcoYear], drawn: Costs) -> Tco:
    """Add the comparison with the alternative: break-even month, utilisation and probability."""
    other = alternative_of(case.usage, case.economics, found.tokens_year, case.per_usd, owned=case.owned)
    own = monthly_course(years)
    found = replace(
        found, cumulative_own=own, break_even_against=other.name,
        api_month=api_month(case.economics, case.usage, found.tokens_year, case.per_usd),
        break_even_tokens_month=_break_even_tokens(case, own), most_tokens_month=_most_tokens(case, found.tokens_year),
    )
    if other.month is None or other.full_use_month is None:
        return found
    course = cumulative(Decimal("0.00"), [other.month] * (len(own) - 1))
    full_use = other.full_use_month * (len(own) - 1)
    paid = _paid_month(drawn, other, case)
    found = replace(
        found, cumulative_other=course, break_even_utilization=break_even_utilization(own[-1], full_use),
        break_even_probability=_probability(case, drawn, paid),
    )
    if not case.owned:
        return found
    low, high = break_even_months(drawn, paid, len(own) - 1)
    return replace(found, break_even_month=first_crossing(own, course), break_even_p10=low, break_even_p90=high)


def _break_even_tokens(case: Case, own: Sequence[Decimal]) -> float | None:
    """Return the output tokens a month for which an API asks what this costs a month over the horizon."""
    price = api_price_per_output(case.economics, case.usage, case.per_usd)
    return float(own[-1] / (len(own) - 1) / price * 1_000_000) if price else None


def _most_tokens(case: Case, tokens: float | None) -> float | None:
    return None if tokens is None else tokens / _MONTHS / max(case.economics.utilization, 0.01)


def _paid_month(drawn: Costs, other: Alternative, case: Case) -> Floats:
    """Return what the alternative costs a month in each draw: an API is paid by the token, a rent is not."""
    month = np.full_like(drawn.npv, float(other.month or 0))
    if other.name != "api":
        return month
    return month * drawn.tokens_year / float(tokens_year(base(case.ranges))[0])


def _probability(case: Case, drawn: Costs, paid_month: Floats) -> float:
    """Share of the draws in which owning costs no more, both discounted."""
    rate = 1 + case.economics.discount_rate
    annuity = sum(rate**-year for year in range(1, case.economics.horizon_years + 1))
    return float(np.mean(drawn.npv <= paid_month * _MONTHS * annuity))


def _base_per_million(found: Tco, case: Case) -> float:
    rate = 1 + case.economics.discount_rate
    annuity = sum(rate**-year for year in range(1, case.economics.horizon_years + 1))
    return float(found.npv) / ((found.tokens_year or 0.0) * annuity) * 1e6


def _month(case: Case, kind: str) -> Decimal | None:
    offer = case.usage.cloud
    rent = None if offer is None else offer.month_usd(getattr(offer, f"{kind}_usd_h"))
    return None if rent is None else cents(rent * case.per_usd)


def _roi(case: Case, years: Sequence[TcoYear]) -> float | None:
    """Return (benefit - cost) / cost over the horizon, undiscounted; ``None`` where the user named no benefit."""
    cost = total(year.total for year in years)
    if not case.economics.benefit_usd_per_year or cost <= 0:
        return None
    benefit = Decimal(str(case.economics.benefit_usd_per_year)) * case.per_usd * case.economics.horizon_years
    return float((benefit - cost) / cost)


def _listed(case: Case) -> tuple[tuple[str, float, str], ...]:
    """List every input that was used, with its source key."""
    asked = case.economics
    certain = [(name, float(getattr(asked, name)), whose(asked, name))
               for name in ("horizon_years", "discount_rate", "staff_usd_per_year")]
    ranges = [(name, r.mode, r.source) for name, r in sorted(case.ranges.items()) if r.source not in {"", "rented"}]
    if case.fixed.life and "hardware_life_years" not in case.ranges:
        ranges.append(("hardware_life_years", float(case.fixed.life), case.life_source))
    space = case.usage.space_per_kw_month
    colocation = [] if space is None or not case.owned else [("colocation_usd_per_kw_month", space, YOURS)]
    return (*certain, *colocation, *ranges, *api_inputs(case.economics, case.usage))


def _fine(amount: float) -> Decimal:
    """Round an amount per million tokens to a hundredth of a cent."""
    return Decimal(repr(amount)).quantize(_TEN_THOUSANDTH)


def _money(amount: float) -> Decimal:
    return cents(Decimal(repr(amount)))
