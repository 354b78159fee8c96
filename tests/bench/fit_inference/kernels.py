"""Efficiencies of matrix kernels, from measured kernel times: where the constants of a serving fit start.

    time = t0 + hypot(bytes / (beta x bandwidth), FLOP / (eta x peak))

is fitted to the newest GEMM and grouped-expert times of each engine, system and number format (robustly, on
logarithms); systems of one hardware family are averaged. ``beta`` and ``eta`` are shares of what the hardware states.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wizard.sizing.cases import Floats

_SHARED = "w4a8_mxfp4_mxfp8"
"""Kernels that all engines take from one library, whichever of them was measured with it."""

_BORROWERS = ("other", "deepspeed", "transformers")
"""Engines without kernel times that call the same libraries as those with."""

Key = tuple[str, str, str]
"""Engine, hardware family, class of number format."""

_ENGINES = {"trtllm": "tensorrt-llm", "vllm": "vllm", "sglang": "sglang"}
_FORMATS = {
    "bf16": ("16", 2.0, 16), "fp8": ("8", 1.0, 8), "fp8_block": ("8-block", 1.0, 8), "nvfp4": ("nvfp4", 0.5625, 4),
    "w4a16_mxfp4": ("mxfp4", 0.53125, 8), "w4a8_mxfp4_mxfp8": ("mxfp4", 0.53125, 8), "int4_wo": ("4", 0.53125, 16),
}
"""Class of efficiency, bytes per weight, bits of the peak that it is held against (16 where the chip lacks it)."""


@dataclass(frozen=True, slots=True)
class System:
    """Hardware of the kernel tables: dense peaks in FLOP/s by bits, bandwidth in B/s."""

    family: str
    bandwidth: float
    peaks: dict[int, float]

    def peak(self, bits: int) -> float:
        """Return the peak that a format runs at."""
        return self.peaks.get(bits, self.peaks[16])


SYSTEMS = {
    "a100_sxm": System("ampere-dc", 2.039e12, {16: 312e12}),
    "h100_sxm": System("hopper", 3.35e12, {16: 989e12, 8: 1978e12}),
    "h200_sxm": System("hopper", 4.8e12, {16: 989e12, 8: 1978e12}),
    "b200_sxm": System("blackwell-dc", 7.7e12, {16: 2250e12, 8: 4500e12, 4: 9000e12}),
    "b300_sxm": System("blackwell-dc", 7.75e12, {16: 2250e12, 8: 4500e12, 4: 14000e12}),
    "gb200": System("blackwell-dc", 8.0e12, {16: 2500e12, 8: 5000e12, 4: 10000e12}),
    "gb300": System("blackwell-dc", 8.0e12, {16: 2500e12, 8: 5000e12, 4: 15000e12}),
    "l40s": System("ada", 0.864e12, {16: 362e12, 8: 733e12}),
    "rtx_pro_6000_server": System("blackwell", 1.792e12, {16: 467.8e12, 8: 935.6e12, 4: 1871e12}),
    "b60": System("intel-gpu", 0.456e12, {16: 98.3e12}),
}


def kernel_priors(folder: Path) -> dict[str, dict[Key, float]]:
    """Return the logarithms of the constants of :data:`REFERENCE` by key; times are in seconds."""
    gemm, expert = _efficiencies(folder / "gemm.csv", _gemm), _efficiencies(folder / "moe.csv", _experts)
    for engine, family, name in sorted(expert.keys() - gemm.keys()):
        if (engine, family, "16") in gemm:
            gemm[engine, family, name] = gemm[engine, family, "16"]
    both = sorted(gemm.keys() & expert.keys())
    return {
        "bandwidth": {key: ends[0] for key, ends in gemm.items()},
        "compute": {key: ends[1] for key, ends in gemm.items()},
        "expert_bandwidth": {key: expert[key][0] - gemm[key][0] for key in both},
        "expert_compute": {key: expert[key][1] - gemm[key][1] for key in both},
        "moe_layer_s": {key: ends[2] for key, ends in expert.items()},
    }


REFERENCE = {"bandwidth": 0.8, "compute": 0.6, "expert_bandwidth": 1.0, "expert_compute": 0.6, "moe_layer_s": 30e-6}
"""Typical efficiencies: what the bases of the fit belong to, so that hardware without kernel times starts there."""

_UNUSUAL = np.log(2.0)
"""Kernels of one version can be broken; beyond this factor of the typical a prior says nothing."""


def prior_table(folder: Path, constant: str) -> dict[Key, float]:
    """Return what to add to the base of a constant, for every engine, family and format class that kernels speak of.

    A format without matrix kernels of its own has its dense matrices in 16 bit; engines that call the same libraries
    as those with kernel times get their mean.
    """
    efficiencies = kernel_priors(folder)
    known = dict(efficiencies[constant])
    for name in ("mxfp4", "4"):
        for engine, family, _ in [key for key in known if key[2] == "16"]:
            known.setdefault((engine, family, name), known[engine, family, "16"])
    limit = np.log(REFERENCE[constant])
    known = {key: float(np.clip(value - limit, -_UNUSUAL, _UNUSUAL)) for key, value in known.items()}
    shared: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (_, family, name), value in known.items():
        shared[family, name].append(value)
    means = {(engine, *pair): float(np.mean(values)) for pair, values in shared.items() for engine in _BORROWERS}
    return means | known


Ends = tuple[float, float, float]

Work = tuple[float, float]
"""Bytes and FLOP of one kernel."""


def _gemm(row: dict[str, str], width: float) -> Work | None:
    m, n, k = (float(row[name]) for name in "mnk")
    if min(n, k) < 1024:
        return None
    return n * k * width + 2 * m * (n + k), 2 * m * n * k


def _experts(row: dict[str, str], width: float) -> Work | None:
    if row["op"] != "moe" or row["dist"] != "bal" or row["ep"] != "1":
        return None
    tokens, hidden, inter, experts, k, tp = (
        float(row[name]) for name in ("tokens", "hidden", "inter", "experts", "topk", "tp"))
    matrices = 3 * hidden * inter / tp
    return min(experts, tokens * k) * matrices * width + 4 * tokens * hidden, 2 * tokens * k * matrices


def _efficiencies(path: Path, work: Callable[[dict[str, str], float], Work | None]) -> dict[Key, Ends]:
    found: dict[Key, list[Ends]] = defaultdict(list)
    for (backend, system, name), rows in _newest(path):
        machine = SYSTEMS[system]
        best: dict[Work, float] = {}
        for row in rows:
            # Of several kernels for one shape an engine takes the fastest.
            _, width, bits = _FORMATS[row["dtype"]]
            load = work(row, width)
            if load:
                best[load] = min(best.get(load, np.inf), float(row["latency_us"]) * 1e-6)
        if len(best) >= 7:
            table = np.array([(*load, time) for load, time in best.items()]).T
            ends = _fit(table[0] / machine.bandwidth, table[1] / machine.peak(bits), table[2])
            found[_ENGINES[backend], machine.family, name].append(ends)
    return {key: _mean(ends) for key, ends in found.items()}


def _mean(ends: list[Ends]) -> Ends:
    reading, computing, start = np.mean(ends, axis=0).tolist()
    return reading, computing, start


def _newest(path: Path) -> Iterator[tuple[tuple[str, str, str], list[dict[str, str]]]]:
    groups: dict[tuple[str, str, str], dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    shared: dict[str, list[dict[str, str]]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if row["dtype"] == _SHARED:
                shared[row["system"]].append(row)
            # Times without a CUDA graph are those of the host.
            hosted = row["backend"] == "vllm" and row["dtype"] == "fp8_block" and path.name == "gemm.csv"
            if row["dtype"] in _FORMATS and not hosted:
                groups[row["backend"], row["system"], _FORMATS[row["dtype"]][0]][row["version"]].append(row)
    for key, versions in groups.items():
        newest = versions[max(versions, key=lambda version: len(versions[version]))]
        yield key, newest + (shared[key[1]] if key[2] == _FORMATS[_SHARED][0] else [])


def _fit(reading: Floats, computing: Floats, time: Floats) -> Ends:
    """Return logarithms of beta, eta and the time at the start, by damped Gauss-Newton with Huber weights."""
    theta = np.log(np.array([np.min(time) * 0.8, 0.8, 0.5]))

    def model(at: Floats) -> Floats:
        start, beta, eta = np.exp(at)
        predicted: Floats = np.log(start + np.hypot(reading / beta, computing / eta))
        return predicted

    for _ in range(60):
        residual = np.log(time) - model(theta)
        jacobian = np.stack([(model(theta + 1e-4 * axis) - model(theta)) / 1e-4 for axis in np.eye(3)], axis=1)
        pull = np.minimum(1.0, 0.15 / np.maximum(np.abs(residual), 1e-9))[:, None]
        curvature = jacobian.T @ (jacobian * pull) + 1e-3 * np.eye(3)
        theta = theta + np.clip(np.linalg.solve(curvature, jacobian.T @ (residual * pull[:, 0])), -0.5, 0.5)
    return float(min(theta[1], 0.0)), float(min(theta[2], 0.0)), float(theta[0])
