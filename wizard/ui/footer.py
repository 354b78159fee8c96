"""The footer: what was saved, the way back and on, and the buttons that a page brings itself."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QFrame, QWidget

from wizard.needs import flow
from wizard.ui.context import Context
from wizard.ui.rail import NAMES
from wizard.ui.widgets.basic import button, row, text

HEIGHT = 56


class Footer(QFrame):
    """Shows what the session says; the shell tells it when."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("footer")
        self.setFixedHeight(HEIGHT)
        self.kept = text("", "why", wrap=False)
        self.kept.setObjectName("kept")
        self.back = button(ctx.t("Back"), ctx.session.back, name="back")
        self.back.setAutoDefault(True)
        self.on = button("", ctx.session.next, role="primary", name="next")
        self.on.setAutoDefault(True)
        self.tails = row()
        self.setLayout(row(self.kept, -1, self.back, self.on, self.tails, margins=(28, 0, 28, 0)))

    def adopt(self, tail: QWidget | None) -> None:
        """Take the buttons of a page."""
        if tail is not None:
            self.tails.addWidget(tail)

    def show_ways(self, *, aside: bool) -> None:
        """Show where one may go; ``aside``: the settings are shown, which have a way of their own."""
        session, t = self.ctx.session, self.ctx.t
        following = None if aside else flow.after(session.needs, session.step)
        self.back.setVisible(not aside and flow.before(session.needs, session.step) is not None)
        self.on.setVisible(following is not None)
        if following is None:
            return
        ready = flow.reachable(session.needs, following, session.faulty)
        self.on.setText(t("Next: {step}", step=t(NAMES[following])))
        self.on.setEnabled(ready)
        self.on.setToolTip("" if ready else t("First mend what is marked on this page."))

    def show_kept(self) -> None:
        """Say when the answers were saved, or what must be mended first."""
        session, t = self.ctx.session, self.ctx.t
        if session.kept_at is None:
            words = t("Answers are saved as you go")
        else:
            passed = time.monotonic() - session.kept_at
            words = t("Saved just now") if passed < 60 else t("Saved {n} min ago", n=int(passed // 60))
        words += " · " + t("catalogue {version}", version=session.catalog.version)
        self.kept.setText("⚠ " + t("First mend what is marked on this page.") if session.faulty else words)
