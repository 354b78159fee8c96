"""The smaller commands: presets, catalogue, estimates, hardware, and what is said without a display."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from wizard.cli import app, hardware_command
from wizard.cli.app import BAD_INPUT, CANCELLED, OK, run
from wizard.needs.files import parse_needs
from wizard.needs.presets import preset, preset_ids


def test_presets_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preset", "list"]) == OK
    listed = capsys.readouterr().out
    assert all(f"{name}  " in listed for name in preset_ids())
    assert run(["preset", "show", "S11"]) == OK
    assert parse_needs(capsys.readouterr().out) == preset("S11").needs
    assert run(["preset", "show", "S99"]) == BAD_INPUT
    assert "Did you mean" in capsys.readouterr().err


@pytest.mark.parametrize("kind", app.CATALOG_KINDS)
def test_every_kind_is_listed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "list", kind, "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) > 15
    assert run(["catalog", "list", kind]) == OK
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1


def test_things_are_shown_by_the_names_people_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "show", "RTX 4090"]) == OK
    assert "GeForce RTX 4090" in capsys.readouterr().out
    assert run(["catalog", "show", "DeepSeek-V3"]) == OK
    assert "mla" in capsys.readouterr().out
    assert run(["catalog", "show", "no such thing at all"]) == BAD_INPUT
    assert run(["catalog", "list", "gadgets"]) == BAD_INPUT


def test_old_prices_are_marked_where_they_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(*arguments: str) -> str:
        assert run(["catalog", *arguments]) == OK
        return capsys.readouterr().out

    # A price of 22 July in a catalogue of 29 November.
    assert "\nstale: " in shown("show", "h100_sxm_80")
    assert "\nstale: " not in shown("show", "a40")
    rows = {row.split()[0]: row for row in shown("list", "accelerators").splitlines()}
    assert rows["h100_sxm_80"].endswith("2026-07-22 stale")
    assert rows["a40"].split()[-1].startswith("2026-")
    as_json = {row["id"]: row for row in json.loads(shown("list", "accelerators", "--json"))}
    assert (as_json["h100_sxm_80"]["stale"], "stale" in as_json["a40"]) == (True, False)


def test_estimates_answer_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "model,precision,params_total\nmeta-llama/Llama-3.1-8B-Instruct,bf16,\nno such model,bf16,\n", encoding="utf-8"
    )
    assert run(["estimate", "weights", str(cases)]) == OK
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["row"] for row in rows] == ["1", "2"]
    # 8.03 G parameters at two bytes.
    assert float(rows[0]["value"]) == pytest.approx(16.06e9, rel=0.001)
    assert float(rows[0]["low"]) <= float(rows[0]["value"]) <= float(rows[0]["high"])
    assert rows[1]["value"] == ""
    assert rows[1]["note"]
    assert run(["estimate", "weights", str(tmp_path / "none.csv")]) == BAD_INPUT


def test_hardware_is_a_needs_fragment(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {"nvidia-smi": ["NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090", "Some Unknown Card 9"]}
    monkeypatch.setattr(hardware_command, "_lines", lambda program, _: seen.get(program, []))
    assert run(["hardware"]) == OK
    fragment = yaml.safe_load(capsys.readouterr().out)
    assert fragment["constraints"] == {"accelerators": ["rtx_4090"], "accelerator_count": 2, "include_legacy": True}


def test_without_accelerators_the_fragment_is_empty(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware_command, "_lines", lambda *_: [])
    assert run(["hardware"]) == OK
    assert yaml.safe_load(capsys.readouterr().out) == {"constraints": {}}


def test_without_a_display_the_example_is_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.chdir(tmp_path)
    assert run([]) == OK
    assert (tmp_path / "out" / "S11" / "quote.pdf").exists()
    assert "S11" in capsys.readouterr().out
    assert run(["project.rackwright"]) == BAD_INPUT


def test_interrupts_say_cancelled(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "_preset", interrupt)
    assert run(["preset", "list"]) == CANCELLED
    assert "cancelled" in capsys.readouterr().err


def test_the_catalogue_check_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "check"]) == OK
    assert "0 errors" in capsys.readouterr().out


def test_show_tells_which_sources_disagree(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["catalog", "show", "l4"]) == app.OK
    shown = capsys.readouterr().out
    assert "conflict: fp16_tflops: 121, not 60.5 / 242:" in shown
    assert "[nvidia-l4]" in shown


def test_calibrate_says_what_own_rows_teach_and_keeps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, kept = tmp_path / "mine.csv", tmp_path / "mine.yaml"
    head = "model,gpu,n_gpus,tp,engine,isl,osl,concurrency_or_batch,metric,value\n"
    row = "meta-llama/Llama-3.1-8B-Instruct,H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,"
    table.write_text(f"{head}{row}12\n", encoding="utf-8")
    assert run(["calibrate", str(table), "--out", str(kept)]) == 0
    assert "vllm, any model: 1 rows" in capsys.readouterr().out
    assert "value: 12.0" in kept.read_text(encoding="utf-8")
    table.write_text(f"{head}{row}12 s\n", encoding="utf-8")
    assert run(["calibrate", str(table)]) == 2
    assert "row 2, column value" in capsys.readouterr().err
