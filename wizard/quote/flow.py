"""Blocks flow over pages: each block measures itself, splits where it may, and draws itself.

The pages are laid out before anything is drawn, so that "page x of y", the contents and the links are right in one
pass, and so that importing and building a quote stays well under a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.quote.style import A4, BODY, FOOT, HEAD, MARGIN, Style, rgb
from wizard.quote.text import Line, Span, width, wrap

if TYPE_CHECKING:
    from wizard.quote.surface import Surface


class Block:
    """Something on a page. ``before`` and ``after`` are its distances from its neighbours in points."""

    before: float = 0.0
    after: float = 0.0
    keep: bool = False

    @property
    def parts(self) -> tuple[Block, ...]:
        """What it is made of, to be placed one by one where a whole page cannot hold it."""
        return ()

    def measure(self, width_pt: float) -> float:
        """Return the height in points at this width."""
        raise NotImplementedError

    def split(self, width_pt: float, height: float, *, force: bool = False) -> tuple[Block, Block] | None:
        """Return a head no higher than ``height`` and the rest; ``force`` on an empty page. ``None``: cannot."""
        del width_pt, height, force
        return None

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw at a left upper corner."""
        raise NotImplementedError


@dataclass(slots=True)
class Pen:
    """Where a block draws: the canvas, this page's number, and where every section begins."""

    canvas: Surface
    number: int
    total: int
    places: dict[str, int]

    def line(self, line: Line, style: Style, x: float, baseline: float, room: float) -> None:
        """Draw one wrapped line within ``room`` points."""
        wide = sum(width(s.text, _font(s, style), style.size) for s in line)
        if style.align == "right":
            x += room - wide
        elif style.align == "center":
            x += (room - wide) / 2
        for span in line:
            font = _font(span, style)
            self.canvas.setFillColor(rgb(span.colour or style.colour))
            self.canvas.setFont(font, style.size)
            self.canvas.drawString(x, baseline, span.text)
            after = x + width(span.text, font, style.size)
            if span.link and span.link in self.places:
                box = (x, baseline - 2, after, baseline + style.size)
                self.canvas.linkRect("", span.link, box, relative=0, thickness=0)
            x = after


def _font(span: Span, style: Style) -> str:
    return span.font if span.bold else style.font


