"""Sentences of the result page: headline, limits, changes, badges. No Qt; codes are worded by :mod:`wizard.words`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from wizard.costing.records import Bom
from wizard.i18n import Translator, mark
from wizard.planner.plan import Change, Fact, Option, Plan, Reason
from wizard.ui import figures
from wizard.ui.limits import COUNTED, limit_name, margin_words
from wizard.words import LABELS, SENTENCES, label, say

BASES = {"training": mark("calibrated training model")}


def basis_words(tr: Translator, basis: str) -> str:
    """Word the basis of an estimate: its calibration class as the engine names it."""
    if basis in BASES:
        return tr(BASES[basis])
    return label(tr, basis) if basis in LABELS else basis.replace("_", " ")


def reason_words(tr: Translator, reason: Reason | Fact) -> str:
    """Word a reason; one that has no sentence yet is shown by its code and numbers rather than hidden."""
    if reason.code in SENTENCES:
        return say(tr, reason)
    fields = ", ".join(f"{k} {v}" for k, v in reason.fields.items())
    return f"{reason.code.replace('_', ' ')}: {fields}" if fields else reason.code.replace("_", " ")


def hardware(option: Option) -> str:
    """Return ``2 × H200 NVL 141GB`` or the cloud instances."""
    return f"{option.accelerators} × {option.accelerator_name}"


def headline(tr: Translator, plan: Plan, option: Option) -> str:
    """Say the answer in one sentence. An option of an infeasible plan keeps its promises only after a change."""
    if plan.status == "infeasible":
        return tr("Nothing meets every wish")
    what = hardware(option)
    broken = [limit for limit in option.limits if limit.margin < 0]
    if broken:
        names = tr(", ").join(limit_name(tr, limit.code) for limit in broken[:3])
        return tr("{what} misses {names}", what=what, names=names)
    if option.accelerators == 1:
        return tr("{what} meets every target", what=what)
    if option.cloud_sku:
        return tr("{what}, rented, meet every target", what=what)
    if option.nodes > 1:
        return tr("{what} in {n} servers meet every target", what=what, n=option.nodes)
    return tr("{what} in one server meet every target", what=what)


def subline(tr: Translator, plan: Plan, option: Option) -> str:
    """Say how firm the answer is."""
    if plan.status == "infeasible":
        change = next((c for c in plan.changes if c.option.id == option.id), None)
        words = change_words(tr, change) if change else hardware(option)
        return tr("Nearest, and shown below: {what}", what=words)
    first = {
        "minimum": tr("Cheapest plan that keeps its promises at the slow end of the estimate."),
        "recommended": tr("Keeps its promises at the slow end of the estimate, with the usual reserve."),
        "headroom": tr("Room for growth beyond the promises."),
        "alternative": tr("Another way to the same end."),
    }[option.role]
    margins = margin_words(tr, option)
    return tr("{first} {second}", first=first, second=margins) if margins else first


def option_badge(tr: Translator, option: Option) -> tuple[str, Literal["good", "warning", "bad"]]:
    """Return the word on an option's card and its colour."""
    broken = [limit for limit in option.limits if limit.margin < 0]
    if broken:
        return tr("misses {name}", name=limit_name(tr, broken[0].code)), "bad"
    tight = [limit for limit in option.limits if limit.margin < 0.1 and limit.code not in COUNTED]
    if tight:
        return tr("tight {name}", name=limit_name(tr, tight[0].code)), "warning"
    return tr("meets all"), "good"


def headline_price(tr: Translator, option: Option) -> str:
    """Return what an option costs first of all: its purchase, or its rent where nothing is bought."""
    cost = option.cost
    if option.cloud_sku and "hours" in option.estimates and cost.total is not None:
        return tr("{x} for the run", x=figures.money(tr, cost.total, cost.currency))
    if cost.capex:
        return figures.money(tr, cost.capex, cost.currency)
    if cost.per_month is not None:
        return tr("{x} a month", x=figures.money(tr, cost.per_month, cost.currency))
    return tr("no price known")


