"""From the time of one step to what a user sees: traffic of closed-loop users, static batches and endless queues.

Continuous batching is the alternation of decode steps with other requests' prefills. In steady state each request of
a batch ``B`` sees the prefill of every other one once per life, so a token takes ``step + phi (B-1)/output x prefill``.
Time to first token is the own prefill, the wait for the running step, and the queue of those that arrived before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.operators import (
    chunk_of,
    decode_step,
    fresh_tokens,
    mean_context,
    prefill_overhead,
    prefill_work,
)
from wizard.sizing.replica import Replica, kv_per_device
from wizard.sizing.traffic import RUNTIMES, ServingInputs
from wizard.sizing.waiting import first_round, later_rounds

_MOST_SEQUENCES: Floats = np.array([512.0, 512.0, 4300.0, 64.0, 512.0])
"""Sequences that vLLM, SGLang, TensorRT-LLM, llama.cpp and others run at once by default."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds and rates of one replica under closed-loop traffic."""

    batch: Floats
    """Sequences that decode together."""
    ttft: Floats
    tpot: Floats
    requests: Floats
    """Requests per second."""


def most_sequences(engine: str) -> int:
    """Return how many sequences an engine runs at once by default."""
    return int(_MOST_SEQUENCES[min(RUNTIMES.index(engine), len(_MOST_SEQUENCES) - 1)])


def prompt_work(x: ServingInputs, r: Replica, c: Coefficients) -> Floats:
    """Return the time that one prompt takes from a busy replica, prefilled together with others in full chunks."""
    fresh = fresh_tokens(x)
    together = np.maximum(np.minimum(chunk_of(x), 4 * fresh), 1.0)
    return prefill_work(x, r, c, together) * (fresh / together) / x.pp


def prefill(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    """Return the time of ``tokens`` prompt tokens on an otherwise idle replica."""
    pieces = np.ceil(tokens / chunk_of(x))
    return prefill_work(x, r, c, tokens / pieces) * (pieces + x.pp - 1) / x.pp + prefill_overhead(x, c, tokens)


def interference(x: ServingInputs, c: Coefficients) -> Floats:
    """Return the share of each other request's prefill that a decoding request waits for."""
    exponent = (c.interference_output * np.log(np.maximum(x.output_tokens, 1.0) / 512)
                + c.interference_prompt * np.log(np.maximum(x.prompt_tokens, 1.0) / 2048))
    alternating = 1 - c.burst / 2
    share: Floats = np.minimum(c.interference * np.exp(exponent), 1.6) * alternating
    return share


def running_batch(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats, wanted: Floats) -> Floats:
    """Return how many of ``wanted`` sequences run at once: bounded by KV memory and by the engine's own limit.

    ``kv_budget`` is the KV memory per device in bytes.
    """
    most = _MOST_SEQUENCES[np.minimum(x.engine, len(_MOST_SEQUENCES) - 1)]
    context = x.prompt_tokens + c.kv_reserved * x.output_tokens * (1 + x.output_cv ** 2)
    each = (kv_per_device(x, r, context) + x.model.state_bytes / x.tp) / (x.pp * x.dp)
    held = np.maximum(kv_budget / np.maximum(each, 1.0), 1.0)
    batch: Floats = np.maximum(np.minimum(np.minimum(wanted, held), np.maximum(most, x.dp)), 1.0)
    return batch


def closed_loop(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats) -> Timing:
    """Return what ``concurrency`` users see who each ask again as soon as they are answered."""
    users = np.maximum(x.concurrency, 1.0)
    batch = running_batch(x, r, c, kv_budget, users)
    step = decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    own = prompt_work(x, r, c)
    tpot = step + interference(x, c) * (batch - 1) / x.output_tokens * own
    slack = x.output_tokens * tpot / (batch * own)
    # A prompt found in service is likely a long one: its rest is (1 + cv^2) times as long (Pollaczek-Khinchine).
    ahead = queue_ahead(c, batch, slack) * (1 + x.prompt_cv ** 2)
    waiting = np.minimum(ahead, np.maximum(batch - 1, 0.0)) * own
    chunks = np.ceil(fresh_tokens(x) / chunk_of(x))
    running = np.where(users > 1, c.step_wait * step * chunks, 0.0)
    excess = (users - batch) * x.output_tokens * tpot / batch
    ttft = c.ttft_fixed_s + prefill(x, r, c, fresh_tokens(x)) + waiting + running + excess
    return Timing(batch=batch, ttft=ttft, tpot=tpot, requests=users / (ttft + x.output_tokens * tpot))


def queue_ahead(c: Coefficients, batch: Floats, slack: Floats) -> Floats:
    """Return how many prompts of other users are computed before a new one, on average over a run.

    A share ``burst`` of the requests is asked by all users at once; the others come as answers end.
    """
    company = c.company * (1 - 1 / batch)
    return c.burst * first_round(batch) + (1 - c.burst) * (c.queue * later_rounds(batch, slack) + company)


def saturated(x: ServingInputs, r: Replica, c: Coefficients, kv_budget: Floats) -> Timing:
    """Return the steady state with an endless queue of requests: the highest throughput of a replica.

    A known concurrency is the number of requests submitted at once, so the batch cannot be larger.
    """
    batch = running_batch(x, r, c, kv_budget, np.where(np.isnan(x.concurrency), np.inf, x.concurrency))
    step = decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    own = prompt_work(x, r, c)
    tpot = (step + interference(x, c) * batch / x.output_tokens * own) / c.saturated
    requests = batch / (x.output_tokens * tpot)
    return Timing(batch=batch, ttft=prefill(x, r, c, fresh_tokens(x)), tpot=tpot, requests=requests)


def static_batch(x: ServingInputs, r: Replica, c: Coefficients) -> tuple[Floats, Floats, Floats]:
    """Return seconds of prefill, of one decode step and of the whole for one batch that starts and ends together."""
    batch = np.maximum(x.concurrency, 1.0)
    first = prefill(x, r, c, batch * fresh_tokens(x))
    step = decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    return first, step, (first + x.output_tokens * step) * c.static
