"""Narrowing the list of models by family, size, context and licence. No Qt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.catalog.records import Model
from wizard.i18n import mark

SIZES = (
    ("4", mark("up to 4B"), 0.0, 4e9),
    ("15", mark("4 to 15B"), 4e9, 15e9),
    ("50", mark("15 to 50B"), 15e9, 50e9),
    ("150", mark("50 to 150B"), 50e9, 150e9),
    ("more", mark("over 150B"), 150e9, float("inf")),
)
"""Code, words, and the parameters that a size lies above and within."""

CONTEXTS = ((32_768, mark("32k and more")), (131_072, mark("128k and more")), (1_000_000, mark("1M and more")))
LICENCES = (
    ("free", mark("Free to use")),
    ("terms", mark("With conditions")),
    ("research", mark("Not for business")),
    ("unknown", mark("Not known to us")),
)
_FREE = frozenset({"apache-2.0", "mit", "openmdw-1.1"})
_RESEARCH = ("-nc", "non-commercial", "research", "mrl")
SEVERAL = 3
"""Families of fewer models are found by typing their name."""


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """What a model must be; blank means any."""

    family: str = ""
    size: str = ""
    context: int = 0
    licence: str = ""

    def takes(self, model: Model) -> bool:
        """Whether a model is all of it."""
        return (
            self.family in ("", model.family)
            and self.size in ("", size_of(model))
            and self.context <= (model.max_context or 0)
            and self.licence in ("", licence_of(model))
        )


def size_of(model: Model) -> str:
    """Return the code of a model's size; parameters count whole, however many are active."""
    return next(code for code, _, low, high in SIZES if low < model.total_params <= high or high == float("inf"))


def licence_of(model: Model) -> str:
    """Return what a licence allows in short. It is a help for choosing, no legal advice."""
    name = model.licence.lower()
    if not name:
        return "unknown"
    if name in _FREE:
        return "free"
    return "research" if any(word in name for word in _RESEARCH) else "terms"


def families(models: Iterable[Model]) -> list[tuple[str, str]]:
    """Return the families that have several models, each with the spelling that its models bear most often."""
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for model in models:
        head = model.name[: len(model.family)]
        spelled[model.family][head if head.lower() == model.family else model.family] += 1
    found = [(family, names.most_common(1)[0][0]) for family, names in spelled.items() if names.total() >= SEVERAL]
    return sorted(found, key=lambda pair: pair[1].casefold())
