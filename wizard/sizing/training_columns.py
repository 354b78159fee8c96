"""Runs as columns: what :mod:`wizard.sizing.training_rows` read, in the form the formulas take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.device_columns import stack as stack_devices
from wizard.sizing.training_cases import BF16, FP4, FP8, Layout, Recipe, layout, recipe
from wizard.sizing.training_efficiency import SOFTWARE, EfficiencyCase
from wizard.sizing.training_memory import adapter_elements
from wizard.sizing.training_rows import Run
from wizard.sizing.training_shape import TrainingShape
from wizard.sizing.training_shape import stack as stack_shapes


@dataclass(frozen=True, slots=True)
class RunColumns:
    """Runs of shape ``(n,)``."""

    runs: tuple[Run, ...]
    shape: TrainingShape
    layout: Layout
    how: Recipe

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Model and device of each run: what cross-validation holds out together."""
        return [(r.model, r.device.id if r.device else "") for r in self.runs]


def run_columns(runs: Sequence[Run]) -> RunColumns:
    """Return the columns of runs."""
    shape = stack_shapes([r.shape for r in runs])
    lay = layout(
        **{name: _column(runs, name) for name in ("tp", "pp", "dp", "cp", "ep", "micro_batch", "micro_batches",
                                                   "virtual_stages")},
        zero=_column(runs, "zero"), sequence_parallel=[0.0 if r.software == "megatron-2022" else 1.0 for r in runs],
    )
    how = recipe(
        **{name: _column(runs, name) for name in ("method", "checkpointing", "precision", "states", "sequence",
                                                   "base_bytes", "flash")},
        adapter_params=_adapters(runs, shape),
    )
    return RunColumns(tuple(runs), shape, lay, how)


def devices_of(runs: Sequence[Run]) -> DeviceColumns:
    """Return the devices of runs that all name one."""
    return stack_devices([DeviceColumns.of(r.device) for r in runs if r.device is not None])


def capacities(runs: Sequence[Run]) -> Floats:
    """Return bytes of each run's device; infinite where it is not known."""
    return np.array([r.device.memory_bytes if r.device else np.inf for r in runs], dtype=np.float64)


def efficiency_cases(runs: Sequence[Run], device: DeviceColumns) -> EfficiencyCase:
    """Return what the efficiency of runs depends on."""
    return EfficiencyCase(device.family, np.array([SOFTWARE.index(r.software) for r in runs]), _column(runs, "year"))


def runnable_precision(how: Recipe, device: DeviceColumns) -> Recipe:
    """Return the recipe with formats that the silicon lacks replaced by the next wider one.

    A row may say FP8 for the whole job where the device emulates it; such a run multiplies at 16 bit.
    """
    eight = np.where((how.precision == FP4) & np.isnan(device.peak_4), FP8, how.precision)
    wide = np.where((eight == FP8) & np.isnan(device.peak_8), BF16, eight)
    return recipe(
        method=how.method, optimizer=how.optimizer, checkpointing=how.checkpointing, precision=wide,
        states=how.states, sequence=how.sequence, lora_rank=how.lora_rank, attention_only=how.attention_only,
        adapter_params=how.adapter_params, gradient_bytes=how.gradient_bytes, flash=how.flash,
        base_bytes=how.base_bytes,
    )


def _column(runs: Sequence[Run], name: str) -> Floats:
    return np.array([getattr(r, name) for r in runs], dtype=np.float64)


def _adapters(runs: Sequence[Run], shape: TrainingShape) -> Floats:
    """Adapter elements: as the row says, else from the rank, plus embeddings and head where they are trained too."""
    stated = _column(runs, "adapter_params")
    counted = adapter_elements(shape, recipe(method=_column(runs, "method")))
    extra = np.where([r.trains_embeddings for r in runs], shape.embedding_params, 0.0)
    return np.where(np.isnan(stated), counted + extra, stated)
