"""Write a bundle to disk: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from wizard.deploy.bundle import DeployBundle
from wizard.errors import OutputError

_EXECUTABLE = 0o755
_PLAIN = 0o644


def write(bundle: DeployBundle, folder: Path) -> None:
    """Write ``bundle`` into ``folder``, which it replaces as a whole.

    The files are written beside it first and renamed in one step, so that no half of a bundle is ever seen.

    Raises:
        OutputError: the folder cannot be written; what was there before is still there.
    """
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            new = Path(scratch) / "new"
            _fill(bundle, new)
            _swap(new, folder, Path(scratch) / "old")
    except OSError as error:
        raise OutputError("the folder cannot be written ({reason})", where=str(folder),
                          mend="Choose a folder that you may write to, on a disk with room.",
                          reason=error.strerror or str(error)) from error


def _fill(bundle: DeployBundle, folder: Path) -> None:
    folder.mkdir()
    for path, file in bundle.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8", newline="\n")
        target.chmod(_EXECUTABLE if file.kind == "shell" else _PLAIN)


def _swap(new: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        new.replace(folder)
        return
    if not folder.is_dir():
        raise NotADirectoryError(20, "a file is in the way", str(folder))
    shutil.move(folder, old)
    try:
        new.replace(folder)
    except OSError:
        shutil.move(old, folder)
        raise
