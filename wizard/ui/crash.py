"""Something unexpected happened: it is written down on this computer, shown, and the window stays open."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit

from wizard.ui.crash_report import report_text, save_report
from wizard.ui.shell import Shell
from wizard.ui.widgets.basic import button, column, row, text

log = logging.getLogger("rackwright")


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a document's answers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


class CrashDialog(QDialog):
    """Says what happened and where the report lies; nothing is sent anywhere."""

    def __init__(self, shell: Shell, words: str, path: Path | None) -> None:
        super().__init__(shell)
        t = shell.ctx.t
        self.words, self.path = words, path
        self.setObjectName("crash")
        self.setWindowTitle(t("Something unexpected happened"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(560, 380)
        details = QPlainTextEdit(words)
        details.setReadOnly(True)
        details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        details.setAccessibleName(t("The report"))
        details.setTabChangesFocus(True)
        saved = t("The report was saved as {name} on this computer. Nothing was sent.", name=path.name if path else "")
        where = saved if path else t("The report could not be saved; copy it if you want to keep it.")
        folder = button(t("Show in folder"), self._show_folder, name="crash-folder")
        folder.setVisible(path is not None)
        close = button(t("Go on"), self.accept, role="primary", name="crash-close")
        close.setDefault(True)
        self.setLayout(
            column(
                text(t("Something unexpected happened"), "title"),
                text(t("Your answers are kept, and the window works on. If it happens again, undo your last answer.")),
                details,
                text(where, "caption"),
                text(t("It holds no answers, no names of folders and no passwords."), "caption"),
                row(button(t("Copy"), self._copy, name="crash-copy"), folder, -1, close),
                gap=10,
                margins=(24, 20, 24, 20),
            )
        )
        central = shell.centralWidget()
        self.setStyleSheet(central.styleSheet() if central is not None else "")
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.words)

    def _show_folder(self) -> None:
        if self.path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path.parent)))


class CrashHook:
    """An exception hook: keeps the answers, saves a report, and shows one dialog at a time.

    Args:
        folder: where reports are saved.
    """

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell, self.folder = shell, folder
        self.shown: CrashDialog | None = None
        self._busy = False

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take an exception that nobody caught, as ``sys.excepthook`` gets it."""
        log.error("unexpected error", exc_info=(kind, error, trace))
        if self._busy or not isinstance(error, Exception):
            return
        self._busy = True
        try:
            self._report(error, trace)
        except Exception:
            # A second failure must not hide the first, which stands in the log.
            log.exception("the report failed")
        finally:
            self._busy = False

    def _report(self, error: Exception, trace: TracebackType | None) -> None:
        session = self.shell.session
        session.keep()
        facts = [("language", session.tr_.lang), ("step", session.step), ("catalogue", session.catalog.version)]
        words = report_text(error, trace, facts, _texts(session.needs.document.model_dump()))
        path = save_report(self.folder, words)
        if self.shown is None:
            self.shown = CrashDialog(self.shell, words, path)
            self.shown.finished.connect(self._closed)
            self.shown.open()

    def _closed(self) -> None:
        self.shown = None
