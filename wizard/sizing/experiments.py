"""What a published measurement of a given kind would show: the same formulas, the traffic of a benchmark.

Kinds of measurement, as in the records of benchmarks:

* ``closed``    fixed number of clients, each asking again when answered: TTFT, TPOT, throughput;
* ``static``    one batch from start to end: throughput including prefill, decode and first-token times;
* ``endless``   all requests queued at once: highest throughput; a finite run ends with an emptying batch;
* ``decode``    tokens per second while ``concurrency`` sequences decode at the given depth;
* ``prefill``   prompt tokens per second of ``concurrency`` prompts at once;
* ``open``      requests arrive at a rate, whatever the answers take.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wizard.sizing.cases import Floats, Ints
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.composition import closed_loop, prefill, running_batch, saturated, static_batch
from wizard.sizing.operators import decode_step
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import ServingInputs

KINDS = ("closed", "static", "endless", "decode", "prefill", "open")
METRICS = ("ttft_ms", "tpot_ms", "throughput_output_tok_s_total", "throughput_total_tok_s", "decode_tok_s",
           "prefill_tok_s", "per_user_tok_s")
_TTFT, _TPOT, _OUTPUT, _TOTAL = range(4)
_TAIL_STEPS = 1.9
"""Answers' lengths that a finite run takes to fill and to empty its batch."""


def measure(kind: str, x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats, metric: Ints) -> Floats:
    """Return what cases of one ``kind`` would show for their ``metric`` (index in :data:`METRICS`), per replica."""
    if kind in {"decode", "prefill"}:
        return _phase(kind, x, r, c)
    if kind == "static":
        return _static(x, r, c, metric)
    if kind == "endless":
        return _endless(x, r, c, kv_budget, metric)
    return _loop(x if kind == "closed" else _with_little(x, r, c, kv_budget), r, c, kv_budget, metric)


def _phase(kind: str, x: ServingInputs, r: Replica, c: Coefficients) -> Floats:
    batch = np.maximum(x.concurrency, 1.0)
    if kind == "decode":
        context = x.prompt_tokens + x.output_tokens / 2
        return batch / decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), context)
    return batch * x.prompt_tokens / prefill(x, r, c, batch * x.prompt_tokens)


def _static(x: ServingInputs, r: Replica, c: Coefficients, metric: Ints) -> Floats:
    first, step, whole = static_batch(x, r, c)
    batch = np.maximum(x.concurrency, 1.0)
    tokens = batch * np.where(metric == _TOTAL, x.prompt_tokens + x.output_tokens, x.output_tokens)
    times = np.where(metric == _TTFT, (first + c.ttft_fixed_s) * 1e3, step * 1e3)
    return np.where(metric <= _TPOT, times, tokens / whole)


def _endless(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats, metric: Ints) -> Floats:
    t = saturated(x, r, c, kv_budget)
    tail = _TAIL_STEPS * x.output_tokens * t.tpot
    finite = 1 / (1 / t.requests + np.where(np.isfinite(x.requests), tail / np.maximum(x.requests, 1.0), 0.0))
    tokens = np.where(metric == _TOTAL, x.prompt_tokens + x.output_tokens, x.output_tokens)
    return np.where(metric == _TPOT, t.tpot * 1e3, np.where(metric == _TTFT, t.ttft * 1e3, finite * tokens))


def _loop(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats, metric: Ints) -> Floats:
    t = closed_loop(x, r, c, kv_budget)
    tokens = np.where(metric == _TOTAL, x.prompt_tokens + x.output_tokens, x.output_tokens)
    times = np.where(metric == _TTFT, t.ttft * 1e3, t.tpot * 1e3)
    return np.where(metric <= _TPOT, times, t.requests * tokens)


def _with_little(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats) -> ServingInputs:
    """Return the cases with the concurrency that the arrival rate leads to (Little's law), at most what fits."""
    most = running_batch(x, r, c, kv_budget, np.full(1, np.inf))
    users: Floats = np.ones(x.rows())
    for _ in range(20):
        t = closed_loop(replace(x, concurrency=users), r, c, kv_budget)
        stay = t.ttft + x.output_tokens * t.tpot
        users = np.sqrt(users * np.clip(x.request_rate * stay, 1.0, most))
    return replace(x, concurrency=users)
