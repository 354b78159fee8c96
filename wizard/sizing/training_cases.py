"""The doors of the training engine: layouts, recipes and devices as columns; codes instead of strings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wizard.sizing.cases import Band, Bools, Floats
from wizard.units import GIB

METHODS = ("full", "lora", "qlora")
FULL, LORA, QLORA = range(3)

OPTIMIZERS = ("adamw", "adamw_8bit", "adafactor", "sgd")
ADAMW, ADAMW_8BIT, ADAFACTOR, SGD = range(4)

CHECKPOINTING = ("none", "selective", "full")
NONE, SELECTIVE, RECOMPUTE = range(3)

PRECISIONS = ("bf16", "fp8", "fp4")
BF16, FP8, FP4 = range(3)

STATES = ("mixed", "pure_16bit", "offloaded")
MIXED, PURE_16BIT, OFFLOADED = range(3)
"""``mixed``: 16-bit copy, fp32 master weights and moments. ``pure_16bit``: weights, gradients and moments all 16 bit.
``offloaded``: master weights and moments live in host memory."""

Codes = NDArray[np.int64]


def floats(values: ArrayLike) -> Floats:
    """Return a float column of at least one row."""
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def _pick(column: Any, rows: Codes | Bools) -> Any:
    return column[rows] if len(column) > 1 else column


def codes(values: ArrayLike) -> Codes:
    """Return an integer column of at least one row."""
    return np.atleast_1d(np.asarray(values, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Layout:
    """How the training is laid over ``tp * pp * dp * cp`` devices; each column ``(n,)`` or ``(1,)``.

    Attributes:
        tp, pp, dp, cp, ep: tensor, pipeline, data, context and expert parallel sizes (EP reuses the ranks of DP).
        zero: ZeRO stage 0-3; FSDP with full sharding is stage 3.
        micro_batch: sequences per forward pass and data-parallel rank.
        micro_batches: forward passes per optimizer step.
        virtual_stages: model chunks per pipeline stage (interleaved schedule).
        sequence_parallel: 1 where norms are split over the tensor-parallel ranks too.
    """

    tp: Floats
    pp: Floats
    dp: Floats
    cp: Floats
    ep: Floats
    zero: Codes
    micro_batch: Floats
    micro_batches: Floats
    virtual_stages: Floats
    sequence_parallel: Floats

    @property
    def devices(self) -> Floats:
        """Devices that take part."""
        return self.tp * self.pp * self.dp * self.cp

    @property
    def expert_split(self) -> Floats:
        """Ranks over which the experts of one layer are spread: EP, or TP where experts are sliced instead."""
        return np.maximum(self.ep, self.tp)

    @property
    def shards(self) -> Floats:
        """Ranks over which ZeRO divides the dense states."""
        return self.dp * self.cp

    @property
    def expert_shards(self) -> Floats:
        """Ranks over which ZeRO divides the expert states: those that hold the same experts."""
        return np.maximum(1.0, self.dp * self.cp * self.tp / self.expert_split)


    def take(self, rows: Codes | Bools) -> Layout:
        """Return the rows at positions (or a mask); columns of one row serve all."""
        return Layout(*(_pick(getattr(self, f.name), rows) for f in fields(self)))


def layout(
    *, tp: ArrayLike = 1, pp: ArrayLike = 1, dp: ArrayLike = 1, cp: ArrayLike = 1, ep: ArrayLike = 1,
    zero: ArrayLike = 3, micro_batch: ArrayLike = 1, micro_batches: ArrayLike = 1, virtual_stages: ArrayLike = 1,
    sequence_parallel: ArrayLike = 1,
) -> Layout:
    """Build a :class:`Layout` from scalars or arrays."""
    return Layout(
        floats(tp), floats(pp), floats(dp), floats(cp), floats(ep), codes(zero), floats(micro_batch),
        floats(micro_batches), floats(virtual_stages), floats(sequence_parallel),
    )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the weights are trained; each column ``(n,)`` or ``(1,)``.

    Attributes:
        method, optimizer, checkpointing, precision, states: codes of the tuples of this module.
        sequence: tokens per sequence.
        lora_rank: rank of the adapters (only read for LoRA and QLoRA).
        attention_only: 1 where adapters sit on the attention projections only, 0 for all linear layers.
        adapter_params: adapter elements where they are known; NaN computes them from the rank.
        gradient_bytes: bytes per gradient element of full training: 2 (ZeRO paper) or 4 (fp32 accumulation).
        flash: 1 where the attention kernel stores no score matrix.
        base_bytes: bytes per parameter of the frozen base; NaN takes 2 for LoRA and NF4 for QLoRA.
    """

    method: Codes
    optimizer: Codes
    checkpointing: Codes
    precision: Codes
    states: Codes
    sequence: Floats
    lora_rank: Floats
    attention_only: Floats
    adapter_params: Floats
    gradient_bytes: Floats
    flash: Floats
    base_bytes: Floats

    @property
    def trains_all(self) -> Bools:
        """True where every weight is trained."""
        return np.equal(self.method, FULL)


    def take(self, rows: Codes | Bools) -> Recipe:
        """Return the rows at positions (or a mask); columns of one row serve all."""
        return Recipe(*(_pick(getattr(self, f.name), rows) for f in fields(self)))


