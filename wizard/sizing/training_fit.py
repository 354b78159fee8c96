"""Fits the training calibration: ``python -m wizard.sizing.training_fit MEMORY.csv SPEED.csv [--out FILE]``.

The tables are those of measured training runs (columns as ``rackwright estimate training-memory`` and
``training-speed`` read them, with the measured columns). Only derived constants are written.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.paths import catalog_dir
from wizard.sizing.cases import Floats
from wizard.sizing.training_calibration import MemoryCalibration
from wizard.sizing.training_fit_memory import calibrate_memory
from wizard.sizing.training_fit_speed import SpeedFit, calibrate_speed
from wizard.sizing.training_rows import Run, read_run

MEMORY_TRUTH, SPEED_TRUTH = "measured_peak_gib_per_gpu", "tokens_per_s_per_gpu"
SHIFTED_COLUMNS = "LoRA Rank & LoRA Target Modules"
"""Rows of one published table whose columns are shifted: what they call memory is a share of parameters."""


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, write and report."""
    parser = argparse.ArgumentParser(prog="python -m wizard.sizing.training_fit", description=__doc__)
    parser.add_argument("memory", type=Path)
    parser.add_argument("speed", type=Path)
    parser.add_argument("--out", type=Path, default=catalog_dir() / "calibration" / "training.json")
    args = parser.parse_args(argv)
    catalog = Catalog()
    memory_runs, peaks = measured_runs(args.memory, MEMORY_TRUTH, catalog)
    memory, ratios = calibrate_memory(memory_runs, peaks)
    speed_runs, rates = measured_runs(args.speed, SPEED_TRUTH, catalog, with_device=True)
    speed = calibrate_speed(speed_runs, rates)
    args.out.write_text(_text(catalog.version, memory, speed), encoding="utf-8")
    sys.stdout.write(_report("memory", ratios) + _report("speed", speed.ratios) + _report("plan", speed.plan_ratios))
    return 0


def measured_runs(
    path: Path, truth: str, catalog: Catalog, *, with_device: bool = False
) -> tuple[list[Run], Floats]:
    """Return the runs of a table that can be sized, and their measured figures; suspect rows (tier C) are left out."""
    runs, values = [], []
    with path.open(newline="", encoding="utf-8") as f:
        for number, row in enumerate(csv.DictReader(f), start=1):
            if row.get("tier") == "C" or not row.get(truth) or SHIFTED_COLUMNS in row.get("notes", ""):
                continue
            run = read_run(number, row, catalog)
            if isinstance(run, str) or (with_device and run.device is None):
                continue
            runs.append(run)
            values.append(float(row[truth]))
    return runs, np.array(values)


def _text(version: str, memory: Mapping[str, MemoryCalibration], speed: SpeedFit) -> str:
    data = {
        "version": version,
        "memory": {name: asdict(values) for name, values in memory.items()},
        "speed": {
            "weights": {n: round(w, 4) for n, w in speed.weights.items() if abs(w) >= 5e-4 or n[:3] == "hw:"},
            "bands": {n: [round(low, 4), round(high, 4)] for n, (low, high) in sorted(speed.bands.items())},
        },
    }
    return json.dumps(data, indent=1) + "\n"


def _report(name: str, ratios: Floats) -> str:
    error = np.abs(np.expm1(-ratios))
    return (f"{name}: {len(ratios)} rows, median error {np.median(error):.1%}, 80th percentile "
            f"{np.quantile(error, 0.8):.1%}, bias {np.expm1(-np.median(ratios)):+.1%}\n")


if __name__ == "__main__":
    raise SystemExit(main())
