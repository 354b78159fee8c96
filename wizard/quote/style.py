"""How the paper looks: colours of the design tokens, two fonts, a handful of text styles, page geometry (points)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Literal

from wizard.paths import resource

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"

TEXT = "#17202c"
MUTED = "#5a6675"
HAIRLINE = "#dde3ea"
PANEL = "#f5f7fa"
ACCENT = "#1f6feb"
ACCENT_SOFT = "#e8f0fe"
GOOD = "#1a7f4b"
GOOD_SOFT = "#9fccb3"
WARNING = "#9a5b00"
WARNING_SOFT = "#fdf1de"
BAD = "#b42318"
BAD_SOFT = "#fdecea"
TRACK = "#e8ebef"
WHITE = "#ffffff"

SERIES: Mapping[str, str] = MappingProxyType(
    {
        "weights": "#0072b2", "kv_cache": "#e69f00", "activations": "#009e73", "overhead": "#cc79a7",
        "gradients": "#56b4e9", "optimizer": "#d55e00",
    }
)
"""Colours that colour-blind eyes tell apart; the charts add a pattern to each."""

A4 = (595.28, 841.89)
MARGIN = 48.0
HEAD = 58.0
FOOT = 52.0
PAD = 4.0
"""Room between a table's cell and its text."""

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; sizes and distances in points."""

    size: float = 9.0
    leading: float = 13.0
    bold: bool = False
    colour: str = TEXT
    align: Align = "left"
    before: float = 0.0
    after: float = 4.0
    keep: bool = False
    """Stays on the page of what follows."""

    @property
    def font(self) -> str:
        """The registered name of the font."""
        return BOLD if self.bold else REGULAR

    def but(self, **changes: object) -> Style:
        """Return a changed copy."""
        return replace(self, **changes)  # type: ignore[arg-type]


BODY = Style()
SMALL = Style(size=7.5, leading=10.5, colour=MUTED, after=3)
CELL = Style(size=8, leading=11, after=0)
CELL_BOLD = CELL.but(bold=True)
CELL_HEAD = Style(size=7.5, leading=10, bold=True, colour=MUTED, after=0)
TITLE = Style(size=22, leading=28, bold=True, after=2)
LEAD = Style(size=12, leading=17, after=6)
H1 = Style(size=15, leading=20, bold=True, before=4, after=6, keep=True)
H2 = Style(size=10.5, leading=15, bold=True, before=9, after=4, keep=True)
CAPTION = Style(size=7.5, leading=10.5, colour=MUTED, before=2, after=8)


@cache
def rgb(colour: str) -> tuple[float, float, float]:
    """Return the shares of red, green and blue of ``#rrggbb``; parsing a colour costs more than drawing with it."""
    red, green, blue = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


@cache
def register_fonts() -> frozenset[int]:
    """Register both weights once and return the code points that both can show.

    Raises:
        FileNotFoundError: the installation lacks its fonts.
    """
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    covered: list[frozenset[int]] = []
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        path = resource("fonts", file)
        if not path.is_file():
            raise FileNotFoundError(path)
        font = TTFont(name, str(path))  # type: ignore[no-untyped-call]
        registerFont(font)  # type: ignore[no-untyped-call]
        covered.append(frozenset(font.face.charToGlyph))
    return covered[0] & covered[1]