def option_price(tr: Translator, option: Option) -> str:
    """Return an option's price and its cost per million tokens."""
    words = headline_price(tr, option)
    if option.tco is not None and option.tco.per_million_tokens is not None:
        per = figures.money(tr, option.tco.per_million_tokens, option.tco.currency)
        words += tr(" · {x} / M tokens", x=per)
    return words


def precision(tr: Translator, code: str) -> str:
    """Return a number format as engineers write it."""
    return label(tr, code) if code in LABELS else code.upper()


def unpriced_words(tr: Translator, bom: Bom) -> str:
    """Say how many lines a total omits."""
    n = len(bom.unpriced)
    return tr("1 line without price") if n == 1 else tr("{n} lines without price", n=n)


def rented_words(tr: Translator, option: Option) -> str:
    """Return what is rented of whom: ``2 × B200 per GPU, Vultr``; empty where nothing is."""
    fields = next((reason.fields for reason in option.reasons if reason.code == "rented"), None)
    if fields is None:
        return ""
    return tr("{n} × {name}, {provider}", n=fields["instances"], name=fields["instance"], provider=fields["provider"])


def option_site(tr: Translator, option: Option) -> str:
    """Return servers, power and precision of an option in one line."""
    parts = []
    if option.cloud_sku:
        parts.append(rented_words(tr, option) or option.cloud_sku)
    if option.mig_profile:
        parts.append(f"MIG {option.mig_profile}")
    if not option.cloud_sku:
        parts.append(tr("1 server") if option.nodes == 1 else tr("{n} servers", n=option.nodes))
    parts.append(figures.power(tr, option.power_w))
    parts.append(precision(tr, option.weight_precision))
    if option.host_gib:
        parts.append(tr("{size} in its own memory", size=figures.gibibytes(tr, option.host_gib)))
    if option.bom is not None and option.bom.unpriced:
        parts.append(tr("{n} unpriced", n=len(option.bom.unpriced)))
    return " · ".join(parts)


def change_answers(change: Change) -> dict[str, object]:
    """Return the answers that a change sets."""
    key, value = change.key, change.to_value
    if key == "constraints.accelerators":
        return {
            key: (str(value),),
            "constraints.vendors": (),
            "constraints.accelerator_count": None,
            "constraints.tensor_parallel": None,
            "constraints.mig": False,
        }
    if key == "constraints.accelerator_count":
        return {key: None, "constraints.tensor_parallel": None}
    if key.startswith("budget."):
        return {key: Decimal(str(value))}
    if key.startswith("constraints.max_") and isinstance(value, float) and value.is_integer():
        return {key: int(value)}
    return {key: value}


def change_words(tr: Translator, change: Change) -> str:
    """Word the one change that makes an infeasible wish feasible, with its price."""
    what, price = hardware(change.option), option_price(tr, change.option)
    key, currency = change.key, change.option.cost.currency
    if key == "constraints.accelerators":
        return tr("Leave accelerators and their number open: {what} for {price}", what=what, price=price)
    if key == "constraints.acquisition":
        if change.to_value == "cloud":
            return tr("Rent instead of owning: {what} for {price}", what=what, price=price)
        return tr("Own instead of renting: {what} for {price}", what=what, price=price)
    if key == "constraints.owned":
        return tr("Buy anew instead of using what is there: {what} for {price}", what=what, price=price)
    name = limit_name(tr, key.rpartition(".")[2])
    name = name[:1].upper() + name[1:]
    old, new = (value_words(tr, key, v, currency) for v in (change.from_value, change.to_value))
    return tr("{name}: {old} → {new} gives {what} for {price}", name=name, old=old, new=new, what=what, price=price)


def percentile_words(tr: Translator, percentile: int | None) -> str:
    """Say to which requests times are promised."""
    if percentile is None:
        return tr("the average request")
    return tr("half of the requests") if percentile == 50 else tr("{n} % of the requests", n=percentile)


def value_words(tr: Translator, key: str, value: object, currency: str = "") -> str:
    """Word the value of an answer."""
    if key == "targets.percentile":
        return percentile_words(tr, value if isinstance(value, int) else None)
    if value is None:
        return tr("none")
    code = key.rpartition(".")[2]
    if key.startswith("budget."):
        return figures.money(tr, Decimal(str(value)), currency)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figures.metric(tr, code, float(value))
    return label(tr, str(value))
