"""Prices: how long one may be trusted, and what marks a user's own."""

from __future__ import annotations

from datetime import date

from wizard.catalog.records import Accelerator, ApiPrice, CloudSku, Component, Economic, System

FRESH_DAYS = 90
OWN_SOURCE = "yours"
_COLUMNS = frozenset({"id", "price_usd", "price_as_of", "price_low_usd", "price_high_usd", "notes"})


def is_stale(as_of: date, today: date) -> bool:
    """Tell whether a price is older than 90 days, or dated after today, which makes it indicative only."""
    return not 0 <= (today - as_of).days <= FRESH_DAYS


def priced_on(record: object) -> date | None:
    """Return the day of the price or exchange rate in a row; ``None`` where it has none.

    Tariffs, taxes and ratios are no prices: they are published once a year.
    """
    if isinstance(record, Accelerator | System | Component):
        return record.price.as_of if record.price else None
    if isinstance(record, CloudSku | ApiPrice) or (isinstance(record, Economic) and record.category == "fx"):
        return record.as_of
    return None
