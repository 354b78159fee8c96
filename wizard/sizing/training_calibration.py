"""Constants that were fitted on measured training runs, read from ``catalog/calibration/training.json``.

The file is written by ``python -m wizard.sizing.training_fit``; it holds derived constants only, no measured rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wizard.paths import catalog_dir


@dataclass(frozen=True, slots=True)
class MemoryCalibration:
    """Overheads of training memory.

    Attributes:
        context_gib: CUDA context, workspaces and the allocator's rounding on one device.
        communicator_gib: NCCL buffers where several devices take part.
        activation_factor: peak activations (with fragmentation and temporaries) over the counted ones.
        logit_factor: the same for the logits and their gradients.
        optimizer_factor: optimizer states with their temporaries over the counted ones.
        quantised_extra: bytes per parameter by which runs on a quantised base peak above their counted parts.
        low, high: 90 % of measured peaks lie between these multiples of the estimate.
        states_exact: whether ``low`` and ``high`` multiply activations and overhead only, the states being certain.
    """

    context_gib: float = 1.0
    communicator_gib: float = 1.5
    activation_factor: float = 1.1
    logit_factor: float = 1.3
    optimizer_factor: float = 1.0
    quantised_extra: float = 0.3
    low: float = 0.85
    high: float = 1.25
    states_exact: bool = False


@dataclass(frozen=True, slots=True)
class SpeedCalibration:
    """Log-additive efficiency: ``weights`` by feature name, ``bands`` by cell: (low, high) multiples."""

    weights: Mapping[str, float]
    bands: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class TrainingCalibration:
    """Everything fitted, with the version that plans quote."""

    version: str
    memory: Mapping[str, MemoryCalibration]
    speed: SpeedCalibration


@cache
def training_calibration(path: Path | None = None) -> TrainingCalibration:
    """Return the shipped calibration, or that of ``path``."""
    data: dict[str, Any] = json.loads((path or catalog_dir() / "calibration" / "training.json").read_text("utf-8"))
    memory = {name: MemoryCalibration(**values) for name, values in data["memory"].items()}
    bands = {name: (float(low), float(high)) for name, (low, high) in data["speed"]["bands"].items()}
    weights = {name: float(value) for name, value in data["speed"]["weights"].items()}
    speed = SpeedCalibration(MappingProxyType(weights), MappingProxyType(bands))
    return TrainingCalibration(data["version"], MappingProxyType(memory), speed)
