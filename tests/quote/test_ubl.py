"""The quotation as UBL-shaped JSON: names, sums to the cent, and the same bytes for the same plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests import samples
from wizard.catalog.catalog import Catalog
from wizard.cli.plan_command import write_outputs
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand
from wizard.costing.records import Bom
from wizard.costing.terms import terms_of
from wizard.i18n import LANGUAGES, Translator
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.planner import plan
from wizard.quote.ubl import FILE, quotation, quotation_json

DAY = date(2026, 11, 22)
# Elements of a Quotation, in the order of its schema (OASIS UBL 2.1, UBL-Quotation-2.1.xsd).
ELEMENTS = (
    "UBLVersionID", "ID", "IssueDate", "Note", "PricingCurrencyCode", "LineCountNumeric", "ValidityPeriod",
    "SellerSupplierParty", "BuyerCustomerParty", "DestinationCountry", "TaxTotal", "QuotedMonetaryTotal",
    "QuotationLine",
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def with_bom(bom: Bom) -> Plan:
    answer = samples.plan()
    assert answer.chosen is not None
    return replace(answer, chosen=replace(answer.chosen, bom=bom), currency=bom.currency)


def bill(catalog: Catalog, currency: str, country: str) -> Bom:
    demand = BuildDemand(accelerator="l40s", accelerators=8, nodes=2, weights_bytes=70e9, inter_node=True)
    discounts = {"accelerator": Decimal("0.035")}
    return build_bom(demand, catalog, terms_of(catalog, currency=currency, country=country, discounts=discounts))


def amounts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if "currencyID" in value:
            yield value
        for item in value.values():
            yield from amounts(item)
    elif isinstance(value, list):
        for item in value:
            yield from amounts(item)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("currency", "country"), [("USD", "US"), ("CNY", "CN"), ("EUR", "DE")])
def test_sums_are_those_of_the_bill(catalog: Catalog, currency: str, country: str, lang: str) -> None:
    bom = bill(catalog, currency, country)
    found = quotation(with_bom(bom), Translator(lang), issued=DAY)
    total = found["QuotedMonetaryTotal"]
    assert Decimal(total["TaxExclusiveAmount"]["value"]) == bom.net
    assert Decimal(total["PayableAmount"]["value"]) == bom.total
    lines = [line["LineItem"] for line in found["QuotationLine"]]
    assert sum((Decimal(x["LineExtensionAmount"]["value"]) for x in lines if "Price" in x), Decimal(0)) == bom.net
    for line in lines:
        if "Price" in line:
            each = Decimal(line["Price"]["PriceAmount"]["value"])
            assert each * Decimal(line["Quantity"]["value"]) == Decimal(line["LineExtensionAmount"]["value"])
            for less in line["Price"].get("AllowanceCharge", ()):
                assert Decimal(less["BaseAmount"]["value"]) - Decimal(less["Amount"]["value"]) == each
    assert ("TaxTotal" in found) is (bom.tax_rate > 0)
    if bom.tax_rate:
        assert Decimal(found["TaxTotal"][0]["TaxAmount"]["value"]) == bom.tax
        assert Decimal(found["TaxTotal"][0]["TaxSubtotal"][0]["TaxCategory"]["Percent"]) == bom.tax_rate * 100
    assert {a["currencyID"] for a in amounts(found)} == {currency}


def test_elements_have_the_schemas_names_and_order(catalog: Catalog) -> None:
    found = quotation(with_bom(bill(catalog, "CNY", "CN")), Translator(), issued=DAY, plan_sha256="ab" * 32)
    assert list(found) == [name for name in ELEMENTS if name in found]
    assert {"ID", "IssueDate", "SellerSupplierParty", "QuotationLine"} <= set(found)
    assert found["ID"] == "RW-20261122-ABABABAB"
    assert found["ValidityPeriod"] == {"StartDate": "2026-11-22", "EndDate": "2026-12-22"}
    assert found["LineCountNumeric"] == len(found["QuotationLine"])


def test_a_line_without_a_price_says_so_and_has_no_amount(catalog: Catalog) -> None:
    bom = bill(catalog, "USD", "US")
    found = quotation(with_bom(bom), Translator(), issued=DAY)
    open_lines = [line for line in found["QuotationLine"] if "LineExtensionAmount" not in line["LineItem"]]
    assert [int(line["ID"]) for line in open_lines] == list(bom.unpriced)
    assert all("no price: not in the total" in line["Note"] for line in open_lines)


def test_a_run_that_is_rented_is_one_line(catalog: Catalog) -> None:
    answer = plan(preset("S05").needs, catalog)
    assert answer.chosen is not None
    found = quotation(answer, Translator("zh_CN"), issued=DAY)
    (line,) = found["QuotationLine"]
    assert Decimal(line["LineItem"]["LineExtensionAmount"]["value"]) == answer.chosen.cost.total
    assert Decimal(found["QuotedMonetaryTotal"]["PayableAmount"]["value"]) == answer.chosen.cost.total


def test_without_an_option_there_are_no_lines_and_no_total() -> None:
    nothing = replace(samples.plan(), chosen=None, options=(), recommended=None, status="infeasible")
    found = quotation(nothing, Translator(), issued=DAY)
    assert found["QuotationLine"] == []
    assert "QuotedMonetaryTotal" not in found


def test_it_is_attached_to_the_quote(catalog: Catalog, tmp_path: Path) -> None:
    answer = with_bom(bill(catalog, "EUR", "DE"))
    write_outputs(answer, tmp_path / "out", "en", catalog=catalog)
    with pikepdf.open(tmp_path / "out" / "quote.pdf") as pdf:
        data = pdf.attachments[FILE].get_file().read_bytes()
    found = json.loads(data)
    digest = hashlib.sha256((tmp_path / "out" / "plan.json").read_bytes()).hexdigest()
    issued = date.fromisoformat(found["IssueDate"])
    assert found["ID"].endswith(digest[:8].upper())
    assert data == quotation_json(answer, Translator(), issued=issued, plan_sha256=digest)
    assert not (tmp_path / "out" / FILE).exists()
