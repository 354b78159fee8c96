"""Efficiency of the matrix products in training: log-additive in what is known about hardware, number format and job.

    log efficiency = base + hardware + hardware|precision + method + MoE terms + software + slopes of sizes

The terms are fitted with priors towards zero (:mod:`wizard.sizing.training_fit`), so that hardware or software that
was never measured falls back to its parents. Band: 90 % of measured/predicted ratios, by cell, shrunk to its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from wizard.sizing.cases import Floats, Ints
from wizard.sizing.device_columns import FAMILIES
from wizard.sizing.training_calibration import SpeedCalibration
from wizard.sizing.training_cases import FULL, METHODS, PRECISIONS, Layout, Recipe
from wizard.sizing.training_flops import forward_flops
from wizard.sizing.training_shape import TrainingShape

T = TypeVar("T")

MAX_EFFICIENCY = 0.75
"""No measured training run of our tables passes 0.71 of the dense peak in hardware FLOPs (MPT on A100, MaxText)."""

SOFTWARE = (
    "unknown", "megatron-2022", "megatron", "fsdp", "composer", "torchtitan", "automodel", "huggingface", "mlperf",
    "internevo", "primus", "nanotron", "production", "maxtext",
)
"""Software stacks that measured runs used; ``unknown`` is what a plan assumes."""

SLOPES = ("tokens", "width", "tp", "scale", "year", "moe_year", "moe_width", "moe_scale", "lora_scale", "lora_tokens",
          "misaligned", "fp8_width", "heads", "attention", "expert_tokens", "expert_width")
"""Continuous terms: see :func:`slopes`."""


HOST_START = {"dense": -6.6, "moe": 1.0, "tuned": 0.4, "eager": 0.7, "eager_sharded": 1.0, "moe_year": -0.3}
"""Starting point and prior of the launch terms, log seconds: 1.4 ms per layer, more with experts and adapters, with
software that launches kernel by kernel, and where that gathers each weight of a shard by itself (ZeRO-3)."""


@dataclass(frozen=True, slots=True)
class EfficiencyCase:
    """What the efficiency depends on; codes and columns of shape ``(n,)`` or ``(1,)``."""

    family: Ints
    """Index in :data:`~wizard.sizing.device_columns.FAMILIES`."""
    software: Ints
    """Index in :data:`SOFTWARE`."""
    year: Floats
    """Year of the software, e.g. 2025.5."""


def categories(case: EfficiencyCase, shape: TrainingShape, how: Recipe) -> dict[str, np.ndarray]:
    """Return the categorical terms as columns of names, by group."""
    family = np.array(FAMILIES)[case.family]
    precision = np.array(PRECISIONS)[how.precision]
    method = np.array(METHODS)[how.method]
    moe = np.where(shape.experts > 0, "moe", "dense")
    software = np.array(SOFTWARE)[case.software]
    family, precision, method, moe, software = np.broadcast_arrays(family, precision, method, moe, software)
    join = np.char.add
    unseen = np.where(software == "unknown", join(join(method, "|"), moe), "known")
    return {
        "plan": unseen, "hw": family, "precision": precision, "hw|precision": join(join(family, "|"), precision),
        "method": method, "kind": moe, "kind|precision": join(join(moe, "|"), precision),
        "hw|kind": join(join(family, "|"), moe),
        "software": software, "software|method": join(join(software, "|"), method),
        "hw|method": join(join(family, "|"), method),
    }


def slopes(case: EfficiencyCase, shape: TrainingShape, lay: Layout, how: Recipe) -> dict[str, Floats]:
    """Return the continuous terms, each near 0 for a 7B-70B job of 8k tokens per forward pass on 8-64 devices."""
    moe = np.where(shape.experts > 0, 1.0, 0.0)
    tuned = np.where(how.method != FULL, 1.0, 0.0)
    tokens = np.clip(np.log2(lay.micro_batch * how.sequence / lay.cp / 8192.0), -5.0, 2.0)
    width = np.clip(np.log2(shape.hidden / 8192.0), -4.0, 1.0)
    scale = np.clip(np.log2(np.maximum(lay.devices, 1.0) / 8.0), -3.0, 11.0)
    year = np.clip(case.year - 2025.0, -3.0, 1.7)
    eight = np.where(how.precision > 0, 1.0, 0.0)
    beyond = np.maximum(0.0, scale)
    linear, head, attention = forward_flops(shape, how.sequence)
    chosen = np.maximum(1.0, shape.experts_per_token)
    per_expert = lay.micro_batch * how.sequence / lay.cp * lay.ep * chosen / np.maximum(1.0, shape.experts)
    return {
        "expert_tokens": moe * np.clip(np.log2(per_expert / 2048.0), -4.0, 4.0),
        "expert_width": moe * np.clip(np.log2(shape.ffn_width / chosen / 2048.0), -3.0, 3.0),
        "tokens": tokens, "width": width, "tp": np.log2(lay.tp), "scale": beyond, "year": year, "moe_year": moe * year,
        "moe_width": moe * width, "moe_scale": moe * beyond, "lora_scale": tuned * beyond,
        "lora_tokens": tuned * np.minimum(0.0, tokens),
        "misaligned": np.where(np.mod(shape.hidden, 128.0) > 0, 1.0, 0.0), "fp8_width": eight * width,
        "attention": attention / (linear + head + attention),
        "heads": np.log2(np.maximum(shape.qk_dim, 16.0) / 128.0),
    }


def log_efficiency(
    case: EfficiencyCase, shape: TrainingShape, lay: Layout, how: Recipe, weights: Mapping[str, float]
) -> Floats:
    """Return the log of the calibrated efficiency."""
    key = _category_key(case, shape, how)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    level = np.full(len(first), weights["base"])
    for group, names in _rows(categories, case, shape, how, first).items():
        level = level + np.array([weights.get(f"{group}:{name}", 0.0) for name in names])
    total = level[inverse]
    for name, column in slopes(case, shape, lay, how).items():
        total = total + weights.get(f"slope:{name}", 0.0) * column
    return total


def host_columns(case: EfficiencyCase, shape: TrainingShape, lay: Layout, how: Recipe) -> dict[str, Floats]:
    """Return what the time to launch a layer depends on."""
    eager = np.where(case.software == SOFTWARE.index("huggingface"), 1.0, 0.0)
    moe = np.where(shape.experts > 0, 1.0, 0.0)
    return {
        "dense": np.ones(1), "moe": moe, "tuned": np.where(how.method != FULL, 1.0, 0.0), "eager": eager,
        "eager_sharded": eager * np.where((lay.zero >= 3) & (lay.shards > 1), 1.0, 0.0),
        "moe_year": moe * np.clip(case.year - 2025.0, -1.0, 1.7),
    }


def layer_seconds(
    case: EfficiencyCase, shape: TrainingShape, lay: Layout, how: Recipe, calibration: SpeedCalibration
) -> Floats:
    """Return seconds that the host needs to launch one layer forward and backward for one micro-batch."""
    columns = host_columns(case, shape, lay, how).items()
    total = np.zeros(1)
    for name, column in columns:
        total = total + calibration.weights.get(f"host:{name}", HOST_START[name]) * column
    return np.exp(total)


def efficiency(
    case: EfficiencyCase, shape: TrainingShape, lay: Layout, how: Recipe, calibration: SpeedCalibration
) -> Floats:
    """Return the share of the dense peak that the matrix products reach."""
    return np.minimum(MAX_EFFICIENCY, np.exp(log_efficiency(case, shape, lay, how, calibration.weights)))


def band(
    case: EfficiencyCase, shape: TrainingShape, how: Recipe, calibration: SpeedCalibration
) -> tuple[Floats, Floats]:
    """Return the multiples of tokens/s between which 90 % of measured runs lie; wider for unmeasured hardware."""
    _, first, inverse = np.unique(_category_key(case, shape, how), return_index=True, return_inverse=True)
    found = [_cell(name, calibration.bands) for name in _rows(band_cells, case, shape, how, first)]
    low, high = (np.array(x)[inverse] for x in zip(*found, strict=True))
    seen = np.array([f"hw:{name}" in calibration.weights for name in FAMILIES])[case.family]
    wider_low, wider_high = calibration.bands.get("unseen", (0.8, 1.25))
    return np.where(seen, low, low * wider_low), np.where(seen, high, high * wider_high)


def band_cells(case: EfficiencyCase, shape: TrainingShape, how: Recipe) -> np.ndarray:
    """Return the band's cell of each row: ``software|method|kind``, of which parents drop parts from the left."""
    parts = categories(case, shape, how)
    return np.char.add(np.char.add(np.char.add(np.char.add(parts["software"], "|"), parts["method"]), "|"),
                       parts["kind"])


def _category_key(case: EfficiencyCase, shape: TrainingShape, how: Recipe) -> Ints:
    """One number per combination of categories: names are only built for the few that occur."""
    moe = np.where(shape.experts > 0, 1, 0)
    key = ((case.family * 64 + case.software) * 8 + how.precision) * 8 + how.method
    return np.atleast_1d(np.asarray(key * 2 + moe, dtype=np.int64))


def _rows(
    build: Callable[[EfficiencyCase, TrainingShape, Recipe], T], case: EfficiencyCase, shape: TrainingShape,
    how: Recipe, rows: Ints,
) -> T:
    """Call ``build`` on some rows; columns of one row serve all."""
    def pick(part: object) -> Any:
        columns = {f.name: getattr(part, f.name) for f in fields(part)}  # type: ignore[arg-type]
        return type(part)(**{name: c if len(c) == 1 else c[rows] for name, c in columns.items()})

    return build(pick(case), pick(shape), pick(how))


def _cell(name: str, bands: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    parent = "unknown" if name.startswith("unknown|") and "unknown" in bands else "all"
    if name not in bands and parent == "unknown":
        return bands[parent]
    while name not in bands and "|" in name:
        name = name.partition("|")[2]
    return bands.get(name, bands["all"])
