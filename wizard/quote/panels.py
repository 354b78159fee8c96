"""Boxes of the cover: key figures, notices and the contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from wizard.errors import InputError
from wizard.needs.logo import picture_size
from wizard.quote.charts.bands import Promise, bar
from wizard.quote.charts.ink import put
from wizard.quote.flow import Block, Group, Pen, Section, Text
from wizard.quote.style import ACCENT, BODY, BOLD, HAIRLINE, MUTED, PANEL, REGULAR, TEXT, rgb
from wizard.quote.text import clean, width

_INSET = 9.0


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure: what it is, the figure, and what to know about it."""

    name: str
    value: str
    note: str = ""
    promise: Promise | None = None
    colour: str = TEXT


class Cards(Block):
    """Key figures in rows of three."""

    after = 10.0
    _HIGH = 58.0
    _GAP = 8.0

    def __init__(self, cards: Sequence[Card], per_row: int = 3) -> None:
        self.cards = tuple(cards)
        self.per_row = per_row

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        rows = -(-len(self.cards) // self.per_row)
        return rows * self._HIGH + max(rows - 1, 0) * self._GAP

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the boxes."""
        wide = (width_pt - self._GAP * (self.per_row - 1)) / self.per_row
        for i, card in enumerate(self.cards):
            row, column = divmod(i, self.per_row)
            left = x + column * (wide + self._GAP)
            self._card(page, card, left, top - row * (self._HIGH + self._GAP), wide)

    def _card(self, page: Pen, card: Card, x: float, top: float, wide: float) -> None:
        canvas = page.canvas
        canvas.setStrokeColor(rgb(HAIRLINE))
        canvas.setLineWidth(0.8)
        canvas.roundRect(x, top - self._HIGH, wide, self._HIGH, 4, stroke=1, fill=0)
        room = wide - 2 * _INSET
        put(canvas, card.name, x + _INSET, top - 14, size=7.5, colour=MUTED, room=room)
        size = shrunk(card.value, 13.5, room)
        put(canvas, card.value, x + _INSET, top - 31, size=size, bold=True, colour=card.colour, room=room)
        note = shrunk(card.note, 7, room, least=5.5, bold=False)
        put(canvas, card.note, x + _INSET, top - 43, size=note, colour=MUTED, room=room)
        if card.promise:
            bar(page, card.promise, x + _INSET, top - 53, room, 4)


def shrunk(text: str, size: float, room: float, *, least: float = 7.0, bold: bool = True) -> float:
    """Return the largest size down to ``least`` at which the text fits."""
    font = BOLD if bold else REGULAR
    while size > least and width(clean(text), font, size) > room:
        size -= 0.5
    return size


class Notice(Block):
    """A tinted box with a coloured edge around some blocks."""

    after = 10.0

    def __init__(self, blocks: Sequence[Block], *, colour: str = ACCENT, fill: str = PANEL) -> None:
        self.inner = Group(blocks)
        self.colour = colour
        self.fill = fill

    @property
    def parts(self) -> tuple[Block, ...]:
        """The blocks, without their box."""
        return self.inner.blocks

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        return self.inner.measure(width_pt - 2 * _INSET - 3) + 2 * 7

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw box and blocks."""
        high = self.measure(width_pt)
        page.canvas.setFillColor(rgb(self.fill))
        page.canvas.rect(x, top - high, width_pt, high, stroke=0, fill=1)
        page.canvas.setFillColor(rgb(self.colour))
        page.canvas.rect(x, top - high, 3, high, stroke=0, fill=1)
        self.inner.draw(page, x + _INSET + 3, top - 7, width_pt - 2 * _INSET - 3)


class Contents(Block):
    """The sections with their pages, in two columns, each a link."""

    after = 0.0
    _ROW = 14.0

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = tuple(sections)

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return self._ROW * -(-len(self.sections) // 2)

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw names, dots and page numbers."""
        half = -(-len(self.sections) // 2)
        wide = (width_pt - 24) / 2
        for i, section in enumerate(self.sections):
            left = x + (i // half) * (wide + 24)
            y = top - (i % half) * self._ROW - 10
            number = str(page.places.get(section.key, ""))
            used = put(page.canvas, section.title, left, y, size=8, room=wide - 40)
            put(page.canvas, number, left + wide, y, size=8, align="right")
            page.canvas.setStrokeColor(rgb(HAIRLINE))
            page.canvas.setLineWidth(0.6)
            page.canvas.line(left + used + 5, y + 2, left + wide - 16, y + 2)
            page.canvas.linkRect("", section.key, (left, y - 3, left + wide, y + 9), relative=0, thickness=0)


class Stamp(Block):
    """What kind of paper this is, in a box."""

    after = 6.0

    def __init__(self, text: str, colour: str) -> None:
        self.text = text
        self.colour = colour

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 22.0

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw at the right edge."""
        canvas = page.canvas
        wide = width(clean(self.text), BOLD, 9) + 16
        canvas.setStrokeColor(rgb(self.colour))
        canvas.setLineWidth(1.2)
        canvas.roundRect(x + width_pt - wide, top - 19, wide, 19, 3, stroke=1, fill=0)
        put(canvas, self.text, x + width_pt - wide / 2, top - 13, size=9, bold=True, colour=self.colour, align="center")


class Picture(Block):
    """A picture at its own proportions, no larger than a box of points."""

    after = 6.0

    def __init__(self, data: bytes, wide: float, high: float) -> None:
        self.data = data
        pixels_wide, pixels_high = picture_size(data)
        scale = min(wide / pixels_wide, high / pixels_high)
        self.wide, self.high = pixels_wide * scale, pixels_high * scale

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return self.high

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw at a left upper corner.

        Raises:
            InputError: the picture is damaged.
        """
        from reportlab.lib.utils import ImageReader

        del width_pt
        try:
            picture = ImageReader(BytesIO(self.data))  # type: ignore[no-untyped-call]  # reportlab has no types
            page.canvas.drawImage(picture, x, top - self.high, self.wide, self.high, mask="auto")
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError("the logo cannot be read", where="document.seller.logo",
                             mend="Save the picture again as PNG and choose it anew.") from error


class Signatures(Block):
    """Two parties: name, title, date, signature and stamp."""

    after = 8.0

    def __init__(self, parties: Sequence[str], lines: Sequence[str]) -> None:
        self.parties = tuple(parties)
        self.lines = tuple(lines)

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return 26 + 26.0 * len(self.lines)

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the lines to write on."""
        wide = (width_pt - 30) / len(self.parties)
        for i, party in enumerate(self.parties):
            left = x + i * (wide + 30)
            put(page.canvas, party, left, top - 12, size=BODY.size, bold=True, room=wide)
            for j, line in enumerate(self.lines):
                y = top - 40 - 26 * j
                put(page.canvas, line, left, y, size=8, colour=MUTED, room=wide * 0.45)
                page.canvas.setStrokeColor(rgb(MUTED))
                page.canvas.setLineWidth(0.5)
                page.canvas.line(left + wide * 0.46, y - 2, left + wide, y - 2)


def bullets(texts: Sequence[str]) -> list[Block]:
    """Return texts as a list with bullets."""
    return [Text(text, BODY.but(after=2), bullet="–", indent=12) for text in texts]
