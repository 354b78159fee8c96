"""Two needs side by side on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.cli.app import BAD_INPUT, INFEASIBLE, OK, run
from wizard.needs.files import dump_needs
from wizard.needs.presets import preset


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    needs = preset("S08").needs
    twice = needs.model_copy(update={
        "constraints": needs.constraints.model_copy(update={"software": ("Ubuntu Pro",)})})
    paths = []
    for name, asked in (("plain", needs), ("with_pro", twice)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(dump_needs(asked), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_only_what_differs_is_printed(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", *files, "--currency", "USD"]) in {OK, INFEASIBLE}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["plain", "with_pro"]
    bought = next(line for line in lines if line.strip().startswith("Purchase"))
    assert "(+$565" in bought  # 500 and 13 % tax
    assert "*" in bought
    assert not any(line.strip().startswith("Accelerator ") for line in lines)


def test_numbers_are_plain_in_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", *files, "--json"]) in {OK, INFEASIBLE}
    found = json.loads(capsys.readouterr().out)
    capex = next(row for row in found["rows"] if row["code"] == "capex")
    assert found["currency"] == "CNY"
    assert float(capex["values"][1]) - float(capex["values"][0]) == pytest.approx(float(capex["deltas"][1]))
    assert capex["best"] == [0]


def test_chinese_columns_stand_under_each_other(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", *files, "--lang", "zh_CN"]) in {OK, INFEASIBLE}
    assert "最优" in capsys.readouterr().out


def test_one_file_is_no_comparison(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", files[0]]) == BAD_INPUT
    assert "can be compared" in capsys.readouterr().err
