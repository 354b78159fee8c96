"""Writing the outputs off the main thread: what is asked for, how far it is, what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from wizard.errors import Cancelled, InputError
from wizard.i18n import Translator, mark
from wizard.planner.plan import Plan
from wizard.ui.jobs import Runner
from wizard.ui.preview import first_page

Writer = Callable[..., object]
"""``write(plan, folder, lang, progress=..., cancel=...)``; ``progress(name)`` is called before each output is made."""
OUTPUTS = 6
PREVIEW_WIDTH = 336
SHARP = 2.0


class Exporter(QObject):
    """One export at a time; pages only show its state.

    Attributes:
        state: ``idle``, ``running``, ``done``, ``failed`` or ``cancelled``.
        share: how far it is, 0 to 1.
        what: what is being written, or why it failed.
        files: what was written.
        image: the first page of the quote.
    """

    changed = Signal()

    def __init__(self, writer: Writer | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.writer = writer
        self.state = "idle"
        self.share = 0.0
        self.what = ""
        self.error: Exception | None = None
        self.folder: Path | None = None
        self.files: tuple[Path, ...] = ()
        self.image: QImage | None = None
        self._runner = Runner(self)
        self._runner.finished.connect(self._on_finished)
        self._runner.progressed.connect(self._on_progress)

    def start(self, plan: Plan, folder: Path, lang: str) -> None:
        """Write every output of ``plan`` into ``folder``."""
        writer = self.writer
        if writer is None:
            return
        self.state, self.share, self.what, self.error, self.folder = "running", 0.0, "", None, folder
        self.files, self.image = (), None

        def work(cancelled: Callable[[], bool], report: Callable[[object], None]) -> object:
            before = _times(folder)
            begun: list[str] = []

            def progress(name: str) -> None:
                report((name, min(0.95, len(begun) / OUTPUTS)))
                begun.append(name)

            writer(plan, folder, lang, progress=progress, cancel=cancelled)
            if cancelled():
                raise Cancelled
            after = _times(folder)
            made = tuple(path for path, stamp in sorted(after.items()) if before.get(path) != stamp)
            quote = folder / "quote.pdf"
            return made, first_page(quote, PREVIEW_WIDTH, SHARP) if quote in made else None

        self._runner.start(work)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop writing."""
        if self.state == "running":
            self._runner.cancel()
            self.state = "cancelled"
            self.changed.emit()

    def close(self) -> bool:
        """Cancel and wait for the worker."""
        return self._runner.close()

    def error_text(self, tr: Translator) -> str:
        """Word why it failed."""
        if isinstance(self.error, InputError):
            return tr.error(self.error)
        return tr(mark("The files could not be written: {why}"), why=repr(self.error)) if self.error else ""

    def _on_progress(self, progress: object) -> None:
        if isinstance(progress, tuple) and len(progress) == 2:
            self.what, self.share = str(progress[0]), float(progress[1])
            self.changed.emit()

    def _on_finished(self, result: object, error: object) -> None:
        self.error = error if isinstance(error, Exception) else None
        if isinstance(error, Cancelled):
            self.state = "cancelled"
        else:
            self.state = "failed" if self.error else "done"
        self.share = 1.0 if self.state == "done" else self.share
        self.files, self.image = result if isinstance(result, tuple) else ((), None)
        self.changed.emit()


def _times(folder: Path) -> dict[Path, tuple[int, int]]:
    if not folder.is_dir():
        return {}
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            stat = path.stat()
            found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
