"""The right pane: the plan so far, or where one of its figures comes from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget

from wizard.ui.context import Context
from wizard.ui.explain import Explanation
from wizard.ui.summary import SLIM, WIDTH, Summary


class Side(QStackedWidget):
    """Shows the summary; an explanation takes its place until it is closed.

    Args:
        closed: called when an explanation was closed.
    """

    def __init__(self, ctx: Context, closed: Callable[[], object]) -> None:
        super().__init__()
        self._closed = closed
        self.summary = Summary(ctx)
        self.explanation = Explanation(ctx, self.close_explanation)
        self.addWidget(self.summary)
        self.addWidget(self.explanation)

    @property
    def explaining(self) -> bool:
        """Whether an explanation is shown."""
        return self.currentWidget() is self.explanation

    def fit(self, *, narrow: bool) -> None:
        """Take the width that the window leaves."""
        self.setFixedWidth(SLIM if narrow else WIDTH)

    def refresh(self) -> None:
        """Show the session's plan."""
        self.summary.refresh()
        if self.explaining:
            self.explanation.refresh()

    def explain(self, code: str) -> None:
        """Show where a figure comes from."""
        self.explanation.show_code(code)
        self.setCurrentWidget(self.explanation)
        self.explanation.close_button.setFocus()

    def close_explanation(self) -> None:
        """Show the plan so far again."""
        self.setCurrentWidget(self.summary)
        self._closed()
