"""What is written down when something unexpected happens: where in the program, and nothing about its user. No Qt."""

from __future__ import annotations

import platform
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import wizard
from wizard.errors import OutputError
from wizard.ui.store import write_whole

PACKAGE = Path(wizard.__file__).resolve().parent.parent
KEPT = 20
"""Reports that are kept; older ones are deleted."""

_SECRETS = (
    (re.compile(r"\b(?:hf|sk|pk|gh[opsu]|github_pat|glpat|xox[abp]|AKIA|ya29)[-_.]?[\w\-./+]{8,}"), "<secret>"),
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?"), "<secret>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 <secret>"),
    (
        re.compile(
            r"(?i)([\"']?\b[\w-]*(?:token|secret|passw(?:or)?d|api[-_]?key|credential|authorization)[\w-]*[\"']?)"
            r"(\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;)}\]]+)"
        ),
        r"\1\2<secret>",
    ),
    (re.compile(r"(?<=://)[^/@\s]+@"), "<secret>@"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w"), "<address>"),
)
_PATHS = re.compile(
    r"(?:file://)?(?<![\w.>])(?:[A-Za-z]:[\\/]|\\\\|~?/)"
    r"(?:[^\s\"'<>|:*?\\/]+(?: [^\s\"'<>|:*?\\/]+){0,6}[\\/])+[^\s\"'<>|:*?\\/]*",
    re.UNICODE,
)
_QUOTED = re.compile(r"([\"'])((?:[A-Za-z]:[\\/]|\\\\|~?/)[^\"']*[\\/][^\"']*)\1")


def scrubbed(words: str) -> str:
    """Return a text without secrets, mail addresses and folders; of a path only the file's ending is left."""
    words = words.replace(str(PACKAGE) + "/", "").replace(str(PACKAGE) + "\\", "")
    for pattern, instead in _SECRETS:
        words = pattern.sub(instead, words)
    words = _QUOTED.sub(lambda m: f"{m[1]}{_nameless(m[2])}{m[1]}", words)
    words = _PATHS.sub(lambda m: _nameless(m[0]), words)
    home = Path.home()
    return words.replace(str(home), "<path>").replace(home.name, "<user>") if len(home.name) > 2 else words


def _nameless(path: str) -> str:
    ending = re.search(r"\.[A-Za-z0-9]{1,12}$", path)
    return "<path>" + (ending[0] if ending else "")


def report_text(
    error: BaseException,
    trace: TracebackType | None,
    facts: Iterable[tuple[str, str]] = (),
    private: Iterable[str] = (),
) -> str:
    """Return the report: versions, what happened, and the places in the program that led there.

    No answers, no values of variables, no line of a file that is not ours.

    Args:
        private: texts that must not stand in it, such as the customer's name.
    """
    head = [
        ("time", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"),
        ("rackwright", wizard.__version__),
        ("python", platform.python_version()),
        ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("qt", _qt_version()),
        *facts,
    ]
    lines = [f"{name}: {value}" for name, value in head]
    chain = traceback.TracebackException(type(error), error, trace, capture_locals=False)
    words = scrubbed("\n".join([*lines, "", *_frames(chain)]))
    for text in sorted((text for text in private if len(text.strip()) > 2), key=len, reverse=True):
        words = words.replace(text, "<answer>")
    return words + "\n"


def _frames(chain: traceback.TracebackException) -> list[str]:
    made = _frames(chain.__cause__) if chain.__cause__ is not None else []
    for frame in chain.stack:
        path = Path(frame.filename)
        place = path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else f".../{path.name}"
        made.append(f"  {place}:{frame.lineno} in {frame.name}")
    made.append("".join(chain.format_exception_only()).strip())
    return made


def _qt_version() -> str:
    module = sys.modules.get("PySide6")
    return str(getattr(module, "__version__", "not loaded"))


def save_report(folder: Path, text: str) -> Path | None:
    """Write a report into a folder of its own kind; ``None`` where the disk refuses."""
    path = folder / f"rackwright-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    try:
        write_whole(path, text)
    except OutputError:
        return None
    for old in sorted(folder.glob("rackwright-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path
