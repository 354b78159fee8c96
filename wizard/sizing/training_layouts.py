"""Legal layouts of a training job over a number of devices, for many (device, count) pairs at once.

Tensor parallelism stays inside the scale-up domain (or the node) and divides the heads; a pipeline has no more stages
than layers; expert parallelism divides the experts and reuses the data-parallel ranks; context parallelism is for
long sequences. Quantised bases (QLoRA) are neither sliced nor staged: bitsandbytes supports data parallelism only.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from wizard.sizing.cases import Ints
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.training_cases import FULL, QLORA, Layout, Recipe, layout
from wizard.sizing.training_shape import TrainingShape

MAX_TENSOR = 8
MAX_STAGES = 64
EXPERT_SIZES = (1, 8, 64)
LONG_SEQUENCE = 16_384
MICRO_BATCHES = (1, 2, 4, 8)
DEFAULT_BATCH_TOKENS = {False: 1 << 20, True: 1 << 17}
"""Tokens per optimizer step where nobody asks for a number: 1 Mi for full training, 128 Ki for LoRA."""

LARGEST_DEFAULT_BATCH = 1 << 24
"""Large fleets need large steps to keep every rank busy; pre-training runs stay below 16 Mi tokens."""


def candidate_layouts(
    shape: TrainingShape, how: Recipe, device: DeviceColumns, counts: Ints, batch_tokens: int | None = None
) -> tuple[Layout, Ints]:
    """Return every legal layout of each (device, count) pair and the pair that each row belongs to.

    Args:
        shape: the model, one row.
        how: the recipe, one row.
        device: devices, shape ``(d,)``.
        counts: devices that take part, shape ``(d,)``.
        batch_tokens: tokens per optimizer step; a usual number for the method if not given.
    """
    method, sequence = int(how.method[0]), int(how.sequence[0])
    tokens = batch_tokens or max(DEFAULT_BATCH_TOKENS[method != FULL], sequence)
    limit = batch_tokens or max(LARGEST_DEFAULT_BATCH, sequence)
    model = (int(shape.heads[0]), int(shape.layers[0]), int(shape.experts[0]))
    tables = []
    for count, domain in zip(counts.tolist(), device.domain.tolist(), strict=True):
        node = int(domain) if domain > 1 else 8
        tables.append(_layouts(int(count), min(MAX_TENSOR, node), model, method, sequence, tokens, limit))
    owners = np.repeat(np.arange(len(tables)), [len(t) for t in tables])
    tp, pp, dp, cp, ep, zero, micro, batches = np.concatenate(tables).T
    return layout(tp=tp, pp=pp, dp=dp, cp=cp, ep=ep, zero=zero, micro_batch=micro, micro_batches=batches), owners


@lru_cache(maxsize=4096)
def _layouts(
    count: int, node: int, model: tuple[int, int, int], method: int, sequence: int, batch_tokens: int, limit: int
) -> Ints:
    """Return rows of tp, pp, dp, cp, ep, zero, micro-batch, micro-batches."""
    heads, layers, experts = model
    sliced = method != QLORA
    tensor = [t for t in _powers(min(node, count) if sliced else 1) if heads % t == 0]
    stages = _powers(min(MAX_STAGES, layers, count) if sliced else 1)
    context = _powers(min(8, count)) if sequence >= LONG_SEQUENCE and sliced else [1]
    rows = []
    for tp, pp, cp in product(tensor, stages, context):
        if count % (tp * pp * cp):
            continue
        dp = count // (tp * pp * cp)
        for ep, zero, micro in product(_expert_sizes(experts, dp), _zero_stages(dp * cp, pp, method), MICRO_BATCHES):
            batches = batch_tokens // (sequence * dp * micro)
            if batches >= 1 or micro == 1:
                rows.append((tp, pp, dp, cp, ep, zero, micro, max(1, batches)))
    table = np.array(rows, dtype=np.int64)
    per_step = table[:, 2] * sequence
    return np.asarray(table[per_step <= max(limit, per_step.min())])


def _powers(limit: int) -> list[int]:
    return [1 << i for i in range(max(1, limit).bit_length())]


def _expert_sizes(experts: int, dp: int) -> list[int]:
    """Return no expert parallelism, the largest inside a node, and the largest of all."""
    if not experts:
        return [1]
    legal = [e for e in _powers(min(experts, dp, EXPERT_SIZES[-1])) if experts % e == 0 and dp % e == 0]
    return sorted({max(e for e in legal if e <= size) for size in EXPERT_SIZES})


def _zero_stages(shards: int, pp: int, method: int) -> tuple[int, ...]:
    """Return ZeRO stages worth trying: none without data parallelism, no weight gathering under a pipeline."""
    if shards == 1:
        return (0,)
    if pp > 1:
        return (1,)
    return (1, 2, 3) if method == FULL else (2, 3)
