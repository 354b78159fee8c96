"""A picture of every page in both languages and both themes, on a preset with the real engine."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QTimer, SignalInstance
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from wizard.errors import OutputError
from wizard.i18n import LANGUAGES, mark
from wizard.needs import flow
from wizard.needs.presets import preset
from wizard.ui.exporting import Writer
from wizard.ui.pages.result import VIEWS, ResultPage
from wizard.ui.shell import Shell

SERVING, LEARNING = "S09", "S19"
THEMES = ("light", "dark")
SIZE = (1280, 820)
PATIENCE_MS = 60_000


def tour(out: Path, writer: Writer | None = None) -> int:
    """Save the pictures into ``out`` and return the exit code.

    Args:
        out: the folder, made where it is missing.
        writer: what the export page would write with.

    Raises:
        OutputError: the folder cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from wizard.ui.app import application, build
    from wizard.ui.store import Settings

    app = application()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(mark("cannot write the file: {why}"), where=str(out), why=error.strerror or "") from error
    shell = build(None, Settings(language="en", theme="light"), writer)
    shell.resize(*SIZE)
    shell.show()
    walks: tuple[tuple[str, str, tuple[flow.Step, ...]], ...] = (
        (SERVING, "", flow.SERVING),
        (LEARNING, "-training", ("training", "plan")),
    )
    for name, kind, steps in walks:
        shell.session.replace(preset(name).needs)
        wait_for_plan(shell)
        for lang, theme in ((lang, theme) for lang in LANGUAGES for theme in THEMES):
            shell.commands.set_language(lang)
            shell.commands.set_theme(theme)
            for step in steps:
                shell.session.go(step)
                number = list(shell.rail.buttons).index(step) + 1
                name = f"{out / f'{lang}-{theme}{kind}'}-{number:02d}-{step}"
                save(shell, name)
                _views(shell, step, name)
            if not kind:
                shell.show_settings()
                save(shell, f"{out / f'{lang}-{theme}'}-settings")
    shell.close()
    app.processEvents()
    return 0


def wait_for_plan(shell: Shell) -> None:
    """Run the event loop until the current answers are planned; a nested loop, so that the worker gets its turn."""
    loop = QEventLoop()
    shell.session.plan_changed.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    while shell.session.planning:
        loop.exec()
    shell.session.plan_changed.disconnect(loop.quit)


def save(shell: Shell, name: str) -> None:
    """Save what the window shows, at both scales."""
    while shell.drafter.busy:
        _turn(shell.drafter.changed)
    # Twice: the first pass lays out what the second draws (legends take their height from their text).
    for _ in range(2):
        _turn()
        shell.grab()
    for scale in (1, 2):
        path = f"{name}.png" if scale == 1 else f"{name}@{scale}x.png"
        if not _picture(shell, scale).save(path):
            raise OutputError(mark("cannot write the file: {why}"), where=path, why="PNG")


def _views(shell: Shell, step: flow.Step, name: str) -> None:
    """Save the other views of the plan's page, the question about one accelerator answered."""
    page = shell.page(step)
    if not isinstance(page, ResultPage):
        return
    asking = shell.session.asides.asking
    for view in VIEWS:
        page.show_view(view)
        while asking.busy:
            _turn(asking.changed)
        if view != "answer":
            save(shell, f"{name}-{view}")
    page.show_view("answer")


def _turn(until: SignalInstance | None = None) -> None:
    """Let the event loop run once, or until a signal comes."""
    loop = QEventLoop()
    if until is not None:
        until.connect(loop.quit)
        QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    else:
        QTimer.singleShot(0, loop, loop.quit)
    loop.exec()


def _picture(widget: QWidget, scale: int) -> QPixmap:
    picture = QPixmap(widget.size() * scale)
    picture.setDevicePixelRatio(scale)
    widget.render(picture, QPoint(0, 0))
    return picture
