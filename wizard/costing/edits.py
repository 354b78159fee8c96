"""The user's changes of single lines: a bill goes in, another comes out, with what became of each change.

A change is never refused, for the user may know better; whatever it breaks is said. Prices and discounts hold for the
quoted bill alone: a price that the choice of hardware should follow belongs into a price book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from wizard.catalog.records import Component
from wizard.costing.edit_checks import EditFault, conflicts, faults
from wizard.costing.items import CATEGORY_OF
from wizard.costing.power import TYPICAL_SHARE, watts_each
from wizard.costing.records import Bom, BomLine, PowerRack
from wizard.costing.shelf import Shelf
from wizard.costing.terms import Terms, money
from wizard.costing.totals import ON_TOP, share_lines, totalled
from wizard.money import cents
from wizard.needs.needs import LineEdit
from wizard.units import BTU_H_PER_W

_SHARES = frozenset(("support", "shipping", "contingency"))
_FIXED = frozenset(("accelerator", "system"))
"""Lines whose part decides what the plan is: another one is another plan, chosen among the answers."""
_IN_NODE = frozenset(("cpu", "memory", "storage", "nic", "board", "cooler"))


@dataclass(frozen=True, slots=True)
class Edited:
    """A bill with the user's changes in it, and what they break."""

    bom: Bom
    faults: tuple[EditFault, ...]


def apply_edits(bom: Bom, edits: Sequence[LineEdit], shelf: Shelf) -> Edited:
    """Return the bill with the changes in it, its lines numbered and all sums, power and weight reckoned anew.

    Args:
        bom: as the rules made it, on the shelf's terms.
        edits: later ones of a line go over earlier ones. A change whose line is not on the bill is reported.
    """
    lines = {line.number: line for line in bom.lines}
    found: list[EditFault] = []
    for edit in edits:
        numbers = _meant(bom.lines, edit)
        if not numbers:
            found.append(EditFault("edit_lost", edit.part))
        for number in numbers:
            if edit.alternative and not _may_replace(lines[number], edit.alternative, shelf):
                found.append(EditFault("edit_unknown", edit.part, detail=edit.alternative))
            lines[number] = _changed(lines[number], edit, shelf)
    for old in bom.lines:
        if lines[old.number].edited and old.category not in ON_TOP:
            found += faults(old, lines[old.number], bom, shelf)
    return Edited(_reckoned(bom, lines, shelf), tuple(found))


def paid(bom: Bom, shelf: Shelf) -> Bom:
    """Return the bill of hardware that is there already: every line but subscriptions at a discount of all of it."""
    bought = [line for line in bom.lines if not line.recurring]
    edits = [LineEdit(part=line.part, reason=line.reason[:200], discount=1.0) for line in bought]
    found = apply_edits(bom, edits, shelf).bom
    return replace(found, lines=tuple(replace(line, edited=False) for line in found.lines))


def alternatives(bom: Bom, line: BomLine, shelf: Shelf) -> tuple[Component, ...]:
    """Return the components that may take the place of one of the rules' lines, the cheapest first."""
    if line.category in _FIXED | ON_TOP:
        return ()
    fitting = [part for part in shelf.catalog.components.values()
               if part.id != line.part and _may_replace(line, part.id, shelf) and not conflicts(line, part, bom, shelf)]
    return tuple(sorted(fitting, key=lambda part: (shelf.component_net(part) is None, shelf.component_net(part) or 0,
                                                   part.id)))


def _meant(lines: Sequence[BomLine], edit: LineEdit) -> list[int]:
    """Return the numbers of the lines that are meant; one whose reason has changed is known by its part alone."""
    same = [line for line in lines if line.part == edit.part]
    exact = [line for line in same if line.reason == edit.reason]
    if exact:
        return [line.number for line in exact]
    return [line.number for line in same] if not edit.reason or len(same) == 1 else []


def _may_replace(line: BomLine, alternative: str, shelf: Shelf) -> bool:
    part, now = shelf.catalog.components.get(alternative), shelf.catalog.components.get(line.part)
    same = part is not None and (now is None or now.category == part.category)
    return same and part is not None and line.category not in _FIXED and CATEGORY_OF.get(part.category) == line.category


