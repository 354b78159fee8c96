"""What the menu and the keys do beside answering: files, language, appearance, currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication, QFileDialog

from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.needs import Needs
from wizard.ui.opening import OWN_SUFFIXES, changes_a_plan, own_figures
from wizard.ui.own_words import counted
from wizard.ui.session import Session
from wizard.ui.store import SUFFIX, Settings, Store

if TYPE_CHECKING:
    from wizard.ui.shell import Shell


class Commands:
    """Acts on the session and has the window say what came of it.

    Args:
        window: the shell; it tells, retitles and rebuilds itself.
        read: reads needs from whatever file was opened or dropped.
    """

    def __init__(
        self,
        window: Shell,
        session: Session,
        store: Store | None,
        settings: Settings,
        read: Callable[[Path], Needs],
    ) -> None:
        self._window, self.session, self.store, self.settings, self._read = window, session, store, settings, read

    def open_path(self, path: Path) -> bool:
        """Open a project, quote, NEEDS file or model description; says why where it cannot."""
        had = self.session.needs.overrides.architectures
        try:
            self.session.open(path, self._read)
        except InputError as error:
            self._window.tell("⚠ " + self.session.tr_.error(error))
            return False
        self._window.tell(self._opened(path, {own.id for own in had}))
        self.keep(self.settings.with_recent(path))
        self._window.retitle()
        return True

    def _opened(self, path: Path, had: set[str]) -> str:
        """Say what became of a file; ``had`` are the models of the user's own before it."""
        tr, now = self.session.tr_, self.session.needs
        if now.model in {own.id for own in now.overrides.architectures} - had:
            words = mark("{name} is new to the catalogue: taken into the project as its file describes it.")
            return tr(words, name=now.model)
        if path.suffix.lower() in OWN_SUFFIXES:
            what = counted(tr, now.overrides)
            return tr("{file} is taken into this plan. Own figures in it: {what}.", file=path.name, what=what)
        if changes_a_plan(path):
            return tr("{file} describes {name}: that is the model now.", file=path.name, name=now.model)
        return tr("{file} is open; its answers are the plan's now.", file=path.name)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open several files: plans first, then what changes them (models, price books); stops where one cannot be."""
        told = []
        for path in sorted(paths, key=lambda path: (changes_a_plan(path), paths.index(path))):
            if not self.open_path(path):
                return
            told.append(self._window.told)
        self._window.tell("\n".join(told))

    def open_dialog(self) -> None:
        """Ask for a file to open."""
        t = self.session.tr_
        kinds = t(
            "Projects, quotes, models ({patterns})",
            patterns=f"*{SUFFIX} *.json *.yaml *.yml *.pdf *.csv *.xlsx *.gguf *.safetensors",
        )
        name, _ = QFileDialog.getOpenFileName(self._window, t("Open"), "", kinds)
        if name:
            self.open_path(Path(name))

    def save(self) -> None:
        """Save the project where it came from, or ask."""
        if self.session.path is None or self.session.path.suffix != SUFFIX:
            self.save_as()
        else:
            self._save_to(self.session.path)

    def save_as(self) -> None:
        """Ask where to save the project."""
        t = self.session.tr_
        name, _ = QFileDialog.getSaveFileName(
            self._window, t("Save project"), f"plan{SUFFIX}", f"Rackwright (*{SUFFIX})"
        )
        if name:
            path = Path(name)
            self._save_to(path if path.suffix else path.with_suffix(SUFFIX))

    def _save_to(self, path: Path) -> None:
        try:
            self.session.save(path)
        except InputError as error:
            self._window.tell("⚠ " + self.session.tr_.error(error))
            return
        self.keep(self.settings.with_recent(path))
        self._window.retitle()

    def new(self) -> None:
        """Start afresh; the old answers are one undo away."""
        self.session.path = None
        self.session.replace(self.fresh())
        self.session.go("use_case")

    def fresh(self) -> Needs:
        """Return what a new plan begins with; a price book that cannot be read is told and left out."""
        needs = fresh_needs(self.settings)
        for name in self.settings.price_books:
            try:
                needs = own_figures(Path(name), needs, self.session.shipped)
            except InputError as error:
                self._window.tell("⚠ " + self.session.tr_.error(error))
        return needs

    def add_book(self, path: Path) -> None:
        """Begin this and every new plan with a price book."""
        name = str(path.resolve())
        if self.open_path(path) and name not in self.settings.price_books:
            self.keep(replace(self.settings, price_books=(*self.settings.price_books, name)))

    def change(self, **values: object) -> None:
        """Change settings that need no new window."""
        self.keep(replace(self.settings, **values))  # type: ignore[arg-type]  # the page names fields of the settings

    def keep(self, settings: Settings) -> None:
        """Keep settings for the next start."""
        self.settings = settings
        if self.store is not None:
            self.store.keep_settings(settings)

    def start(self) -> None:
        """Begin the first plan of a window with the user's own figures."""
        if self.settings.price_books:
            self.session.replace(self.fresh())
            self.session.undo.clear()

    def set_language(self, lang: str) -> None:
        """Switch the language at once; nothing typed is lost."""
        self.commit_focus()
        self.keep(replace(self.settings, language=lang))
        qt_texts(lang)
        self._window.rebuild()

    def switch_language(self) -> None:
        """Switch to the other language."""
        self.set_language("en" if self.session.tr_.lang == "zh_CN" else "zh_CN")

    def set_theme(self, name: str) -> None:
        """Switch between light, dark and the desktop's own."""
        self.commit_focus()
        self.keep(replace(self.settings, theme=name))
        self._window.rebuild()

    def set_units(self, **values: str) -> None:
        """Show figures in other units, at once."""
        self.commit_focus()
        self.keep(replace(self.settings, units=replace(self.settings.units, **values)))  # type: ignore[arg-type]  # the page offers only units
        self._window.rebuild()

    def set_currency(self, currency: str) -> None:
        """Plan in another currency, now and in new plans."""
        self.keep(replace(self.settings, currency=currency))
        self.session.put({"budget.currency": currency})

    def commit_focus(self) -> None:
        """Take what is being typed."""
        focus = QApplication.focusWidget()
        if focus is not None and self._window.isAncestorOf(focus):
            focus.clearFocus()


def fresh_needs(settings: Settings) -> Needs:
    """Return the needs that a user's plans begin with, without own figures."""
    blank = Needs()
    return blank.model_copy(
        update={
            "budget": blank.budget.model_copy(update={"currency": settings.currency}),
            "economics": blank.economics.model_copy(update={"country": settings.country}),
        }
    )


def qt_texts(lang: str) -> None:
    """Load Qt's own translation for its stock dialogs."""
    app = QApplication.instance()
    if app is None:
        return
    had = app.findChild(QTranslator, "qt-texts")
    if had is not None:
        app.removeTranslator(had)
        had.setParent(None)
    if lang == "zh_CN":
        made = QTranslator(app)
        made.setObjectName("qt-texts")
        if made.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(made)
