"""On which terms: prices, discounts, currency, tax, and from when on a price is called stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.exchange import exchange_of
from wizard.catalog.prices import is_stale
from wizard.catalog.records import Economic, Price
from wizard.costing.demand import BuildDemand
from wizard.errors import CatalogFault
from wizard.i18n import mark
from wizard.money import Exchange

_NO_DISCOUNT = Decimal(0)
_MICRO = 1_000_000


@dataclass(frozen=True)
class Terms:
    """Commercial terms of one quotation.

    Args:
        today: the day on which the age of prices is judged.
        price_book: the user's own prices by part id; they replace the catalogue's.
        discounts: share off the list price, by part id, else by category.
        tax_rate: share of the net total; ``tax_source`` is a source key, ``"yours"`` or blank (no tax is known).
        shipping_rate, contingency_rate: shares of the net total, each its own line; zero prints no line.
        support_rate: a year of hardware support as a share of the hardware; ``None`` leaves its line without a price.
    """

    currency: str
    exchange: Exchange
    today: date
    tax_rate: Decimal = Decimal(0)
    tax_source: str = ""
    discounts: Mapping[str, Decimal] = field(default_factory=dict)
    price_book: Mapping[str, Price] = field(default_factory=dict)
    shipping_rate: Decimal = Decimal(0)
    contingency_rate: Decimal = Decimal(0)
    support_rate: Decimal | None = None
    support_source: str = ""
    support_as_of: date | None = None

    def __hash__(self) -> int:
        """Hash what is hashable; equality compares the rest."""
        return hash((self.currency, self.today, self.tax_rate, self.shipping_rate, self.contingency_rate))

    def price(self, part: str, listed: Price | None) -> Price | None:
        """Return the user's own price of a part, else the catalogue's."""
        return self.price_book.get(part, listed)

    def discount(self, part: str, category: str) -> Decimal:
        """Return the share off the list price."""
        return self.discounts.get(part, self.discounts.get(category, _NO_DISCOUNT))

    def is_stale(self, as_of: date) -> bool:
        """Tell whether a price is older than 90 days, or dated after today, which makes it indicative only."""
        return is_stale(as_of, self.today)

    @cached_property
    def rate(self) -> Decimal:
        """Units of the currency per US dollar."""
        return self.exchange.per_usd[self.currency]

    def list_cents(self, usd: Decimal) -> int:
        """Convert a price in dollars into hundredths of the currency, rounded half up."""
        return _half_up(usd * self.rate * 100)

    def net_cents(self, usd: Decimal, discount: Decimal) -> int:
        """Return the net unit price in hundredths: list price rounded, less discount, rounded half up."""
        listed = self.list_cents(usd)
        return _half_up(listed * (1 - discount)) if discount else listed


def share_of(cents: int, rate: Decimal) -> int:
    """Return a share of an amount in hundredths, rounded half up; the rate counts to six decimals."""
    millionths = int((rate * _MICRO).to_integral_value(ROUND_HALF_UP))
    return (cents * millionths + _MICRO // 2) // _MICRO


def micro(rate: Decimal) -> int:
    """Return a rate in millionths, as :func:`share_of` counts it."""
    return int((rate * _MICRO).to_integral_value(ROUND_HALF_UP))


def money(cents: int) -> Decimal:
    """Turn hundredths into a decimal amount."""
    return Decimal(cents).scaleb(-2)


def terms_of(
    catalog: Catalog,
    demand: BuildDemand | None = None,
    *,
    country: str = "US",
    currency: str = "USD",
    today: date | None = None,
    tax_rate: Decimal | None = None,
    discounts: Mapping[str, Decimal] | None = None,
    price_book: Mapping[str, Price] | None = None,
    shipping_rate: Decimal = Decimal(0),
    contingency_rate: Decimal = Decimal(0),
) -> Terms:
    """Gather the terms for a country and a currency from the catalogue; ``demand`` overrides both where given.

    ``today`` defaults to the catalogue's own date or that of the user's newest price, so that the same question always
    has the same answer. ``discounts`` go before those that the user laid over the catalogue.

    Raises:
        CatalogFault: the catalogue has no exchange rate for the currency.
    """
    if demand is not None:
        country, currency, discounts = demand.country, demand.currency, discounts or demand.discounts
    if catalog.overrides is not None:
        discounts = {d.item: d.share for d in catalog.overrides.discounts} | dict(discounts or {})
    exchange = exchange_of(catalog)
    if currency not in exchange.per_usd:
        raise CatalogFault(mark("there is no exchange rate for {currency}"), where="economics.csv", currency=currency)
    vat = vat_of(catalog, country)
    support = catalog.economics.get("support/hardware-support/world")
    return Terms(
        currency=currency, exchange=exchange, today=today or price_date(catalog),
        tax_rate=tax_rate if tax_rate is not None else (vat.value if vat else Decimal(0)),
        tax_source="yours" if tax_rate is not None else (";".join(vat.sources) if vat else ""),
        discounts=MappingProxyType(dict(discounts or {})), price_book=MappingProxyType(dict(price_book or {})),
        shipping_rate=shipping_rate, contingency_rate=contingency_rate,
        support_rate=support.value if support else None, support_source=";".join(support.sources) if support else "",
        support_as_of=support.as_of if support else None,
    )


def vat_of(catalog: Catalog, country: str) -> Economic | None:
    """Return the value-added or goods-and-services tax on hardware; ``None`` where no national rate is known."""
    return next((e for e in catalog.economics.values() if e.category == "vat" and e.country == country), None)


def catalog_date(catalog: Catalog) -> date:
    """Return the date that the catalogue's version stands for.

    Raises:
        CatalogFault: the version does not begin with a date.
    """
    try:
        year, month, day = (int(part) for part in catalog.version.replace("-", ".").split(".")[:3])
        return date(year, month, day)
    except ValueError as error:
        raise CatalogFault(mark("the catalogue's version is not a date"), where="VERSION") from error


def price_date(catalog: Catalog) -> date:
    """Return the day that prices are judged from: the catalogue's, or that of a newer price or rate of the user's."""
    own = catalog.overrides
    days = [row.as_of for row in own.prices] + [row.as_of for row in own.rates] if own is not None else []
    return max([catalog_date(catalog), *days])


def _half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
