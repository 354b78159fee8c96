"""The window: rail, page, plan so far, footer. It alone listens to the session and tells the parts to refresh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from wizard.i18n import Translator
from wizard.needs.flow import Step
from wizard.needs.needs import Needs
from wizard.ui import theme
from wizard.ui.commands import Commands
from wizard.ui.context import Context
from wizard.ui.drafting import Drafter, Maker
from wizard.ui.exporting import Exporter, Writer
from wizard.ui.footer import Footer
from wizard.ui.icons import app_icon
from wizard.ui.keys import add_actions
from wizard.ui.menu import main_menu
from wizard.ui.middle import Middle
from wizard.ui.opening import read_any
from wizard.ui.pages.base import Page
from wizard.ui.placing import place
from wizard.ui.rail import Rail
from wizard.ui.session import Session
from wizard.ui.side import Side
from wizard.ui.store import Settings, Store
from wizard.ui.tabbing import step

if TYPE_CHECKING:
    from wizard.ui.pages.settings import SettingsPage

AGO_MS = 5000
LEAVE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
"""Keys that lead from the settings back to the question."""


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
        self.told = ""
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        place(self, self.commands.settings.geometry)
        add_actions(self)
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
        had, setting = self.centralWidget(), self.centralWidget() is not None and self.settings_page is not None
        tokens = theme.tokens_for(self.commands.settings.theme)  # type: ignore[arg-type]  # the store checked it
        tr = Translator(self.commands.settings.language or "en", self.commands.settings.units)
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
            settings=lambda: self.commands.settings,
        )
        self._overrides = self.session.needs.overrides
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
        if setting:
            self.show_settings()

    def _compose(self, central: QWidget) -> None:
        ctx = self.ctx
        self.rail = Rail(ctx)
        self.rail.chosen.connect(self._jump)
        self.menu_button, language = self.rail.menu_button, self.rail.language_button
        menu = main_menu(self, ctx)
        menu.setStyleSheet(self._sheet)
        self.menu_button.setMenu(menu)
        language.clicked.connect(self.commands.switch_language)
        other = "English" if ctx.tr.lang == "zh_CN" else "中文"
        language.setAccessibleName(ctx.t("Switch the language to {name}", name=other))
        self.footer = Footer(ctx)
        self.kept, self.back_button, self.next_button = self.footer.kept, self.footer.back, self.footer.on
        self.middle = Middle(ctx, self.footer)
        self.stack, self.notice = self.middle.stack, self.middle.notice
        self.middle.close_notice.clicked.connect(lambda _checked=False: self.tell(""))
        self.side = Side(ctx, self._refocus)
        self.summary, self.explanation = self.side.summary, self.side.explanation
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addLayout(self.middle, 1)
        across.addWidget(self.side)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(across, 1)
        right.addWidget(self.footer)
        whole = QHBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addLayout(right, 1)
        self.tell(self.told)
        self._fit()

    def _fit(self) -> None:
        """Leave the page the room it needs."""
        self.rail.fit(self.size())
        self.side.fit(narrow=self.rail.narrow)

    @property
    def settings_page(self) -> SettingsPage | None:
        """The page of the settings, while it is shown."""
        return self.middle.settings

    def page(self, step: Step) -> Page:
        """Return the page of a step, made when first asked for."""
        return self.middle.page(step)

    # --- what changed

    def _jump(self, step: Step) -> None:
        if not self.session.go(step):
            self._on_step()

    def show_settings(self) -> None:
        """Show the settings in place of the question; the rail, or their own button, leads back."""
        self.commands.commit_focus()
        self._show(self.middle.open_settings(self.commands, self._on_step))
        self._buttons()

    def _on_step(self) -> None:
        page = self.page(self.session.step)
        self.middle.close_settings()
        self._refresh()
        self._show(page)

    def _show(self, page: Page) -> None:
        self.middle.show_page(page)
        if self.isVisible():
            self._focus(page)

    def _on_needs(self) -> None:
        if self.session.needs.overrides != self._overrides:
            # Other hardware and models to choose from.
            self.rebuild()
        if self.settings_page is not None:
            self._refresh()
            self.settings_page.refresh()
        elif self.stack.currentWidget() is not self.page(self.session.step):
            self._on_step()
        else:
            self._refresh()
        self.retitle()

    def _on_plan(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        self.page(self.session.step).refresh()
        self.rail.refresh()
        self.side.refresh()
        self._footer_text()
        self._buttons()

    def _on_export(self) -> None:
        if self.session.step == "export":
            self.page("export").refresh()

    def _buttons(self) -> None:
        self.footer.show_ways(aside=self.settings_page is not None)

    def _footer_text(self) -> None:
        self.footer.show_kept()

    def retitle(self) -> None:
        """Name the project in the title bar."""
        path = self.session.path
        name = path.stem if path else self.session.needs.document.project or self.ctx.t("New plan")
        self.setWindowTitle(f"{name}[*] — Rackwright")
        self.setWindowModified(path is not None and self.session.modified)

    # --- asking and telling

    def tell(self, words: str) -> None:
        """Say something above the page; no box to click away. It stays when the window is built afresh."""
        self.told = words
        self.middle.tell(words)

    def explain(self, code: str) -> None:
        """Show where a figure comes from, in place of the plan so far."""
        self.side.explain(code)

    def _refocus(self) -> None:
        self._focus(self.page(self.session.step))

    def _focus(self, page: Page) -> None:
        if not page.first_focus():
            self.next_button.setFocus()

    # --- Qt

    def explain_focus(self) -> None:
        """Explain the figure that has the focus, or the plan as a whole."""
        focus = QApplication.focusWidget()
        code = focus.property("explains") if focus is not None else None
        self.explain(str(code or ""))

    def focusNextPrevChild(self, forward: bool) -> bool:
        return step(self.centralWidget(), QApplication.focusWidget(), forward=forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.settings_page is not None and event.key() in LEAVE:
            self._on_step()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.session.next()
        elif event.key() == Qt.Key.Key_Escape and self.side.explaining:
            self.side.close_explanation()
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
        self.commands.open_paths(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]  # Qt hands a QShowEvent
        self.ago.start()
        self._refocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.commands.commit_focus()
        self.ago.stop()
        box = self.geometry()
        self.commands.keep(replace(self.commands.settings, geometry=(box.x(), box.y(), box.width(), box.height())))
        self.exporter.close()
        self.drafter.close()
        self.session.close()
        event.accept()
