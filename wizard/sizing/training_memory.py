"""Memory of one training step per device: weights, gradients, optimizer, activations, overhead.

Model states follow Rajbhandari et al. 2020, "ZeRO" (arXiv:1910.02054), section 3.1: mixed-precision Adam keeps 2 B
weights + 2 B gradients + 12 B (fp32 master, momentum, variance) per parameter; stage 1 divides the 12 B by the
data-parallel ranks, stage 2 also the gradients, stage 3 also the weights. LoRA (Hu et al. 2021, arXiv:2106.09685)
freezes the base, so gradients and states exist for the adapters only; QLoRA (Dettmers et al. 2023, arXiv:2305.14314)
stores the base in NF4 with double quantisation, 0.516 B per parameter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.training_activations import activations
from wizard.sizing.training_calibration import MemoryCalibration
from wizard.sizing.training_cases import (
    ADAFACTOR,
    ADAMW_8BIT,
    FP8,
    OFFLOADED,
    PURE_16BIT,
    QLORA,
    SGD,
    Layout,
    Recipe,
    TrainingMemory,
    to_gib,
)
from wizard.sizing.training_shape import TrainingShape
from wizard.units import GIB, MIB

NF4_BYTES = 0.5 + 1.0 / 64 + 4.0 / (64 * 256)
"""NF4: 4 bit, an 8-bit scale per 64 weights and an fp32 scale per 256 of those (QLoRA paper, section 3)."""

ADAM_8BIT_BYTES = 2.0 * (1.0 + 4.0 / 256)
"""Two 8-bit moments with an fp32 scale per block of 256 (Dettmers et al. 2022, arXiv:2110.02861; bitsandbytes)."""

ADAPTER_BYTES = 4.0
"""PEFT keeps adapters, their gradients and their moments in fp32."""

BUCKET_BYTES = 2.0 * 5e8
"""DeepSpeed's reduce and all-gather buckets: 5e8 elements of 16 bit each by default."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Parameters on the fullest device before ZeRO divides them; each of shape ``(n,)``."""

    dense: Floats
    expert: Floats
    embedding: Floats
    adapters: Floats
    layer: Floats
    """Elements of the largest unit that ZeRO-3 gathers at once: one layer or one embedding."""
    block: Floats
    """Elements of one layer."""

    @property
    def total(self) -> Floats:
        """All of the base model's parameters on the device."""
        return self.dense + self.expert + self.embedding


def elements(shape: TrainingShape, lay: Layout, how: Recipe) -> Elements:
    """Return the element counts on the fullest pipeline stage and tensor-parallel rank.

    A stage holds ceil(L/p) layers; the first also the input embedding, the last the head (both when p is 1).
    """
    stage = np.ceil(shape.layers / lay.pp) / shape.layers
    body = np.maximum(0.0, shape.params - shape.embedding_params - shape.expert_params)
    dense, expert = body * stage / lay.tp, shape.expert_params * stage / lay.expert_split
    tables = np.where((lay.pp > 1) & (shape.tied == 0), 0.5, 1.0)
    embedding = shape.embedding_params * tables / lay.tp
    layer = (body / lay.tp + shape.expert_params / lay.expert_split) / shape.layers
    unit = np.maximum(layer, shape.vocabulary * shape.hidden / lay.tp)
    return Elements(dense, expert, embedding, adapter_elements(shape, how) * stage / lay.tp, unit, layer)


def adapter_elements(shape: TrainingShape, how: Recipe) -> Floats:
    """Return LoRA parameters of the whole model: rank x (inputs + outputs) of each adapted matrix; 0 for full."""
    targets = np.where(how.attention_only > 0, shape.linear_io_attention, shape.linear_io)
    counted = np.where(np.isnan(how.adapter_params), how.lora_rank * targets, how.adapter_params)
    return np.where(how.trains_all, 0.0, counted)


def optimizer_bytes_per_param(optimizer: np.ndarray, states: np.ndarray) -> Floats:
    """Return bytes of optimizer state per trained parameter, fp32 master weights included.

    AdamW 12 (4 + 4 + 4), 8-bit AdamW 6.03, SGD with momentum 8, Adafactor 4 (its factored second moment is one row
    and one column per matrix; Shazeer & Stern 2018, arXiv:1804.04235). Pure 16-bit training has no master copy.
    """
    pure = states == PURE_16BIT
    master = np.where(pure, 0.0, 4.0)
    moment = np.where(pure, 2.0, 4.0)
    moments = np.select(
        [optimizer == ADAMW_8BIT, optimizer == ADAFACTOR, optimizer == SGD],
        [np.full(moment.shape, ADAM_8BIT_BYTES), np.zeros(moment.shape), moment], 2.0 * moment,
    )
    return np.where(states == OFFLOADED, 0.0, master + moments)


