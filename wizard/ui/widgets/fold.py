"""A part of a page that opens on demand: what it holds stands beside its name while it is closed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from wizard.ui.theme import Tokens
from wizard.ui.widgets.basic import Panel, row, text


class Fold(Panel):
    """A panel whose head is a button.

    Args:
        tokens: colours.
        head: its name.
        note: what is inside, in a few words.
        framed: whether it has a frame of its own; inside a panel it needs none.
    """

    def __init__(
        self, tokens: Tokens, head: str, note: str = "", *, name: str = "", opened: bool = False,
        framed: bool = True,
    ) -> None:
        super().__init__()
        if not framed:
            self.setProperty("role", "plain")
            self.body.setContentsMargins(0, 0, 0, 0)
        self._icons = {on: QIcon(f"icons:{way}-{tokens.name}.svg") for on, way in ((True, "down"), (False, "right"))}
        self.title = QToolButton()
        self.title.setText(head)
        self.title.setObjectName(name or "fold")
        self.title.setCheckable(True)
        self.title.setIconSize(QSize(16, 16))
        self.title.setProperty("role", "fold")
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.title.setAccessibleDescription(note)
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
        self.title.toggled.connect(self._toggled)
        self.title.setChecked(opened)
        self._toggled(opened)

    def _toggled(self, on: bool) -> None:
        self.content.setVisible(on)
        self.title.setIcon(self._icons[on])

    def add(self, item: QWidget | QLayout) -> None:
        """Add to what opens."""
        if isinstance(item, QWidget):
            self.box.addWidget(item)
        else:
            self.box.addLayout(item)

    def open(self, on: bool = True) -> None:
        """Open or close it."""
        self.title.setChecked(on)

    @property
    def opened(self) -> bool:
        """Whether it is open."""
        return self.title.isChecked()

    def say(self, words: str) -> None:
        """Change what stands beside the name."""
        self.inside.setText(words)
        self.title.setAccessibleDescription(words)
