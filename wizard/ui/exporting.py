"""Writing the outputs off the main thread: what is asked for, how far it is, what was written."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from wizard.deploy.targets import Wanted
from wizard.errors import Cancelled, InputError, OutputError
from wizard.i18n import Translator, mark
from wizard.planner.plan import Plan
from wizard.ui.jobs import Runner

Writer = Callable[..., object]
"""``write(plan, folder, lang, progress=..., cancel=..., wanted=...)``; ``progress(name)`` comes before each output."""
OUTPUTS = 6
ZIP = ".zip"


class Exporter(QObject):
    """One export at a time; pages only show its state.

    Attributes:
        state: ``idle``, ``running``, ``done``, ``failed`` or ``cancelled``.
        share: how far it is, 0 to 1.
        what: what is being written, or why it failed.
        wanted: what the next export is to hold.
        target: the folder, or the ``.zip`` file.
        files: what was written; the archive itself where it is one.
    """

    changed = Signal()

    def __init__(self, writer: Writer | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.writer = writer
        self.state = "idle"
        self.share = 0.0
        self.what = ""
        self.wanted = Wanted()
        self.error: Exception | None = None
        self.target: Path | None = None
        self.files: tuple[Path, ...] = ()
        self._runner = Runner(self)
        self._runner.finished.connect(self._on_finished)
        self._runner.progressed.connect(self._on_progress)

    @property
    def folder(self) -> Path | None:
        """The folder where the files are, or the archive is."""
        if self.target is None:
            return None
        return self.target.parent if self.target.suffix.lower() == ZIP else self.target

    def start(self, plan: Plan, target: Path, lang: str) -> None:
        """Write what is wanted of ``plan`` into the folder or archive ``target``."""
        writer, wanted = self.writer, self.wanted
        if writer is None:
            return
        self.state, self.share, self.what, self.error, self.target = "running", 0.0, "", None, target
        self.files = ()

        def work(cancelled: Callable[[], bool], report: Callable[[object], None]) -> object:
            begun: list[str] = []

            def progress(name: str) -> None:
                report((name, min(0.95, len(begun) / OUTPUTS)))
                begun.append(name)

            def write(folder: Path) -> None:
                writer(plan, folder, lang, progress=progress, cancel=cancelled, wanted=wanted)
                if cancelled():
                    raise Cancelled

            return _zipped(target, write) if target.suffix.lower() == ZIP else _in_folder(target, write)

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
        self.files = result if isinstance(result, tuple) else ()
        self.changed.emit()


def _in_folder(folder: Path, write: Callable[[Path], None]) -> tuple[Path, ...]:
    before = _times(folder)
    write(folder)
    return tuple(path for path, stamp in sorted(_times(folder).items()) if before.get(path) != stamp)


def _zipped(archive: Path, write: Callable[[Path], None]) -> tuple[Path, ...]:
    """Write beside the archive, pack, and put it in place in one step."""
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{archive.stem}-", dir=archive.parent) as scratch:
            folder, packed = Path(scratch) / archive.stem, Path(scratch) / "packed"
            write(folder)
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
                for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                    made.write(path, path.relative_to(folder.parent))
            packed.replace(archive)
    except OSError as error:
        raise OutputError(
            mark("cannot write the file: {why}"), where=str(archive), why=error.strerror or str(error)
        ) from error
    return (archive,)


def _times(folder: Path) -> dict[Path, tuple[int, int]]:
    if not folder.is_dir():
        return {}
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            stat = path.stat()
            found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def show_file(path: Path | None) -> None:
    """Open a file or folder with the desktop's own program for it."""
    if path is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