class Text(Block):
    """A paragraph of plain spans."""

    def __init__(
        self, text: str | Sequence[Span], style: Style = BODY, *, bullet: str = "", indent: float = 0.0,
    ) -> None:
        spans = (Span(text),) if isinstance(text, str) else tuple(text)
        self.spans = tuple(Span(s.text, s.bold or style.bold, s.colour, s.link) for s in spans)
        self.style = style
        self.bullet = bullet
        self.indent = indent
        self.before, self.after, self.keep = style.before, style.after, style.keep
        self._lines: tuple[Line, ...] | None = None
        self._width = -1.0

    def lines(self, width_pt: float) -> tuple[Line, ...]:
        """Return the lines at this width."""
        if self._lines is None or self._width != width_pt:
            self._lines, self._width = wrap(self.spans, self.style.size, width_pt - self.indent), width_pt
        return self._lines

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        return len(self.lines(width_pt)) * self.style.leading

    def split(self, width_pt: float, height: float, *, force: bool = False) -> tuple[Block, Block] | None:
        """Split between lines, two at least on either side unless forced."""
        lines = self.lines(width_pt)
        fit = int(height // self.style.leading)
        least = 1 if force else 2
        if self.style.keep and not force:
            return None
        if len(lines) - fit < least:
            fit = len(lines) - least
        if fit < least:
            return None
        return self._part(lines[:fit], width_pt, self.bullet), self._part(lines[fit:], width_pt, "")

    def _part(self, lines: tuple[Line, ...], width_pt: float, bullet: str) -> Text:
        part = Text((), self.style, bullet=bullet, indent=self.indent)
        part._lines, part._width = lines, width_pt
        return part

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the lines."""
        drop = (self.style.leading + self.style.size * 0.74) / 2
        if self.bullet:
            page.line((Span(self.bullet),), self.style, x, top - drop, self.indent)
        for i, line in enumerate(self.lines(width_pt)):
            page.line(line, self.style, x + self.indent, top - i * self.style.leading - drop, width_pt - self.indent)


class Gap(Block):
    """Empty room."""

    def __init__(self, height: float) -> None:
        self.height = height

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        del width_pt
        return self.height

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw nothing."""


class Group(Block):
    """Blocks that stay on one page if a page can hold them."""

    def __init__(self, blocks: Sequence[Block], *, before: float = 0.0, after: float = 6.0) -> None:
        self.blocks = tuple(blocks)
        self.before, self.after = before, after

    @property
    def parts(self) -> tuple[Block, ...]:
        """The blocks."""
        return self.blocks

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        return stack_height(self.blocks, width_pt)

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw the blocks below each other."""
        for block in self.blocks:
            top -= block.before
            block.draw(page, x, top, width_pt)
            top -= block.measure(width_pt) + block.after


class Beside(Block):
    """Blocks beside each other; ``shares`` are their parts of the width."""

    def __init__(
        self, blocks: Sequence[Block], shares: Sequence[float], *, gap: float = 16.0, after: float = 6.0,
    ) -> None:
        self.blocks = tuple(blocks)
        self.shares = tuple(share / sum(shares) for share in shares)
        self.gap = gap
        self.after = after

    @property
    def parts(self) -> tuple[Block, ...]:
        """The blocks, which then stand below each other."""
        return self.blocks

    def _widths(self, width_pt: float) -> list[float]:
        return [(width_pt - self.gap * (len(self.blocks) - 1)) * share for share in self.shares]

    def measure(self, width_pt: float) -> float:
        """Return the height of the highest."""
        return max(b.measure(w) for b, w in zip(self.blocks, self._widths(width_pt), strict=True))

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw them with their tops aligned."""
        for block, wide in zip(self.blocks, self._widths(width_pt), strict=True):
            block.draw(page, x, top, wide)
            x += wide + self.gap


def stack_height(blocks: Sequence[Block], width_pt: float) -> float:
    """Return the height in points of blocks below each other."""
    return sum(b.before + b.measure(width_pt) + b.after for b in blocks)


@dataclass(slots=True)
class Section:
    """A part of the paper that the contents list; ``key`` is where links to it lead."""

    key: str
    title: str
    blocks: list[Block]
    landscape: bool = False
    new_page: bool = True


@dataclass(slots=True)
class Page:
    """One laid-out page: blocks with their left upper corners, and the sections that begin on it."""

    landscape: bool
    items: list[tuple[Block, float, float]] = field(default_factory=list)
    begins: list[tuple[Section, float]] = field(default_factory=list)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        return (A4[1], A4[0]) if self.landscape else A4

    @property
    def room(self) -> float:
        """The width between the margins in points."""
        return self.size[0] - 2 * MARGIN


class Layout:
    """Places sections on pages."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self._top = 0.0

    def add(self, section: Section) -> None:
        """Place a section after the ones before it."""
        if section.new_page or not self.pages or self.pages[-1].landscape != section.landscape or self._left() < 190:
            self._turn(section.landscape)
        else:
            self._top -= 14
        self.pages[-1].begins.append((section, self._top))
        queue = list(section.blocks)
        while queue:
            queue = self._place(queue)

    def _turn(self, landscape: bool) -> None:
        self.pages.append(Page(landscape))
        self._top = self.pages[-1].size[1] - HEAD

    def _left(self) -> float:
        return self._top - FOOT

    def _place(self, queue: list[Block]) -> list[Block]:
        """Place the first block, or a part of it, and return what is left."""
        block, rest = queue[0], queue[1:]
        page = self.pages[-1]
        empty = not page.items
        room = self._left() - (0 if empty else block.before)
        height = block.measure(page.room)
        if height <= room and (empty or not block.keep or height + _wish(rest, page.room) <= room):
            self._put(block, height, empty=empty)
            return rest
        parts = block.split(page.room, room, force=empty) if room > 40 else None
        if parts is not None:
            self._put(parts[0], parts[0].measure(page.room), empty=empty)
            self._turn(page.landscape)
            return [parts[1], *rest]
        if not empty:
            self._turn(page.landscape)
            return queue
        return [*block.parts, *rest] if block.parts else self._overflow(block, height, rest)

    def _put(self, block: Block, height: float, *, empty: bool) -> None:
        self._top -= 0 if empty else block.before
        self.pages[-1].items.append((block, MARGIN, self._top))
        self._top -= height + block.after

    def _overflow(self, block: Block, height: float, rest: list[Block]) -> list[Block]:
        self._put(block, height, empty=True)
        return rest


def _wish(rest: list[Block], room: float) -> float:
    """How much of what follows a heading wants to see on its page."""
    if not rest:
        return 0.0
    height = rest[0].measure(room)
    more = _wish(rest[1:], room) if rest[0].keep else 0.0
    return rest[0].before + (height if isinstance(rest[0], Group | Beside) or height < 90 else 60.0) + more
