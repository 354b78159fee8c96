"""The fit finds what was planted, and its bands hold what they promise."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_training import predict_memory, predict_speed
from wizard.sizing.training_calibration import training_calibration
from wizard.sizing.training_fit import main, measured_runs
from wizard.sizing.training_fit_memory import NAMES, PRIOR, fit_memory, memory_data
from wizard.sizing.training_fit_speed import bands, cross_validate, fit_weights, group_weights, speed_data
from wizard.sizing.training_rows import Run, read_run

MODELS = ("meta-llama/Llama-2-7b-hf", "meta-llama/Llama-2-13b-hf", "meta-llama/Meta-Llama-3-8B-Instruct")
GPUS = ("A100 80GB", "H100 SXM 80GB")


def cases() -> list[dict[str, str]]:
    """Runs of three models on two devices with three batch sizes, in the columns of the tables."""
    return [
        {
            "model": model, "gpu": gpu, "n_gpus": "8", "seq_len": "4096", "micro_batch": micro, "global_batch": "64",
            "method": method, "precision": "BF16", "act_ckpt": "full", "framework": "torchtitan",
            "optimizer": "AdamW fp32", "measure_kind": "nvidia-smi", "tier": "A",
        }
        for model, gpu, micro, method in product(MODELS, GPUS, ("1", "2", "4"), ("full", "lora"))
    ]


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    catalog = Catalog()
    return [r for n, row in enumerate(cases(), 1) if isinstance(r := read_run(n, row, catalog), Run)]


def test_planted_efficiencies_are_found(runs: list[Run]) -> None:
    blank = speed_data(runs, np.ones(len(runs)))
    planted = blank.prior.copy()
    planted[0] = np.log(0.42)
    planted[blank.names.index("method:lora")] = -0.3
    planted[blank.names.index("hw:hopper")] = -0.2
    rows = np.arange(len(runs))
    data = replace(blank, measured=np.exp(blank.log_rate(planted, rows)))
    found = data.log_rate(fit_weights(data, rows), rows)
    assert np.median(np.abs(np.expm1(found - np.log(data.measured)))) < 0.02


def test_planted_overheads_are_found(runs: list[Run]) -> None:
    blank = memory_data(runs, np.ones(len(runs)))
    planted = PRIOR.copy()
    planted[NAMES.index("activation_factor")] = np.log(2.0)
    planted[NAMES.index("context_gib")] = np.log(2.0)
    rows = np.arange(len(runs))
    data = replace(blank, measured=np.exp(blank.log_peak(planted, rows)))
    found = data.log_peak(fit_memory(data, rows), rows)
    assert np.median(np.abs(np.expm1(found - np.log(data.measured)))) < 0.02


def test_whole_groups_are_held_out_together() -> None:
    groups = [(str(i % 7), "") for i in range(70)]
    seen: list[set[tuple[str, str]]] = []

    def fit(rows: np.ndarray) -> np.ndarray:
        seen.append({groups[i] for i in rows})
        return np.zeros(1)

    def predict(_: np.ndarray, rows: np.ndarray) -> np.ndarray:
        assert not {groups[i] for i in rows} & seen[-1]
        return rows.astype(float)

    assert cross_validate(groups, fit, predict).tolist() == list(range(70))


def test_bands_cover_what_they_promise() -> None:
    random = np.random.default_rng(3)
    groups = [(str(i), "") for i in range(2000)]
    spread = np.where(np.arange(2000) % 2 == 0, 0.1, 0.4)
    ratio = random.normal(0.0, spread)
    found = bands(["calm" if s < 0.2 else "wild" for s in spread], groups, ratio)
    for cell, sigma in (("calm", 0.1), ("wild", 0.4)):
        low, high = found[cell]
        own = ratio[spread == sigma]
        assert np.mean((np.log(low) <= own) & (own <= np.log(high))) == pytest.approx(0.9, abs=0.03)
    assert found["calm"][1] < found["all"][1] < found["wild"][1]


def test_few_groups_lean_on_their_parent() -> None:
    groups = [(str(i), "") for i in range(200)]
    ratio = np.concatenate([np.random.default_rng(5).normal(0, 0.3, 199), [0.0]])
    found = bands(["many"] * 199 + ["one"], groups, ratio)
    assert found["one"][1] > 1 + 0.7 * (found["all"][1] - 1)


def test_a_table_of_many_rows_weighs_less_per_row() -> None:
    weight = group_weights([("a", ""), ("a", ""), ("a", ""), ("a", ""), ("b", "")])
    assert weight.tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]


def test_the_command_fits_what_the_estimates_then_repeat(tmp_path: Path) -> None:
    catalog, rows = Catalog(), cases()
    memory, speed = (tmp_path / f"{name}.csv" for name in ("memory", "speed"))
    _write(memory, rows, "measured_peak_gib_per_gpu", [p.value for p in predict_memory(rows, catalog)])
    _write(speed, rows, "tokens_per_s_per_gpu", [p.value for p in predict_speed(rows, catalog)])
    out = tmp_path / "calibration.json"
    assert main([str(memory), str(speed), "--out", str(out)]) == 0
    fitted = training_calibration(out)
    assert fitted.version == catalog.version
    assert {"plan", "fsdp/device"} <= set(fitted.memory)
    assert fitted.memory["fsdp/device"].low < 1 < fitted.memory["fsdp/device"].high
    assert "measured" not in out.read_text("utf-8")


def test_suspect_rows_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows = [cases()[0] | {"tier": tier, "notes": note} for tier, note in (
        ("A", ""), ("C", ""), ("A", "LoRA Rank & LoRA Target Modules: 2"),
    )]
    _write(path, rows, "tokens_per_s_per_gpu", [1.0, 2.0, 3.0])
    runs, values = measured_runs(path, "tokens_per_s_per_gpu", Catalog(), with_device=True)
    assert [r.row for r in runs] == [1]
    assert values.tolist() == [1.0]


def test_the_shipped_calibration_holds_no_measured_rows() -> None:
    shipped = training_calibration()
    assert shipped.speed.bands["unknown"][0] < 1 < shipped.speed.bands["unknown"][1]
    assert all(m.low < m.high for m in shipped.memory.values())
    assert json.dumps(dict(shipped.speed.weights)).count("hw:") > 3


def _write(path: Path, rows: list[dict[str, str]], truth: str, values: list[float | None]) -> None:
    with path.open("w", newline="", encoding="utf-8") as f:
        table = csv.DictWriter(f, [*rows[0], *({"notes"} - set(rows[0])), truth])
        table.writeheader()
        table.writerows(r | {truth: str(v)} for r, v in zip(rows, values, strict=True))
