"""The window: rail, page, plan so far, footer. It alone listens to the session and tells the parts to refresh."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wizard.i18n import Translator
from wizard.needs import flow
from wizard.needs.flow import Step
from wizard.needs.needs import Needs
from wizard.ui import theme
from wizard.ui.commands import Commands
from wizard.ui.context import Context
from wizard.ui.drafting import Drafter, Maker
from wizard.ui.explain import Explanation
from wizard.ui.exporting import Exporter, Writer
from wizard.ui.icons import app_icon
from wizard.ui.menu import main_menu
from wizard.ui.opening import read_any
from wizard.ui.pages.base import Page
from wizard.ui.rail import NAMES, Rail
from wizard.ui.session import Session
from wizard.ui.store import Settings, Store
from wizard.ui.summary import Summary
from wizard.ui.widgets.basic import button, row, text

PAGES: dict[Step, tuple[str, str]] = {
    "use_case": ("use_case", "UseCasePage"),
    "model": ("model", "ModelPage"),
    "workload": ("workload", "WorkloadPage"),
    "targets": ("targets", "TargetsPage"),
    "training": ("training", "TrainingPage"),
    "budget": ("budget", "BudgetPage"),
    "hardware": ("hardware", "HardwarePage"),
    "plan": ("result", "ResultPage"),
    "bill": ("bill", "BillPage"),
    "export": ("export", "ExportPage"),
}
AGO_MS = 5000


class Shell(QMainWindow):
    """The wizard's window.

    Args:
        session: the view model.
        store: where settings are kept; ``None`` keeps nothing.
        writer: writes every output of a plan.
        drafts: makes the preview of an export.
        read: reads needs from whatever file was opened or dropped.
    """

    def __init__(
        self,
        session: Session,
        *,
        store: Store | None = None,
        writer: Writer | None = None,
        drafts: Maker | None = None,
        read: Callable[[Path], Needs] | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        session.setParent(self)
        self.exporter = Exporter(writer, self)
        self.drafter = Drafter(drafts, self)
        reader = read or (lambda path: read_any(path, session.needs, session.catalog))
        settings = settings or (store.settings() if store else Settings())
        self.commands = Commands(self, session, store, settings, reader)
        self._font = theme.load_fonts()
        self.pages: dict[Step, Page] = {}
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(1120, 620)
        self.resize(1280, 820)
        if self.commands.settings.geometry:
            self.setGeometry(QRect(*self.commands.settings.geometry))
        self._actions()
        self.ago = QTimer(self)
        self.ago.setInterval(AGO_MS)
        self.ago.timeout.connect(self._footer_text)
        self.rebuild()
        session.needs_changed.connect(self._on_needs)
        session.plan_changed.connect(self._on_plan)
        session.step_changed.connect(self._on_step)
        session.kept_changed.connect(self._footer_text)
        self.exporter.changed.connect(self._on_export)
        self.drafter.changed.connect(self._on_export)

    # --- building

    def rebuild(self) -> None:
        """Build everything afresh in the language and theme of the settings; answers live in the session."""
        had = self.centralWidget()
        tokens = theme.tokens_for(self.commands.settings.theme)  # type: ignore[arg-type]  # the store checked it
        tr = Translator(self.commands.settings.language or "en")
        self.session.tr_ = tr
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setFont(theme.font(family=self._font))
            app.setPalette(theme.palette(tokens))
        self.ctx = Context(
            session=self.session,
            tokens=tokens,
            tr=tr,
            exporter=self.exporter,
            drafter=self.drafter,
            recent=self.commands.settings.recent,
            open_dialog=self.commands.open_dialog,
            open_path=self.commands.open_path,
            explain=self.explain,
        )
        self._overrides = self.session.needs.overrides
        self.pages.clear()
        central = QWidget()
        # On the new, empty centre and not on the application: that would style every old widget once more.
        self._sheet = theme.stylesheet(tokens)
        central.setStyleSheet(self._sheet)
        self._compose(central)
        self.setPalette(theme.palette(tokens))
        self.setCentralWidget(central)
        if self.isVisible():
            # At once, or a frame without content would flash.
            central.show()
        if had is not None:
            had.hide()
        self.retitle()
        self._on_step()

    def _compose(self, central: QWidget) -> None:
        ctx = self.ctx
        self.rail = Rail(ctx)
        self.rail.chosen.connect(self.session.go)
        self.menu_button = button(ctx.t("Menu"), role="quiet", name="menu")
        menu = main_menu(self, ctx)
        menu.setStyleSheet(self._sheet)
        self.menu_button.setMenu(menu)
        other = "English" if ctx.tr.lang == "zh_CN" else "中文"
        self.language_button = button(other, self.commands.switch_language, role="quiet", name="language")
        self.language_button.setAccessibleName(ctx.t("Switch the language to {name}", name=other))
        self.rail.box.addLayout(row(self.menu_button, self.language_button, -1, gap=4))
        self.stack = QStackedWidget()
        self.stack.setObjectName("middle")
        self.side = QStackedWidget()
        self.summary = Summary(ctx)
        self.explanation = Explanation(ctx, self._close_explanation)
        self.side.addWidget(self.summary)
        self.side.addWidget(self.explanation)
        self.side.setFixedWidth(self.summary.maximumWidth())
        across = QHBoxLayout()
        across.setSpacing(0)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._notice())
        middle.addWidget(self.stack, 1)
        across.addLayout(middle, 1)
        across.addWidget(self.side)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(across, 1)
        right.addWidget(self._footer())
        whole = QHBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addLayout(right, 1)

    def _footer(self) -> QFrame:
        footer = QFrame()
        footer.setObjectName("footer")
        footer.setFixedHeight(56)
        self.kept = text("", "why", wrap=False)
        self.kept.setObjectName("kept")
        self.back_button = button(self.ctx.t("Back"), self.session.back, name="back")
        self.back_button.setAutoDefault(True)
        self.next_button = button("", self.session.next, role="primary", name="next")
        self.next_button.setAutoDefault(True)
        self.tails = row()
        footer.setLayout(row(self.kept, -1, self.back_button, self.next_button, self.tails, margins=(28, 0, 28, 0)))
        return footer

    def _notice(self) -> QFrame:
        self.notice = QFrame()
        self.notice.setObjectName("notice")
        self.notice_text = text("")
        self.notice_text.setObjectName("notice-text")
        close = button(self.ctx.t("Close"), lambda: self.notice.hide(), role="quiet", name="notice-close")
        line = row(self.notice_text, close, margins=(16, 8, 8, 8))
        line.setStretch(0, 1)
        self.notice.setLayout(line)
        self.notice.hide()
        return self.notice

    def page(self, step: Step) -> Page:
        """Return the page of a step, made when first asked for."""
        if step not in self.pages:
            module, name = PAGES[step]
            made: Page = getattr(import_module(f"wizard.ui.pages.{module}"), name)(self.ctx)
            self.pages[step] = made
            self.stack.addWidget(made)
            if made.tail is not None:
                self.tails.addWidget(made.tail)
        return self.pages[step]

    # --- what changed

    def _on_step(self) -> None:
        page = self.page(self.session.step)
        self._refresh()
        page.settle(self.stack.size())
        self.stack.setCurrentWidget(page)
        for made in self.pages.values():
            if made.tail is not None:
                made.tail.setVisible(made is page)
        if self.isVisible():
            self._focus(page)

    def _on_needs(self) -> None:
        if self.session.needs.overrides != self._overrides:
            # Other hardware and models to choose from.
            self.rebuild()
        if self.stack.currentWidget() is not self.page(self.session.step):
            self._on_step()
        else:
            self._refresh()
        self.retitle()

    def _on_plan(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        self.page(self.session.step).refresh()
        self.rail.refresh()
        self.summary.refresh()
        if self.side.currentWidget() is self.explanation:
            self.explanation.refresh()
        self._footer_text()
        self._buttons()

    def _on_export(self) -> None:
        if self.session.step == "export":
            self.page("export").refresh()

    def _buttons(self) -> None:
        session, t = self.session, self.ctx.t
        self.back_button.setVisible(flow.before(session.needs, session.step) is not None)
        following = flow.after(session.needs, session.step)
        self.next_button.setVisible(following is not None)
        if following is None:
            return
        ready = flow.reachable(session.needs, following, session.faulty)
        self.next_button.setText(t("Next: {step}", step=t(NAMES[following])))
        self.next_button.setEnabled(ready)
        self.next_button.setToolTip("" if ready else t("First mend what is marked on this page."))

    def _footer_text(self) -> None:
        session, t = self.session, self.ctx.t
        if session.kept_at is None:
            words = t("Answers are saved as you go")
        else:
            passed = time.monotonic() - session.kept_at
            words = t("Saved just now") if passed < 60 else t("Saved {n} min ago", n=int(passed // 60))
        self.kept.setText(words + " · " + t("catalogue {version}", version=session.catalog.version))
        if not session.faulty:
            return
        self.kept.setText("⚠ " + t("First mend what is marked on this page."))

    def retitle(self) -> None:
        """Name the project in the title bar."""
        path = self.session.path
        name = path.stem if path else self.session.needs.document.project or self.ctx.t("New plan")
        self.setWindowTitle(f"{name}[*] — Rackwright")
        self.setWindowModified(path is not None and self.session.modified)

    # --- asking and telling

    def tell(self, words: str) -> None:
        """Say something above the page; no box to click away."""
        self.notice_text.setText(words)
        self.notice.setVisible(bool(words))

    def explain(self, code: str) -> None:
        """Show where a figure comes from, in place of the plan so far."""
        self.explanation.show_code(code)
        self.side.setCurrentWidget(self.explanation)
        self.explanation.close_button.setFocus()

    def _close_explanation(self) -> None:
        self.side.setCurrentWidget(self.summary)
        self._focus(self.page(self.session.step))

    def _focus(self, page: Page) -> None:
        if not page.first_focus():
            self.next_button.setFocus()

    # --- Qt

    def _actions(self) -> None:
        redo = list({*QKeySequence.keyBindings(QKeySequence.StandardKey.Redo), QKeySequence("Ctrl+Shift+Z")})
        for name, keys, slot in (
            ("undo", QKeySequence.keyBindings(QKeySequence.StandardKey.Undo), self.session.undo.undo),
            ("redo", redo, self.session.undo.redo),
            ("open", [QKeySequence("Ctrl+O")], self.commands.open_dialog),
            ("save", [QKeySequence("Ctrl+S")], self.commands.save),
            ("new", [QKeySequence("Ctrl+N")], self.commands.new),
            ("quit", [QKeySequence("Ctrl+Q")], self.close),
            ("print", [QKeySequence("Ctrl+P")], lambda: self.session.go("export")),
            ("back", [QKeySequence("Alt+Left")], self.session.back),
            ("next", [QKeySequence("Alt+Right")], self.session.next),
            ("why", [QKeySequence("F1")], self.explain_focus),
        ):
            action = QAction(self)
            action.setObjectName(f"action-{name}")
            action.setShortcuts(keys)
            action.triggered.connect(lambda _checked=False, s=slot: s())
            self.addAction(action)

    def explain_focus(self) -> None:
        """Explain the figure that has the focus, or the plan as a whole."""
        focus = QApplication.focusWidget()
        code = focus.property("explains") if focus is not None else None
        self.explain(str(code or ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.session.next()
        elif event.key() == Qt.Key.Key_Escape and self.side.currentWidget() is self.explanation:
            self._close_explanation()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ThemeChange and self.commands.settings.theme == "system":
            QTimer.singleShot(0, self.rebuild)
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths:
            self.tell("⚠ " + self.ctx.t("Only files of this computer can be opened."))
            return
        event.acceptProposedAction()
        self.commands.open_path(paths[0])

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]  # Qt hands a QShowEvent
        self.ago.start()
        self._focus(self.page(self.session.step))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.commands.commit_focus()
        self.ago.stop()
        box = self.geometry()
        self.commands.keep(replace(self.commands.settings, geometry=(box.x(), box.y(), box.width(), box.height())))
        self.exporter.close()
        self.drafter.close()
        self.session.close()
        event.accept()
