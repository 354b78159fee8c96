"""The planner's door to training: memory, speed, hours and what fits, for many devices, counts and layouts at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from wizard.sizing.cases import Bools, Floats, Ints
from wizard.sizing.device_columns import DeviceColumns, default_network
from wizard.sizing.training_activations import activations
from wizard.sizing.training_calibration import TrainingCalibration, training_calibration
from wizard.sizing.training_cases import (
    METHODS,
    NONE,
    OPTIMIZERS,
    PRECISIONS,
    RECOMPUTE,
    SELECTIVE,
    Layout,
    Recipe,
    TrainingMemory,
    TrainingSpeed,
    codes,
    floats,
    layout,
    recipe,
    to_gib,
)
from wizard.sizing.training_efficiency import SOFTWARE, EfficiencyCase, band, efficiency, layer_seconds
from wizard.sizing.training_layouts import candidate_layouts
from wizard.sizing.training_memory import size_memory
from wizard.sizing.training_shape import TrainingShape
from wizard.sizing.training_speed import peak_flops, speed_columns, step_times

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from wizard.needs.needs import Training

P = TypeVar("P")

PLAN_SOFTWARE = SOFTWARE.index("unknown")
PLAN_YEAR = 2025.5
"""Software age that a plan assumes: a stack that is maintained, not the newest."""


@dataclass(frozen=True, slots=True)
class TrainingInputs:
    """Cases to size; columns broadcast to ``(n,)``.

    Attributes:
        shape: the model (:func:`~wizard.sizing.training_shape.shape_of`).
        device: devices, one row per case or one for all.
        layout: how each case is laid out.
        how: method, optimizer, checkpointing, precision, sequence length.
        network_bytes_s: one-way rate per device beyond its scale-up domain; NaN takes :func:`default_network`.
        run_tokens: tokens of the whole job; NaN where the hours are not asked for.
    """

    shape: TrainingShape
    device: DeviceColumns
    layout: Layout
    how: Recipe
    network_bytes_s: Floats
    run_tokens: Floats


@dataclass(frozen=True, slots=True)
class TrainingColumns:
    """The answer; each of shape ``(n,)``. ``runs`` is False where the silicon lacks the precision."""

    layout: Layout
    memory: TrainingMemory
    speed: TrainingSpeed
    runs: Bools
    fits: Bools


def recipe_of(training: Training) -> Recipe:
    """Return the recipe that the needs describe."""
    return recipe(
        method=METHODS.index(training.method), optimizer=OPTIMIZERS.index(training.optimizer),
        checkpointing=RECOMPUTE if training.activation_checkpointing else SELECTIVE,
        precision=PRECISIONS.index(training.precision), sequence=training.sequence_length,
        lora_rank=training.lora_rank,
    )


def size_training(inputs: TrainingInputs, calibration: TrainingCalibration | None = None) -> TrainingColumns:
    """Return memory, speed, hours and what fits."""
    calibrated = calibration or training_calibration()
    shape, lay, how, device = inputs.shape, inputs.layout, inputs.how, inputs.device
    network = np.where(np.isnan(inputs.network_bytes_s), default_network(device), inputs.network_bytes_s)
    memory = size_memory(shape, lay, how, device.memory_bytes, calibrated.memory["plan"])
    case = EfficiencyCase(device.family, np.array([PLAN_SOFTWARE]), floats(PLAN_YEAR))
    peak = peak_flops(device, how)
    share = efficiency(case, shape, lay, how, calibrated.speed)
    low, high = band(case, shape, how, calibrated.speed)
    host = layer_seconds(case, shape, lay, how, calibrated.speed)
    times = step_times(shape, lay, how, device, network)
    speed = speed_columns(times, lay, peak, share, host, low, high, inputs.run_tokens)
    runs = np.broadcast_to(np.isfinite(peak), memory.total.shape)
    return TrainingColumns(lay, memory, speed, runs, memory.fits & runs)


_PAIRS = 192
"""Pairs of device and number whose layouts are looked at at a time: some 10 MB."""


@dataclass(frozen=True, slots=True)
class BestLayouts:
    """The fastest fitting layout of each (device, count) pair, in the order of the pairs.

    ``row`` is its place among those looked at with it. Where nothing fits, it is -1 and ``columns`` holds the layout
    that needs the least memory.
    """

    row: Ints
    columns: TrainingColumns


def best_layouts(
    shape: TrainingShape, device: DeviceColumns, counts: Ints, training: Training,
    network_bytes_s: Floats | None = None,
) -> BestLayouts:
    """Choose each layout of ``device[i]`` times ``counts[i]``: of those that fit, the fastest at the low end."""
    starts = range(0, len(counts), _PAIRS)
    if len(starts) <= 1:
        return _best_layouts(shape, device, counts, training, network_bytes_s)
    parts = [slice(start, start + _PAIRS) for start in starts]
    network = None if network_bytes_s is None else np.broadcast_to(network_bytes_s, counts.shape)
    return _join(*(
        _best_layouts(shape, device.take(np.arange(len(counts))[part]), counts[part], training,
                      None if network is None else network[part]) for part in parts
    ))


def _best_layouts(
    shape: TrainingShape, device: DeviceColumns, counts: Ints, training: Training, network_bytes_s: Floats | None,
) -> BestLayouts:
    how = recipe_of(training)
    lay, owner = candidate_layouts(shape, how, device, counts, training.global_batch_tokens)
    unknown = floats(np.nan) if network_bytes_s is None else network_bytes_s
    network = np.broadcast_to(unknown, counts.shape)
    sized = size_training(TrainingInputs(
        shape, device.take(owner), lay, how, network[owner], floats(training.tokens or np.nan)
    ))
    speed = np.where(sized.fits, np.nan_to_num(sized.speed.tokens_s.low, nan=0.0), -sized.memory.total)
    order = np.lexsort((speed, owner))
    last = order[np.searchsorted(owner[order], np.arange(len(counts)), side="right") - 1]
    return BestLayouts(np.where(sized.fits[last], last, -1), take(sized, last))


def take(columns: TrainingColumns, rows: Ints) -> TrainingColumns:
    """Return the rows at the given positions."""
    return _take(columns, rows)


def _take(part: P, rows: Ints) -> P:
    if isinstance(part, np.ndarray):
        return cast("P", part[rows] if part.shape[0] > 1 else np.broadcast_to(part, rows.shape))
    parts = (_take(getattr(part, f.name), rows) for f in fields(cast("DataclassInstance", part)))
    return type(part)(*parts)


def _join(first: P, *others: P) -> P:
    if isinstance(first, np.ndarray):
        return cast("P", np.concatenate([first, *cast("list[Floats]", others)]))
    names = [f.name for f in fields(cast("DataclassInstance", first))]
    return type(first)(*(_join(*(getattr(part, name) for part in (first, *others))) for name in names))


def smallest_fit(shape: TrainingShape, device: DeviceColumns, training: Training, limit: int = 65_536) -> int | None:
    """Return the fewest devices (1, 2, 4, 8, then nodes of 8) on which the training fits; ``None`` beyond ``limit``.

    S02's "how many nodes does full training take".
    """
    counts = np.array(_counts(limit))
    best = best_layouts(shape, device.take(np.zeros(len(counts), dtype=np.int64)), counts, training)
    fitting = counts[best.row >= 0]
    return int(fitting[0]) if len(fitting) else None


def _counts(limit: int) -> list[int]:
    found, n = [], 1
    while n <= limit:
        found.append(n)
        n = n * 2 if n < 8 else n + 8 if n < 128 else int(n * 1.25) // 8 * 8
    return found


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One way to train, on one number of devices; ``columns`` has one row."""

    method: str
    devices: int
    columns: TrainingColumns


