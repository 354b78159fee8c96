"""The constants of the serving formulas, one column each: what a calibration supplies and the physics consumes."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from wizard.sizing.cases import Floats, Ints


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Constants per case, each of shape ``(n,)`` or ``(1,)``. Shares are of the hardware's peak and at most 1."""

    bandwidth: Floats
    """Share of the memory bandwidth that streaming weights reaches."""
    compute: Floats
    """Share of the dense peak that large matrix products reach."""
    kv_bandwidth: Floats
    """Reading the KV cache, relative to ``bandwidth``."""
    kv_rereading: Floats
    """Exponent of the query heads per KV head on what decoding reads: 0 if a group shares one read, 1 if none does."""
    attention_compute: Floats
    """Share of the 16-bit peak that attention reaches on long sequences."""
    expert_bandwidth: Floats
    """Streaming expert weights, relative to ``bandwidth``."""
    expert_compute: Floats
    """Grouped expert products, relative to ``compute``."""
    expert_rows: Floats
    """Prefill: rows that the kernels compute in vain for each expert touched, since tiles are filled up."""
    layer_s: Floats
    """Decode: fixed seconds per layer (launches, small kernels)."""
    moe_layer_s: Floats
    linear_layer_s: Floats
    mla_layer_s: Floats
    step_s: Floats
    """Decode: fixed seconds per step (scheduler, sampler)."""
    sequence_s: Floats
    """Decode: seconds per sequence of the batch and step (sampling, detokenising)."""
    allreduce_s: Floats
    """Latency of one all-reduce over two devices."""
    allreduce_growth: Floats
    """Relative growth of that latency per doubling of the devices."""
    link: Floats
    """Share of the one-way link bandwidth that an all-reduce reaches."""
    imbalance: Floats
    """Relative extra expert time per doubling of expert-parallel ranks (the busiest rank decides)."""
    prefill_step_s: Floats
    """Prefill: fixed seconds per chunk."""
    prefill_layer_s: Floats
    prefill_moe_layer_s: Floats
    interference: Floats
    """Share of each other request's prefill time that a decoding request waits for."""
    interference_output: Floats
    """Exponent of the output length (per 512 tokens) on ``interference``."""
    interference_prompt: Floats
    """Exponent of the prompt length (per 2048 tokens) on ``interference``."""
    ttft_fixed_s: Floats
    """Front end: HTTP, tokeniser, scheduling."""
    burst: Floats
    """Share of the requests that all users make at once: of ten rounds the first."""
    queue: Floats
    """Wait behind the prompts of others in later rounds, relative to the simulated queue."""
    company: Floats
    """Prompts of others that are computed together with a new one: requests of equal length stay in groups."""
    step_wait: Floats
    """Decode steps that a new request waits for before its prefill starts."""
    kv_reserved: Floats
    """Share of the output whose KV the scheduler has reserved on average."""
    saturated: Floats
    """Throughput with an endless queue, relative to the formula."""
    static: Floats
    """Time of a static batch, relative to the formula."""

    def take(self, index: Ints | slice) -> Coefficients:
        """Return the constants of ``index``; columns of one element stay as they are."""
        columns = (getattr(self, name) for name in NAMES)
        return Coefficients(*(column if column.size == 1 else column[index] for column in columns))


NAMES = tuple(f.name for f in fields(Coefficients))
"""Names of the constants, in order."""

SHARES = ("bandwidth", "compute", "attention_compute", "link", "burst")
"""Constants that cannot exceed 1."""

PLAIN = ("interference_output", "interference_prompt", "kv_rereading")
"""Constants that add up; all others multiply (their effects are added as logarithms)."""


def ideal() -> Coefficients:
    """Return the constants of hardware without any loss: what no real machine can beat."""
    one, zero = np.ones(1), np.zeros(1)
    losses = dict.fromkeys(NAMES, zero)
    shares = ("bandwidth", "compute", "kv_bandwidth", "attention_compute", "expert_bandwidth", "expert_compute", "link",
              "saturated", "static")
    return Coefficients(**(losses | dict.fromkeys(shares, one)))
