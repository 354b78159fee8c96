"""Fitting the efficiency of training on measured runs: ridge regression with priors, cross-validated bands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.device_columns import FAMILIES, default_network
from wizard.sizing.training_columns import RunColumns, devices_of, efficiency_cases, run_columns, runnable_precision
from wizard.sizing.training_efficiency import HOST_START, MAX_EFFICIENCY, band_cells, categories, host_columns, slopes
from wizard.sizing.training_rows import Run
from wizard.sizing.training_speed import StepTimes, step_times

PRIOR_SD = {
    "hw": 0.3, "precision": 0.3, "hw|precision": 0.2, "method": 0.4, "kind": 0.3, "kind|precision": 0.15,
    "plan": 0.05, "hw|kind": 0.2, "software": 0.3, "software|method": 0.3, "hw|method": 0.2, "slope": 0.12, "host": 0.4,
    "slope:attention": 0.6,
}
"""How far each group of terms may stray from its parent, in log units."""

NOISE = 0.2
HUBER = 1.5
BASE_START = np.log(0.5)
BAND_SHRINK = 6.0
"""Groups that a cell needs before its own quantiles outweigh its parent's."""


@dataclass(frozen=True, slots=True)
class SpeedData:
    """Measured runs and their counted step times."""

    columns: RunColumns
    times: StepTimes
    design: Floats
    host: Floats
    names: tuple[str, ...]
    prior: Floats
    prior_sd: Floats
    devices: Floats
    ceiling: Floats
    measured: Floats
    cells: np.ndarray

    def log_rate(self, weights: Floats, rows: np.ndarray) -> Floats:
        """Return log tokens/s per device at a vector of weights."""
        split = self.design.shape[1]
        eff = np.minimum(MAX_EFFICIENCY, np.exp(self.design[rows] @ weights[:split]))
        step = _part(self.times, rows).seconds(eff, np.exp(self.host[rows] @ weights[split:]))
        rate = self.times.tokens[rows] / step / self.devices[rows]
        return np.asarray(np.log(np.minimum(rate, self.ceiling[rows])))


def speed_data(runs: Sequence[Run], measured: Floats) -> SpeedData:
    """Return the design of the regression for runs with a known device."""
    columns = run_columns(runs)
    device = devices_of(runs)
    how = runnable_precision(columns.how, device)
    times = step_times(columns.shape, columns.layout, how, device, default_network(device))
    case = efficiency_cases(runs, device)
    parts, names, sd = [np.ones(len(runs))], ["base"], [10.0]
    for group, column in categories(case, columns.shape, how).items():
        for name in np.unique(column):
            parts.append((column == name).astype(float))
            names.append(f"{group}:{name}")
            sd.append(PRIOR_SD[group])
    for name, values in slopes(case, columns.shape, columns.layout, how).items():
        parts.append(np.broadcast_to(values, len(runs)).astype(float))
        names.append(f"slope:{name}")
        sd.append(PRIOR_SD.get(f"slope:{name}", PRIOR_SD["slope"]))
    prior = [float(BASE_START)] + [0.0] * (len(names) - 1)
    host = host_columns(case, columns.shape, columns.layout, how)
    launches = np.stack([np.broadcast_to(c, len(runs)) for c in host.values()], axis=1)
    names += [f"host:{name}" for name in host]
    prior += [HOST_START[name] for name in host]
    sd += [PRIOR_SD["host"]] * len(host)
    return SpeedData(
        columns, times, np.stack(parts, axis=1), launches, tuple(names), np.array(prior), np.array(sd),
        columns.layout.devices,
        1.0 / times.best_s_per_token, measured, band_cells(case, columns.shape, how),
    )


def fit_weights(data: SpeedData, rows: np.ndarray, steps: int = 30) -> Floats:
    """Return the weights by damped Gauss-Newton on Huber-weighted log residuals."""
    weights, prior = data.prior.copy(), data.prior
    importance = group_weights([data.columns.groups[i] + (data.columns.runs[i].software,) for i in rows])
    target = np.log(data.measured[rows])
    for _ in range(steps):
        predicted = data.log_rate(weights, rows)
        residual = (target - predicted) / NOISE
        robust = importance * np.minimum(1.0, HUBER / np.maximum(np.abs(residual), 1e-9))
        jacobian = _jacobian(data, weights, rows, predicted) / NOISE
        normal = jacobian.T @ (robust[:, None] * jacobian) + np.diag(1.0 / data.prior_sd**2)
        gradient = jacobian.T @ (robust * residual) - (weights - prior) / data.prior_sd**2
        step = np.linalg.solve(normal, gradient)
        weights = weights + np.clip(step, -0.5, 0.5)
        if np.max(np.abs(step)) < 1e-5:
            break
    return weights


