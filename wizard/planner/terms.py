"""The commercial terms that the answers ask for."""

from __future__ import annotations

from decimal import Decimal

from wizard.catalog.catalog import Catalog
from wizard.costing.terms import Terms, terms_of
from wizard.needs.needs import Needs


def planned_terms(needs: Needs, catalog: Catalog, currency: str) -> Terms:
    """Return the terms of a plan's bills.

    Raises:
        CatalogFault: the catalogue has no exchange rate for the currency.
    """
    asked = needs.economics
    return terms_of(
        catalog, country=asked.country, currency=currency,
        tax_rate=None if asked.tax_rate is None else Decimal(str(asked.tax_rate)), discounts=asked.discounts.given,
        shipping_rate=Decimal(str(asked.shipping_rate)), contingency_rate=Decimal(str(asked.contingency_rate)),
    )
