"""The sizing engine's doors: columns in, columns out. Numpy only, no text, no money, no files.

Every column has shape ``(n,)`` or broadcasts to it; strings are small integer codes of the tuples below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

ENGINES = ("vllm", "sglang", "tensorrt-llm", "llama.cpp", "other")
WEIGHT_FORMATS = ("bf16", "fp8", "int8", "fp4", "int4")
KV_FORMATS = ("bf16", "fp8")


@dataclass(frozen=True, slots=True)
class Band:
    """An estimate with its 90 % interval and the physical bound that it can never pass. Each of shape ``(n,)``.

    For a time the bound is a floor, for a rate a ceiling; both are called ``ceiling``: the best the hardware could do.
    """

    value: Floats
    low: Floats
    high: Floats
    ceiling: Floats


@dataclass(frozen=True, slots=True)
class MemoryColumns:
    """Bytes per device, each of shape ``(n,)``; ``capacity`` is what the engine may use of the device."""

    weights: Floats
    kv_per_sequence: Floats
    activations: Floats
    overhead: Floats
    capacity: Floats

    @property
    def kv_budget(self) -> Floats:
        """Bytes left for the KV cache; negative where not even the weights fit."""
        return self.capacity - self.weights - self.activations - self.overhead


@dataclass(frozen=True, slots=True)
class ServingColumns:
    """What one replica does at the asked traffic. Rates are per replica, ``basis`` is a regime code."""

    memory: MemoryColumns
    batch: Floats
    max_concurrency: Band
    ttft_ms: Band
    tpot_ms: Band
    e2e_ms: Band
    output_tok_s: Band
    total_tok_s: Band
    requests_s: Band
    fits: Bools
    basis: Ints
