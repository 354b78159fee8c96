"""Text of any origin becomes lines that fit: cleaned, covered by the fonts, wrapped in both scripts.

Nothing here is markup: user text is drawn, never parsed, so no text can inject a link, an image or a tag.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from wizard.quote.style import BOLD, REGULAR, register_fonts

MISSING = "\u25a1"
"""Stands for a sign that the fonts lack (an emoji, a script other than Latin, Greek, Cyrillic and Chinese)."""

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—"
_TOKEN = re.compile(rf"[{_CJK}]|[ \t]+|[^{_CJK} \t]+")
_NOT_FIRST = frozenset("，。、；：？！）》」』】〉”’…—,.;:?!)]}%％°·")
_NOT_LAST = frozenset("（《「『【〈“‘([{¥￥$")
_SOFT_BREAK = re.compile(r".+?(?:\u00a0|(?<=\w)[/\-_=&?@]+|[.,](?!\d)|$)", re.DOTALL)
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one font and colour; ``link`` is the key of a place in this document."""

    text: str
    bold: bool = False
    colour: str = ""
    link: str = ""

    @property
    def font(self) -> str:
        """The registered name of the font."""
        return BOLD if self.bold else REGULAR


Line = tuple[Span, ...]


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Compose the text, drop what has no shape and mark what the fonts lack. Line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    covered = register_fonts()
    return "".join(_shown(c, covered) for c in unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def _shown(char: str, covered: frozenset[int]) -> str:
    if char == "\n":
        return char
    if char in "\t\u2028\u2029\x0b\x0c\r":
        return " "
    if unicodedata.category(char) in _DROPPED:
        return ""
    return char if ord(char) in covered else MISSING


@lru_cache(maxsize=16384)
def width(text: str, font: str, size: float) -> float:
    """Return the width in points of a clean text."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    register_fonts()
    return float(stringWidth(text, font, size))  # type: ignore[no-untyped-call]


def fitted(text: str, font: str, size: float, room: float) -> str:
    """Cut a clean text with an ellipsis so that it fits the room."""
    if width(text, font, size) <= room:
        return text
    end = len(text)
    while end and width(text[:end] + "…", font, size) > room:
        end -= 1
    return text[:end].rstrip() + "…"


def wrap(spans: Iterable[Span], size: float, room: float) -> tuple[Line, ...]:
    """Break spans into lines no wider than ``room`` points.

    Chinese breaks between any two signs except before closing and after opening punctuation; Latin words, figures and
    prices stay whole. A word wider than the room breaks after its separators, and as a last resort anywhere.
    """
    lines: list[Line] = []
    for paragraph in _paragraphs(spans):
        lines.extend(_wrapped(paragraph, size, max(room, size)))
    return tuple(lines)


def _paragraphs(spans: Iterable[Span]) -> Iterator[list[Span]]:
    current: list[Span] = []
    for span in spans:
        first, *others = clean(span.text).split("\n")
        current.append(Span(first, span.bold, span.colour, span.link))
        for other in others:
            yield current
            current = [Span(other, span.bold, span.colour, span.link)]
    yield current


def _units(paragraph: list[Span]) -> list[tuple[Span, ...]]:
    """Group tokens that must not be parted."""
    units: list[tuple[Span, ...]] = []
    for span in paragraph:
        for token in _TOKEN.findall(span.text):
            piece = Span(token, span.bold, span.colour, span.link)
            if units and not token.isspace() and _sticks(units[-1][-1].text, token):
                units[-1] = (*units[-1], piece)
            else:
                units.append((piece,))
    return units


def _sticks(before: str, after: str) -> bool:
    if before.isspace():
        return False
    return after[0] in _NOT_FIRST or before[-1] in _NOT_LAST


def _wrapped(paragraph: list[Span], size: float, room: float) -> Iterator[Line]:
    line: list[Span] = []
    used = 0.0
    for unit in _units(paragraph):
        for part in _parts(unit, size, room):
            wide = sum(width(s.text, s.font, size) for s in part)
            if line and used + wide > room and not part[0].text.isspace():
                yield _merged(line)
                line, used = [], 0.0
            if line or not part[0].text.isspace():
                line.extend(part)
                used += wide
    yield _merged(line)


def _parts(unit: tuple[Span, ...], size: float, room: float) -> Iterator[tuple[Span, ...]]:
    """Break a unit that is wider than the room."""
    if sum(width(s.text, s.font, size) for s in unit) <= room:
        yield unit
        return
    for span in unit:
        for chunk in _SOFT_BREAK.findall(span.text):
            for piece in _hard(chunk, span.font, size, room):
                yield (Span(piece, span.bold, span.colour, span.link),)


def _hard(text: str, font: str, size: float, room: float) -> Iterator[str]:
    start, used = 0, 0.0
    for i, char in enumerate(text):
        wide = width(char, font, size)
        if used + wide > room and i > start:
            yield text[start:i]
            start, used = i, 0.0
        used += wide
    yield text[start:]


def _merged(line: list[Span]) -> Line:
    """Join neighbours of one look and drop the blanks at the end."""
    merged: list[Span] = []
    for span in line:
        if merged and (merged[-1].bold, merged[-1].colour, merged[-1].link) == (span.bold, span.colour, span.link):
            merged[-1] = Span(merged[-1].text + span.text, span.bold, span.colour, span.link)
        else:
            merged.append(span)
    if merged:
        last = merged[-1]
        merged[-1] = Span(last.text.rstrip(" \t"), last.bold, last.colour, last.link)
    return tuple(merged)
