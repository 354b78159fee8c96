"""A part of a page that opens on demand: what it holds stands beside its name while it is closed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from wizard.ui.context import Context
from wizard.ui.widgets.basic import Panel, row, text


class Fold(Panel):
    """A panel whose head is a button.

    Args:
        ctx: colours and language.
        head: its name.
        note: what is inside, in a few words.
        framed: whether it has a frame of its own; inside a panel it needs none.

    Attributes:
        opened: whether it is open.
    """

    def __init__(
        self, ctx: Context, head: str, note: str = "", *, name: str = "", opened: bool = False,
        framed: bool = True,
    ) -> None:
        super().__init__()
        self.ctx, self.opened = ctx, opened
        if not framed:
            self.setProperty("role", "plain")
            self.body.setContentsMargins(0, 0, 0, 0)
        ways, theme = ((True, "down"), (False, "right")), ctx.tokens.name
        self._icons = {on: QIcon(f"icons:{way}-{theme}.svg") for on, way in ways}
        self.title = QToolButton()
        self.title.setText(head)
        self.title.setObjectName(name or "fold")
        self.title.setIconSize(QSize(16, 16))
        self.title.setProperty("role", "fold")
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(head)
        self.inside = text(note, "caption", right=True)
        line = row(self.title, self.inside, gap=12)
        line.setStretch(1, 1)
        self.body.addLayout(line)
        self.content = QWidget()
        self.box = QVBoxLayout(self.content)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(12)
        self.body.addWidget(self.content)
        self.title.clicked.connect(lambda _checked=False: self.open(not self.opened))
        self.open(opened)

    def _describe(self) -> None:
        # Qt tells screen readers of no button that it opens something; as a check box it would ask for a choice.
        state = self.ctx.t("unfolded") if self.opened else self.ctx.t("folded")
        words = self.inside.text()
        self.title.setAccessibleDescription(f"{state}: {words}" if words else state)

    def add(self, item: QWidget | QLayout) -> None:
        """Add to what opens."""
        if isinstance(item, QWidget):
            self.box.addWidget(item)
        else:
            self.box.addLayout(item)

    def open(self, on: bool = True) -> None:
        """Open or close it."""
        self.opened = on
        self.content.setVisible(on)
        self.title.setIcon(self._icons[on])
        self._describe()

    def say(self, words: str) -> None:
        """Change what stands beside the name."""
        self.inside.setText(words)
        self._describe()
