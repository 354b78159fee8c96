"""What can go wrong, said once.

    RackwrightError
    ├── InputError          something the user gave us: what, where, and how to mend it (exit 2)
    │   ├── UnknownName     no such model, accelerator, ...; carries the nearest names
    │   ├── AmbiguousName   several things bear that name; carries them
    │   ├── CatalogFault    a row of the catalogue or of a price book is wrong
    │   └── OutputError     a folder or file cannot be written
    └── Cancelled           the user stopped it (exit 130)

Texts are English message ids with ``{fields}``; :mod:`wizard.i18n` turns them into the user's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType


class RackwrightError(Exception):
    """Base of every error this program raises on purpose."""


class Cancelled(RackwrightError):
    """The user cancelled the work."""


class InputError(RackwrightError):
    """A value, file or name that the user gave cannot be used.

    Args:
        what: message id saying what is wrong, e.g. ``"{key} must be positive, not {value}"``.
        where: the place: a path, ``file:line``, ``row 3, column price_usd`` or a key such as ``targets.ttft_ms``.
        mend: message id saying how to mend it; may be empty.
        fields: values for the ``{fields}`` of both texts.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "", **fields: object) -> None:
        self.what = what
        self.where = where
        self.mend = mend
        self.fields: Mapping[str, object] = MappingProxyType(fields)
        super().__init__(what, where, mend, fields)

    def __str__(self) -> str:
        text = self.what.format_map(self.fields)
        if self.where:
            text = f"{self.where}: {text}"
        return f"{text}. {self.mend.format_map(self.fields)}" if self.mend else text


class UnknownName(InputError):
    """Nothing of that kind bears that name; ``nearest`` holds the closest catalogue ids."""

    def __init__(self, kind: str, name: str, nearest: Sequence[str] = (), *, where: str = "") -> None:
        self.kind = kind
        self.name = name
        self.nearest = tuple(nearest)
        mend = "Did you mean {nearest}?" if nearest else "See `rackwright catalog list {kind_plural}` for all names."
        super().__init__(
            "no {kind} is called \"{name}\"", where=where, mend=mend, kind=kind, name=name,
            nearest=" / ".join(nearest), kind_plural=kind + "s",
        )


class AmbiguousName(InputError):
    """Several things bear that name; ``candidates`` holds their catalogue ids."""

    def __init__(self, kind: str, name: str, candidates: Sequence[str], *, where: str = "") -> None:
        self.kind = kind
        self.name = name
        self.candidates = tuple(candidates)
        super().__init__(
            "\"{name}\" may be any of {candidates}", where=where, mend="Write the {kind} that you mean in full.",
            kind=kind, name=name, candidates=", ".join(candidates),
        )


class CatalogFault(InputError):
    """A row of the catalogue, of a price book or of an override file is wrong."""


class OutputError(InputError):
    """A folder or file cannot be written."""
