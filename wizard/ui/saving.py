"""What a requirement is called, what it costs, and the answers that drop it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wizard.i18n import Translator, mark
from wizard.needs.needs import Needs
from wizard.ui import figures
from wizard.ui.limits import limit_name
from wizard.ui.say import hardware, option_price, precision, value_words

if TYPE_CHECKING:
    from wizard.planner.requirement_prices import RequirementPrice

AVAILABILITIES = {
    "n+1": mark("one spare replica (N+1)"),
    "2n": mark("everything twice (2N)"),
    "second_site": mark("everything twice, at two sites"),
}
ACQUISITIONS = {"own": mark("own, not rented"), "cloud": mark("rented, not owned")}
ROOTS: Mapping[str, Mapping[str, object]] = {
    "constraints.availability": {"constraints.availability": "n"},
    "constraints.accelerators": {
        "constraints.accelerators": (),
        "constraints.accelerator_count": None,
        "constraints.tensor_parallel": None,
    },
    "constraints.accelerator_count": {"constraints.accelerator_count": None, "constraints.tensor_parallel": None},
    "constraints.vendors": {"constraints.vendors": ()},
    "constraints.owned": {"constraints.owned": ()},
    "constraints.maker_countries": {"constraints.maker_countries": ()},
    "constraints.acquisition": {"constraints.acquisition": "either"},
    "precision.weights": {"precision.weights": "auto"},
    "precision.kv_cache": {"precision.kv_cache": "auto"},
}
"""Answers that open what narrows the choice; every other requirement is dropped by leaving it blank."""


WISHES = (
    "constraints.accelerators", "constraints.accelerator_count", "constraints.owned", "constraints.vendors",
    "constraints.maker_countries", "constraints.acquisition", "budget.purchase", "budget.per_month",
    "constraints.availability", "targets.ttft_ms", "targets.tpot_ms", "targets.e2e_ms", "constraints.max_accelerators",
    "constraints.max_nodes", "constraints.max_power_w", "constraints.max_rack_units",
    "constraints.max_delivery_weeks", "precision.weights", "precision.kv_cache",
)
"""Answers that may keep every plan out, in the order in which people let go of them."""
OPEN = (None, (), "", "auto", "n", "either")


def requirement_words(tr: Translator, key: str, stated: object, names: Callable[[str], str], currency: str) -> str:
    """Return a requirement as its answer states it: ``TTFT ≤ 1.5 s``, ``own, not rented``."""
    code = key.rpartition(".")[2].removeprefix("max_")
    if key == "constraints.owned" and isinstance(stated, tuple):
        return tr("owned: {what}", what=tr(", ").join(f"{o.count} × {names(o.accelerator)}" for o in stated))
    if key == "constraints.availability":
        return tr(AVAILABILITIES[str(stated)])
    if key == "constraints.acquisition":
        return tr(ACQUISITIONS[str(stated)])
    if key == "targets.percentile":
        return tr("times promised to {whom}", whom=value_words(tr, key, stated))
    if isinstance(stated, list | tuple):
        return tr("only {names}", names=tr(", ").join(names(str(name)) for name in stated[:2]))
    if code == "weights":
        return tr("{precision} weights", precision=precision(tr, str(stated)))
    if code == "kv_cache":
        return tr("{precision} KV cache", precision=precision(tr, str(stated)))
    sign = "=" if code == "accelerator_count" else "≤"
    return f"{limit_name(tr, code)} {sign} {value_words(tr, key, stated, currency)}"


def without_words(tr: Translator, price: RequirementPrice) -> str:
    """Say what one would then have."""
    if price.option is None:
        return ""
    return tr("then {what} for {price}", what=hardware(price.option), price=option_price(tr, price.option))


def saved_words(tr: Translator, price: RequirementPrice) -> str:
    """Return what dropping it saves."""
    if price.saved is None or price.option is None:
        return figures.UNKNOWN
    return "−" + figures.money(tr, price.saved, price.option.cost.currency)


def dropping(key: str) -> Mapping[str, object]:
    """Return the answers without a requirement."""
    return ROOTS.get(key, {key: None})


def stated_wishes(needs: Needs) -> list[tuple[str, object]]:
    """Return what the answers ask for that could be let go, with its key."""
    found = []
    for key in WISHES:
        value: object = needs
        for part in key.split("."):
            value = getattr(value, part)
        if value not in OPEN:
            found.append((key, value))
    return found
