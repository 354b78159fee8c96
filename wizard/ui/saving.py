"""What a requirement is called, what it costs, and the answers that drop it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wizard.i18n import Translator, mark
from wizard.ui import figures
from wizard.ui.say import hardware, limit_name, option_price, precision, value_words

if TYPE_CHECKING:
    from wizard.planner.requirement_prices import RequirementPrice

AVAILABILITIES = {"n+1": mark("one spare replica (N+1)"), "2n": mark("everything twice (2N)")}
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
    "constraints.acquisition": {"constraints.acquisition": "either"},
    "precision.weights": {"precision.weights": "auto"},
    "precision.kv_cache": {"precision.kv_cache": "auto"},
}
"""Answers that open what narrows the choice; every other requirement is dropped by leaving it blank."""


def requirement_words(tr: Translator, price: RequirementPrice, names: Callable[[str], str], currency: str) -> str:
    """Return a requirement as its answer states it: ``TTFT ≤ 1.5 s``, ``own, not rented``."""
    key, stated = price.key, price.stated
    code = key.rpartition(".")[2]
    if key == "constraints.availability":
        return tr(AVAILABILITIES[str(stated)])
    if key == "constraints.acquisition":
        return tr(ACQUISITIONS[str(stated)])
    if key == "targets.percentile":
        return tr("times promised to {whom}", whom=value_words(tr, key, stated))
    if isinstance(stated, list):
        return tr("only {names}", names=tr(", ").join(names(str(name)) for name in stated[:2]))
    if code == "weights":
        return tr("{precision} weights", precision=precision(tr, str(stated)))
    if code == "kv_cache":
        return tr("{precision} KV cache", precision=precision(tr, str(stated)))
    return f"{limit_name(tr, code)} ≤ {value_words(tr, key, stated, currency)}"


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


def dropping(price: RequirementPrice) -> Mapping[str, object]:
    """Return the answers without the requirement."""
    return ROOTS.get(price.key, {price.key: None})
