"""One of the parts that the plan page shows, one at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.planner.plan import Plan
from wizard.ui.context import Context


class Section(QWidget):
    """Made when first looked at, refreshed only while it is looked at."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(12)

    def show_plan(self, plan: Plan) -> None:
        """Show what belongs to a plan, and to the session's option of it."""
        raise NotImplementedError

    def enter(self) -> None:
        """Somebody turns to this part."""

    def first_focus(self) -> bool:
        """Put the focus where typing begins; returns whether there is such a place."""
        return False
