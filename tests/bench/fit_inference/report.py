"""How well the estimates hold: the accuracy table, beside a naive roofline on the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from tests.bench.fit_inference.problem import Problem
from wizard.sizing.cases import Bools, Floats
from wizard.sizing.ceilings import step_floor
from wizard.sizing.device_columns import CLASSES, FAMILY_CLASS
from wizard.sizing.experiments import METRICS
from wizard.sizing.operators import fresh_tokens

TITLES = {
    "pair": "no (architecture, hardware) pair in both parts, 8 folds", "hardware": "whole hardware left out, 5 folds",
    "architecture": "whole architectures left out, 5 folds",
}
_HEAD = ("| | rows | median error | 80th percentile | bias | group median |", "|---|---:|---:|---:|---:|---:|")


def labels(problem: Problem, scheme: str) -> list[str]:
    """Return the group that a row belongs to when folds are dealt."""
    architectures, hardware = problem.inputs.model.key.tolist(), [row["gpu"] for row in problem.rows]
    if scheme == "hardware":
        return hardware
    if scheme == "architecture":
        return [str(a) for a in architectures]
    return [f"{a}|{h}" for a, h in zip(architectures, hardware, strict=True)]


def accuracy(problem: Problem, predicted: Mapping[str, Floats], bands: tuple[Floats, Floats]) -> str:
    """Return the accuracy tables as Markdown."""
    total = len(problem.rows) + sum(problem.refused.values())
    lines = [
        "# Accuracy of the serving estimates", "",
        f"Cross-validated on {len(problem.rows)} published measurements, {len(problem.rows) / total:.1%} of those in"
        " scope. Errors are |estimate - measured| / measured.", "",
        "Written by `python -m tests.bench.fit_inference`.",
    ]
    for scheme, values in predicted.items():
        lines += ["", f"## {TITLES[scheme]}", "", *_HEAD, *_table(problem, values)]
    missed = problem.truth - predicted["pair"]
    lines += ["", "## 90 % interval (pairs left out)", "", *_coverage(problem, missed, bands)]
    lines += ["", "## Naive roofline (70 % of bandwidth, 50 % of FLOP/s) on the same rows", "", *_HEAD]
    return "\n".join([*lines, *_table(problem, naive(problem))]) + "\n"


def _masks(problem: Problem) -> Iterable[tuple[str, Bools]]:
    yield "all", np.ones(len(problem.rows), dtype=np.bool_)
    for code, name in enumerate(METRICS):
        yield name, problem.metric == code
    classes = FAMILY_CLASS[problem.inputs.device.family]
    for code, name in enumerate(CLASSES):
        yield name, classes == code
    mixture = problem.inputs.model.expert > 0
    yield "dense", ~mixture
    yield "mixture of experts", mixture


def _table(problem: Problem, predicted: Floats) -> Iterable[str]:
    ratio = predicted - problem.truth
    error = np.abs(np.expm1(ratio))
    for name, mask in _masks(problem):
        known = mask & np.isfinite(error)
        if np.count_nonzero(known):
            yield (f"| {name} | {np.count_nonzero(known)} | {np.median(error[known]):.1%} |"
                   f" {np.quantile(error[known], 0.8):.1%} | {np.expm1(np.median(ratio[known])):+.1%} |"
                   f" {_group_median(problem, error, known):.1%} |")


def _group_median(problem: Problem, error: Floats, mask: Bools) -> float:
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for place in np.flatnonzero(mask):
        row = problem.rows[int(place)]
        groups[row["model"], row["gpu"], row["metric"]].append(float(error[place]))
    return float(np.median([np.median(values) for values in groups.values()]))


def _coverage(problem: Problem, residual: Floats, bands: tuple[Floats, Floats]) -> Iterable[str]:
    low, high = bands
    inside = (residual >= low) & (residual <= high)
    yield "| | rows | measured values inside | median high/low |"
    yield "|---|---:|---:|---:|"
    for name, mask in _masks(problem):
        if np.count_nonzero(mask):
            yield (f"| {name} | {np.count_nonzero(mask)} | {np.mean(inside[mask]):.1%} |"
                   f" {np.median(np.exp(high - low)[mask]):.2f} |")


def naive(problem: Problem) -> Floats:
    """Return what a plain roofline says: bytes over 70 % of the bandwidth, FLOP over half of the peak."""
    out: Floats = np.full(len(problem.rows), np.nan)
    for part in problem.parts:
        x, r = part.inputs, part.replica
        users = np.maximum(np.nan_to_num(x.concurrency, nan=256.0), 1.0)
        step = step_floor(x, r, users) / 0.7
        flop = 2 * (r.dense + r.routed) * fresh_tokens(x) / (r.devices * r.dense_peak * 0.5)
        whole = step * x.output_tokens + flop * users
        tokens = np.where(part.metric == METRICS.index("throughput_total_tok_s"), x.prompt_tokens, 0) + x.output_tokens
        answers = (flop * 1e3, step * 1e3, users * tokens / whole, users * tokens / whole, users / step,
                   fresh_tokens(x) / flop, 1 / step)
        out[part.rows] = np.log(np.choose(part.metric, np.broadcast_arrays(*answers)))
    return out + problem.log_scale

