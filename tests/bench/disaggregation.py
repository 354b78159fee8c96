"""Prefill/decode disaggregation against published runs: ``python -m tests.bench.disaggregation INFERENCE.csv``.

Rows whose notes say DISAGGREGATED name the workers; the main fit leaves them out. Speculation is not recorded there.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_inference import Names
from wizard.sizing.calibration import shipped
from wizard.sizing.experiments import METRICS
from wizard.sizing.worker_rows import answer, workers_of


def main(path: str) -> None:
    """Write one line per row and the errors by engine and hardware."""
    names, errors, inside = Names(Catalog()), defaultdict(list), 0
    with Path(path).open(encoding="utf-8-sig", newline="") as f:
        rows = [r for r in csv.DictReader(f) if "DISAGG" in r["notes"] and r["metric"] == "tpot_ms"]
    for row in rows:
        setting, _ = names.setting(row)
        workers = workers_of(setting, row)
        if workers is None:
            continue
        value, low, high = answer(workers, METRICS.index("tpot_ms"), shipped())
        error = value / float(row["value"]) - 1
        inside += low <= float(row["value"]) <= high
        for key in ((row["engine"], row["gpu"]), ("all", "")):
            errors[key].append(error)
        sys.stdout.write(
            f"{row['model'][:24]:24s} {row['gpu']:16s} {row['isl']}/{row['osl']} C={row['concurrency_or_batch']:5s}"
            f" {workers.prefill:.0f}P{workers.decode:.0f}D measured {row['value'][:7]:>7s}"
            f" estimated {value:7.1f} ({low:.1f} to {high:.1f}) {error:+.0%}\n")
    for key, some in errors.items():
        size = np.abs(some)
        sys.stdout.write(f"{key} n={len(some)} median {np.median(size):.1%} p80 {np.quantile(size, 0.8):.1%}"
                         f" bias {np.median(some):+.1%}\n")
    sys.stdout.write(f"inside the interval {inside / len(errors['all', '']):.0%}\n")


if __name__ == "__main__":
    main(sys.argv[1])
