"""A page: its question, why we ask, its fields. The shell calls ``refresh`` whenever answers or plan change."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from wizard.ui.context import Context
from wizard.ui.tabbing import stops
from wizard.ui.widgets.basic import scrolled, text
from wizard.ui.widgets.fields import Field

MARGIN = 28


class Page(QWidget):
    """Base of all pages.

    Args:
        ctx: session, words, colours.
        question: the page's title.
        why: one line on why we ask.

    Attributes:
        tail: buttons of this page in the window's footer, where the way on would be.
    """

    def __init__(self, ctx: Context, question: str, why: str) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("page")
        self.title = text(question, "title")
        self.title.setObjectName("page-title")
        self.why = text(why, "why")
        self.setAccessibleName(question)
        self.setAccessibleDescription(why)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(MARGIN, 20, MARGIN, 20)
        self.body.setSpacing(14)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title)
        head.addWidget(self.why)
        self.body.addLayout(head)
        self.area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._fields: list[Field] = []
        self.tail: QWidget | None = None

    def field(self, made: Field) -> Field:
        """Bind a field to this page."""
        self._fields.append(made)
        return made

    def add(self, item: QWidget | QLayout) -> None:
        """Add a widget or layout below the others."""
        if isinstance(item, QWidget):
            self.body.addWidget(item)
        else:
            self.body.addLayout(item)

    def refresh(self) -> None:
        """Show answers and plan as the session has them."""
        for made in self._fields:
            made.refresh()

    def settle(self, size: QSize) -> None:
        """Lay the page out before it is seen, so that nothing jumps."""
        self.resize(size)
        for widget in (self, self.area.widget()):
            layout = widget.layout() if widget is not None else None
            if layout is not None:
                layout.activate()

    def first_focus(self) -> bool:
        """Put the focus where typing begins; returns whether there is such a place."""
        first = next(stops(self), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        return first is not None
