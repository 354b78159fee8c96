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

from wizard.sizing import bands
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.composition import closed_loop, prefill, running_batch, saturated, static_batch
from wizard.sizing.memory import memory
from wizard.sizing.operators import decode_step, fresh_tokens, mean_context
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import ServingInputs

KINDS = ("closed", "static", "endless", "decode", "prefill", "open")
METRICS = ("ttft_ms", "tpot_ms", "throughput_output_tok_s_total", "throughput_total_tok_s", "decode_tok_s",
           "prefill_tok_s", "per_user_tok_s")
_TTFT, _TPOT, _OUTPUT, _TOTAL = range(4)
_PER_USER = METRICS.index("per_user_tok_s")
BAND_OF: Ints = np.array([bands.METRICS.index(n) for n in (
    "ttft", "tpot", "throughput", "throughput", "decode", "prefill", "decode")])
_TAIL_STEPS = 1.9
"""Answers' lengths that a finite run takes to fill and to empty its batch."""


def estimate(
    x: ServingInputs, kind: Ints, metric: Ints, replicas: Floats, calibration: Calibration
) -> tuple[Floats, Floats, Floats]:
    """Return value and ends of the 90 % interval of what each case's measurement would show.

    Args:
        x: the cases; ``concurrency`` is that of all replicas together.
        kind: index in :data:`KINDS`.
        metric: index in :data:`METRICS`.
        replicas: copies of the case that share the traffic; rates are of all of them.
        calibration: constants and bands.
    """
    shared = replace(x, concurrency=x.concurrency / replicas)
    value: Floats = np.full(x.rows(), np.nan)
    for code, name in enumerate(KINDS):
        rows = np.flatnonzero(kind == code)
        if rows.size:
            part = shared.take(rows)
            r = Replica.of(part)
            c = calibration.coefficients(part, r)
            value[rows] = measure(name, part, r, c, kv_budget(part), metric[rows])
    users = np.maximum(np.nan_to_num(x.concurrency, nan=1.0), 1.0)
    value = value * np.where((metric == _TTFT) | (metric == _TPOT), 1.0, replicas)
    value = np.where(metric == _PER_USER, value / users, value)
    if calibration.own:
        value = value * np.exp(calibration.own.shift(x, BAND_OF[metric]))
    low, high = calibration.interval(x, BAND_OF[metric])
    return value, value * np.exp(low), value * np.exp(high)


def kv_budget(x: ServingInputs) -> Floats:
    """Return the KV bytes per device of a server that is set up for its traffic, as benchmarks are."""
    sequences = np.minimum(np.where(np.isnan(x.concurrency), 256.0, x.concurrency), 1024.0)
    return np.maximum(memory(x, sequences).kv_budget, 0.0)


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
        return batch / decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    tokens = batch * fresh_tokens(x)
    return tokens / prefill(x, r, c, tokens)


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
