"""The sheet of the total cost: years with live formulas, the range, the tornado, the course against the alternative."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from wizard.costing.records import Tco, TcoYear
from wizard.i18n import Translator, mark
from wizard.quote.sheet_bom import Places
from wizard.quote.sheet_cells import Book, Cells
from wizard.words import label

NAME = "TCO"
_TITLES = (
    mark("Year"), mark("Purchase"), mark("Energy"), mark("Support"), mark("Space"), mark("Staff"), mark("Cloud rent"),
    mark("Subscriptions"), mark("New hardware"), mark("Residual value"), mark("Total"), mark("Discounted"),
    mark("Depreciation, no payment"),
)
_POSTS = ("capex", "energy", "support", "space", "staff", "cloud", "subscriptions", "refresh", "residual")
"""Columns B to J; K is their sum, L its present value, M the depreciation."""
_CENT = Decimal("0.01")


def write(book: Book, tco: Tco, places: Places | None, tr: Translator) -> None:
    """Write the sheet."""
    cells = book.sheet(NAME, (34, 17, 15, 15, 15, 15, 15, 15, 15, 15, 17, 17, 15))
    cells.head(0, tuple(tr(t) if n == 0 else f"{tr(t)}, {tco.currency}" for n, t in enumerate(_TITLES)))
    cells.sheet.freeze_panes(1, 1)
    for row, year in enumerate(tco.years, 1):
        _year(cells, row, year, tco, places)
    row = _sums(cells, tco, tr)
    row = _headline(cells, row + 1, tco, tr)
    row = _tornado(cells, row + 1, tco, tr)
    _course(cells, row + 1, tco, tr)


def _year(cells: Cells, row: int, year: TcoYear, tco: Tco, places: Places | None) -> None:
    n = row + 1
    cells.number(row, 0, year.year, "count")
    live = _formulas(year, tco, places)
    for column, post in enumerate(_POSTS, 1):
        amount: Decimal = getattr(year, post)
        formula = live.get(post)
        if formula is None:
            cells.number(row, column, amount)
        else:
            cells.formula(row, column, formula, amount)
    cells.formula(row, 10, f"=SUM(B{n}:J{n})", year.total)
    discounted = float(year.total) / (1 + _input(tco, "discount_rate")) ** year.year
    cells.formula(row, 11, f"=K{n}/(1+discount_rate)^A{n}", discounted)
    if year.depreciation:
        cells.number(row, 12, year.depreciation)


def _formulas(year: TcoYear, tco: Tco, places: Places | None) -> dict[str, str]:
    """Return the live formulas of a year by post; a zero stays a plain number."""
    if places is None:
        return {}
    found: dict[str, str] = {}
    if year.capex:
        found["capex"] = f"={places.net}"
    if year.energy:
        growth = f"(1+electricity_growth)^{year.year - 1}"
        found["energy"] = f"=ROUND(power_w/1000*8760*load_factor*pue*electricity_usd_per_kwh*per_usd*{growth},2)"
    if year.support:
        found["support"] = f"=ROUND({places.hardware}*support_rate,2)"
    if year.space and _input(tco, "colocation_usd_per_kw_month"):
        found["space"] = "=ROUND(colocation_usd_per_kw_month*power_w/1000*12*per_usd,2)"
    if year.staff and _input(tco, "staff_usd_per_year"):
        found["staff"] = "=ROUND(staff_usd_per_year*per_usd,2)"
    if year.subscriptions and places.recurring:
        found["subscriptions"] = f"={places.recurring}"
    found.update(_replacing(year, tco, places))
    return found


def _replacing(year: TcoYear, tco: Tco, places: Places) -> Iterator[tuple[str, str]]:
    """Yield the formulas of new hardware and of what is left, as :mod:`wizard.costing.years` reckons them."""
    found = [y.year for y in tco.years if y.refresh]
    new = f"ROUND({places.hardware}*refresh_factor,2)"
    if year.refresh:
        old = places.hardware if year.year == found[0] else new
        yield "refresh", f"={new}-ROUND({old}*residual_share,2)"
    if year.residual and found:
        age = year.year - found[-1]
        worth = f"(hardware_life_years-{age}+{age}*residual_share)/hardware_life_years"
        yield "residual", f"=-ROUND({new}*{worth},2)"
    elif year.residual:
        yield "residual", f"=-ROUND({places.hardware}*residual_share,2)"


def _input(tco: Tco, name: str) -> float:
    return next((value for known, value, _ in tco.assumptions if known == name), 0.0)


def _sums(cells: Cells, tco: Tco, tr: Translator) -> int:
    last = len(tco.years) + 1
    row = last
    cells.text(row, 0, tr("Sum"), "bold")
    for column, post in enumerate((*_POSTS, "total"), 1):
        letter = "ABCDEFGHIJK"[column]
        whole = sum((getattr(year, post) for year in tco.years), Decimal(0))
        cells.formula(row, column, f"=SUM({letter}2:{letter}{last})", whole, "total")
    cells.formula(row, 11, f"=ROUND(SUM(L2:L{last}),2)", tco.npv, "total")
    return row + 1


def _headline(cells: Cells, row: int, tco: Tco, tr: Translator) -> int:
    entries: list[tuple[str, Decimal | float | None]] = [
        (tr("Net present cost, most likely"), tco.npv),
        (tr("Net present cost, P10"), tco.npv_p10), (tr("Net present cost, P90"), tco.npv_p90),
        (tr("Per million output tokens, P50"), tco.per_million_tokens),
        (tr("Per million output tokens, P10"), tco.per_million_p10),
        (tr("Per million output tokens, P90"), tco.per_million_p90),
        (tr("Per million output tokens, most likely inputs"), tco.per_million_base),
        (tr("Output tokens a year"), tco.tokens_year), (tr("Energy, kWh a year"), tco.energy_kwh_year),
        (tr("CO2e, kg a year"), tco.co2e_kg_year), (tr("Cloud on demand a month"), tco.cloud_on_demand_month),
        (tr("Cloud spot a month"), tco.cloud_spot_month),
        (tr("Cloud reserved 1 year, a month"), tco.cloud_reserved_1y_month),
        (tr("Cloud reserved 3 years, a month"), tco.cloud_reserved_3y_month), (tr("API a month"), tco.api_month),
        (tr("Tax on the purchase, not included above"), tco.purchase_tax or None),
        (tr("Total with tax on the purchase"), tco.total + tco.purchase_tax if tco.purchase_tax else None),
        (tr("Break-even month"), tco.break_even_month), (tr("Break-even month, P10"), tco.break_even_p10),
        (tr("Break-even month, P90"), tco.break_even_p90), (tr("Break-even utilisation"), tco.break_even_utilization),
        (tr("Break-even output tokens a month, API"), tco.break_even_tokens_month),
        (tr("Output tokens a month, at most"), tco.most_tokens_month),
        (tr("Per million prompt tokens"), tco.per_million_input),
        (tr("Per million output tokens, prompts apart"), tco.per_million_output),
        (tr("Return on investment"), tco.roi),
    ]
    for title, value in entries:
        if value is not None:
            cells.text(row, 0, title)
            cells.number(row, 1, value, "fine" if -100 < value < 100 else "money")
            row += 1
    if tco.break_even_against and tco.break_even_month is None:
        cells.text(row, 0, tr("no break-even within {n} years", n=tco.horizon_years))
        row += 1
    return row


def _tornado(cells: Cells, row: int, tco: Tco, tr: Translator) -> int:
    if not tco.swings:
        return row
    cells.head(row, (tr("Input"), tr("Low"), tr("High"), tr("Result at low"), tr("Result at high")))
    for swing in tco.swings:
        row += 1
        cells.text(row, 0, label(tr, swing.name))
        for column, value in enumerate((swing.low_input, swing.high_input, swing.at_low, swing.at_high), 1):
            cells.number(row, column, value, "fine")
    return row + 1


def _course(cells: Cells, row: int, tco: Tco, tr: Translator) -> None:
    if not tco.cumulative_other:
        return
    cells.head(row, (tr("Month"), tr("Owning, in all"), label(tr, tco.break_even_against)))
    for month, (own, other) in enumerate(zip(tco.cumulative_own, tco.cumulative_other, strict=True)):
        cells.number(row + 1 + month, 0, month, "count")
        cells.number(row + 1 + month, 1, own.quantize(_CENT, ROUND_HALF_UP))
        cells.number(row + 1 + month, 2, other.quantize(_CENT, ROUND_HALF_UP))
