"""The cost model itself, for one set of inputs or for twenty thousand at once.

    energy(y)  = P_max x load x 8760 h / 1000 x PUE x tariff x (1 + growth)^(y - 1)
    support(y) = rate x hardware, from the second year (the first is on the bill of materials)
    refresh(L) = (price factor - residual) x hardware at the end of each life of L years before the horizon T
    NPV        = capex + sum opex(y) / (1 + r)^y + sum refresh / (1 + r)^L - residual x hardware / (1 + r)^T
    tokens(y)  = sustained rate x 31 536 000 s x utilisation x availability
    levelised  = NPV / sum tokens / (1 + r)^y x 10^6

Sources: Koomey et al., "A Simple Model for Determining True Total Cost of Ownership for Data Centers" (Uptime Institute
2008) for the split; levelised cost as in energy economics (discounted cost over discounted output).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wizard.units import HOURS_PER_YEAR, SECONDS_PER_YEAR

Floats: TypeAlias = NDArray[np.float64]
Inputs: TypeAlias = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is certain: money in the plan's currency, power in watts at the wall, years, discount rate.

    ``per_usd`` turns dollar inputs into the currency; ``other_year`` are yearly costs that no range touches (staff,
    space, a cloud bill, the user's own running cost).
    """

    capex: float
    hardware: float
    power_w: float
    years: int
    discount_rate: float
    per_usd: float
    other_year: float
    supported: bool
    metered: bool
    later_year: float = 0.0
    """Yearly cost from the second year on, whose first year is part of the purchase (subscriptions)."""
    life: int = 0
    """Years after which the hardware is replaced; zero: never."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Results, each of shape ``(n,)``; ``tokens`` is discounted and zero where none are served."""

    npv: Floats
    tokens: Floats
    capex: Floats
    running_month: Floats
    """Average cost of a month's running over the horizon, not discounted."""
    tokens_year: Floats

    @property
    def per_million(self) -> Floats:
        """Levelised cost per million tokens; ``NaN`` where none are served."""
        return np.divide(self.npv * 1e6, self.tokens, out=np.full_like(self.npv, np.nan), where=self.tokens > 0)


def energy_kwh_year(power_w: float, load: Floats, pue: Floats) -> Floats:
    """Return the site's energy in kWh a year, shape ``(n,)``."""
    return np.asarray(power_w / 1000 * HOURS_PER_YEAR * load * pue)


def tokens_year(inputs: Inputs) -> Floats:
    """Return output tokens a year, shape ``(n,)``."""
    return np.asarray(inputs["output_tok_s"] * SECONDS_PER_YEAR * inputs["utilization"] * inputs["availability"])


def refresh_years(years: int, life: int) -> tuple[int, ...]:
    """Return the years at whose end the hardware is replaced within the horizon."""
    return tuple(range(life, years, life)) if life > 0 else ()


def last_worth(years: int, life: int, residual: Floats) -> Floats:
    """Return what the hardware in use at the end of the horizon is worth, as a share of its price.

    The first hardware is worth the residual value. What replaced it is younger than its life and worth the straight
    line between its price and that value, so that the horizon pays for the years it uses and no others.
    """
    found = refresh_years(years, life)
    return residual if not found else 1 - (1 - residual) * (years - found[-1]) / life


def replaced(fixed: Fixed, inputs: Inputs, hardware: Floats, discount: Floats) -> Floats:
    """Return the present value of replacing the hardware at the end of each life, less what is left at the end."""
    residual, worth = inputs["residual_share"], hardware
    cost = np.zeros_like(hardware)
    for year in refresh_years(fixed.years, fixed.life):
        new = hardware * inputs["refresh_factor"]
        cost = cost + (new - worth * residual) * discount[year - 1]
        worth = new
    return np.asarray(cost - worth * last_worth(fixed.years, fixed.life, residual) * discount[-1])


def costs_of(fixed: Fixed, inputs: Inputs) -> Costs:
    """Evaluate the model for inputs of shape ``(n,)``."""
    years = np.arange(1, fixed.years + 1)[:, None]
    discount = (1 + fixed.discount_rate) ** -years.astype(np.float64)
    capex = fixed.capex * inputs["capex_factor"]
    hardware = fixed.hardware * inputs["capex_factor"]
    yearly = np.full((fixed.years, *inputs["pue"].shape), float(fixed.other_year))
    if fixed.metered:
        tariff = inputs["electricity_usd_per_kwh"] * fixed.per_usd
        first = energy_kwh_year(fixed.power_w, inputs["load_factor"], inputs["pue"]) * tariff
        yearly += first * (1 + inputs["electricity_growth"]) ** (years - 1)
    if fixed.supported:
        yearly[1:] += hardware * inputs["support_rate"]
    yearly[1:] += fixed.later_year
    npv = capex + (yearly * discount).sum(axis=0) + replaced(fixed, inputs, hardware, discount)
    each = tokens_year(inputs) if "output_tok_s" in inputs else np.zeros_like(npv)
    return Costs(npv, each * discount.sum(), capex, yearly.mean(axis=0) / 12, each)
