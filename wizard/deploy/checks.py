"""Offline checks of a bundle and of an exported folder: no container engine, no cluster, no network.

``check_bundle`` is what an export must pass; ``check_folder`` is ``rackwright check``: the same again on disk, the
other outputs, and SHA-256 of every file against ``MANIFEST.json``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from wizard.deploy import checks_text
from wizard.deploy.bundle import DeployBundle, DeployFile, Kind
from wizard.deploy.checks_compose import compose_faults
from wizard.deploy.checks_k8s import k8s_faults, pods
from wizard.deploy.flags import problems, shell_commands
from wizard.deploy.results import CheckResult, Fault, Status, fault, say
from wizard.errors import InputError
from wizard.i18n import mark

__all__ = ["CheckResult", "check_bundle", "check_folder", "check_outputs", "say"]

_SUFFIXES: dict[str, Kind] = {
    ".sh": "shell", ".sbatch": "shell", ".py": "python", ".json": "json", ".conf": "nginx", ".service": "systemd",
    ".plist": "launchd", ".md": "markdown", ".yaml": "yaml", ".yml": "yaml",
}


def check_bundle(bundle: DeployBundle) -> tuple[CheckResult, ...]:
    """Run every check that applies to each file; paths are relative to the ``deploy`` folder."""
    return tuple(result for path, file in bundle.items() for result in _file(path, file))


def check_folder(folder: Path) -> tuple[CheckResult, ...]:
    """Validate an exported folder again: contents, and SHA-256 against its manifest.

    Raises:
        InputError: the folder is not there, or holds no manifest.
    """
    from wizard.deploy.manifest import NAME, verify

    if not (folder / NAME).is_file():
        raise InputError("there is no {name} in the folder", where=str(folder), name=NAME,
                         mend="Name a folder that `rackwright plan` has written.")
    return (*verify(folder), *_deploy(folder / "deploy"), *check_outputs(folder))


def read_bundle(folder: Path) -> DeployBundle:
    """Read a ``deploy`` folder back; what each file is follows from its name and, for YAML, its content."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        relative = path.relative_to(folder).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        files[relative] = DeployFile(text, kind_of(relative, text))
    return DeployBundle(files)


def kind_of(path: str, text: str) -> Kind:
    """Return what a file is."""
    name = PurePosixPath(path).name
    if name == "Dockerfile":
        return "dockerfile"
    if name.startswith(".env"):
        return "env"
    if name.startswith("compose."):
        return "compose"
    kind = _SUFFIXES.get(PurePosixPath(path).suffix, "markdown")
    if kind == "yaml" and "\nkind: " in text and "\nkind: Kustomization\n" not in text:
        return "k8s"
    return kind


def _deploy(folder: Path) -> Iterator[CheckResult]:
    if folder.is_dir():
        for path, file in read_bundle(folder).items():
            yield from _file(f"deploy/{path}", file)


def _file(path: str, file: DeployFile) -> Iterator[CheckResult]:
    for check in file.checks:
        if check == "shell" and checks_text.bash() is None:
            yield CheckResult(path=path, check=check, status="not_run", what=mark("bash is not installed here"))
            continue
        try:
            faults = list(_CHECKS[check](file))
        except (OSError, subprocess.TimeoutExpired):
            yield CheckResult(path=path, check=check, status="not_run", what=mark("the tool did not answer"))
            continue
        yield from _results(path, check, faults)


def _results(path: str, check: str, faults: list[Fault]) -> Iterator[CheckResult]:
    status: Status = "failed" if faults else "passed"
    for each in faults or [fault("")]:
        yield CheckResult(path=path, check=check, status=status, what=each.what, fields=each.fields)


def _documents(text: str) -> list[Any]:
    try:
        return checks_text.load_all(text)
    except (yaml.YAMLError, TypeError):
        return []  # the check "yaml" says so


def _compose(file: DeployFile) -> Iterator[Fault]:
    for document in _documents(file.text):
        yield from compose_faults(document)


def _k8s(file: DeployFile) -> Iterator[Fault]:
    yield from k8s_faults(_documents(file.text))


def _flags(file: DeployFile) -> Iterator[Fault]:
    for words in _command_lines(file):
        yield from (Fault(p.what, p.fields) for p in problems(words))


def _command_lines(file: DeployFile) -> Iterable[tuple[str, ...]]:
    if file.kind == "shell":
        yield from shell_commands(file.text)
        return
    for document in _documents(file.text):
        if not isinstance(document, dict):
            continue
        for service in (document.get("services") or {}).values():
            yield tuple(map(str, service.get("command", ())))
        if "kind" in document:
            for spec in pods(document):
                yield from (tuple(map(str, c.get("command", ()))) for c in spec.get("containers", ()))


def _text(file: DeployFile) -> Iterator[Fault]:
    if not file.text.endswith("\n"):
        yield fault(mark("the last line does not end"))


def _on_text(check: Callable[[str], Iterator[Fault]]) -> Callable[[DeployFile], Iterator[Fault]]:
    return lambda file: check(file.text)


_CHECKS: dict[str, Callable[[DeployFile], Iterator[Fault]]] = {
    "yaml": _on_text(checks_text.yaml_faults), "json": _on_text(checks_text.json_faults),
    "shell": _on_text(checks_text.shell_faults), "python": _on_text(checks_text.python_faults),
    "nginx": _on_text(checks_text.nginx_faults), "systemd": _on_text(checks_text.systemd_faults),
    "plist": _on_text(checks_text.plist_faults), "dockerfile": _on_text(checks_text.dockerfile_faults),
    "env": _on_text(checks_text.env_faults), "compose": _compose, "k8s": _k8s, "flags": _flags, "text": _text,
}


def check_outputs(folder: Path) -> tuple[CheckResult, ...]:
    """Check the outputs beside ``deploy``: the plan parses, the quote is whole, the spreadsheet unpacks."""
    found: list[CheckResult] = []
    for name, (check, faults) in _OUTPUTS.items():
        path = folder / name
        if path.is_file():
            found += _results(name, check, list(faults(path)))
    return tuple(found)


def _plan(path: Path) -> Iterator[Fault]:
    yield from checks_text.json_faults(path.read_text(encoding="utf-8", errors="replace"))


def _pdf(path: Path) -> Iterator[Fault]:
    content = path.read_bytes()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        yield fault(mark("not a whole PDF"))


def _spreadsheet(path: Path) -> Iterator[Fault]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            whole = archive.testzip() is None
    except (zipfile.BadZipFile, OSError):
        whole = False
    if not whole:
        yield fault(mark("not a whole spreadsheet"))


def _table(path: Path) -> Iterator[Fault]:
    try:
        path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        yield fault(mark("not UTF-8: {reason}"), reason=str(error))


_OUTPUTS: dict[str, tuple[str, Callable[[Path], Iterator[Fault]]]] = {
    "plan.json": ("json", _plan), "quote.pdf": ("pdf", _pdf), "bom.xlsx": ("xlsx", _spreadsheet),
    "bom.csv": ("utf-8", _table),
}
