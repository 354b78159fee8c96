"""What running hardware costs per month, for ranking candidates; the chosen ones get their full total cost."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.catalog.catalog import Catalog
from wizard.costing.assumptions import assumptions_of, life_of
from wizard.costing.usage import Usage
from wizard.needs.needs import Economics
from wizard.sizing.cases import Floats
from wizard.units import HOURS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Running:
    """Rates that turn power and price into money per month."""

    usd_per_kwh: float
    pue: float
    load_factor: float
    support_rate: float
    space_usd_per_kw_month: float = 0.0
    lives: float = 1.0
    """How often the hardware is paid for over the horizon: once, or by the lives that it uses up."""
    later_years: float = 0.0
    """Share of the horizon's years in which subscriptions are paid beside the purchase."""

    @classmethod
    def of(cls, catalog: Catalog, economics: Economics) -> Running:
        """Take the most likely values of the inputs that the total cost uses."""
        found = assumptions_of(catalog, economics, Usage())
        metered = economics.colocation_usd_per_kw_month is None or not economics.colocation_includes_energy
        return cls(
            usd_per_kwh=found["electricity_usd_per_kwh"].mode if metered else 0.0, pue=found["pue"].mode,
            load_factor=found["load_factor"].mode, support_rate=found["support_rate"].mode,
            space_usd_per_kw_month=economics.colocation_usd_per_kw_month or 0.0,
            lives=max(1.0, economics.horizon_years / life_of(catalog, economics).mode),
            later_years=1 - 1 / economics.horizon_years,
        )

    def month_usd(self, capex_usd: Floats, power_w: Floats, recurring_usd: Floats) -> Floats:
        """Return energy, support, subscriptions and space per month."""
        energy = power_w / 1e3 * HOURS_PER_YEAR * self.load_factor * self.pue * self.usd_per_kwh
        space = power_w / 1e3 * self.space_usd_per_kw_month
        return (energy + capex_usd * self.support_rate + recurring_usd * self.later_years) / 12.0 + space
