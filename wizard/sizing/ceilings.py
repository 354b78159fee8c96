"""What no machine can beat: the same work at full bandwidth and full dense peak, without any overhead.

A step must read the weights that its tokens touch (of a mixture of experts ``E (1 - (1 - k/E)^B)`` experts) and each
sequence's cache once, and must do its multiplications; the larger of the two times is the floor, since they may
overlap. Batching more users makes reading cheaper per token, so the ceiling on throughput grows with concurrency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats, MemoryColumns
from wizard.sizing.operators import attention_flop, experts_touched, fresh_tokens, tokens_per_step
from wizard.sizing.replica import Replica, kv_per_device
from wizard.sizing.traffic import ServingInputs


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds that cannot be undercut and requests per second that cannot be exceeded."""

    ttft: Floats
    tpot: Floats
    requests: Floats


def bounds(x: ServingInputs, r: Replica, use: MemoryColumns) -> Bounds:
    """Return the bounds of closed-loop users (NaN concurrency: of an endless queue)."""
    whole = np.maximum(x.device.memory_bytes - use.weights, 0.0)
    context = x.prompt_tokens
    each = (kv_per_device(x, r, context) + x.model.state_bytes / x.tp) / (x.pp * x.dp)
    held = np.maximum(whole / np.maximum(each, 1.0), 1.0)
    users = np.where(np.isnan(x.concurrency), held, np.maximum(x.concurrency, 1.0))
    batch = np.minimum(users, held)
    step = step_floor(x, r, batch)
    first = prefill_floor(x, r, fresh_tokens(x))
    own = prefill_flop_time(x, r, fresh_tokens(x)) / x.pp
    answer = np.maximum(x.output_tokens * step, batch * own)
    alone = np.where(np.isnan(x.concurrency), 0.0, first)
    return Bounds(ttft=first, tpot=step, requests=batch / (alone * (batch <= 1) + answer))


def step_floor(x: ServingInputs, r: Replica, batch: Floats) -> Floats:
    """Return the least time per token: a step's bytes over bandwidth or its FLOP over peak, whichever is longer."""
    stage, checked = np.maximum(batch / x.pp, 1.0), 1 + x.draft_tokens
    context = np.minimum(x.prompt_tokens, x.model.sparse_topk)
    cache = kv_per_device(x, r, context) + x.model.state_bytes / x.tp
    read = (r.dense_bytes / x.tp + r.head_bytes / r.devices + stage / x.dp * cache
            + r.expert_bytes * experts_touched(x, stage) / r.devices + x.draft_tokens * x.draft_bytes / r.devices)
    flop = 2 * stage * checked * (r.dense / r.dense_peak + r.routed / r.expert_peak) / r.devices
    return np.maximum(read / r.bandwidth, flop) / tokens_per_step(x)


def prefill_flop_time(x: ServingInputs, r: Replica, tokens: Floats) -> Floats:
    """Return the multiplications of ``tokens`` prompt tokens over the peak of the stage's devices."""
    matrices = 2 * tokens * (r.dense / r.dense_peak + r.routed / r.expert_peak)
    return (matrices + tokens * attention_flop(x) / r.peak_16) / r.devices


def prefill_floor(x: ServingInputs, r: Replica, tokens: Floats) -> Floats:
    """Return the least time to a first token: the multiplications, or reading the touched weights once."""
    read = r.dense_bytes / x.tp + r.head_bytes / r.devices + r.expert_bytes * experts_touched(x, tokens) / r.devices
    return np.maximum(prefill_flop_time(x, r, tokens), read / r.bandwidth)
