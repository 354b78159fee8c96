"""The total cost of thousands of builds at once: what the search ranks by.

The cost model (:mod:`wizard.costing.model`) is linear in the money and the watts of a build. Its value for one unit of
each, undiscounted and at the most likely inputs, therefore gives the total of :func:`~wizard.costing.tco.total_cost`
for every build; the yearly table rounds each amount to the cent, this does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from wizard.catalog.catalog import Catalog
from wizard.costing.case import frame_of, space_year
from wizard.costing.columns import BuildColumns, Floats
from wizard.costing.model import Fixed, Inputs, costs_of
from wizard.costing.uncertainty import base
from wizard.costing.usage import Usage
from wizard.needs.needs import Economics

_UNIT_W = 1000.0


@dataclass(frozen=True, slots=True)
class Weights:
    """US dollars for each dollar and watt of a build beside its purchase, and for whatever is built."""

    hardware: float
    supported: float
    watt: float
    recurring: float
    always: float

    def of(self, built: BuildColumns) -> Floats:
        """Return US dollars, shape ``(n,)``, without what is paid always; ``NaN`` where nothing can be bought."""
        return (built.hardware_usd * self.hardware + built.supported_usd * self.supported
                + built.recurring_usd * self.recurring + built.power_w * self.watt)


@dataclass(frozen=True, slots=True)
class Rates:
    """Weights of the total over the horizon, and of the average month's running."""

    total: Weights
    month: Weights
    months: float

    @classmethod
    def of(cls, catalog: Catalog, economics: Economics) -> Rates:
        """Ask the model that the total cost of the chosen builds comes from."""
        usage = Usage.at(economics)
        frame = frame_of(usage, economics, catalog, Decimal(1), owned=True)
        inputs, staff = base(frame.ranges), frame.fixed.other_year
        plain = replace(frame.fixed, discount_rate=0.0, other_year=0.0)
        units = {
            "hardware": replace(plain, hardware=1.0),
            "supported": replace(plain, hardware=1.0, supported=True),
            "watt": replace(plain, power_w=_UNIT_W, other_year=float(space_year(usage, _UNIT_W, Decimal(1)))),
            "recurring": replace(plain, later_year=1.0),
            "always": replace(plain, other_year=staff),
        }
        total, month = _weights(units, inputs)
        return cls(total, month, 12.0 * economics.horizon_years)

    def own_usd(self, built: BuildColumns) -> Floats:
        """Return the total cost of owning in US dollars, without tax; ``NaN`` where nothing can be bought."""
        return self.least_own_usd(built) + self.total.always

    def least_own_usd(self, built: BuildColumns) -> Floats:
        """Return the total cost of owning without what is paid once however much is built (staff)."""
        return built.net_usd + self.total.of(built)

    def own_month_usd(self, built: BuildColumns) -> Floats:
        """Return what owning costs in an average month, the purchase and its renewal left out."""
        return self.month.of(built) + self.month.always

    def rent_usd(self, month_usd: Floats) -> Floats:
        """Return the total cost of a monthly rent."""
        return month_usd * self.months + self.total.always


def _weights(units: Mapping[str, Fixed], inputs: Inputs) -> tuple[Weights, Weights]:
    costs = {name: costs_of(unit, inputs) for name, unit in units.items()}
    total = {name: float(cost.npv[0]) for name, cost in costs.items()}
    month = {name: float(cost.running_month[0]) for name, cost in costs.items()}
    for figures in (total, month):
        figures["supported"] -= figures["hardware"]
        figures["watt"] /= _UNIT_W
    return Weights(**total), Weights(**month)
