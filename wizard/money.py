"""Money is decimal: rounded per line half up, so that printed values add up to printed sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
CURRENCIES = ("USD", "CNY", "EUR")


def cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals, the rule of every printed amount."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts that are already rounded."""
    return sum(amounts, Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Exchange:
    """Dated exchange rates as units of a currency per US dollar.

    ``as_of`` and ``source`` hold for every rate that ``bases`` gives no date and source of its own.
    """

    per_usd: Mapping[str, Decimal]
    as_of: date
    source: str
    bases: Mapping[str, tuple[date, str]] = field(default_factory=dict)

    def basis(self, currency: str) -> tuple[date, str]:
        """Return the date and the source of the rate of a currency."""
        return self.bases.get(currency, (self.as_of, self.source))

    def convert(self, amount: Decimal, of: str, to: str) -> Decimal:
        """Convert without rounding.

        Raises:
            KeyError: a currency has no rate.
        """
        if of == to:
            return amount
        return amount / self.per_usd[of] * self.per_usd[to]
