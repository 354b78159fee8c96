"""The menu behind the button in the rail: files, undo, settings; and the choices that the settings offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from wizard.i18n import mark
from wizard.ui.context import Context

if TYPE_CHECKING:
    from wizard.ui.shell import Shell

THEMES = (("system", mark("As the desktop")), ("light", mark("Light")), ("dark", mark("Dark")))
TONGUES = (("en", "English"), ("zh_CN", "简体中文"))


def main_menu(shell: Shell, ctx: Context) -> QMenu:
    """Make the menu in the language of ``ctx``."""
    menu = QMenu(shell.menu_button)
    for words, keys, slot in (
        (ctx.t("New plan"), "Ctrl+N", shell.commands.new),
        (ctx.t("Open..."), "Ctrl+O", shell.commands.open_dialog),
        (ctx.t("Save project"), "Ctrl+S", shell.commands.save),
        (ctx.t("Save project as..."), "", shell.commands.save_as),
    ):
        _add(menu, words, keys, slot)
    recent = menu.addMenu(ctx.t("Recent files"))
    recent.setEnabled(bool(ctx.recent))
    for name in ctx.recent:
        _add(recent, name.replace("&", "&&"), "", partial(shell.commands.open_path, Path(name)))
    menu.addSeparator()
    _add(menu, ctx.t("Undo"), "Ctrl+Z", shell.session.undo.undo)
    _add(menu, ctx.t("Redo"), "Ctrl+Shift+Z", shell.session.undo.redo)
    menu.addSeparator()
    _add(menu, ctx.t("Settings..."), "Ctrl+,", shell.show_settings)
    menu.addSeparator()
    _add(menu, ctx.t("Where does this figure come from?"), "F1", shell.explain_focus)
    _add(menu, ctx.t("Quit"), "Ctrl+Q", shell.close)
    return menu


def _add(menu: QMenu, words: str, keys: str, slot: Callable[[], object]) -> None:
    # The keys are only shown: the shell's own actions own the shortcuts, or each would be ambiguous.
    action = menu.addAction(f"{words}\t{keys}" if keys else words)
    action.triggered.connect(lambda _checked=False: slot())
