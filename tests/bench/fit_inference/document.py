"""The calibration file: constants with their effects, and error bands from the residuals of cross-validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.bench.fit_inference.effects import BASE
from tests.bench.fit_inference.problem import PRIOR_FACTORS, Problem
from tests.bench.fit_inference.solve import weights
from wizard.sizing import bands
from wizard.sizing.calibration import band_cell
from wizard.sizing.cases import Bools, Floats, Ints
from wizard.sizing.coefficients import NAMES
from wizard.sizing.device_columns import CLASSES
from wizard.sizing.experiments import BAND_OF

SHRINKAGE = 6.0
"""Independent groups that a cell's own quantiles need to count as much as its parent's."""

_NEGLIGIBLE = 5e-4


def document(problem: Problem, theta: Floats, residuals: dict[str, Floats], version: str) -> dict[str, Any]:
    """Return the calibration as plain data. ``residuals`` are those of the folds "pair", "hardware", "architecture"."""
    low, high = band_tables(problem, residuals["pair"])
    return {
        "version": version,
        "provenance": {
            "rows": len(problem.rows), "groups": len(set(_groups(problem))), "form": "wizard.sizing",
            "kernels": "derived from ai-dynamo/aiconfigurator, NVIDIA, Apache-2.0",
        },
        "coefficients": {name: _entry(problem, theta, name) for name in NAMES},
        "keys": {name: keys.tolist() for name, keys in problem.keys.items()},
        "bands": {
            "low": np.round(low, 4).tolist(), "high": np.round(high, 4).tolist(),
            "unseen_hardware": _widening(problem, residuals["pair"], residuals["hardware"]),
            "unseen_architecture": _widening(problem, residuals["pair"], residuals["architecture"]),
        },
    }


def _entry(problem: Problem, theta: Floats, name: str) -> dict[str, Any]:
    effects: dict[tuple[tuple[str, ...], str], dict[str, float]] = {}
    base = BASE[name]
    for parameter, value in zip(problem.parameters, theta.tolist(), strict=True):
        if parameter.constant != name:
            continue
        if not parameter.by and not parameter.covariate:
            base += value
        elif abs(value) > _NEGLIGIBLE:
            effects.setdefault((parameter.by, parameter.covariate), {})[parameter.level] = round(value, 4)
    listed = [{"by": list(by), "covariate": age, "values": values} for (by, age), values in effects.items()]
    kernels = problem.priors.get(name, {}).items()
    if kernels:
        values = {"|".join(key): round(value, 4) for key, value in kernels if abs(value) > _NEGLIGIBLE}
        listed.append({"by": list(PRIOR_FACTORS), "covariate": "", "values": values})
    return {"base": round(base, 5), "effects": listed}


def _groups(problem: Problem) -> list[str]:
    return [f"{row['model']}|{row['gpu']}|{row['metric']}" for row in problem.rows]


def band_tables(problem: Problem, residual: Floats) -> tuple[Floats, Floats]:
    """Return the nested quantiles of ``log(measured / predicted)`` by metric, class, mixture, batch, traffic."""
    cells = (BAND_OF[problem.metric], *(np.broadcast_to(c, residual.shape) for c in band_cell(problem.inputs)))
    shape = (len(bands.METRICS), len(CLASSES), 2, len(bands.BATCHES), len(bands.TRAFFIC))
    low: Floats = np.zeros(shape)
    high: Floats = np.zeros(shape)
    quantiles = _Quantiles(residual, weights(problem), np.array(_groups(problem)))
    everything = quantiles.of(np.ones(residual.size, dtype=np.bool_))
    for index in np.ndindex(*shape):
        ends = everything
        inside = np.ones(residual.size, dtype=np.bool_)
        for axis, code in zip(cells, index, strict=True):
            inside = inside & (axis == code)
            ends = quantiles.shrunk(inside, ends)
        low[index], high[index] = ends
    return low, high


class _Quantiles:
    """Weighted 5 % and 95 % quantiles of residuals."""

    def __init__(self, residual: Floats, weight: Floats, groups: Any) -> None:
        self._order: Ints = np.argsort(residual)
        self._residual, self._weight, self._groups = residual, weight, groups

    def of(self, inside: Bools) -> tuple[float, float]:
        order = self._order[inside[self._order]]
        weight = self._weight[order]
        place = (np.cumsum(weight) - weight / 2) / weight.sum()
        low, high = np.interp([0.05, 0.95], place, self._residual[order])
        return float(low), float(high)

    def shrunk(self, inside: Bools, parent: tuple[float, float]) -> tuple[float, float]:
        if not np.any(inside):
            return parent
        count = len(set(self._groups[inside].tolist()))
        own = self.of(inside)
        low, high = ((count * q + SHRINKAGE * p) / (count + SHRINKAGE) for q, p in zip(own, parent, strict=True))
        return low, high


def _widening(problem: Problem, seen: Floats, unseen: Floats) -> float:
    """Return how much wider residuals are where the group was left out whole; never less than 1."""
    quantiles = [_Quantiles(r, weights(problem), np.array(_groups(problem))) for r in (seen, unseen)]
    everything = np.ones(seen.size, dtype=np.bool_)
    (low, high), (low_unseen, high_unseen) = (q.of(everything) for q in quantiles)
    return round(max((high_unseen - low_unseen) / (high - low), 1.0), 3)