def _changed(line: BomLine, edit: LineEdit, shelf: Shelf) -> BomLine:
    if edit.alternative and edit.alternative != line.part and _may_replace(line, edit.alternative, shelf):
        line = _replaced(line, shelf.catalog.components[edit.alternative], shelf.terms)
    if edit.unit_price is not None:
        listed = money(shelf.terms.list_cents(shelf.terms.exchange.convert(edit.unit_price, edit.currency, "USD")))
        line = replace(line, unit_list=listed, price_kind="yours", price_as_of=shelf.terms.today, price_source="yours",
                       stale=False)
    discount = line.discount if edit.discount is None else Decimal(str(edit.discount))
    quantity = line.quantity if edit.quantity is None else edit.quantity
    return _multiplied(replace(line, discount=discount, quantity=quantity, edited=True))


def _replaced(line: BomLine, part: Component, terms: Terms) -> BomLine:
    price = terms.price(part.id, part.price)
    delivers = line.category in {"psu", "pdu", "ups"}
    return replace(
        line, part=part.id, vendor=part.vendor, description=part.name, power_w=None if delivers else part.power_w,
        rack_units=part.rack_units, weight_kg=part.weight_kg, discount=terms.discount(part.id, line.category),
        unit_list=None if price is None else money(terms.list_cents(price.usd)),
        price_kind=price.kind if price else None, price_as_of=price.as_of if price else None,
        price_source=price.source if price else "", stale=price is not None and terms.is_stale(price.as_of),
    )


def _multiplied(line: BomLine) -> BomLine:
    """Reckon net price and amount of a line from its list price, discount and quantity."""
    if line.unit_list is None:
        return replace(line, unit_net=None, extended=None)
    net = cents(line.unit_list * (1 - line.discount))
    return replace(line, unit_net=net, extended=net * line.quantity)


def _reckoned(bom: Bom, changed: dict[int, BomLine], shelf: Shelf) -> Bom:
    kept = [line for line in changed.values() if line.quantity and line.category not in _SHARES]
    shares = share_lines(kept, shelf.terms, server=any(line.part == "hardware_support" for line in bom.lines))
    by_hand = {line.part: line for line in changed.values() if line.category in _SHARES and line.edited}
    kept += [line for share in shares if (line := _share(share, by_hand.get(share.part))).quantity]
    lines = [replace(line, number=number) for number, line in enumerate(kept, 1)]
    sums = totalled(lines, shelf)
    site = _site(bom, changed)
    weights = sum((line.weight_kg or 0.0) * line.quantity for line in lines)
    return replace(
        bom, lines=tuple(lines), subtotals=sums.subtotals, net=sums.net, tax=sums.tax, total=sums.total, low=sums.low,
        high=sums.high, unpriced=sums.unpriced, stale=sums.stale, hardware=sums.hardware, site=site,
        recurring=sums.recurring,
        power_w=site.max_w if site else bom.power_w, weight_kg=None if bom.weight_kg is None else weights,
        rack_units=sum((line.rack_units or 0.0) * line.quantity for line in lines),
    )


def _share(share: BomLine, by_hand: BomLine | None) -> BomLine:
    """Return a share of the changed hardware, or what the user put in its place."""
    if by_hand is None or by_hand.price_kind == "yours":
        return by_hand or share
    return _multiplied(replace(share, quantity=by_hand.quantity, discount=by_hand.discount, edited=True))


def _site(bom: Bom, changed: dict[int, BomLine]) -> PowerRack | None:
    """Return power and heat with what the changed lines draw more or less."""
    site = bom.site
    if site is None:
        return None
    in_node = around = 0.0
    for old in bom.lines:
        new = changed[old.number]
        before, now = (watts_each(line.category, line.power_w) * line.quantity for line in (old, new))
        more = now - before
        if old.category == "switch":
            around += more
        elif old.category == "accelerator" or (old.category in _IN_NODE and site.basis == "parts"):
            in_node += more / site.psu_efficiency
    if not in_node and not around:
        return site
    watts = max(0.0, site.max_w + in_node + around)
    return replace(
        site, max_w=watts, typical_w=watts * TYPICAL_SHARE, heat_btu_h=watts * BTU_H_PER_W,
        node_max_w=site.node_max_w + in_node / max(bom.nodes, 1),
        rack_max_w=site.rack_max_w + (in_node + around) / max(site.racks, 1),
    )
