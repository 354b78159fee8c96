"""Tables whose cells never overprint: columns are measured, texts wrap, figures shrink before they would touch.

Rows are wrapped once per table; splitting over pages only slices them, so that 2,000 lines take seconds, not minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard.quote.flow import Block, Pen
from wizard.quote.style import ACCENT, CELL, CELL_BOLD, CELL_HEAD, HAIRLINE, MUTED, PAD, PANEL, Align, Style, rgb
from wizard.quote.text import Line, Span, clean, width, wrap

Kind = Literal["row", "band", "subtotal", "total"]
Cell = str | Span | tuple[Span, ...]

_LEAST_SIZE = 5.5
_STYLES: dict[Kind, Style] = {"row": CELL, "band": CELL_BOLD, "subtotal": CELL_BOLD, "total": CELL_BOLD}
_EDGE = 2.6


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``share`` of the free width for texts that wrap; 0: as wide as its widest cell, which stays whole."""

    head: str
    share: float = 0.0
    align: Align = "left"
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a band has a single cell over the whole width."""

    cells: tuple[Cell, ...]
    kind: Kind = "row"
    shade: str = ""


@dataclass(frozen=True, slots=True)
class _Laid:
    lines: tuple[tuple[Line, ...], ...]
    kind: Kind
    shade: str
    leading: float

    @property
    def height(self) -> float:
        return max((len(cell) for cell in self.lines), default=1) * self.leading + 2 * _EDGE

    def cut(self, height: float) -> tuple[_Laid, _Laid]:
        fit = max(1, int((height - 2 * _EDGE) // self.leading))
        return (replace(self, lines=tuple(cell[:fit] for cell in self.lines)),
                replace(self, lines=tuple(cell[fit:] for cell in self.lines)))


@dataclass(frozen=True, slots=True)
class _Shape:
    widths: tuple[float, ...]
    size: float
    head: _Laid | None
    rows: tuple[_Laid, ...]


class Grid(Block):
    """A table. ``head=False`` for lists of name and value without column heads."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Row], *, head: bool = True, size: float = CELL.size,
                 after: float = 8.0) -> None:
        self.columns = tuple(columns)
        self.rows = tuple(rows)
        self.with_head = head
        self.size = size
        self.after = after
        self._shape: _Shape | None = None
        self._width = -1.0

    def shape(self, width_pt: float) -> _Shape:
        """Measure and wrap everything for this width."""
        if self._shape is None or self._width != width_pt:
            self._shape, self._width = _shaped(self, width_pt), width_pt
        return self._shape

    def measure(self, width_pt: float) -> float:
        """Return the height in points."""
        shape = self.shape(width_pt)
        return sum(row.height for row in shape.rows) + (shape.head.height if shape.head else 0.0)

    def split(self, width_pt: float, height: float, *, force: bool = False) -> tuple[Block, Block] | None:
        """Split between rows; bands stay with their first row, sums with their last. Repeats the head."""
        shape = self.shape(width_pt)
        room = height - (shape.head.height if shape.head else 0.0)
        fit = _fitting(shape.rows, room)
        if fit == 0 and force:
            return self._cut(shape.rows, room)
        if fit == 0 or fit >= len(shape.rows):
            return None
        return self._part(shape.rows[:fit]), self._part(shape.rows[fit:])

    def _cut(self, rows: tuple[_Laid, ...], room: float) -> tuple[Block, Block] | None:
        """Cut the first row that is higher than the page; bands before it stay with its head."""
        whole = next((i for i, row in enumerate(rows) if row.kind != "band"), len(rows))
        room -= sum(row.height for row in rows[:whole])
        if whole == len(rows) or not 0 < room < rows[whole].height:
            return None
        first, second = rows[whole].cut(room)
        return self._part((*rows[:whole], first)), self._part((second, *rows[whole + 1:]))

    def _part(self, rows: tuple[_Laid, ...]) -> Grid:
        part = Grid(self.columns, (), head=self.with_head, size=self.size, after=self.after)
        assert self._shape is not None
        part._shape, part._width = replace(self._shape, rows=rows), self._width
        return part

    def draw(self, page: Pen, x: float, top: float, width_pt: float) -> None:
        """Draw head and rows with hairlines between them."""
        shape = self.shape(width_pt)
        if shape.head:
            self._draw_row(page, shape, shape.head, x, top, CELL_HEAD)
            top -= shape.head.height
            _rule(page, x, top, width_pt, MUTED, 0.6)
        for row in shape.rows:
            self._draw_row(page, shape, row, x, top, _STYLES[row.kind])
            top -= row.height
            heavy = row.kind == "total"
            _rule(page, x, top, width_pt, ACCENT if heavy else HAIRLINE, 0.8 if heavy else 0.5)

    def _draw_row(self, page: Pen, shape: _Shape, row: _Laid, x: float, top: float, style: Style) -> None:
        full = sum(shape.widths)
        shade = row.shade or (PANEL if row.kind in ("band", "total") else "")
        if shade:
            page.canvas.setFillColor(rgb(shade))
            page.canvas.rect(x, top - row.height, full, row.height, stroke=0, fill=1)
        size = min(style.size, shape.size)
        drop = (row.leading + size * 0.74) / 2
        widths = (full,) if row.kind == "band" else shape.widths
        aligns: tuple[Align, ...] = ("left",) if row.kind == "band" else tuple(c.align for c in self.columns)
        for cell, wide, align in zip(row.lines, widths, aligns, strict=True):
            look = style.but(size=size, align=align)
            for i, line in enumerate(cell):
                page.line(line, look, x + PAD, top - _EDGE - i * row.leading - drop, wide - 2 * PAD)
            x += wide


