"""The first sheet: what is offered, what it costs, and a check that the sums agree."""

from __future__ import annotations

from decimal import Decimal

from wizard.costing.records import Bom, Tco
from wizard.i18n import Translator
from wizard.planner.plan import Option, Plan
from wizard.quote.codes import is_taxed
from wizard.quote.sheet_bom import NAME as BOM
from wizard.quote.sheet_bom import Places
from wizard.quote.sheet_cells import Book, Cells, Style
from wizard.words import label

NAME = "Summary"


def write(cells: Cells, plan: Plan, places: Places | None, tr: Translator) -> None:
    """Fill the sheet, which stands first but needs the places of the others."""
    option = plan.chosen
    row = _identity(cells, plan, option, tr)
    if option is not None and option.bom is not None and places is not None:
        row = _money(cells, row + 1, option.bom, places, tr)
        row = _site(cells, row + 1, option.bom, tr)
    if option is not None and option.cloud_sku is not None:
        row = _rent(cells, row + 1, option, tr)
    if option is not None and option.tco is not None:
        row = _tco(cells, row + 1, option.tco, tr)
    _options(cells, row + 1, plan, tr)


def sheet(book: Book) -> Cells:
    """Add the sheet."""
    return book.sheet(NAME, (46, 24, 20, 12, 20, 20, 20, 20, 20, 14, 20))


def _identity(cells: Cells, plan: Plan, option: Option | None, tr: Translator) -> int:
    document = plan.needs.document
    entries = [
        (tr("Project"), document.project), (tr("Customer"), document.customer),
        (tr("Prepared by"), document.prepared_by), (tr("Model"), plan.model.id),
        (tr("Use"), label(tr, plan.needs.use_case)), (tr("Result"), tr("feasible") if plan.status == "feasible" else
                                                      tr("not feasible")),
        (tr("Catalogue"), plan.catalog_version),
    ]
    if option is not None:
        entries += [
            (tr("Option"), f"{label(tr, option.role)} ({option.id})"),
            (tr("Hardware"), tr("{n} x {name}; machines: {nodes}", n=option.accelerators, name=option.accelerator_name,
                                nodes=option.nodes)),
            (tr("Machine"), option.system or option.cloud_sku or ""),
        ]
    filled = [(title, value) for title, value in entries if value]
    for row, (title, value) in enumerate(filled):
        cells.text(row, 0, title, "bold")
        cells.text(row, 1, value)
    return len(filled)


def _money(cells: Cells, row: int, bom: Bom, places: Places, tr: Translator) -> int:
    cells.head(row, (tr("Purchase"), bom.currency))
    start = row + 1
    for offset, (category, amount) in enumerate(bom.subtotals):
        n = start + offset
        cells.text(n, 0, label(tr, category))
        area = f"{BOM}!$B${places.first}:$B${places.last},A{n + 1},{BOM}!$J${places.first}:$J${places.last}"
        cells.formula(n, 1, f"=SUMIF({area})", amount)
    row = start + len(bom.subtotals)
    sums = f"SUM(B{start + 1}:B{row})" if bom.subtotals else "0"
    entries = (
        (tr("Net"), f"={places.net}", bom.net), (tr("Tax"), f"={places.tax}", bom.tax),
        (tr("Total"), f"={places.total}", bom.total),
        (tr("Check: sum of categories less net, must be 0"), f"=ROUND({sums}-{places.net},2)", Decimal(0)),
    )
    for title, formula, value in entries:
        cells.text(row, 0, title, "bold")
        cells.formula(row, 1, formula, value, "total")
        row += 1
    notes = ((tr("Total, low end of the prices"), bom.low), (tr("Total, high end of the prices"), bom.high),
             (tr("Lines without a price, not in the total"), len(bom.unpriced)),
             (tr("Prices over 90 days old"), len(bom.stale)))
    for title, note in notes:
        cells.text(row, 0, title)
        cells.number(row, 1, note, "money" if isinstance(note, Decimal) else "count")
        row += 1
    return row


