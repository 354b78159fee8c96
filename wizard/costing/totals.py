"""What follows from the lines of a bill: shares of the hardware, sums, tax, range. Sums equal what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wizard.costing.lines import range_of, share_line
from wizard.costing.records import BomLine, Category
from wizard.costing.shelf import Shelf
from wizard.costing.terms import Terms, money, share_of
from wizard.i18n import mark
from wizard.money import cents, total

SUPPORT_TEXT = mark("Hardware support, first year")
SHIPPING_TEXT = mark("Shipping and insurance")
CONTINGENCY_TEXT = mark("Contingency")

ON_TOP: frozenset[Category] = frozenset(("software", "link", "installation", "support", "shipping", "contingency"))
"""Categories that are no hardware: they stand below it, and nothing is a share of them."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of a bill in its currency; ``hardware`` is what support, shipping and contingency are shares of."""

    hardware: Decimal
    subtotals: tuple[tuple[Category, Decimal], ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    unpriced: tuple[int, ...]
    stale: tuple[int, ...]
    recurring: Decimal


def hardware_of(lines: Sequence[BomLine]) -> Decimal:
    """Add up the priced lines of hardware."""
    return total(line.extended for line in lines if line.extended is not None and line.category not in ON_TOP)


def totalled(lines: Sequence[BomLine], shelf: Shelf) -> Sums:
    """Add up the lines; tax is reckoned once, on the net sum."""
    terms = shelf.terms
    net = total(line.extended for line in lines if line.extended is not None)
    tax = money(share_of(int(net * 100), terms.tax_rate))
    low, high = range_of(lines, {line.part: shelf.listed(line.part) for line in lines}, terms)
    return Sums(
        hardware=hardware_of(lines), subtotals=subtotals(lines), net=net, tax=tax, total=net + tax,
        low=cents(low * (1 + terms.tax_rate)), high=cents(high * (1 + terms.tax_rate)),
        unpriced=tuple(line.number for line in lines if line.extended is None),
        stale=tuple(line.number for line in lines if line.stale),
        recurring=total(line.extended for line in lines if line.recurring and line.extended is not None),
    )


def share_lines(lines: Sequence[BomLine], terms: Terms, *, server: bool) -> list[BomLine]:
    """Support, shipping and contingency: shares of the hardware. A workstation has its parts' own warranty."""
    hardware = int(hardware_of(lines) * 100)
    found: list[BomLine] = []

    def add(category: Category, part: str, text: str, rate: Decimal | None, reason: str, source: str) -> None:
        found.append(share_line(
            len(lines) + len(found) + 1, category, part, text, hardware, rate, terms, reason, source))

    if server:
        add("support", "hardware_support", SUPPORT_TEXT, terms.support_rate,
            "support_open" if terms.support_rate is None else "support_share", terms.support_source)
    if terms.shipping_rate or server:
        add("shipping", "shipping", SHIPPING_TEXT, terms.shipping_rate or None,
            "shipping_share" if terms.shipping_rate else "shipping_open", "yours")
    if terms.contingency_rate:
        add("contingency", "contingency", CONTINGENCY_TEXT, terms.contingency_rate, "contingency_share", "yours")
    return found


def subtotals(lines: Sequence[BomLine]) -> tuple[tuple[Category, Decimal], ...]:
    """Add up the priced lines by category, in the order in which the categories first appear."""
    sums: dict[Category, Decimal] = {}
    for line in lines:
        if line.extended is not None:
            sums[line.category] = sums.get(line.category, Decimal("0.00")) + line.extended
    return tuple(sums.items())
