"""What every chart shares: tokens, type, text that knows when it was clipped, and a description in words."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from wizard.i18n import Translator
from wizard.ui.theme import CAPTION, Tokens

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


class Chart(QLabel):
    """A widget that draws figures and says the same in words (``accessibleDescription``, also its tool tip).

    Screen readers call it a picture: the role of a label that has one.

    Attributes:
        clipped: texts that did not fit when last painted; a test wants it empty.
    """

    def __init__(self, tokens: Tokens, tr: Translator, name: str, height: int) -> None:
        super().__init__()
        self.tokens, self.tr_ = tokens, tr
        self.clipped: list[str] = []
        self._height = height
        self._by_key = False
        self.setPixmap(QPixmap(1, 1))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def t(self, msgid: str, /, **fields: object) -> str:
        """Translate."""
        return self.tr_.format(msgid, fields)

    def say(self, words: str) -> None:
        """Set the text that says what the chart shows, and redraw."""
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(240, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.clipped.clear()
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(p)
        if self.hasFocus() and self._by_key:
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.setPen(QPen(self.colour("accent"), 2))
            p.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        p.end()

    def draw(self, p: QPainter) -> None:
        """Draw the chart."""
        raise NotImplementedError

    def colour(self, role: str) -> QColor:
        """Return a token's colour."""
        return self.tokens.colour(role)

    def type(self, size: float = CAPTION, *, bold: bool = False) -> QFont:
        """Return the chart's type."""
        made = QFont(self.font())
        made.setPixelSize(round(size))
        made.setBold(bold)
        return made

    def write(
        self,
        p: QPainter,
        rect: QRectF,
        words: str,
        *,
        role: str = "secondary",
        flags: Qt.AlignmentFlag = LEFT,
        size: float = CAPTION,
        bold: bool = False,
    ) -> float:
        """Write one line into ``rect``, shortened with an ellipsis where it must be; returns its width."""
        font = self.type(size, bold=bold)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(words)
        shown = words
        if width > rect.width() + 0.5:
            self.clipped.append(words)
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        p.setFont(font)
        p.setPen(self.colour(role))
        p.drawText(rect, flags, shown)
        return width

    def width_of(self, words: str, size: float = CAPTION, *, bold: bool = False) -> float:
        """Return how wide a line is."""
        return QFontMetricsF(self.type(size, bold=bold)).horizontalAdvance(words)


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers from ``low`` to ``high``, at most ``most`` and always two."""
    if not high > low:
        high = low + 1
    rough = (high - low) / max(1, most - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    pace = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough)
    first = math.floor(low / pace) * pace
    count = math.ceil((high - first) / pace - 1e-9)
    return [first + pace * n for n in range(count + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return 1-2-5 numbers that span ``low`` to ``high``, thinned to at most seven."""
    start, end = math.floor(math.log10(low)), math.ceil(math.log10(high))
    made = [m * 10.0**e for e in range(start, end + 1) for m in (1, 2, 5)]
    inside = [v for v in made if low * 0.999 <= v <= high * 1.001]
    while len(inside) > 7:
        inside = inside[::2]
    return inside
