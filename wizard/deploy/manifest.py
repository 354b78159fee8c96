"""MANIFEST.json: SHA-256 of every output, and which checks each passed, failed or could not be given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from wizard import __version__
from wizard.deploy.results import CheckResult, Fault, fault
from wizard.errors import OutputError
from wizard.i18n import mark

NAME = "MANIFEST.json"
SCHEMA = 1
OUTPUTS = ("plan.json", "quote.pdf", "bom.xlsx", "bom.csv", "deploy")
"""What the manifest covers; other files in the folder belong to somebody else."""


def manifest(folder: Path, results: Iterable[CheckResult] = ()) -> dict[str, Any]:
    """Return the manifest of an exported folder. Paths of ``results`` may be relative to it or to its ``deploy``.

    The outputs beside ``deploy`` are checked here.
    """
    from wizard.deploy.checks import check_outputs

    checks: dict[str, dict[str, str]] = {}
    worst = {"passed": 0, "not_run": 1, "failed": 2}
    for result in (*results, *check_outputs(folder)):
        mine = checks.setdefault(result.path.removeprefix("deploy/"), {})
        if worst[result.status] >= worst[mine.get(result.check, "passed")]:
            mine[result.check] = result.status
    files = {path: _entry(folder / path, checks.get(path.removeprefix("deploy/"), {})) for path in covered(folder)}
    return {"schema": SCHEMA, "made_by": f"rackwright {__version__}", "files": files}


def write_manifest(folder: Path, results: Iterable[CheckResult] = ()) -> None:
    """Write ``MANIFEST.json`` over everything that was written before.

    Raises:
        OutputError: it cannot be written.
    """
    text = json.dumps(manifest(folder, results), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    scratch = folder / f".{NAME}.new"
    try:
        scratch.write_text(text, encoding="utf-8", newline="\n")
        scratch.replace(folder / NAME)
    except OSError as error:
        raise OutputError("the file cannot be written ({reason})", where=str(folder / NAME),
                          reason=error.strerror or str(error)) from error


def verify(folder: Path) -> Iterator[CheckResult]:
    """Compare every file with the manifest: changed, missing, added since."""
    try:
        files = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
        wanted = {str(path): str(entry["sha256"]) for path, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield _result(NAME, fault(mark("the manifest cannot be read: {reason}"), reason=str(error)))
        return
    present = set(covered(folder))
    for path, digest in sorted(wanted.items()):
        if path not in present:
            yield _result(path, fault(mark("the file is missing")))
        elif sha256(folder / path) != digest:
            yield _result(path, fault(mark("the file was changed since it was written")))
        else:
            yield _result(path, None)
    added = fault(mark("the file was added since the manifest was written"))
    yield from (_result(path, added) for path in sorted(present - set(wanted)))


def covered(folder: Path) -> list[str]:
    """Return the paths that a manifest covers, relative and sorted."""
    found = []
    for name in OUTPUTS:
        path = folder / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found += [p.relative_to(folder).as_posix() for p in inside if p.is_file()]
    return sorted(found)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _entry(path: Path, checks: dict[str, str]) -> dict[str, Any]:
    return {"sha256": sha256(path), "bytes": path.stat().st_size, "checks": checks}


def _result(path: str, found: Fault | None) -> CheckResult:
    if found is None:
        return CheckResult(path=path, check="sha256", status="passed")
    return CheckResult(path=path, check="sha256", status="failed", what=found.what, fields=found.fields)
