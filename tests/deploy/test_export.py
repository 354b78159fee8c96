"""Export is all or nothing; the manifest finds every change."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.deploy import plans
from wizard.deploy.bundle import DeployBundle, DeployFile, build
from wizard.deploy.checks import check_bundle, check_folder, say
from wizard.deploy.export import write
from wizard.deploy.manifest import write_manifest
from wizard.errors import InputError, OutputError
from wizard.i18n import Translator

EN = Translator("en")


def exported(folder: Path) -> Path:
    bundle = build(plans.plan(), EN)
    folder.mkdir()
    (folder / "plan.json").write_text('{"schema": 1}', encoding="utf-8")
    (folder / "quote.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    (folder / "bom.csv").write_text("a,b\n", encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    write(bundle, folder / "deploy")
    write_manifest(folder, check_bundle(bundle))
    return folder


def failed(folder: Path) -> list[str]:
    return [say(EN, r) for r in check_folder(folder) if not r.ok]


def test_what_was_written_passes(tmp_path: Path) -> None:
    folder = exported(tmp_path / "out")
    assert failed(folder) == []
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    files = manifest["files"]
    assert "notes.txt" not in files
    assert files["deploy/compose.yaml"]["checks"] == dict.fromkeys(("yaml", "compose", "flags"), "passed")
    assert files["plan.json"]["bytes"] == 13
    assert (files["plan.json"]["checks"], files["quote.pdf"]["checks"]) == ({"json": "passed"}, {"pdf": "passed"})
    assert len(files["quote.pdf"]["sha256"]) == 64
    assert set(files) == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
        "notes.txt", "MANIFEST.json"}


def test_scripts_can_be_run_and_nothing_else(tmp_path: Path) -> None:
    folder = exported(tmp_path / "out") / "deploy"
    modes = {p.relative_to(folder).as_posix(): p.stat().st_mode for p in folder.rglob("*") if p.is_file()}
    if os.name == "posix":
        assert {n for n, m in modes.items() if m & stat.S_IXUSR} == {n for n in modes if n.endswith(".sh")}


@pytest.mark.parametrize(("spoil", "told"), [
    (lambda f: (f / "deploy/run.sh").write_text("#!/usr/bin/env bash\nset -euo pipefail\nrm x\n"), "changed"),
    (lambda f: (f / "deploy/compose.yaml").unlink(), "missing"),
    (lambda f: (f / "deploy/extra.yaml").write_text("a: 1\n"), "added"),
    (lambda f: (f / "plan.json").write_text("{"), "not valid JSON"),
    (lambda f: (f / "quote.pdf").write_bytes(b"x"), "not a whole PDF"),
    (lambda f: (f / "quote.pdf").write_bytes(b"%PDF-1.7\nhalf"), "not a whole PDF"),
    (lambda f: (f / "bom.xlsx").write_bytes(b"PK\x03\x04"), "not a whole spreadsheet"),
    (lambda f: (f / "bom.csv").write_bytes(b"\xff\xfe"), "not UTF-8"),
    (lambda f: (f / "MANIFEST.json").write_text("[]"), "cannot be read"),
    (lambda f: (f / "MANIFEST.json").write_text('{"files": {"plan.json": 3}}'), "cannot be read"),
])
def test_every_change_is_found(tmp_path: Path, spoil: object, told: str) -> None:
    folder = exported(tmp_path / "out")
    assert callable(spoil)
    spoil(folder)
    assert any(told in line for line in failed(folder))


def test_a_folder_without_manifest_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="MANIFEST"):
        check_folder(tmp_path)


def test_a_failed_check_stands_in_the_manifest(tmp_path: Path) -> None:
    bundle = DeployBundle({"a.yaml": DeployFile("a: 1\na: 2\n", "yaml")})
    write(bundle, tmp_path / "deploy")
    write_manifest(tmp_path, check_bundle(bundle))
    files = json.loads((tmp_path / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
    assert files["deploy/a.yaml"]["checks"] == {"yaml": "failed"}


def test_an_export_replaces_the_one_before(tmp_path: Path) -> None:
    write(DeployBundle({"old/file.md": DeployFile("old\n", "markdown")}), tmp_path / "deploy")
    write(DeployBundle({"new.md": DeployFile("new\n", "markdown")}), tmp_path / "deploy")
    assert [p.name for p in (tmp_path / "deploy").iterdir()] == ["new.md"]
    assert [p.name for p in tmp_path.iterdir()] == ["deploy"]


def test_nothing_half_written_when_the_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(DeployBundle({"old.md": DeployFile("old\n", "markdown")}), tmp_path / "deploy")
    real = Path.write_text

    def full(self: Path, text: str, **more: object) -> int:
        if self.name == "b.md":
            raise OSError(28, "No space left on device")
        return real(self, text, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    two = DeployBundle({n: DeployFile("x\n", "markdown") for n in ("a.md", "b.md")})
    with pytest.raises(OutputError, match="No space left"):
        write(two, tmp_path / "deploy")
    assert [p.name for p in (tmp_path / "deploy").iterdir()] == ["old.md"]
    assert [p.name for p in tmp_path.iterdir()] == ["deploy"]


def test_a_file_in_the_way_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "deploy").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError) as error:
        write(build(plans.plan(), EN), tmp_path / "deploy")
    assert "deploy" in str(error.value)
    assert (tmp_path / "deploy").read_text(encoding="utf-8") == "mine"
    with pytest.raises(OutputError):
        write(build(plans.plan(), EN), tmp_path / "deploy" / "inside")


def test_a_manifest_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_manifest(tmp_path / "nowhere")
