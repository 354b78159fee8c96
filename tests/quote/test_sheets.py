"""The workbook and the CSV say what the plan says, survive hostile text, and are the same bytes each time."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polib
import pytest

from tests import samples
from tests.quote.workbook import Workbook
from wizard.catalog.catalog import Catalog
from wizard.costing import sentences
from wizard.costing.build import build_bom
from wizard.costing.cloud import cheapest_cloud
from wizard.costing.demand import BuildDemand
from wizard.costing.records import Bom, Tco
from wizard.costing.tco import total_cost
from wizard.costing.terms import terms_of
from wizard.costing.usage import Usage
from wizard.errors import OutputError
from wizard.i18n import LANGUAGES, Translator, fields_of
from wizard.needs.needs import Economics
from wizard.needs.presets import preset
from wizard.paths import resource
from wizard.planner.plan import Plan
from wizard.planner.planner import plan as make_plan
from wizard.quote.delimited import COLUMNS, neutral, write_csv
from wizard.quote.spreadsheet import write_xlsx

CASES = [
    ("l40s", 8, 2, "USD", "US"), ("rtx_4090", 1, 1, "CNY", "CN"), ("h100_sxm_80", 64, 8, "EUR", "DE"),
    ("dgx_spark_gb10", 2, 2, "CNY", "CN"),
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def priced(catalog: Catalog, accelerator: str, count: int, nodes: int, currency: str, country: str) -> tuple[Bom, Tco]:
    demand = BuildDemand(accelerator=accelerator, accelerators=count, nodes=nodes, weights_bytes=70e9, inter_node=True)
    discounts = {"accelerator": Decimal("0.05")}
    terms = terms_of(catalog, currency=currency, country=country, discounts=discounts, contingency_rate=Decimal("0.03"))
    bom = build_bom(demand, catalog, terms)
    usage = Usage(output_tok_s=900.0, output_tok_s_low=700.0, output_tok_s_high=1100.0, cloud=cheapest_cloud(
        catalog, accelerator, count))
    return bom, total_cost(bom, usage, Economics(country=country, staff_usd_per_year=12_345.67), catalog)


def plan_with(bom: Bom, tco: Tco) -> Plan:
    plan = samples.plan()
    assert plan.chosen is not None
    chosen = replace(plan.chosen, bom=bom, tco=tco)
    return replace(plan, chosen=chosen, options=(plan.options[0], chosen, plan.options[2]), currency=bom.currency)


def money(value: object) -> Decimal:
    assert isinstance(value, float), value
    return Decimal(repr(value)).quantize(Decimal("0.01"))


@pytest.mark.parametrize(("accelerator", "count", "nodes", "currency", "country"), CASES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_formulas_worked_out_anew_give_the_plans_totals(
    catalog: Catalog, tmp_path: Path, accelerator: str, count: int, nodes: int, currency: str, country: str, lang: str,
) -> None:
    bom, tco = priced(catalog, accelerator, count, nodes, currency, country)
    path = tmp_path / "bom.xlsx"
    write_xlsx(plan_with(bom, tco), path, Translator(lang))
    book = Workbook(path)
    last = len(bom.lines) + 3
    assert [money(book.value("BOM", f"J{last + n}")) for n in range(3)] == [bom.net, bom.tax, bom.total]
    for line in bom.lines:
        shown = book.value("BOM", f"J{line.number + 1}")
        assert shown == "" if line.extended is None else money(shown) == line.extended
    sums = len(tco.years) + 2
    assert money(book.value("TCO", f"K{sums}")) == tco.total
    assert money(book.value("TCO", f"L{sums}")) == tco.npv
    for year in tco.years:
        assert money(book.value("TCO", f"K{year.year + 2}")) == year.total
    for (sheet, address), formula in book.formulas.items():
        stored, anew = book.stored[sheet, address], book.value(sheet, address)
        if isinstance(anew, float):
            assert stored == pytest.approx(anew, abs=0.006), (sheet, address, formula)
        else:
            assert stored == anew


def test_a_line_can_be_priced_again(catalog: Catalog, tmp_path: Path) -> None:
    """A new list price moves the line, the share of support, tax and total, and the purchase of the total cost."""
    bom, tco = priced(catalog, "l40s", 8, 2, "CNY", "CN")
    path = tmp_path / "bom.xlsx"
    write_xlsx(plan_with(bom, tco), path, Translator())
    book = Workbook(path)
    line = next(x for x in bom.lines if x.category == "accelerator")
    book.stored["BOM", f"G{line.number + 1}"] = 1000.0
    last = len(bom.lines) + 3
    assert line.extended is not None
    hardware = bom.hardware - line.extended + line.quantity * Decimal("950.00")
    shares = sum((hardware * share).quantize(Decimal("0.01")) for share in (Decimal("0.1"), Decimal("0.03")))
    net = money(book.value("BOM", f"J{last}"))
    assert abs(net - (hardware + shares)) <= Decimal("0.01")
    assert money(book.value("TCO", "B2")) == net


def test_the_summary_checks_itself(catalog: Catalog, tmp_path: Path) -> None:
    bom, tco = priced(catalog, "h100_sxm_80", 64, 8, "EUR", "DE")
    path = tmp_path / "bom.xlsx"
    write_xlsx(plan_with(bom, tco), path, Translator("zh_CN"))
    book = Workbook(path)
    checks = [at for at, formula in book.formulas.items() if at[0] == "Summary" and formula.startswith("ROUND(SUM(")]
    assert len(checks) == 1
    assert book.value(*checks[0]) == 0.0


def test_one_header_row_filter_frozen_panes_and_no_merged_cells(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    write_xlsx(plan_with(*priced(catalog, "l40s", 8, 2, "USD", "US")), path, Translator())
    xml = Workbook(path).xml["BOM"]
    assert "<autoFilter " in xml
    assert 'state="frozen"' in xml
    assert "mergeCell" not in xml
    assert Workbook(path).stored["BOM", "F1"] == "Quantity"


def test_the_same_plan_gives_the_same_bytes(catalog: Catalog, tmp_path: Path) -> None:
    plan = plan_with(*priced(catalog, "l40s", 8, 2, "USD", "US"))
    for name in ("a", "b"):
        write_xlsx(plan, tmp_path / f"{name}.xlsx", Translator("zh_CN"))
        write_csv(plan, tmp_path / f"{name}.csv", Translator("zh_CN"))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


HOSTILE = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "https://example.org",
           "{curly} {0}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    plan = samples.plan()
    assert plan.chosen is not None
    assert plan.chosen.bom is not None
    lines = (replace(plan.chosen.bom.lines[0], description=text, vendor=text), *plan.chosen.bom.lines[1:])
    plan = replace(plan, chosen=replace(plan.chosen, bom=replace(plan.chosen.bom, lines=lines)))
    write_xlsx(plan, tmp_path / "bom.xlsx", Translator())
    book = Workbook(tmp_path / "bom.xlsx")
    assert ("BOM", "E2") not in book.formulas
    assert isinstance(book.stored["BOM", "E2"], str)
    assert "hyperlink" not in book.xml["BOM"]
    write_csv(plan, tmp_path / "bom.csv")
    row = next(csv.DictReader(io.StringIO((tmp_path / "bom.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert row["description"].lstrip("'")
    assert not row["description"].lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))


def test_csv_is_what_excel_and_erp_expect(catalog: Catalog, tmp_path: Path) -> None:
    bom, tco = priced(catalog, "h100_sxm_80", 64, 8, "EUR", "DE")
    path = tmp_path / "bom.csv"
    write_csv(plan_with(bom, tco), path, Translator("zh_CN"))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") == len(bom.lines) + 1
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert sum(Decimal(row["extended"] or 0) for row in rows) == bom.net
    for row, line in zip(rows, bom.lines, strict=True):
        assert Decimal(row["quantity"]) == line.quantity
        assert row["price_date"] in {"", line.price_as_of.isoformat() if line.price_as_of else ""}
        if line.unit_net is not None:
            assert Decimal(row["quantity"]) * Decimal(row["unit_net"]) == Decimal(row["extended"])


def test_neutral_leaves_plain_text_alone() -> None:
    assert neutral("DDR5 RDIMM 64 GB, 8 x") == "DDR5 RDIMM 64 GB, 8 x"
    assert neutral("a\r\nb") == "a b"


def test_without_an_option_there_is_still_a_file(tmp_path: Path) -> None:
    plan = replace(samples.plan(), chosen=None, options=(), recommended=None, status="infeasible")
    write_xlsx(plan, tmp_path / "bom.xlsx", Translator())
    write_csv(plan, tmp_path / "bom.csv")
    assert "Summary" in Workbook(tmp_path / "bom.xlsx").xml
    assert (tmp_path / "bom.csv").read_text("utf-8-sig").strip() == ",".join(COLUMNS)


def test_a_rented_option_has_a_total_cost_and_no_bill(catalog: Catalog, tmp_path: Path) -> None:
    offer = cheapest_cloud(catalog, "h100_sxm_80", 8, 8)
    assert offer is not None
    tco = total_cost(offer, Usage(output_tok_s=900.0), Economics(staff_usd_per_year=1000.0), catalog, currency="CNY")
    plan = samples.plan()
    assert plan.chosen is not None
    plan = replace(plan, chosen=replace(plan.chosen, bom=None, tco=tco), currency="CNY")
    write_xlsx(plan, tmp_path / "bom.xlsx", Translator("zh_CN"))
    write_csv(plan, tmp_path / "bom.csv")
    book = Workbook(tmp_path / "bom.xlsx")
    assert "BOM" not in book.xml
    sums = len(tco.years) + 2
    assert money(book.value("TCO", f"K{sums}")) == tco.total
    assert money(book.value("TCO", f"L{sums}")) == tco.npv
    assert book.value("Summary", next(a for (s, a), f in book.formulas.items() if f == f"TCO!$K${sums}")) is not None


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_xlsx(samples.plan(), tmp_path / "none" / "bom.xlsx", Translator())
    with pytest.raises(OutputError):
        write_csv(samples.plan(), tmp_path / "none" / "bom.csv")


def test_every_text_of_costing_and_sheets_is_translated() -> None:
    po = polib.pofile(str(resource("translations", "zh_CN", "sheets.po")))
    known = {entry.msgid: entry.msgstr for entry in po}
    wanted = {*sentences.LABELS.values(), *sentences.SENTENCES.values(), *sentences.DESCRIPTIONS}
    assert not wanted - set(known)
    for msgid, msgstr in known.items():
        assert msgstr, msgid
        assert fields_of(msgid) == fields_of(msgstr), msgid
    mo = polib.mofile(str(resource("translations", "zh_CN", "sheets.mo")))
    assert {entry.msgid: entry.msgstr for entry in mo} == known


def test_chinese_sheets_hold_no_english_heads(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    write_xlsx(plan_with(*priced(catalog, "l40s", 8, 2, "CNY", "CN")), path, Translator("zh_CN"))
    book = Workbook(path)
    for (sheet, address), value in book.stored.items():
        if isinstance(value, str) and address.rstrip("0123456789") == "A" and sheet != "BOM":
            assert not value or not value.isascii() or value in {"PUE"}, (sheet, address, value)


def test_a_run_that_is_rented_shows_its_rent_and_no_purchase(catalog: Catalog, tmp_path: Path) -> None:
    answer = make_plan(preset("S05").needs, catalog)
    option = answer.chosen
    assert option is not None
    assert option.cost.total is not None
    assert option.cost.per_month is not None
    write_xlsx(answer, tmp_path / "bom.xlsx", Translator())
    book = Workbook(tmp_path / "bom.xlsx")
    assert list(book.xml) == ["Summary"]
    shown = {book.stored["Summary", f"A{n}"]: book.stored.get(("Summary", f"B{n}")) for n in range(1, 40)
             if ("Summary", f"A{n}") in book.stored}
    assert money(shown["Rent of the whole run"]) == option.cost.total
    assert money(shown["Rent a month"]) == option.cost.per_month
    assert "Project" not in shown
    head = next(n for n in range(1, 40) if book.stored.get(("Summary", f"A{n}")) == "Option" and n > 10)
    assert book.stored["Summary", f"E{head}"] == "Purchase, no tax included, USD"
    assert ("Summary", f"E{head + 1}") not in book.stored
    assert money(book.stored["Summary", f"F{head + 1}"]) == answer.options[0].cost.per_month


def test_the_cost_of_tokens_is_in_the_sheets_currency(catalog: Catalog, tmp_path: Path) -> None:
    bom, tco = priced(catalog, "l40s", 8, 2, "CNY", "CN")
    plan = plan_with(bom, tco)
    write_xlsx(plan, tmp_path / "bom.xlsx", Translator())
    book = Workbook(tmp_path / "bom.xlsx")
    (head,) = [at[1] for at, text in book.stored.items() if text == "Per million output tokens, CNY"]
    row = int(head[1:]) + 2
    assert tco.per_million_tokens is not None
    assert book.stored["Summary", f"I{row}"] == pytest.approx(float(tco.per_million_tokens))
    assert book.stored["Summary", f"E{row - 2}"] == "Purchase with tax, CNY"