def _rent(cells: Cells, row: int, option: Option, tr: Translator) -> int:
    """What is rented: nothing stands on the bill of materials then."""
    cells.head(row, (tr("Rent, without tax"), option.cost.currency))
    instances = next((r.fields.get("instances") for r in option.reasons if r.code == "rented"), None)
    run = option.cost.total if option.tco is None else None
    entries: tuple[tuple[str, Decimal | int | None, Style], ...] = (
        (tr("Instances"), instances if isinstance(instances, int) else None, "count"),
        (tr("Rent a month"), option.cost.per_month, "money"), (tr("Rent of the whole run"), run, "money"),
    )
    for title, value, style in entries:
        if value is not None:
            row += 1
            cells.text(row, 0, title)
            cells.number(row, 1, value, style)
    return row + 1


def _site(cells: Cells, row: int, bom: Bom, tr: Translator) -> int:
    site = bom.site
    entries: list[tuple[str, float | None]] = [
        (tr("Machines"), bom.nodes), (tr("of them spare"), bom.spare_nodes or None),
        (tr("Maximum power at the wall, W"), bom.power_w), (tr("Rack units"), bom.rack_units),
        (tr("Weight, kg"), bom.weight_kg),
    ]
    if site is not None:
        entries += [(tr("Typical power, W"), site.typical_w), (tr("Heat, BTU/h"), site.heat_btu_h),
                    (tr("Racks"), site.racks), (tr("Fullest rack, W"), site.rack_max_w)]
    cells.head(row, (tr("Site"), ""))
    for title, value in entries:
        if value is not None:
            row += 1
            cells.text(row, 0, title)
            cells.number(row, 1, value, "count")
    return row + 1


def _tco(cells: Cells, row: int, tco: Tco, tr: Translator) -> int:
    cells.head(row, (tr("Total cost of ownership, {n} years, without tax", n=tco.horizon_years), tco.currency))
    last = len(tco.years) + 2
    entries: list[tuple[str, str | None, Decimal | None]] = [
        (tr("Total"), f"=TCO!$K${last}", tco.total), (tr("Net present cost"), f"=TCO!$L${last}", tco.npv),
        (tr("Per million output tokens, P50"), None, tco.per_million_tokens),
    ]
    for title, formula, value in entries:
        if value is None:
            continue
        row += 1
        cells.text(row, 0, title)
        if formula is None:
            cells.number(row, 1, value, "fine")
        else:
            cells.formula(row, 1, formula, value)
    return row + 1


def _options(cells: Cells, row: int, plan: Plan, tr: Translator) -> None:
    currency = plan.currency
    purchase = tr("Purchase with tax, {currency}", currency=currency) if is_taxed(plan) else (
        tr("Purchase, no tax included, {currency}", currency=currency))
    cells.head(row, (
        tr("Option"), tr("Accelerator"), tr("Accelerators"), tr("Machines"),
        purchase, tr("Rent a month, {currency}", currency=currency),
        tr("Running, a year, {currency}", currency=currency), tr("Total without tax, {currency}", currency=currency),
        tr("Per million output tokens, {currency}", currency=currency), tr("Maximum power, W"),
        tr("of it for spare copies, {currency}", currency=currency),
    ))
    for option in plan.options:
        row += 1
        cost = option.cost
        cells.text(row, 0, f"{label(tr, option.role)} ({option.id})")
        cells.text(row, 1, option.accelerator_name)
        cells.number(row, 2, option.accelerators, "count")
        cells.number(row, 3, option.nodes, "count")
        rented = option.cloud_sku is not None
        amounts = (None if rented else cost.capex, cost.per_month if rented else None, cost.opex_year, cost.total)
        for column, amount in enumerate(amounts, 4):
            cells.number(row, column, amount)
        cells.number(row, 8, option.tco.per_million_tokens if option.tco is not None else None, "fine")
        cells.number(row, 9, option.power_w, "count")
        cells.number(row, 10, cost.spares)
