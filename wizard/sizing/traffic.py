"""What is asked of the engine: one case per element, all columns broadcast against each other."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wizard.sizing.cases import ENGINES, Floats, Ints
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.model_columns import ModelColumns

RUNTIMES = (
    *ENGINES, "neuron", "deepspeed", "transformers", "mlc", "tt-metal", "mindie", "sambaflow", "mlx", "exllama",
    "vllm-ascend", "habana",
)
"""Software that the calibration knows; the first five are those a user can choose (``ENGINES``)."""

HARNESSES = (
    "clients", "sweep", "burst", "offline", "static", "single", "mlperf-offline", "mlperf-server",
    "mlperf-interactive", "open-loop",
)
"""How the traffic is made: by clients in closed loop with prompts and answers of varying length (the default, as in
InferenceX), or in other ways of published measurements: equal lengths, one burst, a queue, one batch, ..."""


BACKENDS = ("native", "vulkan", "rocm", "early-rocm")
"""Libraries below an engine: what llama.cpp was built for, AMD's before 2025 (``early-rocm``); ``native`` is the
vendor's own of today (CUDA, Metal, ROCm) or not stated."""


def _ones() -> Floats:
    return np.ones(1)


def _zeros() -> Floats:
    return np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingInputs:
    """Cases of serving, every column of shape ``(n,)`` or broadcasting to it.

    One case is one replica: ``tp x pp x dp`` devices; ``dp`` copies of the attention share the experts, which lie on
    ``ep`` ranks (experts not split by ``ep`` are split by ``tp``). ``concurrency`` is the number of users of the
    replica that each wait for an answer and then ask again (closed loop); NaN asks for the highest throughput.
    """

    model: ModelColumns
    device: DeviceColumns
    weight_format: Ints
    """Index in :data:`wizard.sizing.formats.FORMATS`."""
    kv_format: Ints
    """Index in :data:`wizard.sizing.cases.KV_FORMATS`."""
    engine: Ints
    """Index in :data:`RUNTIMES`."""
    prompt_tokens: Floats
    output_tokens: Floats
    concurrency: Floats
    tp: Floats = field(default_factory=_ones)
    pp: Floats = field(default_factory=_ones)
    dp: Floats = field(default_factory=_ones)
    ep: Floats = field(default_factory=_ones)
    dcp: Floats = field(default_factory=_ones)
    """Devices of ``tp`` that share the tokens of a sequence's cache: decode context parallelism takes no devices of its
    own. At most ``tp`` over the KV heads."""
    prefix_cache_share: Floats = field(default_factory=_zeros)
    """Share of each prompt that is found in the prefix cache."""
    max_context: Floats = field(default_factory=_zeros)
    """Longest context the server must hold, in tokens; 0 means prompt + output."""
    software_year: Floats = field(default_factory=lambda: np.full(1, 2026.5))
    """Date of the serving software as a decimal year."""
    memory_share: Floats = field(default_factory=_zeros)
    """Share of the device that the engine may use; 0 means the engine's default."""
    chunk_tokens: Floats = field(default_factory=_zeros)
    """Most prompt tokens that one step computes; 0 means the engine's default."""
    harness: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """Index in :data:`HARNESSES`."""
    backend: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """Index in :data:`BACKENDS`."""
    request_rate: Floats = field(default_factory=lambda: np.full(1, np.nan))
    """Requests per second that arrive whatever the answers take (open loop); NaN where users wait for answers."""
    requests: Floats = field(default_factory=lambda: np.full(1, np.inf))
    """Requests of a finite run, whose slow end counts; infinite in steady service."""
    prompt_cv: Floats = field(default_factory=_zeros)
    """Coefficient of variation of the prompts' lengths; 0 where all are alike."""
    output_cv: Floats = field(default_factory=_zeros)
    draft_tokens: Floats = field(default_factory=_zeros)
    """Tokens guessed ahead per step of speculative decoding; 0 without it."""
    acceptance: Floats = field(default_factory=_zeros)
    """Probability that a guessed token is taken."""
    draft_elements: Floats = field(default_factory=_zeros)
    """Elements that one guess multiplies."""
    draft_bytes: Floats = field(default_factory=_zeros)
    """Bytes that one guess reads, over all devices of a stage."""
    draft_layers: Floats = field(default_factory=_zeros)
    extra_bytes: Floats = field(default_factory=_zeros)
    """Bytes per replica beside the model's weights: draft, MTP layers, adapters."""
    extra_kv_elements: Floats = field(default_factory=_zeros)
    """Elements per token that the draft keeps in the KV cache."""

    def rows(self) -> int:
        """Return the number of cases."""
        shapes = [np.shape(getattr(self, f.name)) for f in fields(self) if f.name not in _NESTED]
        return int(np.broadcast_shapes(self.model.key.shape, self.device.key.shape, *shapes)[0])

    def take(self, index: Ints | slice) -> ServingInputs:
        """Return the cases of ``index``; columns of one element stay as they are."""
        if self.rows() == 1:
            return self
        simple: dict[str, Any] = {
            f.name: _take(getattr(self, f.name), index) for f in fields(self) if f.name not in _NESTED
        }
        return replace(self, model=_take_all(self.model, index), device=_take_all(self.device, index), **simple)


_NESTED = ("model", "device")
_Columns = TypeVar("_Columns", ModelColumns, DeviceColumns)


def _take(column: NDArray[Any], index: Ints | slice) -> NDArray[Any]:
    return column if np.shape(column)[0] == 1 else column[index]


def _take_all(columns: _Columns, index: Ints | slice) -> _Columns:
    return type(columns)(*(_take(getattr(columns, f.name), index) for f in fields(columns)))