def size_memory(
    shape: TrainingShape, lay: Layout, how: Recipe, capacity_bytes: Floats, calibration: MemoryCalibration
) -> TrainingMemory:
    """Return GiB per device by part; columns broadcast to shape ``(n,)``."""
    held = elements(shape, lay, how)
    weights = _weights(held, lay, how)
    gradients, states = _states(held, lay, how)
    optimizer = calibration.optimizer_factor * states
    act = activations(shape, lay, how)
    kept = act.peak(calibration.activation_factor, calibration.logit_factor)
    overhead = _overhead(held, lay, how, calibration) + np.maximum(0.0, optimizer_scratch(held, how) - kept)
    parts = [to_gib(x) for x in np.broadcast_arrays(weights, gradients, optimizer, kept, overhead, capacity_bytes)]
    states = parts[0] + parts[1] + parts[2]
    rest = parts[3] + parts[4]
    certain, varied = (states, rest) if calibration.states_exact else (0.0, states + rest)
    return TrainingMemory(
        parts[0], parts[1], parts[2], parts[3], parts[4], parts[5],
        certain + varied * calibration.low, certain + varied * calibration.high,
    )


def _weights(held: Elements, lay: Layout, how: Recipe) -> Floats:
    """The base model: 16 bit, with FP8 another 8-bit copy for the GEMMs; QLoRA quantises all but the embeddings."""
    wide = np.where(how.precision == FP8, 3.0, 2.0)
    frozen = np.where(np.isnan(how.base_bytes), np.where(how.method == QLORA, NF4_BYTES, 2.0), how.base_bytes)
    body = np.where(how.trains_all, wide, frozen)
    split, expert_split = _zero(lay, 3)
    base = body * (held.dense / split + held.expert / expert_split) + 2.0 * held.embedding / split
    return base + ADAPTER_BYTES * held.adapters / split


def _states(held: Elements, lay: Layout, how: Recipe) -> tuple[Floats, Floats]:
    """Gradients and optimizer states of what is trained."""
    grad_split, grad_expert = _zero(lay, 2)
    opt_split, opt_expert = _zero(lay, 1)
    per_param = optimizer_bytes_per_param(how.optimizer, how.states)
    dense = held.dense + held.embedding
    full_grad = how.gradient_bytes * (dense / grad_split + held.expert / grad_expert)
    full_opt = per_param * (dense / opt_split + held.expert / opt_expert)
    # Adapters are their own fp32 master copy: 4 B of it are counted with the weights.
    adapter_opt = np.maximum(0.0, optimizer_bytes_per_param(how.optimizer, np.zeros_like(how.states)) - 4.0)
    gradients = np.where(how.trains_all, full_grad, ADAPTER_BYTES * held.adapters / grad_split)
    return gradients, np.where(how.trains_all, full_opt, adapter_opt * held.adapters / opt_split)


def _zero(lay: Layout, stage: int) -> tuple[Floats, Floats]:
    """Ranks that share a part which ZeRO divides from ``stage`` on: of dense and of expert parameters."""
    on = lay.zero >= stage
    return np.where(on, lay.shards, 1.0), np.where(on, lay.expert_shards, 1.0)


def _overhead(held: Elements, lay: Layout, how: Recipe, calibration: MemoryCalibration) -> Floats:
    """CUDA context, communicators, gathered layers of ZeRO-3, buckets of ZeRO-1/2, dequantised weights of QLoRA."""
    many = lay.devices > 1
    fixed = GIB * (calibration.context_gib + np.where(many, calibration.communicator_gib, 0.0))
    data_parallel = lay.shards > 1
    # Two units are in flight (computing and prefetched); full training also scatters one unit's 16-bit gradients.
    gathered = np.select([how.trains_all, how.method == QLORA], [6.0, 2.0 * NF4_BYTES], 4.0) * held.layer
    buckets = np.where(how.trains_all, 2.0 * BUCKET_BYTES, 200.0 * MIB)
    zero = np.where((lay.zero >= 3) & data_parallel, gathered, np.where(data_parallel, np.minimum(
        buckets, 4.0 * np.where(how.trains_all, held.total, held.adapters)), 0.0))
    # QLoRA unpacks one matrix at a time to 16 bit; the largest of a layer is about a third of it.
    unpacked = np.where(
        how.method == QLORA, 2.0 / 3.0 * held.block + calibration.quantised_extra * held.dense / _zero(lay, 3)[0], 0.0
    )
    return fixed + zero + unpacked


def optimizer_scratch(held: Elements, how: Recipe) -> Floats:
    """Bytes of the copy of all weights that PyTorch's foreach AdamW makes in its step, when no activations live.

    Sharding libraries step shard by shard; it shows where 16-bit weights are trained whole on a device.
    """
    return np.where((how.states == PURE_16BIT) & how.trains_all, 2.0 * held.total, 0.0)
