"""Robust Gauss-Newton: Huber loss on log residuals, Huber priors on effects, damping; and cross-validation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tests.bench.fit_inference.problem import Problem
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.coefficients import NAMES
from wizard.sizing.experiments import METRICS

NOISE = 0.25
"""Scatter of one measurement around a perfect formula, in logarithms."""

OUTLIER = 0.15
"""Residuals beyond this count linearly."""

KNEE = 1.5
"""Effects beyond this many standard deviations count linearly."""

TTFT_WEIGHT, TTFT_BEND, _REACH = 0.6, 0.4, 1.5
"""First-token times are about twice as noisy as the others, so that it matters what counts as their error: between the
logarithm (a bend of 0) and the share of the measured time (1), up to a reach of logarithms."""

_STEP = 1e-3


def waits_for_company(row: dict[str, str]) -> bool:
    """Say whether a row's server held prompts back, by a setting that is not recorded.

    In these runs of TensorRT-LLM the first token of 1,024/1,024 comes about twenty steps later than that of
    1,024/8,192 on the same server, on any number of devices below eight. Nothing can be learned from them.
    """
    same = row["source"].startswith("InferenceX") and row["engine"] == "TensorRT-LLM" and row["metric"] == "ttft_ms"
    return same and row["isl"] == row["osl"] == "1024" and "Llama" in row["model"] and row["tp"] in {"1", "2", "4"}


def behind_a_small_host(row: dict[str, str]) -> bool:
    """Say whether a card hung on a Raspberry Pi, whose cores and single lane tell nothing about the card."""
    return "system: Pi" in row["notes"] and not row["gpu"].startswith("RaspberryPi")


def weights(problem: Problem) -> Floats:
    """Return the weight of each row: large groups (model, hardware, source) and sources count less than their rows."""
    groups = Counter((row["model"], row["gpu"], row["source"]) for row in problem.rows)
    sources = Counter(row["source"] for row in problem.rows)
    each = np.array([
        groups[row["model"], row["gpu"], row["source"]] ** -0.4 * sources[row["source"]] ** -0.1
        for row in problem.rows
    ])
    noisy = np.where(problem.metric == METRICS.index("ttft_ms"), TTFT_WEIGHT, 1.0)
    silent = [waits_for_company(row) or behind_a_small_host(row) for row in problem.rows]
    noisy = np.where(silent, 0.0, noisy)
    weight: Floats = each / each.mean() * noisy
    return weight


def fit(problem: Problem, weight: Floats, iterations: int = 20) -> Floats:
    """Return the parameters that fit the rows of positive weight best."""
    theta: Floats = np.zeros(len(problem.parameters))
    damping = 1e-3
    raw = problem.raw(theta)
    predicted = problem.predict(raw)
    loss = _loss(problem, weight, predicted, theta)
    for _ in range(iterations):
        curvature, slope = _normal(problem, weight, _jacobian(problem, raw, predicted), predicted)
        for _ in range(6):
            trial = theta + _step(problem, curvature, slope, theta, damping)
            trial_raw = problem.raw(trial)
            trial_predicted = problem.predict(trial_raw)
            trial_loss = _loss(problem, weight, trial_predicted, trial)
            if trial_loss < loss:
                break
            damping *= 5
        else:
            break
        gain = (loss - trial_loss) / loss
        theta, raw, predicted, loss = trial, trial_raw, trial_predicted, trial_loss
        damping = max(damping / 4, 1e-5)
        if gain < 5e-5:
            break
    return theta


def _huber(residual: Floats, knee: float) -> Floats:
    size = np.abs(residual)
    return np.where(size < knee, size**2 / 2, knee * (size - knee / 2))


def _pull(residual: Floats, knee: float) -> Floats:
    """Weight that turns the square into Huber's loss."""
    return np.minimum(1.0, knee / np.maximum(np.abs(residual), 1e-9))


def _bent(problem: Problem, predicted: Floats) -> tuple[Floats, Floats]:
    """Return how far predictions are too high, as it counts, and the slope of that by the logarithm."""
    excess = predicted - problem.truth
    near = np.clip(excess, -_REACH, _REACH)
    first = problem.metric == METRICS.index("ttft_ms")
    slope = np.where(first, np.exp(TTFT_BEND * near), 1.0)
    return np.where(first, (slope - 1) / TTFT_BEND + slope * (excess - near), excess), slope


def _loss(problem: Problem, weight: Floats, predicted: Floats, theta: Floats) -> float:
    data = np.sum(weight * _huber(_bent(problem, predicted)[0], OUTLIER)) / NOISE**2
    return float(data + np.sum(_huber(theta / problem.spread, KNEE)))


def _jacobian(problem: Problem, raw: dict[str, Floats], predicted: Floats) -> Floats:
    """Derivatives by parameter: one evaluation per constant, since an effect moves its constant one to one."""
    jacobian: Floats = np.zeros((len(problem.rows), len(problem.parameters)))
    rows = np.arange(len(problem.rows))
    for name in NAMES:
        moved = problem.predict(raw | {name: raw[name] + _STEP})
        slope = (moved - predicted) / _STEP
        for index, factor in problem.columns[name]:
            jacobian[rows, index] += slope * factor
    return jacobian


def _normal(problem: Problem, weight: Floats, jacobian: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    """Return curvature and slope of the data's loss. Single precision is enough: the prior regularises the solution."""
    excess, slope = _bent(problem, predicted)
    jacobian = jacobian * slope[:, None]
    pull = weight * _pull(excess, OUTLIER) / NOISE**2
    scaled = (jacobian[pull > 0] * np.sqrt(pull[pull > 0])[:, None]).astype(np.float32)
    return (scaled.T @ scaled).astype(np.float64), -jacobian.T @ (pull * excess)


def _step(problem: Problem, curvature: Floats, slope: Floats, theta: Floats, damping: float) -> Floats:
    prior = _pull(theta / problem.spread, KNEE) / problem.spread**2
    diagonal = np.diag(prior * (1 + damping) + damping * np.diag(curvature))
    step: Floats = np.asarray(np.linalg.solve(curvature + diagonal, slope - theta * prior), dtype=np.float64)
    bounded: Floats = np.clip(step, -1.0, 1.0)
    return bounded


def folds(labels: Sequence[str], count: int) -> Ints:
    """Deal whole groups to folds of about equal weight, largest first; a fold per row."""
    sizes = Counter(labels)
    load = [0.0] * count
    fold: dict[str, int] = {}
    for label in sorted(sizes, key=lambda name: (-sizes[name], name)):
        lightest = load.index(min(load))
        fold[label] = lightest
        load[lightest] += sizes[label] ** 0.5
    return np.array([fold[label] for label in labels])


def fold_predictions(problem: Problem, labels: Sequence[str], count: int, number: int) -> tuple[Ints, Floats]:
    """Return the rows of one fold and their log predictions by constants that never saw the rows' groups."""
    fold = folds(labels, count)
    rows = np.flatnonzero(fold == number)
    theta = fit(problem, weights(problem) * (fold != number))
    return rows, problem.predict(problem.raw(theta))[rows]
