"""From a user's measured rows to what they teach: rows are understood as those of benchmark tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.model_names import resolve_surely
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.sizing.bands import METRICS as BAND_METRICS
from wizard.sizing.calibration import Calibration
from wizard.sizing.experiments import BAND_OF, KINDS, METRICS, estimate
from wizard.sizing.inference_rows import Setting, inputs_of, setting_of
from wizard.sizing.own import SPEED_OF, Own, Residuals, learn

FARTHEST = 20.0
"""Measurements that lie more than this factor from the estimate are slips of the unit or of the row."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One measured row: its place in words, its setting, its metric and the measured value."""

    where: str
    setting: Setting
    metric: int
    value: float


def understand(row: Mapping[str, str], where: str, catalog: Catalog) -> Understood:
    """Read one row with the columns of an inference table.

    Raises:
        InputError: a name is not known, or a fact that the formulas need is missing; it says where.
    """
    model = resolve_surely(catalog, row["model"], where=f"{where}, column model")
    accelerator = resolve_accelerator(catalog, row["gpu"], where=f"{where}, column gpu")
    if not model.layers or not model.hidden_size:
        raise InputError(mark("the architecture of {model} is not known"), where=f"{where}, column model",
                         model=model.id)
    if not accelerator.bandwidth_gb_s:
        raise InputError(mark("the memory bandwidth of {name} is not known"), where=f"{where}, column gpu",
                         name=accelerator.id)
    return Understood(where, setting_of(row, model, accelerator), METRICS.index(row["metric"]), float(row["value"]))


def calibrated(calibration: Calibration, rows: Iterable[Understood]) -> Calibration:
    """Return the calibration with what the rows teach; without rows, the same one.

    Raises:
        InputError: a measurement is more than :data:`FARTHEST` times off, so that it cannot be what it says.
    """
    found = list(rows)
    if not found:
        return calibration
    return replace(calibration, own=own_of(calibration, found))


def own_of(calibration: Calibration, rows: Sequence[Understood]) -> Own:
    """Return the offsets that measured rows teach against the shipped estimates."""
    plain = replace(calibration, own=Own())
    x = inputs_of([row.setting for row in rows])
    metric = np.array([row.metric for row in rows])
    kinds = np.array([KINDS.index(row.setting.kind) for row in rows])
    value, low, high = estimate(x, kinds, metric, np.array([row.setting.replicas for row in rows]), plain)
    band = BAND_OF[metric]
    signs = np.array([SPEED_OF[BAND_METRICS[int(b)]][1] for b in band])
    residuals = np.log(np.array([row.value for row in rows]) / value)
    for row, residual, expected in zip(rows, residuals.tolist(), value.tolist(), strict=True):
        if not abs(residual) <= log(FARTHEST):
            raise InputError(
                mark("{value} lies more than 20 times from what the formulas expect ({expected})"),
                where=f"{row.where}, column value", mend=mark("Check its unit, the model, the number of accelerators."),
                value=f"{row.value:g}", expected=f"{expected:.3g}")
    return learn(Residuals(
        device=np.broadcast_to(x.device.key, value.shape), engine=np.broadcast_to(x.engine, value.shape),
        model=np.broadcast_to(x.model.key, value.shape),
        speed=np.array([SPEED_OF[BAND_METRICS[int(b)]][0] for b in band]), value=signs * residuals,
        half_width=np.log(high / low) / 2,
    ))
