"""Texts in the user's language. English message ids, gettext catalogues per room, no global state.

Each room owns one domain: ``resources/translations/<lang>/<domain>.po`` and its compiled ``.mo``.
A translation whose ``{fields}`` differ from those of its message id is not used (a broken translation must not
break the program), and a test makes sure that there is none.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import TYPE_CHECKING

from wizard.paths import resource
from wizard.units import USUAL, Units

if TYPE_CHECKING:
    from wizard.errors import InputError

LANGUAGES = ("en", "zh_CN")


@dataclass(frozen=True, slots=True)
class Message:
    """A text with its fields that is a field of another one: translated together with it."""

    what: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.what.format_map(self.fields) if self.fields else self.what


def mark(msgid: str) -> str:
    """Mark a message id for extraction where it is defined; it is translated where it is shown."""
    return msgid


@cache
def _catalogue(lang: str) -> NullTranslations:
    texts = NullTranslations()
    for path in sorted(resource("translations", lang).glob("*.mo")):
        with path.open("rb") as f:
            domain = GNUTranslations(f)
        domain.add_fallback(texts)
        texts = domain
    return texts


@cache
def fields_of(text: str) -> frozenset[str]:
    """Return the names of the ``{fields}`` in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


_CHINESE = "\u4e00-\u9fff"
_JOINT = re.compile(f"[{_CHINESE}]{{|}}[{_CHINESE}]")
_MEETING = re.compile(f"(?<=[{_CHINESE}])(?=[A-Za-z0-9$])|(?<=[A-Za-z0-9%])(?=[{_CHINESE}])")


@cache
def _has_joint(text: str) -> bool:
    """Return whether a field stands beside a Chinese character: what is filled in may need a space there."""
    return _JOINT.search(text) is not None


class Translator:
    """Turns message ids into the texts of one language: ``tr("{n} GPUs", n=4)``.

    Args:
        lang: one of :data:`LANGUAGES`.
        units: the units that the reader likes.
    """

    __slots__ = ("lang", "units")

    def __init__(self, lang: str = "en", units: Units = USUAL) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"no such language: {lang}")
        self.lang, self.units = lang, units

    def __call__(self, msgid: str, /, **fields: object) -> str:
        """Translate ``msgid`` and fill in its fields."""
        return self.format(msgid, fields)

    def format(self, msgid: str, fields: Mapping[str, object]) -> str:
        """Translate ``msgid`` and fill in its fields."""
        if not msgid:
            return ""
        text = _catalogue(self.lang).gettext(msgid)
        if fields_of(text) != fields_of(msgid):
            text = msgid
        if not fields and "{" not in text:
            return text
        if any(isinstance(value, Message) for value in fields.values()):
            fields = {name: self.format(value.what, value.fields) if isinstance(value, Message) else value
                      for name, value in fields.items()}
        said = text.format_map(fields)
        return _MEETING.sub(" ", said) if self.lang == "zh_CN" and _has_joint(text) else said

    def error(self, error: InputError) -> str:
        """Word an :class:`~wizard.errors.InputError`."""
        parts = [self.format(error.what, error.fields)]
        if error.where:
            parts[0] = f"{error.where}: {parts[0]}"
        if error.mend:
            parts.append(self.format(error.mend, error.fields))
        return ("。" if self.lang == "zh_CN" else ". ").join(parts)
