"""The scenarios S01 to S21 of the field guides, as needs that somebody could really enter.

A preset may carry the claims that its guide makes; the planner sets its own figure beside each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import yaml
from rapidfuzz import process

from wizard.errors import UnknownName
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs
from wizard.paths import resource


@dataclass(frozen=True, slots=True)
class Claim:
    """What a guide says of a quantity, to be confirmed or refuted."""

    quantity: str
    claimed: float
    relation: Literal["equal", "below", "above"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A scenario: title and summary are English message ids."""

    id: str
    title: str
    summary: str
    claims: tuple[Claim, ...]
    needs: Needs


def preset_ids() -> tuple[str, ...]:
    """Return the ids of all presets in order."""
    return tuple(_presets())


def preset(name: str) -> Preset:
    """Return one preset by its id, in either case.

    Raises:
        UnknownName: there is no such preset.
    """
    try:
        return _presets()[name.strip().upper()]
    except KeyError:
        near = [match for match, _, _ in process.extract(name.upper(), preset_ids(), limit=3)]
        raise UnknownName("preset", name, near) from None


@cache
def _presets() -> Mapping[str, Preset]:
    found = {}
    for path in sorted(resource("presets").glob("S*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        claims = tuple(Claim(**claim) for claim in data.get("claims", ()))
        needs = needs_from(data["needs"], path.name)
        found[path.stem] = Preset(path.stem, data["title"], data["summary"], claims, needs)
    return MappingProxyType(found)