def recipe(
    *, method: ArrayLike = FULL, optimizer: ArrayLike = ADAMW, checkpointing: ArrayLike = RECOMPUTE,
    precision: ArrayLike = BF16, states: ArrayLike = MIXED, sequence: ArrayLike = 4096, lora_rank: ArrayLike = 16,
    attention_only: ArrayLike = 0, adapter_params: ArrayLike = np.nan, gradient_bytes: ArrayLike = 2,
    flash: ArrayLike = 1, base_bytes: ArrayLike = np.nan,
) -> Recipe:
    """Build a :class:`Recipe` from scalars or arrays of codes."""
    return Recipe(
        codes(method), codes(optimizer), codes(checkpointing), codes(precision), codes(states), floats(sequence),
        floats(lora_rank), floats(attention_only), floats(adapter_params), floats(gradient_bytes), floats(flash),
        floats(base_bytes),
    )


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """GiB per device on the fullest rank, each of shape ``(n,)``.

    ``capacity`` is what the device reports. ``low`` and ``high`` bound the sum of the parts (90 %).
    """

    weights: Floats
    gradients: Floats
    optimizer: Floats
    activations: Floats
    overhead: Floats
    capacity: Floats
    low: Floats
    high: Floats

    @property
    def total(self) -> Floats:
        """Sum of the parts."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.overhead

    @property
    def fits(self) -> Bools:
        """Whether the parts fit with 5 % left over, and still if activations and overhead grow by :data:`RESERVE`."""
        return self.needed <= self.capacity

    @property
    def needed(self) -> Floats:
        """GiB that a device must have for the job to fit."""
        return np.maximum(self.total / USABLE_SHARE, self.total + RESERVE * (self.activations + self.overhead))

    @property
    def tight(self) -> Bools:
        """Whether the job fits but the upper end of the band does not: a smaller batch may become necessary."""
        return self.fits & (self.high > self.capacity)


USABLE_SHARE = 0.95
"""Share of the reported memory that a training job may plan with."""

RESERVE = 0.45
"""Three of four measured runs stayed below 1.45 times the counted activations and overhead (fragmentation)."""


@dataclass(frozen=True, slots=True)
class TrainingSpeed:
    """Speed of a layout; each of shape ``(n,)``.

    ``tokens_s`` is per device, ``mfu`` the share of the dense peak spent on model FLOPs (PaLM's definition, without
    recomputation), ``step_s`` seconds per optimizer step. Times carry their floor as ``ceiling``.
    """

    tokens_s: Band
    mfu: Band
    step_s: Band
    hours: Band
    model_flops_per_token: Floats
    hardware_flops_per_token: Floats


def to_gib(n_bytes: Floats) -> Floats:
    """Convert a column of bytes to GiB."""
    return n_bytes / GIB