def _rule(page: Pen, x: float, y: float, width_pt: float, colour: str, thick: float) -> None:
    page.canvas.setStrokeColor(rgb(colour))
    page.canvas.setLineWidth(thick)
    page.canvas.line(x, y, x + width_pt, y)


def _fitting(rows: Sequence[_Laid], room: float) -> int:
    """Return how many rows fit, without parting a band from its rows or a sum from its rows."""
    fit = 0
    for row in rows:
        room -= row.height
        if room < 0:
            break
        fit += 1
    while 0 < fit < len(rows) and (rows[fit - 1].kind == "band" or rows[fit].kind in ("subtotal", "total")):
        fit -= 1
    return fit


def _spans(cell: Cell, *, bold: bool) -> tuple[Span, ...]:
    spans = (Span(cell),) if isinstance(cell, str) else (cell,) if isinstance(cell, Span) else cell
    return tuple(Span(clean(s.text), s.bold or bold, s.colour, s.link) for s in spans)


def _wide(cell: Cell, size: float, *, bold: bool) -> float:
    return sum(max(width(part, s.font, size) for part in s.text.split("\n")) for s in _spans(cell, bold=bold))


def _whole_widths(grid: Grid, size: float) -> list[float]:
    """Widths of the columns that stay whole, 0 for those that wrap."""
    widths = []
    for i, column in enumerate(grid.columns):
        wide = max(column.least - 2 * PAD, 0.0)
        if column.share == 0:
            wide = max(wide, _word(column.head, min(size, CELL_HEAD.size)) if grid.with_head else 0.0)
            cells = (row for row in grid.rows if row.kind != "band")
            wide = max([wide, *(_wide(row.cells[i], size, bold=row.kind != "row") for row in cells)])
        widths.append(wide + 2 * PAD + 0.1 if wide or column.share == 0 else 0.0)
    return widths


def _word(text: str, size: float) -> float:
    """The width a head needs so that its longest word stays whole (Chinese heads: half of them)."""
    lines = wrap((Span(text, bold=True),), size, 1.0) if text.isascii() else ()
    if not lines:
        bold = Span(text, bold=True)
        return width(clean(text), bold.font, size) / (2 if len(text) > 4 else 1) + size
    return max(width(word, Span("", bold=True).font, size) for word in text.split() or [""])


def _shaped(grid: Grid, width_pt: float) -> _Shape:
    """Find the largest size at which the whole columns leave the wrapping ones enough room."""
    shares = sum(c.share for c in grid.columns)
    size = grid.size
    while True:
        widths = [w if c.share == 0 else 0.0 for w, c in zip(_whole_widths(grid, size), grid.columns, strict=True)]
        least = sum(max(c.least, 40.0) for c in grid.columns if c.share)
        free = width_pt - sum(widths)
        if free >= least or size <= _LEAST_SIZE:
            break
        size -= 0.5
    if shares and free >= least:
        widths = [free * c.share / shares if c.share else w for w, c in zip(widths, grid.columns, strict=True)]
    else:
        wanted = [w or max(c.least, 40.0) for w, c in zip(widths, grid.columns, strict=True)]
        widths = [w * width_pt / sum(wanted) for w in wanted]
    return _wrapped(grid, tuple(widths), size)


def _wrapped(grid: Grid, widths: tuple[float, ...], size: float) -> _Shape:
    rows = []
    for row in grid.rows:
        rooms = (sum(widths),) if row.kind == "band" else widths
        cells = zip(row.cells, rooms, strict=True)
        lines = tuple(wrap(_spans(c, bold=row.kind != "row"), size, w - 2 * PAD) for c, w in cells)
        rows.append(_Laid(lines, row.kind, row.shade, size * 1.38))
    head = None
    if grid.with_head:
        small = min(size, CELL_HEAD.size)
        lines = tuple(wrap((Span(clean(c.head), bold=True),), small, w - 2 * PAD)
                      for c, w in zip(grid.columns, widths, strict=True))
        head = _Laid(lines, "row", "", small * 1.33)
    return _Shape(widths, size, head, tuple(rows))


def pairs(items: Iterable[tuple[str, Cell]], *, share: float = 0.38) -> Grid:
    """Return a list of names and values without heads."""
    rows = [Row((Span(name, colour=MUTED), value)) for name, value in items]
    return Grid((Column("", share), Column("", 1 - share)), rows, head=False)
