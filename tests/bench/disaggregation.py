"""Prefill/decode disaggregation against published runs: ``python -m tests.bench.disaggregation INFERENCE.csv``.

Rows whose notes say DISAGGREGATED name the workers; the main fit leaves them out. Speculation is not recorded there.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_inference import Names
from wizard.sizing.calibration import shipped
from wizard.sizing.disaggregation import disaggregated
from wizard.sizing.inference_rows import Setting, inputs_of

_WORKERS = re.compile(r"(\d+) (prefill|decode) workers x (\d+) GPU \(tp(\d+) dp(\d+) ep(\d+)\)")


def workers(setting: Setting, notes: str) -> dict[str, tuple[float, Setting]]:
    """Return count and setting of the prefill and the decode workers."""
    return {
        kind: (float(count), replace(setting, tp=int(tp), dp=int(dp), ep=int(ep), pp=1, replicas=1.0))
        for count, kind, _, tp, dp, ep in _WORKERS.findall(notes)
    }


def main(path: str) -> None:
    """Write one line per row and the errors by engine and hardware."""
    names, errors = Names(Catalog()), defaultdict(list)
    with Path(path).open(encoding="utf-8-sig", newline="") as f:
        rows = [r for r in csv.DictReader(f) if "DISAGG" in r["notes"] and r["metric"] == "tpot_ms"]
    for row in rows:
        setting, _ = names.setting(row)
        both = workers(setting, row["notes"])
        if set(both) != {"prefill", "decode"}:
            continue
        x, y = (inputs_of([both[kind][1]]) for kind in ("prefill", "decode"))
        n, m = (np.array([both[kind][0]]) for kind in ("prefill", "decode"))
        found = disaggregated(x, y, n, m, shipped())
        error = float(found.tpot[0]) * 1e3 / float(row["value"]) - 1
        for key in ((row["engine"], row["gpu"]), ("all", "")):
            errors[key].append(error)
        sys.stdout.write(
            f"{row['model'][:24]:24s} {row['gpu']:16s} {row['isl']}/{row['osl']} C={row['concurrency_or_batch']:5s}"
            f" {n[0]:.0f}P{m[0]:.0f}D B={found.batch[0]:6.1f} measured {row['value'][:7]:>7s}"
            f" estimated {found.tpot[0] * 1e3:7.1f} {error:+.0%}\n")
    for key, some in errors.items():
        size = np.abs(some)
        sys.stdout.write(f"{key} n={len(some)} median {np.median(size):.1%} p80 {np.quantile(size, 0.8):.1%}"
                         f" bias {np.median(some):+.1%}\n")


if __name__ == "__main__":
    main(sys.argv[1])
