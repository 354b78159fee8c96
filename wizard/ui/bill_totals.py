"""The sums under a bill, what they leave out, and what a change by hand breaks. No Qt."""

from __future__ import annotations

from wizard.costing.records import Bom, BomLine
from wizard.i18n import Translator
from wizard.planner.plan import Option, Reason
from wizard.ui import figures
from wizard.ui.say import reason_words
from wizard.words import SENTENCES, number, say

Row = tuple[str, str, str]
"""Name, amount, and the role of the row."""


def totals(tr: Translator, bom: Bom) -> list[Row]:
    """Return net, tax and total."""
    rows = [(tr("Net"), figures.money(tr, bom.net, bom.currency, exact=True), "")]
    if bom.tax:
        rate = figures.percent(tr, float(bom.tax_rate))
        rows.append((tr("Tax {rate}", rate=rate), figures.money(tr, bom.tax, bom.currency, exact=True), ""))
    return [*rows, (tr("Total"), figures.money(tr, bom.total, bom.currency, exact=True), "strong")]


def notes(tr: Translator, bom: Bom) -> list[str]:
    """Return how sure the total is, what it omits, and what the site must give."""
    low, high = (figures.money(tr, amount, bom.currency) for amount in (bom.low, bom.high))
    found = [tr("{low} to {high} by the class of each price", low=low, high=high)]
    if bom.unpriced:
        names = ", ".join(map(str, bom.unpriced))
        found.append(tr("⚠ No known price, so not in the total: line {names}", names=names))
    found.append(
        tr("{kw} at the wall", kw=figures.power(tr, bom.power_w))
        + (f" · {heat}" if (heat := figures.heat(tr, bom.power_w)) else "")
        + (f" · {bom.rack_units:g} U" if bom.rack_units else "")
        + (f" · {number(tr, bom.weight_kg)} kg" if bom.weight_kg else "")
    )
    return found


def edit_notes(tr: Translator, option: Option) -> list[str]:
    """Return what the changes by hand did: the total before them, and each rule that they break."""
    edits = [w for w in option.warnings if w.code.startswith("edit")]
    return [("" if w.code == "edited_bill" else "⚠ ") + reason_words(tr, w) for w in edits]


def line_why(tr: Translator, line: BomLine) -> str:
    """Say why a line is on the bill; empty for a rule that has no sentence."""
    if line.reason not in SENTENCES:
        return ""
    return say(tr, Reason(code=line.reason, fields=dict(line.reason_fields)))
