"""Every input of the total cost with its range and its source: the user's own value, else the catalogue's.

The ranges that no catalogue row gives are judgements, marked ``assumption``: load factor (8-GPU machines of 10.2 kW
draw 6.5-8.5 kW), availability, residual value (0-25 % of the price after the horizon), and how far the utilisation
that was named may be missed (0.45 to 1.45 times, at most 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.exchange import exchange_of
from wizard.catalog.records import Economic
from wizard.costing.usage import Usage
from wizard.needs.needs import Economics

YOURS = "yours"
ASSUMPTION = "assumption"
_USUAL_LIFE = 5
_OWN_SPREAD = 0.10
_EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
_EMISSIONS = frozenset(("co2", "carbon", "grid_carbon", "grid_co2", "emissions"))
_BUSINESS = ("commercial", "business", "non-household")


@dataclass(frozen=True, slots=True)
class Range:
    """Low, most likely and high value of an input, and where it comes from."""

    low: float
    mode: float
    high: float
    source: str

    @classmethod
    def fixed(cls, value: float, source: str) -> Range:
        """Build an input that is certain."""
        return cls(value, value, value, source)

    @classmethod
    def around(cls, value: float, share: float, source: str) -> Range:
        """Build an input that may be off by a share of itself, either way."""
        return cls(value * (1 - share), value, value * (1 + share), source)


REFRESH_FACTOR = Range(0.6, 1.0, 1.2, ASSUMPTION)
"""Price of the hardware that replaces today's for the same service: accelerators get faster for their money, but
prices rose in 2026 (our judgement)."""


def life_of(catalog: Catalog, economics: Economics) -> Range:
    """Return the years after which hardware is replaced: the user's, else the catalogue's; a whole number, certain."""
    if economics.hardware_life_years is not None:
        return Range.fixed(float(economics.hardware_life_years), YOURS)
    row = catalog.economics.get("depreciation/useful-life/world")
    if row is None:
        return Range.fixed(float(_USUAL_LIFE), ASSUMPTION)
    return Range.fixed(float(round(row.value)), _sources(row))


def assumptions_of(catalog: Catalog, economics: Economics, usage: Usage) -> Mapping[str, Range]:
    """Gather every uncertain input by name; money in US dollars."""
    rows = catalog.economics
    found = {
        "utilization": _utilization(economics),
        "electricity_usd_per_kwh": electricity(catalog, economics),
        "electricity_growth": _growth(catalog),
        "pue": _pue(rows.get("pue/industry-average/world"), economics.pue),
        "load_factor": Range(0.60, 0.75, 0.90, ASSUMPTION),
        "availability": Range(0.97, 0.985, 0.995, ASSUMPTION),
        "support_rate": _row_range(rows.get("support/hardware-support/world"), Range(0.08, 0.10, 0.12, ASSUMPTION)),
        "residual_share": _row_range(
            rows.get("depreciation/residual-value-at-the-end/world"), Range(0.0, 0.10, 0.25, ASSUMPTION)),
    }
    if usage.output_tok_s:
        low, high = usage.output_tok_s_low, usage.output_tok_s_high
        found["output_tok_s"] = Range(
            min(low or usage.output_tok_s, usage.output_tok_s), usage.output_tok_s,
            max(high or usage.output_tok_s, usage.output_tok_s), "estimate",
        )
    return MappingProxyType(found)


def electricity(catalog: Catalog, economics: Economics) -> Range:
    """Return the tariff in dollars per kWh: the user's, else the country's business price, else its union's."""
    if economics.electricity_usd_per_kwh is not None:
        return Range.around(economics.electricity_usd_per_kwh, _OWN_SPREAD, YOURS)
    union = "EU" if economics.country in _EU else ""
    for place in (economics.country, union, "WORLD"):
        rows = _tariffs(catalog, place)
        if rows:
            chosen = next((row for row in rows if any(word in row.item for word in _BUSINESS)), rows[0])
            return _range_of(catalog, chosen, rows)
    return Range(0.07, 0.12, 0.22, ASSUMPTION)


def _range_of(catalog: Catalog, chosen: Economic, rows: list[Economic]) -> Range:
    """Take a row's own range, else that of all tariffs of its place, else a quarter either way."""
    values = [_usd(catalog, row, row.value) for row in rows]
    mode = _usd(catalog, chosen, chosen.value)
    low = min(values) if chosen.low is None else _usd(catalog, chosen, chosen.low)
    high = max(values) if chosen.high is None else _usd(catalog, chosen, chosen.high)
    if low == high:
        low, high = mode * 0.75, mode * 1.25
    return Range(min(low, mode), mode, max(high, mode), _sources(chosen))


def co2_kg_per_kwh(catalog: Catalog, country: str) -> Economic | None:
    """Return the grid's emission factor, ``None`` where the catalogue has none for the country."""
    rows = [e for e in catalog.economics.values() if e.category in _EMISSIONS]
    for place in (country, "EU" if country in _EU else "", "WORLD"):
        for row in rows:
            if row.country == place:
                return row
    return None


def co2_factor(row: Economic) -> float:
    """Return kilograms of CO2 equivalent per kWh whatever the row's unit."""
    return float(row.value) / (1000 if row.unit.startswith("g") else 1)


def _tariffs(catalog: Catalog, country: str) -> list[Economic]:
    return [e for e in catalog.economics.values()
            if e.category == "electricity" and e.country == country and e.unit.endswith("/kWh")]


def _usd(catalog: Catalog, row: Economic, value: Decimal) -> float:
    currency = row.unit.partition("/")[0]
    return float(exchange_of(catalog).convert(value, currency, "USD"))


def whose(economics: Economics, name: str) -> str:
    """Return ``yours`` for an answer that was given, ``assumption`` for a default that was left."""
    return YOURS if name in economics.model_fields_set else ASSUMPTION


def _utilization(economics: Economics) -> Range:
    mode = max(economics.utilization, 0.01)
    return Range(mode * 0.45, mode, min(1.0, max(mode, mode * 1.45)), whose(economics, "utilization"))


def _growth(catalog: Catalog) -> Range:
    row = next((e for e in catalog.economics.values() if e.category == "electricity" and e.item == "escalation"), None)
    return _row_range(row, Range(0.0, 0.03, 0.06, ASSUMPTION))


def _pue(row: Economic | None, own: float | None) -> Range:
    if own is not None:
        return Range(max(1.0, own * 0.95), own, own * 1.05, YOURS)
    return _row_range(row, Range(1.2, 1.5, 1.7, ASSUMPTION))


def _row_range(row: Economic | None, otherwise: Range) -> Range:
    """Take a row's value with its range; where it has none, the usual one around it."""
    if row is None:
        return otherwise
    value = float(row.value)
    low = otherwise.low if row.low is None else float(row.low)
    high = otherwise.high if row.high is None else float(row.high)
    return Range(min(low, value), value, max(high, value), _sources(row))


def _sources(row: Economic) -> str:
    return ";".join(row.sources)