def _jacobian(data: SpeedData, weights: Floats, rows: np.ndarray, predicted: Floats) -> Floats:
    """Efficiency terms act through one number per row, so one difference serves them all; launch terms likewise."""
    split = data.design.shape[1]
    bumped = weights.copy()
    bumped[0] += 1e-4
    eff = (data.log_rate(bumped, rows) - predicted) / 1e-4
    bumped = weights.copy()
    bumped[split] += 1e-4
    host = (data.log_rate(bumped, rows) - predicted) / 1e-4
    return np.hstack([data.design[rows] * eff[:, None], data.host[rows] * host[:, None]])


def group_weights(groups: Sequence[tuple[str, ...]]) -> Floats:
    """Return n^-1/2 per row of a group of n: many rows of one table say little more than a few."""
    counts = Counter(groups)
    return np.array([counts[g] ** -0.5 for g in groups])


def cross_validate(
    groups: Sequence[tuple[str, ...]], fit: Callable[[np.ndarray], Floats],
    predict: Callable[[Floats, np.ndarray], Floats], folds: int = 10,
) -> Floats:
    """Return out-of-fold predictions; whole groups are held out together, in a fixed pseudo-random order."""
    names = sorted(set(groups))
    order = np.random.default_rng(7).permutation(len(names))
    fold_of = {names[g]: position % folds for position, g in enumerate(order)}
    fold = np.array([fold_of[g] for g in groups])
    parts, places = [], []
    for k in np.unique(fold):
        held = np.flatnonzero(fold == k)
        parts.append(predict(fit(np.flatnonzero(fold != k)), held))
        places.append(held)
    back = np.argsort(np.concatenate(places))
    return np.asarray(np.concatenate(parts)[back])


def bands(
    cells: Sequence[str], groups: Sequence[tuple[str, ...]], log_ratio: Floats, coverage: float = 0.9,
    shrink: float = BAND_SHRINK,
) -> dict[str, tuple[float, float]]:
    """Return per cell (and its parents) the quantiles of measured/predicted that hold ``coverage`` of the rows.

    Quantiles are weighted by group and shrunk towards the parent's by the number of groups; ``a|b|c`` has parents
    ``b|c``, ``c`` and ``all``.
    """
    tail = (1.0 - coverage) / 2.0
    weight = group_weights(groups)
    found = {"all": _quantiles(log_ratio, weight, tail)}
    parents = {cell: _parents(cell) for cell in set(cells)}
    for depth in range(1, 1 + max(len(p) for p in parents.values())):
        for name in {p[-depth] for p in parents.values() if len(p) >= depth}:
            rows = np.array([name in parents[c] for c in cells])
            parent = name.partition("|")[2] if "|" in name else "all"
            count = len({g for g, inside in zip(groups, rows, strict=True) if inside})
            own, above = _quantiles(log_ratio[rows], weight[rows], tail), found[parent]
            found[name] = tuple(  # type: ignore[assignment]
                (count * a + shrink * b) / (count + shrink) for a, b in zip(own, above, strict=True)
            )
    return {name: (float(np.exp(low)), float(np.exp(high))) for name, (low, high) in found.items()}


@dataclass(frozen=True, slots=True)
class SpeedFit:
    """Fitted terms and bands, and log(measured/predicted) out of fold: software known, and as a plan sees it."""

    weights: dict[str, float]
    bands: dict[str, tuple[float, float]]
    ratios: Floats
    plan_ratios: Floats


