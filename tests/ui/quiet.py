"""Dialogs of the desktop, answered with "cancel": in a test nobody is there to close one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu


def silence(setattr_: Callable[[object, str, object], None] = setattr) -> None:
    """Replace every call that waits for a person.

    Args:
        setattr_: pytest's, where the calls must come back after a test.
    """
    for name in ("getOpenFileName", "getSaveFileName"):
        setattr_(QFileDialog, name, lambda *_args, **_more: ("", ""))
    setattr_(QFileDialog, "getExistingDirectory", lambda *_args, **_more: "")
    setattr_(QDesktopServices, "openUrl", lambda _url: True)
    setattr_(QMenu, "exec", lambda *_args: None)
    setattr_(QPrintDialog, "exec", lambda *_args: QDialog.DialogCode.Rejected)
