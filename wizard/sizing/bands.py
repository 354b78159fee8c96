"""Error bands: 90 % intervals of measured / predicted, by regime, from the residuals of the cross-validation.

Cells are nested: all > metric > metric x hardware class > + mixture or dense > + batch class > + traffic. A cell's
quantiles are shrunk to its parent's by the number of independent groups in it, so that a thin cell borrows from a wide
one. Hardware and architectures that the fit has not seen get the wider bands of those left out whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wizard.sizing.cases import Floats, Ints

METRICS = ("ttft", "tpot", "throughput", "decode", "prefill")
BATCHES = ("1", "2-16", ">16", "max")
TRAFFIC = ("vllm", "sglang", "tensorrt-llm", "other")
"""Clients in closed loop with lengths that vary, by engine; or any other way of measuring or engine."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Log quantiles by metric, hardware class, mixture or not, batch class, traffic; shape ``(5, 7, 2, 4, 4)``."""

    low: Floats
    high: Floats
    unseen_hardware: float
    """Factor on the band's width for hardware that was not in the fit."""
    unseen_architecture: float

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Bands:
        """Read the bands of a calibration file."""
        return cls(
            low=np.array(document["low"]), high=np.array(document["high"]),
            unseen_hardware=float(document["unseen_hardware"]),
            unseen_architecture=float(document["unseen_architecture"]),
        )


def traffic_class(harness: Ints, engine: Ints) -> Ints:
    """Return the index in :data:`TRAFFIC`: engines of clients (harness 0) are the first runtimes, in the same order."""
    other = len(TRAFFIC) - 1
    return np.where(harness == 0, np.minimum(engine, other), other)


def batch_class(concurrency: Floats) -> Ints:
    """Return the index in :data:`BATCHES`; NaN (an endless queue) is the last."""
    known = np.nan_to_num(concurrency, nan=0.0)
    return np.where(np.isnan(concurrency), 3, np.where(known <= 1, 0, np.where(known <= 16, 1, 2)))
