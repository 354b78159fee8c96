"""The quotation as JSON with the names of a UBL 2.x Quotation, so that an ERP can take it in.

Names and nesting are those of OASIS "Universal Business Language" (docs.oasis-open.org/ubl, Quotation 2.1); amounts are
decimal strings with their ``currencyID``, quantities carry a ``unitCode`` of UN/ECE recommendation 20.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from wizard.costing.records import Bom, BomLine
from wizard.i18n import Translator
from wizard.planner.plan import Option, Plan
from wizard.quote.paper import VALID_DAYS, quotation_number
from wizard.quote.sheet_bom import UNPRICED, price_mark, reason_of
from wizard.words import describe, label

FILE = "quotation.json"
_PIECE = "C62"
_MONTH = "MON"
_LEVEL = Decimal("0.01")


def quotation_json(plan: Plan, tr: Translator, *, issued: date, plan_sha256: str = "") -> bytes:
    """Return :func:`quotation` as UTF-8 text; the same plan and day give the same bytes."""
    data = quotation(plan, tr, issued=issued, plan_sha256=plan_sha256)
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def quotation(plan: Plan, tr: Translator, *, issued: date, plan_sha256: str = "") -> dict[str, Any]:
    """Return the plan's chosen option as a quotation.

    What is not known is left out. A rented option has one line: a month's rent, or that of the whole training run. A
    line without a price has no amount and is not in the total; its note says so.

    Args:
        issued: the day of issue.
        plan_sha256: fingerprint of ``plan.json``, for the quotation's number.
    """
    option = plan.chosen
    bom = option.bom if option is not None else None
    lines = _bought(bom, tr) if bom is not None else _rented(option, tr) if option is not None else []
    document = plan.needs.document
    found: dict[str, Any] = {
        "UBLVersionID": "2.1", "ID": quotation_number(issued, plan_sha256), "IssueDate": issued.isoformat(),
        "Note": list(_notes(plan, bom, tr)), "PricingCurrencyCode": plan.currency, "LineCountNumeric": len(lines),
        "ValidityPeriod": {"StartDate": issued.isoformat(),
                           "EndDate": (issued + timedelta(days=VALID_DAYS)).isoformat()},
        "SellerSupplierParty": _party(document.seller.name or document.prepared_by or "Rackwright"),
    }
    if document.customer:
        found["BuyerCustomerParty"] = _party(document.customer)
    found["DestinationCountry"] = {"IdentificationCode": plan.needs.economics.country}
    if bom is not None and bom.tax_rate:
        found["TaxTotal"] = [_tax(bom)]
    if lines:
        found["QuotedMonetaryTotal"] = _total(bom, lines, plan.currency)
    return found | {"QuotationLine": lines}


def _notes(plan: Plan, bom: Bom | None, tr: Translator) -> Iterator[str]:
    yield tr("BUDGETARY - not an offer")
    if plan.needs.document.project:
        yield plan.needs.document.project
    if plan.needs.document.notes:
        yield plan.needs.document.notes
    if bom is None:
        return
    if not bom.tax_rate:
        yield tr("The total includes no tax.")
    if bom.unpriced:
        yield tr("Lines without a price, not in the total") + f": {', '.join(map(str, bom.unpriced))}"
    if bom.currency != "USD":
        rate = tr("{currency} per USD, {day}", currency=bom.currency, day=bom.rate_as_of.isoformat())
        yield f"{rate}: {bom.usd_rate:f}"


def _party(name: str) -> dict[str, Any]:
    return {"Party": {"PartyName": [{"Name": name}]}}


def _amount(value: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{value:f}", "currencyID": currency}


def _tax(bom: Bom) -> dict[str, Any]:
    percent = f"{(bom.tax_rate * 100).normalize():f}"
    amount = _amount(bom.tax, bom.currency)
    return {"TaxAmount": amount, "TaxSubtotal": [{
        "TaxableAmount": _amount(bom.net, bom.currency), "TaxAmount": amount,
        "TaxCategory": {"Percent": percent, "TaxScheme": {"ID": "VAT"}},
    }]}


def _total(bom: Bom | None, lines: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    if bom is not None:
        net, whole = bom.net, bom.total
    else:
        amounts = (line["LineItem"].get("LineExtensionAmount") for line in lines)
        net = whole = sum((Decimal(a["value"]) for a in amounts if a), Decimal("0.00"))
    return {
        "LineExtensionAmount": _amount(net, currency), "TaxExclusiveAmount": _amount(net, currency),
        "TaxInclusiveAmount": _amount(whole, currency), "PayableAmount": _amount(whole, currency),
    }


def _bought(bom: Bom, tr: Translator) -> list[dict[str, Any]]:
    return [_line(line, bom.currency, tr) for line in bom.lines]


def _line(line: BomLine, currency: str, tr: Translator) -> dict[str, Any]:
    item: dict[str, Any] = {"ID": str(line.number), "Quantity": {"value": str(line.quantity), "unitCode": _PIECE}}
    if line.extended is not None and line.unit_net is not None:
        item["LineExtensionAmount"] = _amount(line.extended, currency)
        item["Price"] = _price(line, line.unit_net, currency)
    item["Item"] = _item(line, tr)
    note = [text for text in (reason_of(line, tr), price_mark(line, tr)) if text]
    return {"ID": str(line.number)} | ({"Note": note} if note else {}) | {"LineItem": item}


def _price(line: BomLine, net: Decimal, currency: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "PriceAmount": _amount(net, currency), "BaseQuantity": {"value": "1", "unitCode": _PIECE}}
    if line.price_kind:
        found["PriceType"] = line.price_kind
    if line.discount and line.unit_list is not None:
        found["AllowanceCharge"] = [{
            "ChargeIndicator": False, "MultiplierFactorNumeric": f"{line.discount:f}",
            "Amount": _amount(line.unit_list - net, currency), "BaseAmount": _amount(line.unit_list, currency),
        }]
    return found


def _item(line: BomLine, tr: Translator) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Name": describe(tr, line), "CatalogueItemIdentification": {"ID": line.part},
        "CommodityClassification": [{"ItemClassificationCode": line.category, "name": label(tr, line.category)}],
    }
    if line.vendor:
        found["ManufacturerParty"] = {"PartyName": [{"Name": line.vendor}]}
    known = {
        "price_date": line.price_as_of.isoformat() if line.price_as_of else None, "price_source": line.price_source,
        "power_w": line.power_w, "rack_units": line.rack_units, "weight_kg": line.weight_kg,
        "recurring": "yearly" if line.recurring else None, "edited": "yes" if line.edited else None,
    }
    properties = [{"Name": name, "Value": f"{value:g}" if isinstance(value, float) else str(value)}
                  for name, value in known.items() if value not in {None, ""}]
    return found | ({"AdditionalItemProperty": properties} if properties else {})


def _rented(option: Option, tr: Translator) -> list[dict[str, Any]]:
    """One line: the rent of the run where it is known, else of a month."""
    if option.cloud_sku is None:
        return []
    run = option.tco is None and option.cost.total is not None
    amount = option.cost.total if run else option.cost.per_month
    currency = option.cost.currency
    item: dict[str, Any] = {"ID": "1", "Quantity": {"value": "1", "unitCode": _PIECE if run else _MONTH}}
    if amount is not None:
        item |= {"LineExtensionAmount": _amount(amount.quantize(_LEVEL), currency),
                 "Price": {"PriceAmount": _amount(amount.quantize(_LEVEL), currency)}}
    item["Item"] = {
        "Name": tr("Rent of the whole run") if run else tr("Rent a month"),
        "Description": [f"{option.accelerators} x {option.accelerator_name}"],
        "CatalogueItemIdentification": {"ID": option.cloud_sku},
        "CommodityClassification": [{"ItemClassificationCode": "cloud", "name": label(tr, "cloud")}],
    }
    note = [] if amount is not None else [tr(UNPRICED)]
    return [{"ID": "1"} | ({"Note": note} if note else {}) | {"LineItem": item}]
