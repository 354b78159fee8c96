"""Prices: how long one may be trusted, and what marks a user's own."""

from __future__ import annotations

from datetime import date

from wizard.catalog.records import Price

FRESH_DAYS = 90
OWN_SOURCE = "yours"
_COLUMNS = frozenset({"id", "price_usd", "price_as_of", "price_low_usd", "price_high_usd", "notes"})


def is_stale(price: Price, today: date) -> bool:
    """Tell whether a price is older than 90 days, or dated after today."""
    return not 0 <= (today - price.as_of).days <= FRESH_DAYS
