"""Cards and chips to choose from: real buttons, so keyboard and screen readers know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard.ui.context import Context
from wizard.ui.theme import CORNER, Tokens
from wizard.ui.widgets.basic import button, column, row, text
from wizard.ui.widgets.fields import Field
from wizard.ui.widgets.flow_layout import FlowLayout


class Card(QAbstractButton):
    """A framed button with free content; a chosen one has the accent and a filled corner mark.

    Args:
        tokens: colours.
        name: accessible name.
        note: accessible description.
    """

    def __init__(self, tokens: Tokens, name: str, note: str = "") -> None:
        super().__init__()
        self.tokens = tokens
        self.setAccessibleName(name)
        self.setAccessibleDescription(note)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 12, 14, 12)
        self.body.setSpacing(4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        t = self.tokens
        chosen = self.isChecked()
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = 2 if self.hasFocus() else 1
        edge = "accent" if chosen or self.hasFocus() else "dot" if self.underMouse() else "hairline"
        p.setPen(QPen(t.colour(edge), wide))
        p.setBrush(t.colour("accent_soft" if chosen else "background"))
        inset = wide / 2
        p.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), CORNER, CORNER)
        p.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Space chooses, Enter goes on to the next question: nothing is chosen by walking through.
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)


def title_card(tokens: Tokens, title: str, note: str, icon: QWidget | None = None) -> Card:
    """Make a card with a title and a sentence."""
    card = Card(tokens, title, note)
    head = text(title, "strong")
    words = column(head, text(note, "caption"), -1, gap=2)
    if icon is None:
        card.body.addLayout(words)
    else:
        card.body.addLayout(row(column(icon, -1), words, gap=12))
    for label in card.findChildren(QLabel):
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return card


class Choice:
    """A group of cards or chips of which one is chosen.

    Args:
        chosen: called with the value when the user picks one.
    """

    def __init__(self, owner: QWidget, chosen: Callable[[object], object]) -> None:
        self.group = QButtonGroup(owner)
        self.group.setExclusive(True)
        self.buttons: dict[object, QAbstractButton] = {}
        self._chosen = chosen

    def add(self, value: object, made: QAbstractButton) -> None:
        """Add a button that stands for ``value``."""
        made.setCheckable(True)
        # The group alone would do; this is what makes screen readers say "radio button".
        made.setAutoExclusive(True)
        self.group.addButton(made)
        self.buttons[value] = made
        made.clicked.connect(lambda _on=False, v=value: self._chosen(v))

    def show(self, value: object) -> None:
        """Mark the button of ``value``; none where there is no such."""
        self.group.setExclusive(False)
        stop = value if value in self.buttons else next(iter(self.buttons), None)
        for key, made in self.buttons.items():
            if made.isChecked() != (key == value):
                made.setChecked(key == value)
            # Tab leads to the chosen one, arrows to the others; a button that has the focus keeps it.
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if key == stop else Qt.FocusPolicy.ClickFocus)
        self.group.setExclusive(True)


def card_grid(cards: Sequence[QWidget], columns: int, gap: int = 12) -> QGridLayout:
    """Lay cards out in rows of equal width."""
    grid = QGridLayout()
    grid.setSpacing(gap)
    grid.setContentsMargins(0, 0, 0, 0)
    for n, card in enumerate(cards):
        grid.addWidget(card, n // columns, n % columns)
    for n in range(columns):
        grid.setColumnStretch(n, 1)
    return grid


class ChipField(Field):
    """One of a few, as chips side by side.

    Args:
        choices: ``(value, words)``.
    """

    def __init__(
        self, ctx: Context, key: str, title: str, choices: Sequence[tuple[object, str]], note: str = ""
    ) -> None:
        super().__init__(ctx, key, title, note)
        holder = QWidget()
        self.choice = Choice(holder, self._put)
        line = FlowLayout(holder, gap=6)
        for value, words in choices:
            chip = button(words, role="chip", name=f"{key}={value}")
            chip.setAccessibleName(f"{title}: {words}")
            self.choice.add(value, chip)
            line.addWidget(chip)
        self._assemble(holder)

    def _show(self, value: object) -> None:
        self.choice.show(value)


class ManyField(Field):
    """Any of several, as chips; none chosen means all.

    Args:
        choices: the values, shown as they are where ``words`` has nothing for them.
        spoken: the title for screen readers, where none is shown.
    """

    def __init__(
        self,
        ctx: Context,
        key: str,
        title: str,
        choices: Sequence[str],
        note: str = "",
        *,
        words: Mapping[str, str] | None = None,
        spoken: str = "",
    ) -> None:
        super().__init__(ctx, key, title, note)
        holder = QWidget()
        self.chips = {}
        line = FlowLayout(holder, gap=6)
        for value in choices:
            shown = (words or {}).get(value, value)
            chip = button(shown, role="chip", name=f"{key}={value}")
            chip.setCheckable(True)
            chip.setAccessibleName(f"{spoken or title}: {shown}")
            chip.clicked.connect(self._picked)
            self.chips[value] = chip
            line.addWidget(chip)
        self._assemble(holder)

    def _picked(self) -> None:
        shown = tuple(words for words, chip in self.chips.items() if chip.isChecked())
        kept = tuple(v for v in self.ctx.session.value(self.key) if v not in self.chips)
        self._put(kept + shown)

    def _show(self, value: object) -> None:
        chosen = {str(v).casefold() for v in value} if isinstance(value, tuple) else set()
        for words, chip in self.chips.items():
            chip.setChecked(words.casefold() in chosen)
