"""Names as people write them: one spelling for comparing, and the nearest known name when none matches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_MARKS = re.compile(r"[®™©]|\((?:r|tm|c)\)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-_/\\.,:;|·•@\"'`“”‘’]+")
_MIN_SCORE = 60.0
_MIN_LETTERS = 2


def normalise(text: str) -> str:
    """Return ``text`` in the one spelling that names are compared in.

    Full-width characters become plain ones (NFKC), case is folded, trade marks go, and every run of separators and
    quotation marks becomes one space: ``"ＲＴＸ－4090®"`` and ``"rtx_4090"`` are both ``"rtx 4090"``. Chinese stays.
    """
    # Trade marks go before NFKC, which would turn ™ into the letters "TM".
    plain = unicodedata.normalize("NFKC", _MARKS.sub(" ", text)).casefold()
    return _SEPARATORS.sub(" ", _MARKS.sub(" ", unicodedata.normalize("NFKC", plain))).strip()


def nearest(text: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return up to ``limit`` of ``names`` that look most like ``text``, best first; empty where none is close."""
    if len(normalise(text)) < _MIN_LETTERS:
        return ()
    # rapidfuzz takes 20 ms to load and is needed only for a mistyped name.
    from rapidfuzz import fuzz, process

    found = process.extract(
        text, tuple(dict.fromkeys(names)), scorer=fuzz.WRatio, processor=normalise, limit=limit,
        score_cutoff=_MIN_SCORE,
    )
    return tuple(name for name, _, _ in found)
