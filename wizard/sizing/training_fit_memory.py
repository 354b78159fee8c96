"""Fitting the overheads of training memory on measured peaks: five constants per kind of software and measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.training_activations import activations
from wizard.sizing.training_calibration import MemoryCalibration
from wizard.sizing.training_cases import QLORA
from wizard.sizing.training_columns import RunColumns, capacities, run_columns
from wizard.sizing.training_fit_speed import bands, cross_validate, group_weights
from wizard.sizing.training_memory import elements, optimizer_scratch, size_memory
from wizard.sizing.training_rows import Run
from wizard.units import GIB

NAMES = ("context_gib", "communicator_gib", "activation_factor", "logit_factor", "optimizer_factor", "quantised_extra")
PRIOR = np.log([1.0, 1.0, 1.3, 1.3, 1.0, 0.3])
PRIOR_SD = np.array([0.7, 0.7, 0.5, 0.7, 0.25, 0.5])
PLAN_SD = np.array([0.7, 0.3, 0.5, 0.7, 0.02, 0.5])
"""A plan's optimizer states are those of the textbook, and its communicators take little."""

OLD_SOFTWARE = "megatron-2022"
"""Kept a second fp32 copy of the gradients; what that stack spent more is not charged to plans."""

NOISE = 0.15
HUBER = 1.0
FULL_DEVICE = 0.985
"""No measured peak passes this share of the device: a run that needed more would not have run."""

NARROWEST = (0.95, 1.05)
"""No band is narrower: published peaks are rounded to a GB, and nobody says which GB."""

CLEAN = MemoryCalibration(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class MemoryData:
    """Measured peaks and the counted parts, GiB, each of shape ``(n,)``."""

    columns: RunColumns
    fixed: Floats
    optimizer: Floats
    stored: Floats
    working: Floats
    logits: Floats
    scratch: Floats
    quantised: Floats
    several: Floats
    capacity: Floats
    measured: Floats

    def log_peak(self, weights: Floats, rows: np.ndarray) -> Floats:
        """Return log GiB at a vector of the logs of :data:`NAMES`."""
        context, several, factor, logit, optimizer, quantised = np.exp(weights)
        held = self.fixed[rows] + optimizer * self.optimizer[rows] + quantised * self.quantised[rows]
        active = factor * self.stored[rows] + np.maximum(factor * self.working[rows], logit * self.logits[rows])
        total = held + np.maximum(active, self.scratch[rows]) + context + several * self.several[rows]
        return np.asarray(np.log(np.minimum(total, FULL_DEVICE * self.capacity[rows])))


def memory_data(runs: Sequence[Run], measured: Floats) -> MemoryData:
    """Return the counted parts of runs."""
    columns = run_columns(runs)
    shape, lay, how = columns.shape, columns.layout, columns.how
    capacity = capacities(runs)
    sized = size_memory(shape, lay, how, capacity, CLEAN)
    parts = activations(shape, lay, how)
    held = elements(shape, lay, how)
    quantised = np.where(how.method == QLORA, held.dense, 0.0) / GIB
    scratch = np.broadcast_to(optimizer_scratch(held, how) / GIB, len(runs))
    return MemoryData(
        columns, sized.weights + sized.gradients + sized.overhead - scratch, sized.optimizer, parts.stored / GIB,
        parts.working / GIB, parts.logits / GIB, scratch, quantised, np.where(lay.devices > 1, 1.0, 0.0),
        capacity / GIB, measured,
    )


def fit_memory(data: MemoryData, rows: np.ndarray, prior_sd: Floats = PRIOR_SD, steps: int = 60) -> Floats:
    """Return the logs of :data:`NAMES` by damped Gauss-Newton on Huber-weighted log residuals with priors."""
    weights, damping = PRIOR.copy(), 1e-2
    importance = group_weights([data.columns.groups[i] for i in rows])
    target = np.log(data.measured[rows])

    def cost(at: Floats) -> float:
        residual = np.abs(data.log_peak(at, rows) - target) / NOISE
        loss = np.where(residual < HUBER, residual**2 / 2, HUBER * (residual - HUBER / 2))
        return float(importance @ loss + 0.5 * np.sum(((at - PRIOR) / prior_sd) ** 2))

    best = cost(weights)
    for _ in range(steps):
        predicted = data.log_peak(weights, rows)
        residual = (target - predicted) / NOISE
        robust = importance * np.minimum(1.0, HUBER / np.maximum(np.abs(residual), 1e-9))
        shifts = 1e-4 * np.eye(len(weights))
        jacobian = np.stack([(data.log_peak(weights + s, rows) - predicted) / 1e-4 for s in shifts], axis=1) / NOISE
        normal = jacobian.T @ (robust[:, None] * jacobian) + np.diag(1.0 / prior_sd**2)
        gradient = jacobian.T @ (robust * residual) - (weights - PRIOR) / prior_sd**2
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient)
        trial = cost(weights + step)
        if trial < best:
            weights, best, damping = weights + step, trial, damping / 3
        else:
            damping *= 4
        if damping > 1e6:  # no direction improves
            break
    return weights


