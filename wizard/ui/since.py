"""What the last answer changed, in words. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wizard.i18n import Translator
from wizard.planner.difference import Difference
from wizard.ui import figures
from wizard.ui.limits import rejection_words
from wizard.ui.say import hardware

FEW = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence behind a sign; ``more`` are names or reasons that it leaves out."""

    sign: str
    words: str
    more: tuple[str, ...] = ()


def machine_line(tr: Translator, found: Difference) -> Line | None:
    """Say which machine took the place of which; ``None`` where it stayed."""
    old, new = found.before, found.after
    if not found.machine_changed or old is None or new is None:
        return None
    if hardware(new) != hardware(old):
        words = tr("{new} instead of {old}", new=hardware(new), old=hardware(old))
    elif bool(new.cloud_sku) != bool(old.cloud_sku):
        way = tr("rented instead of owned") if new.cloud_sku else tr("owned instead of rented")
        words = f"{hardware(new)}, {way}"
    elif new.cloud_sku:
        words = tr("{what} rented elsewhere", what=hardware(new))
    else:
        words = tr("{what} in {n} servers instead of {old}", what=hardware(new), n=new.nodes, old=old.nodes)
    return Line("→", words.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"))


def price_line(tr: Translator, found: Difference) -> Line | None:
    """Say what the answer costs or saves; ``None`` where it does neither."""
    option = found.after
    if option is None:
        return None
    over_years = not found.price
    amount = found.total if over_years else found.price
    if not amount:
        return None
    x = ("+" if amount > 0 else "−") + figures.money(tr, abs(amount), option.cost.currency)
    words = tr("{x} over the years", x=x) if over_years else tr("{x} a month", x=x) if option.cloud_sku else x
    return Line("▲" if amount > 0 else "▼", words)


def lines(tr: Translator, found: Difference, names: Callable[[str], str], few: int = FEW) -> list[Line]:
    """Return what changed, the most important first; empty where nothing did."""
    made = [line for line in (machine_line(tr, found), price_line(tr, found)) if line is not None]
    if found.dropped:
        who = [names(rejected.what) for rejected in found.dropped]
        words = tr("{n} dropped out: {who}", n=len(who), who=_some(tr, who, few))
        reasons = (f"{names(r.what)}: {rejection_words(tr, r)}" for r in found.dropped)
        made.append(Line("−", words, tuple(reasons)))
    if found.came:
        who = [names(what) for what in found.came]
        made.append(Line("+", tr("{n} came in: {who}", n=len(who), who=_some(tr, who, few)), tuple(who)))
    return made


def _some(tr: Translator, who: list[str], few: int) -> str:
    shown = tr(", ").join(who[:few])
    return shown if len(who) <= few else tr("{names} and {n} more", names=shown, n=len(who) - few)