def calibrate_speed(runs: Sequence[Run], measured: Floats) -> SpeedFit:
    """Fit all runs, and cross-validate for the bands: half of them by (model, device), half by whole models.

    A plan does not know the software, so the bands of ``unknown`` come from predictions without its terms. The ratios
    returned are those by (model, device).
    """
    data = speed_data(runs, measured)
    blind = replace(data, design=data.design * _known(data, "software"), host=data.host * _eager_off(data))
    groups: list[tuple[str, ...]] = list(data.columns.groups)

    def both(weights: Floats, rows: np.ndarray) -> Floats:
        return np.stack([data.log_rate(weights, rows), blind.log_rate(weights, rows)], axis=1)

    by_model = [(model,) for model, _ in groups]
    schemes = [cross_validate(by, lambda rows: fit_weights(data, rows), both) for by in (groups, by_model)]
    ratios = np.vstack([np.log(measured)[:, None] - predicted for predicted in schemes])
    cells, groups = [str(c) for c in data.cells] * 2, groups * 2
    found = bands(cells, groups, ratios[:, 0])
    kinds = [c.partition("|")[2] for c in cells]
    offsets = _offsets(kinds, groups, ratios[:, 1])
    ratios[:, 1] -= np.array([offsets[k] for k in kinds])
    planned = bands([f"unknown|{k}" for k in kinds], groups, ratios[:, 1])
    found |= {name: limits for name, limits in planned.items() if name.startswith("unknown|")}
    found["unknown"] = planned["all"]
    ratios = ratios[: len(runs)]
    found["unseen"] = _unseen(data, ratios[:, 0])
    weights = dict(zip(data.names, map(float, fit_weights(data, np.arange(len(runs)))), strict=True))
    weights |= {f"plan:{kind}": offset for kind, offset in offsets.items()}
    return SpeedFit(weights, found, ratios[:, 0], ratios[:, 1])


def _unseen(data: SpeedData, ratios: Floats) -> tuple[float, float]:
    """Return by what the band grows for a hardware family that was never measured, at least 1.25 each way."""
    family = [(FAMILIES[int(f)],) for f in devices_of(data.columns.runs).family]
    predicted = cross_validate(family, lambda rows: fit_weights(data, rows), data.log_rate, folds=len(FAMILIES))
    weight = group_weights(data.columns.groups)
    own = _quantiles(ratios, weight, 0.05)
    wide = _quantiles(np.log(data.measured) - predicted, weight, 0.05)
    return float(np.exp(min(wide[0] - own[0], -0.22))), float(np.exp(max(wide[1] - own[1], 0.22)))


def _offsets(kinds: Sequence[str], groups: Sequence[tuple[str, ...]], ratios: Floats) -> dict[str, float]:
    """Median log ratio per ``method|kind`` of predictions that do not know the software, shrunk towards 0."""
    weight, found = group_weights(groups), {}
    for kind in sorted(set(kinds)):
        rows = np.array([k == kind for k in kinds])
        count = len({g for g, inside in zip(groups, rows, strict=True) if inside})
        middle = _quantiles(ratios[rows], weight[rows], 0.5)[0]
        found[kind] = middle * count / (count + BAND_SHRINK)
    return found


def _known(data: SpeedData, word: str) -> Floats:
    return np.array([0.0 if n.startswith(word) else 1.0 for n in data.names[: data.design.shape[1]]])


def _eager_off(data: SpeedData) -> Floats:
    return np.array([0.0 if n.startswith("host:eager") else 1.0 for n in data.names[data.design.shape[1]:]])


def _parents(cell: str) -> list[str]:
    chain = [cell]
    while "|" in chain[-1]:
        chain.append(chain[-1].partition("|")[2])
    return chain


def _quantiles(values: Floats, weights: Floats, tail: float) -> tuple[float, float]:
    order = np.argsort(values)
    share = (np.cumsum(weights[order]) - 0.5 * weights[order]) / np.sum(weights)
    low, high = np.interp([tail, 1.0 - tail], share, values[order])
    return float(low), float(high)


def _part(times: StepTimes, rows: np.ndarray) -> StepTimes:
    def pick(column: Floats) -> Floats:
        return column[rows] if len(column) > 1 else column

    return StepTimes(
        pick(times.compute), pick(times.exposed), pick(times.data_parallel), pick(times.bubble),
        pick(times.optimizer), pick(times.tokens), times.flops, pick(times.best_s_per_token),
        pick(times.layer_passes), pick(times.unpack),
    )
