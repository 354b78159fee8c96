"""Items become priced lines; lines become totals. Rounded per line half up, sums equal what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from wizard.catalog.records import Price, PriceClass
from wizard.costing.items import Item
from wizard.costing.records import BomLine, Category
from wizard.costing.shelf import Shelf
from wizard.costing.terms import Terms, money, share_of

SPREAD: dict[PriceClass, Decimal] = {
    "contract": Decimal(0), "quote": Decimal(0), "yours": Decimal(0), "list": Decimal("0.05"),
    "street": Decimal("0.10"), "estimate": Decimal("0.25"),
}
"""How far a price without a range of its own may be off, either way, by its class (our judgement)."""


def priced_lines(items: Sequence[Item], shelf: Shelf) -> list[BomLine]:
    """Number and price the items."""
    return [line_of(number, item, shelf) for number, item in enumerate(items, 1)]


def line_of(number: int, item: Item, shelf: Shelf) -> BomLine:
    """Price one item: net unit price and extension are each rounded half up."""
    terms = shelf.terms
    price = terms.price(item.part, item.price)
    discount = terms.discount(item.part, item.category)
    net = shelf.item_net(item)
    return BomLine(
        number=number, category=item.category, part=item.part, vendor=item.vendor, description=item.description,
        quantity=item.quantity, unit_list=None if price is None else money(terms.list_cents(price.usd)),
        discount=discount, unit_net=None if net is None else money(net),
        extended=None if net is None else money(net * item.quantity),
        price_kind=price.kind if price else None, price_as_of=price.as_of if price else None,
        price_source=price.source if price else "", stale=price is not None and terms.is_stale(price.as_of),
        power_w=item.power_w, rack_units=item.rack_units, weight_kg=item.weight_kg, reason=item.reason,
        reason_fields=item.fields, recurring=item.recurring,
    )


def share_line(
    number: int, category: Category, part: str, text: str, base_cents: int, rate: Decimal | None, terms: Terms,
    reason: str, source: str,
) -> BomLine:
    """Build a line that is a share of other lines; without a rate it is a line without a price."""
    amount = None if rate is None else money(share_of(base_cents, rate))
    as_of = terms.support_as_of if category == "support" else terms.today
    return BomLine(
        number=number, category=category, part=part, vendor="", description=text, quantity=1, unit_list=amount,
        discount=Decimal(0), unit_net=amount, extended=amount, price_kind=None if amount is None else "estimate",
        price_as_of=None if amount is None else as_of, price_source=source if amount is not None else "",
        stale=amount is not None and as_of is not None and terms.is_stale(as_of), power_w=None, rack_units=None,
        weight_kg=None, reason=reason, reason_fields=() if rate is None else (("percent", float(rate * 100)),),
    )


def range_of(lines: Sequence[BomLine], prices: dict[str, Price | None], terms: Terms) -> tuple[Decimal, Decimal]:
    """Return the low and the high net total: each price's own range, else the spread of its class."""
    low = high = Decimal(0)
    for line in lines:
        if line.extended is None or line.price_kind is None:
            continue
        price = prices.get(line.part)
        down = up = SPREAD[line.price_kind]
        if price is not None and price.usd and line.part not in terms.price_book and line.price_kind != "yours":
            down = 1 - price.low_usd / price.usd if price.low_usd is not None else down
            up = price.high_usd / price.usd - 1 if price.high_usd is not None else up
        low += line.extended * (1 - down)
        high += line.extended * (1 + up)
    return low, high
