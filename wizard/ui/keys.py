"""The window's shortcuts: they alone own their keys, the menu only shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from wizard.ui.shell import Shell


def add_actions(shell: Shell) -> None:
    """Give the window its keys."""
    session, commands = shell.session, shell.commands
    redo = list({*QKeySequence.keyBindings(QKeySequence.StandardKey.Redo), QKeySequence("Ctrl+Shift+Z")})
    for name, keys, slot in (
        ("undo", QKeySequence.keyBindings(QKeySequence.StandardKey.Undo), session.undo.undo),
        ("redo", redo, session.undo.redo),
        ("open", [QKeySequence("Ctrl+O")], commands.open_dialog),
        ("save", [QKeySequence("Ctrl+S")], commands.save),
        ("new", [QKeySequence("Ctrl+N")], commands.new),
        ("quit", [QKeySequence("Ctrl+Q")], shell.close),
        ("settings", [QKeySequence("Ctrl+,")], shell.show_settings),
        ("print", [QKeySequence("Ctrl+P")], lambda: session.go("export")),
        ("back", [QKeySequence("Alt+Left")], session.back),
        ("next", [QKeySequence("Alt+Right")], session.next),
        ("why", [QKeySequence("F1")], shell.explain_focus),
    ):
        action = QAction(shell)
        action.setObjectName(f"action-{name}")
        action.setShortcuts(keys)
        action.triggered.connect(lambda _checked=False, s=slot: s())
        shell.addAction(action)