def method_table(
    shape: TrainingShape, device: DeviceColumns, count: int, training: Training
) -> tuple[MethodRow, ...]:
    """Return full training, LoRA and QLoRA side by side on ``count`` devices (S19)."""
    rows = []
    for method in METHODS:
        asked = training.model_copy(update={"method": method})
        best = best_layouts(shape, device, np.array([count]), asked)
        rows.append(MethodRow(method, count, best.columns))
    return tuple(rows)


def checkpointing_saves(shape: TrainingShape, training: Training) -> tuple[float, float]:
    """Return GiB of stored activations of one sequence over the whole model: kept in full, and recomputed in full.

    S19's "120 to 20 GB": logits and the layer at work are left out, as checkpointing does not change them.
    """
    how = recipe_of(training)
    whole, thin = (
        activations(shape, layout(), replace(how, checkpointing=codes(c))).stored[0] for c in (NONE, RECOMPUTE)
    )
    return float(to_gib(whole)), float(to_gib(thin))


def tokens_in(columns: TrainingColumns, hours: float) -> tuple[Floats, Floats, Floats]:
    """Return tokens trained in ``hours``: value, low and high of each row (S05, one direction)."""
    scale = columns.layout.devices * 3600.0 * hours
    rate = columns.speed.tokens_s
    return rate.value * scale, rate.low * scale, rate.high * scale


def devices_for(
    shape: TrainingShape, device: DeviceColumns, training: Training, limit: int = 65_536
) -> int | None:
    """Return the fewest devices that train ``training.tokens`` within ``training.deadline_hours`` (S05, other way).

    Met at the conservative end of the band; ``None`` where no number up to ``limit`` does, or nothing was asked.
    """
    if not (training.tokens and training.deadline_hours):
        return None
    counts = np.array(_counts(limit))
    best = best_layouts(shape, device.take(np.zeros(len(counts), dtype=np.int64)), counts, training)
    met = counts[(best.row >= 0) & (best.columns.speed.hours.high <= training.deadline_hours)]
    return int(met[0]) if len(met) else None
