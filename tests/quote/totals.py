"""Random plans, and the totals that plan.json, CSV, workbook, quotation and paper show of them."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests import samples
from tests.core.costing_demands import random_demand
from tests.quote.workbook import Workbook
from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.cloud import cheapest_cloud
from wizard.costing.edits import apply_edits
from wizard.costing.records import Bom, BomLine
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import shelf_of
from wizard.costing.tco import total_cost
from wizard.costing.terms import terms_of
from wizard.costing.usage import Usage
from wizard.i18n import LANGUAGES, Translator
from wizard.money import CURRENCIES
from wizard.needs.needs import Economics, LineEdit
from wizard.planner.plan import Plan
from wizard.planner.plan_json import to_json
from wizard.quote.delimited import write_csv
from wizard.quote.spreadsheet import write_xlsx
from wizard.quote.ubl import quotation

DAY = date(2026, 11, 22)
CENT = Decimal("0.01")


def random_plans(catalog: Catalog, seed: int, count: int) -> Iterator[Plan]:
    """Yield so many plans with a bill, in each currency by turns, under random terms."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        currency = CURRENCIES[made % len(CURRENCIES)]
        demand = random_demand(chance, catalog, currency)
        terms = terms_of(
            catalog, demand, shipping_rate=Decimal(chance.choice(["0", "0.0125", "0.03"])),
            contingency_rate=Decimal(chance.choice(["0", "0.05"])))
        try:
            bom = build_bom(demand, catalog, terms)
        except CannotBuild:
            continue
        if chance.random() < 0.4:
            shelf = shelf_of(catalog, terms)
            changed = apply_edits(bom, [_change(chance, line) for line in chance.choices(bom.lines, k=3)], shelf).bom
            bom = changed if changed.lines else bom
        rate = chance.uniform(50, 5000)
        usage = Usage(
            output_tok_s=rate, output_tok_s_low=0.7 * rate, output_tok_s_high=1.2 * rate,
            cloud=cheapest_cloud(catalog, demand.accelerator, demand.accelerators),
            space_per_kw_month=chance.choice([None, None, 149.9]))
        economics = Economics(
            country=demand.country, horizon_years=chance.randint(1, 7), discount_rate=chance.choice([0.0, 0.08, 0.115]),
            staff_usd_per_year=chance.choice([0.0, 33_333.33]),
            hardware_life_years=chance.choice([None, None, 1, 2, 4]))
        plan = samples.plan()
        assert plan.chosen is not None
        tco = total_cost(bom, usage, economics, catalog)
        chosen = replace(plan.chosen, bom=bom, tco=tco)
        made += 1
        yield replace(plan, chosen=chosen, options=(plan.options[0], chosen, plan.options[2]), currency=currency)


def _change(chance: random.Random, line: BomLine) -> LineEdit:
    return LineEdit(
        part=line.part, reason=line.reason, quantity=chance.choice([None, line.quantity + 1, 0]),
        unit_price=chance.choice([None, Decimal("1234.56")]), currency=chance.choice(CURRENCIES),
        discount=chance.choice([None, 0.075]))


def money(value: object) -> Decimal:
    assert isinstance(value, float), value
    return Decimal(repr(value)).quantize(CENT)


def bill_of(plan: Plan) -> Bom:
    assert plan.chosen is not None
    assert plan.chosen.bom is not None
    return plan.chosen.bom


def check_book(plan: Plan, values: Workbook) -> None:
    """Compare what a workbook's cells give with the plan: lines, sums, years, total cost and its present value."""
    bom = bill_of(plan)
    assert plan.chosen is not None
    tco = plan.chosen.tco
    assert tco is not None
    last = len(bom.lines) + 3
    assert [money(values.value("BOM", f"J{last + n}")) for n in range(3)] == [bom.net, bom.tax, bom.total]
    for line in bom.lines:
        shown = values.value("BOM", f"J{line.number + 1}")
        assert shown == "" if line.extended is None else money(shown) == line.extended
    sums = len(tco.years) + 2
    assert [money(values.value("TCO", f"K{y.year + 2}")) for y in tco.years] == [y.total for y in tco.years]
    assert money(values.value("TCO", f"K{sums}")) == tco.total
    assert money(values.value("TCO", f"L{sums}")) == tco.npv


def check_totals(plan: Plan, folder: Path, *, paper: bool = False) -> None:
    """Assert that every file of a plan shows the same totals to the cent; ``paper``: the PDF too."""
    bom, tr = bill_of(plan), Translator(LANGUAGES[len(bill_of(plan).lines) % len(LANGUAGES)])
    data = json.loads(to_json(plan))["bom"]
    assert (data["net"], data["tax"], data["total"], data["currency"]) == (
        str(bom.net), str(bom.tax), str(bom.total), plan.currency)
    write_csv(plan, folder / "bom.csv", tr)
    text = (folder / "bom.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert sum((Decimal(row["extended"] or "0") for row in rows), Decimal(0)) == bom.net
    assert {row["currency"] for row in rows} == {plan.currency}
    write_xlsx(plan, folder / "bom.xlsx", tr)
    check_book(plan, Workbook(folder / "bom.xlsx"))
    quoted = quotation(plan, tr, issued=DAY)["QuotedMonetaryTotal"]
    assert (quoted["TaxExclusiveAmount"]["value"], quoted["PayableAmount"]["value"]) == (str(bom.net), str(bom.total))
    if paper:
        check_paper(plan, tr)


def check_paper(plan: Plan, tr: Translator) -> None:
    """Assert that the PDF's text holds every line's amount and the sums."""
    from pypdf import PdfReader

    from wizard.quote.pdf import pdf_bytes

    bom = bill_of(plan)
    reader = PdfReader(io.BytesIO(pdf_bytes(plan, tr, attachments={}, issued=DAY)))
    words = " ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ").split()
    amounts = [bom.net, bom.tax, bom.total, *(line.extended for line in bom.lines if line.extended is not None)]
    for amount in amounts:
        assert f"{amount:,.2f}" in words, (amount, plan.currency)
