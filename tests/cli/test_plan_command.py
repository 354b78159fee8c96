"""`rackwright plan` as its user types it: outputs, exit codes, and nothing half written."""

from __future__ import annotations

import hashlib
import json
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from tests.core.plans import FIFTY_USERS
from wizard.cli.app import BAD_INPUT, INFEASIBLE, OK, run
from wizard.cli.plan_command import OUTPUTS, write_outputs
from wizard.errors import Cancelled, OutputError
from wizard.needs.files import parse_needs
from wizard.planner.plan_json import to_json

BAD_NEEDS = (
    ("modle: x", "Did you mean model?"),
    ("targets: {ttft_ms: -1}", "targets.ttft_ms"),
    ("model: DeepSeek-V33", "DeepSeek-V3"),
    ("constraints: {accelerators: [h1000]}", "Did you mean"),
    ('{"model": "DeepSeek-V3", "workl', "breaks off"),
    ("constraints: {vendors: [Nvidya]}", "NVIDIA"),
)


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    path = tmp_path / "fifty users.yaml"
    path.write_text(FIFTY_USERS, encoding="utf-8")
    return path


def test_writes_everything_with_a_true_manifest(
    needs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "输出 out"
    assert run(["plan", str(needs), "--out", str(out)]) == OK
    assert {path.name for path in out.iterdir()} == set(OUTPUTS)
    manifest = json.loads((out / "MANIFEST.json").read_text(encoding="utf-8"))
    listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    written = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {"MANIFEST.json"}
    assert set(listed) == written
    assert all(hashlib.sha256((out / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "feasible"
    assert Decimal(plan["bom"]["total"]) <= 90_000
    assert run(["check", str(out)]) == OK
    assert str(out) in capsys.readouterr().out


def test_a_changed_output_fails_the_check(needs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(["plan", str(needs), "--out", str(out)])
    with (out / "bom.csv").open("a", encoding="utf-8") as f:
        f.write("99,extra\n")
    assert run(["check", str(out)]) == BAD_INPUT


def test_json_to_stdout_writes_no_file(needs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["plan", str(needs), "--json", "-", "--currency", "EUR"]) == OK
    assert json.loads(capsys.readouterr().out)["currency"] == "EUR"
    assert [path.name for path in tmp_path.iterdir()] == [needs.name]


def test_infeasible_plans_are_written_and_say_so(tmp_path: Path) -> None:
    path = tmp_path / "n.yaml"
    path.write_text("model: DeepSeek-V3\nworkload: {concurrent_users: 64}\nbudget: {purchase: 500}", encoding="utf-8")
    assert run(["plan", str(path), "--out", str(tmp_path / "out")]) == INFEASIBLE
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert plan["rejected"]
    assert plan["changes"]
    assert (tmp_path / "out" / "quote.pdf").stat().st_size > 10_000


@pytest.mark.parametrize(("text", "said"), BAD_NEEDS)
def test_bad_needs_are_refused_and_nothing_is_written(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.yaml"
    path.write_text(text, encoding="utf-8")
    assert run(["plan", str(path), "--out", str(tmp_path / "out")]) == BAD_INPUT
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(needs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert run(["plan", str(needs), "--out", str(tmp_path / "file" / "out")]) == BAD_INPUT
    assert "cannot be written" in capsys.readouterr().err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_missing_needs_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", str(tmp_path / "none.yaml"), "--lang", "zh_CN"]) == BAD_INPUT
    assert "无法读取文件" in capsys.readouterr().err


def test_cancelling_leaves_the_old_outputs(needs: Path, tmp_path: Path) -> None:
    from tests.core.plans import of_text

    out = tmp_path / "out"
    write_outputs(of_text(FIFTY_USERS), out, "en")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    asked: list[str] = []
    with pytest.raises(Cancelled):
        write_outputs(of_text(FIFTY_USERS), out, "zh_CN", progress=asked.append, cancel=lambda: len(asked) >= 3)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert len(list(tmp_path.iterdir())) == 2


def test_writing_again_replaces_outputs_and_keeps_other_files(tmp_path: Path) -> None:
    from tests.core.plans import of_preset, of_text

    out = tmp_path / "out"
    write_outputs(of_text(FIFTY_USERS), out, "en")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    write_outputs(of_preset("S11"), out, "zh_CN")
    assert (out / "plan.json").read_text(encoding="utf-8") == to_json(of_preset("S11"))
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_failing_move_puts_the_old_outputs_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from tests.core.plans import of_preset, of_text

    out = tmp_path / "out"
    write_outputs(of_text(FIFTY_USERS), out, "en")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    real = shutil.move

    def move(source: Path, target: Path) -> object:
        if Path(source).name == "bom.csv" and "new" in Path(source).parts:
            raise OSError(28, "No space left on device")
        return real(source, target)

    monkeypatch.setattr("wizard.cli.plan_command.shutil.move", move)
    with pytest.raises(OutputError, match="No space left"):
        write_outputs(of_preset("S11"), out, "en")
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_scripts_can_be_run_and_the_quote_can_be_opened(needs: Path, tmp_path: Path,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    run(["plan", str(needs), "--out", str(out)])
    assert (out / "deploy" / "run.sh").stat().st_mode & stat.S_IXUSR
    capsys.readouterr()
    assert run(["open", str(out / "quote.pdf")]) == OK
    assert parse_needs(capsys.readouterr().out) == parse_needs(FIFTY_USERS)
    assert run(["open", str(out / "plan.json")]) == OK
    assert parse_needs(capsys.readouterr().out) == parse_needs(FIFTY_USERS)