def calibrate_memory(runs: Sequence[Run], measured: Floats) -> tuple[dict[str, MemoryCalibration], Floats]:
    """Return calibrations by ``stack/measure`` and ``plan``, and each row's log(measured/predicted) out of fold."""
    data = memory_data(runs, measured)
    cells = np.array([f"{r.stack}/{r.measured_as}" for r in runs])
    out, plan_rows = np.zeros(len(runs)), _planned(runs)
    fitted = {}
    for cell in sorted(set(cells)):
        rows = np.flatnonzero(cells == cell)
        out[rows] = _ratios(data, rows, PRIOR_SD)
        fitted[str(cell)] = fit_memory(data, rows)
    limits = bands([str(c) for c in cells], data.columns.groups, out)
    fitted["plan"] = fit_memory(data, plan_rows, PLAN_SD)
    groups = [data.columns.groups[i] for i in plan_rows]
    found = {name: _calibration(weights, limits[name]) for name, weights in fitted.items() if name != "plan"}
    low, high = bands(["plan"] * len(groups), groups, _varied_ratios(data, plan_rows))["plan"]
    plan = _calibration(fitted["plan"], (low, high))
    return found | {"plan": replace(plan, states_exact=True)}, out


def _varied_ratios(data: MemoryData, rows: np.ndarray) -> Floats:
    """Return log(measured/predicted) of what is not states, where a plan's states are taken as certain."""
    ratio = np.exp(_ratios(data, rows, PLAN_SD))
    states = (data.fixed + data.optimizer)[rows]
    measured, predicted = data.measured[rows], data.measured[rows] / ratio
    floor = 0.5  # GiB: what a context alone takes
    return np.asarray(np.log(np.maximum(measured - states, floor) / np.maximum(predicted - states, floor)))


def _planned(runs: Sequence[Run]) -> np.ndarray:
    return np.flatnonzero([r.measured_as != "allocated" and r.software != OLD_SOFTWARE for r in runs])


def _calibration(weights: Floats, limits: tuple[float, float]) -> MemoryCalibration:
    ends = (min(limits[0], NARROWEST[0]), max(limits[1], NARROWEST[1]))
    return MemoryCalibration(*(round(float(x), 4) for x in (*np.exp(weights), *ends)))  # type: ignore[arg-type]


def _ratios(data: MemoryData, rows: np.ndarray, prior_sd: Floats) -> Floats:
    """Return log(measured/predicted) of rows, each predicted without its group."""
    groups = [data.columns.groups[i] for i in rows]
    predicted = cross_validate(
        groups, lambda kept: fit_memory(data, rows[kept], prior_sd), lambda at, held: data.log_peak(at, rows[held])
    )
    return np.asarray(np.log(data.measured[rows]) - predicted)
