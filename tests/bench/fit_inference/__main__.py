"""``python -m tests.bench.fit_inference INFERENCE.csv --out catalog/calibration/inference.json [--jobs 2]``."""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.fit_inference.document import band_tables, document
from tests.bench.fit_inference.problem import Problem
from tests.bench.fit_inference.report import accuracy, labels
from tests.bench.fit_inference.solve import fit, fold_predictions, weights
from wizard.catalog.catalog import Catalog
from wizard.sizing.calibration import band_cell
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.experiments import BAND_OF

SCHEMES = {"pair": 8, "hardware": 5, "architecture": 5}


def main() -> int:
    """Cross-validate, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    a = parser.parse_args()
    problem = Problem(a.table, Catalog())
    say(f"{len(problem.rows)} rows, {len(problem.parameters)} parameters")
    predicted = cross_validated(a.table, problem, a.jobs)
    residuals = {scheme: problem.truth - values for scheme, values in predicted.items()}
    found = document(problem, fit(problem, weights(problem), 12), residuals, a.version)
    a.out.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")
    low, high = band_tables(problem, residuals["pair"])
    cell = (BAND_OF[problem.metric], *band_cell(problem.inputs))
    text = accuracy(problem, predicted, (low[cell], high[cell]))
    a.out.with_name("ACCURACY.md").write_text(text, encoding="utf-8")
    say(text)
    return 0


def cross_validated(table: Path, problem: Problem, jobs: int) -> dict[str, Floats]:
    """Return log predictions of every row by constants that never saw its group, by scheme."""
    tasks = [(scheme, fold) for scheme, count in SCHEMES.items() for fold in range(count)]
    predicted = {scheme: np.full(len(problem.rows), np.nan) for scheme in SCHEMES}
    with ProcessPoolExecutor(jobs) as pool:
        for (scheme, fold), (rows, values) in zip(tasks, pool.map(partial(one_fold, table), tasks), strict=True):
            predicted[scheme][rows] = values
            say(f"{scheme} {fold + 1}/{SCHEMES[scheme]}")
    return predicted


def one_fold(table: Path, task: tuple[str, int]) -> tuple[Ints, Floats]:
    """Return rows and predictions of one fold; runs in a process of its own."""
    scheme, fold = task
    problem = Problem(table, Catalog())
    return fold_predictions(problem, labels(problem, scheme), SCHEMES[scheme], fold)


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
