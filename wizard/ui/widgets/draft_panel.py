"""A look at what will be written: every file with the mark of its checks, the quote page by page, texts in colours."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from wizard.deploy.results import say
from wizard.i18n import mark
from wizard.ui.context import Context
from wizard.ui.drafts import QUOTE, Draft, Drafts
from wizard.ui.preview import page_count, page_image
from wizard.ui.widgets.basic import Panel, button, column, row, text
from wizard.ui.widgets.code_view import CodeView

SIGNS = {"passed": "✓", "failed": "⚠", "not_run": "○", "none": "·"}
STATES = {"passed": mark("checks passed"), "failed": mark("a check failed"), "not_run": mark("not checked here")}
LIST_HEIGHT = 132
VIEW_HEIGHT = 452
SHARP = 2.0


class DraftPanel(Panel):
    """Shows the drafts of the context's drafter."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx.t("Preview"), " ")
        self.ctx = ctx
        self.list = QListWidget()
        self.list.setObjectName("draft-list")
        self.list.setAccessibleName(ctx.t("Files that will be written"))
        self.list.setAccessibleDescription(ctx.t("Up and Down choose a file; it is shown below."))
        self.list.setFixedHeight(LIST_HEIGHT)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show())
        self.view = QStackedWidget()
        self.view.setFixedHeight(VIEW_HEIGHT)
        self.code = CodeView(ctx.tokens)
        self.code.setAccessibleName(ctx.t("Text of the file"))
        self.paper = _Paper(ctx)
        self.nothing = text("", "caption")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for made in (self.code, self.paper, self.nothing):
            self.view.addWidget(made)
        self.checks = text("", "caption", selectable=True)
        self.checks.setObjectName("draft-checks")
        self.add(column(self.list, self.view, self.checks))
        self._drawn: Drafts | None = None

    def refresh(self) -> None:
        """Show the drafts as they are now, and stay on the file that is looked at."""
        drafter, t = self.ctx.drafter, self.ctx.t
        if drafter.error is not None:
            self.note.setText("⚠ " + t("The preview could not be made: {why}", why=repr(drafter.error)))
        elif drafter.busy:
            self.note.setText(t("in the making..."))
        else:
            self.note.setText(self._summary(drafter.drafts))
        if drafter.drafts is self._drawn:
            return
        self._drawn = drafter.drafts
        had = self._current()
        self.list.blockSignals(True)
        self.list.clear()
        for draft in drafter.drafts.files:
            self.list.addItem(self._item(draft))
        places = [n for n, draft in enumerate(drafter.drafts.files) if draft.path == had]
        self.list.setCurrentRow(places[0] if places else 0)
        self.list.blockSignals(False)
        self._show()

    def _summary(self, drafts: Drafts) -> str:
        t, total = self.ctx.t, sum(len(d.results) for d in drafts.files)
        if not total:
            return ""
        words = t("{n} of {all} checks passed", n=drafts.count("passed"), all=total)
        failed = drafts.count("failed")
        return f"⚠ {words}" if failed else f"✓ {words}"

    def _item(self, draft: Draft) -> QListWidgetItem:
        item = QListWidgetItem(f"{SIGNS[draft.state]}  {draft.path}")
        item.setData(Qt.ItemDataRole.UserRole, draft.path)
        item.setSizeHint(QSize(0, 24))
        state = self.ctx.t(STATES[draft.state]) if draft.state in STATES else ""
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{draft.path}, {state}" if state else draft.path)
        return item

    def _current(self) -> str:
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def show_path(self, path: str) -> None:
        """Look at one file."""
        for n in range(self.list.count()):
            if self.list.item(n).data(Qt.ItemDataRole.UserRole) == path:
                self.list.setCurrentRow(n)

    def _show(self) -> None:
        drafts = self.ctx.drafter.drafts
        draft = drafts.find(self._current())
        if draft is None:
            self._say(self.ctx.t("Nothing yet."))
        elif draft.path == QUOTE:
            self.paper.show_pdf(drafts.pdf)
            self.view.setCurrentWidget(self.paper)
        elif not draft.text:
            self._say(self.ctx.t("A spreadsheet; it opens in your own program once it is written."))
        else:
            self.code.show_file(draft.kind, draft.text)
            self.view.setCurrentWidget(self.code)
        self.checks.setText(self._checks(draft) if draft else "")
        self.checks.setVisible(bool(self.checks.text()))

    def _say(self, words: str) -> None:
        self.nothing.setText(words)
        self.view.setCurrentWidget(self.nothing)

    def _checks(self, draft: Draft) -> str:
        bad = [say(self.ctx.tr, r).partition(": ")[2] for r in draft.results if r.status != "passed"]
        good = [r.check for r in draft.results if r.status == "passed"]
        words = ["✓ " + self.ctx.t("passed: {names}", names=", ".join(good))] if good else []
        return "\n".join([*(f"⚠ {line}" for line in bad), *words])


class _Paper(QWidget):
    """The quote, one page at a time."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.pdf, self.pages, self.number = b"", 0, 0
        self.picture = QLabel()
        self.picture.setProperty("role", "paper")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(1, 1)
        self.back = button("‹", lambda: self.turn(-1), role="chip", name="page-back")
        self.back.setAccessibleName(ctx.t("Page before"))
        self.on = button("›", lambda: self.turn(1), role="chip", name="page-on")
        self.on.setAccessibleName(ctx.t("Next page"))
        self.where = text("", "caption", wrap=False)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.picture, 1, Qt.AlignmentFlag.AlignHCenter)
        box.addLayout(row(-1, self.back, self.where, self.on, -1))

    def show_pdf(self, pdf: bytes) -> None:
        """Show a PDF; the page that is looked at stays where it has one."""
        if pdf != self.pdf or not pdf:
            self.pdf, self.pages = pdf, page_count(pdf) if pdf else 0
            self.number = min(self.number, max(0, self.pages - 1))
            self._draw()

    def turn(self, way: int) -> None:
        """Go a page on or back."""
        self.number = max(0, min(self.pages - 1, self.number + way))
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        t = self.ctx.t
        self.back.setEnabled(self.number > 0)
        self.on.setEnabled(self.number + 1 < self.pages)
        self.where.setText(t("page {n} of {all}", n=self.number + 1, all=self.pages) if self.pages else "")
        if not self.pages:
            self.picture.setPixmap(QPixmap())
            self.picture.setText(t("The quote is being drawn..."))
            return
        # A4 is upright: its height decides.
        width = min(self.width(), round((self.height() - 40) / 1.4142))
        image = page_image(self.pdf, self.number, max(1, width), SHARP)
        if image is not None:
            self.picture.setPixmap(QPixmap.fromImage(image))
            self.picture.setAccessibleName(t("Quote, page {n} of {all}", n=self.number + 1, all=self.pages))
