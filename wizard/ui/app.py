"""Opening the wizard. Heavy rooms (numpy, paper) are imported by the first job, after the window is painted."""

from __future__ import annotations

import locale
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from wizard.catalog.catalog import Catalog
from wizard.i18n import Translator
from wizard.needs.needs import Needs
from wizard.planner.plan import Plan
from wizard.ui.commands import fresh_needs, qt_texts
from wizard.ui.crash import CrashHook
from wizard.ui.exporting import Writer
from wizard.ui.heap import settle
from wizard.ui.session import Session
from wizard.ui.shell import Shell
from wizard.ui.store import Settings, Store

if TYPE_CHECKING:
    from wizard.planner.planner import Planner
    from wizard.ui.drafts import Drafts


class Engine:
    """The planner over a catalogue, which remembers its last plans; the engine is imported when first used."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def _planner(self) -> Planner:
        from wizard.planner.planner import Planner

        return Planner(self._catalog)

    def shared(self) -> Planner:
        """Return the planner, which answers questions beside the plan too."""
        return self._planner

    def __call__(self, needs: Needs, cancelled: Callable[[], bool]) -> Plan:
        """Plan."""
        return self._planner.plan(needs, cancel=cancelled)

    def announcing(self, needs: Needs, cancelled: Callable[[], bool], early: Callable[[object], None]) -> Plan:
        """Plan, and tell what is known before the rest is worked out."""
        return self._planner.plan(needs, cancel=cancelled, early=early)


def engine(catalog: Catalog) -> Engine:
    """Return the planner over a catalogue."""
    return Engine(catalog)


def resolve(catalog: Catalog, name: str) -> str | None:
    """Return the model's id for a name as people write it, or ``None``."""
    if name in catalog.models:
        return name
    from wizard.catalog.model_names import resolve_model
    from wizard.errors import InputError

    try:
        return resolve_model(catalog, name).id
    except InputError:
        return None


def _drafts(*arguments: Any) -> Drafts:
    from wizard.ui.drafts import draft

    return draft(*arguments)


def application(arguments: list[str] | None = None) -> QApplication:
    """Return the one QApplication, with the Fusion style."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        settle()
        app = QApplication(arguments or sys.argv[:1])
    if app.style().name() != "fusion":
        # Only once: it polishes every widget that is alive.
        app.setStyle("Fusion")
    app.setApplicationName("rackwright")
    app.setApplicationDisplayName("Rackwright")
    app.setDesktopFileName("rackwright")
    return app


def desktop_language() -> str:
    """Return the language of the desktop among ours."""
    name = locale.getlocale()[0] or ""
    return "zh_CN" if name.lower().startswith(("zh", "chinese")) else "en"


def window(store: Store | None = None, writer: Writer | None = None) -> Shell:
    """Make the window on the shipped catalogue."""
    store = store or Store()
    settings = store.settings()
    if not settings.language:
        settings = replace(settings, language=desktop_language())
    qt_texts(settings.language)
    return build(store, settings, writer)


def build(store: Store | None, settings: Settings, writer: Writer | None = None) -> Shell:
    """Make a window with the real engine."""
    catalog = Catalog()
    needs = fresh_needs(settings)
    session = Session(
        engine(catalog),
        catalog=catalog,
        resolve=resolve,
        store=store,
        needs=needs,
        tr=Translator(settings.language or "en", settings.units),
    )
    shell = Shell(session, store=store, writer=writer, drafts=_drafts, settings=settings)
    shell.commands.start()
    return shell


def run(path: str | None = None, writer: Writer | None = None) -> int:
    """Open the wizard and return the exit code when it is closed.

    Args:
        path: a project, quote, NEEDS file or model description to open.
        writer: writes every output of a plan (:func:`wizard.cli.plan_command.write_outputs`); the layers forbid the
            window to know the command line, so the command line hands it in.
    """
    app = application()
    store = Store()
    shell = window(store, writer=writer)
    # What Qt's event loop would swallow is saved and shown; the window stays open with every answer kept.
    sys.excepthook = CrashHook(shell, store.folder / "reports")
    shell.show()
    if path is not None:
        shell.commands.open_path(Path(path))
    QTimer.singleShot(0, shell.session.schedule)
    return app.exec()
