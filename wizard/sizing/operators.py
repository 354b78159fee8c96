"""Time of one pass through the model, by group of operators, as a smooth roofline.

Each group takes ``hypot(bytes / bandwidth, FLOP / peak)``: as long as the slower of the two when they differ, 1.4
times that at the ridge, where neither overlaps perfectly. Efficiencies multiply bandwidth and peak. Communication is
the usual latency plus bandwidth model of a ring or in-switch all-reduce. All times are seconds.
"""

from __future__ import annotations

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.replica import Replica, kv_per_device
from wizard.sizing.traffic import RUNTIMES, ServingInputs

_CHUNK_TOKENS, _UBATCH_TOKENS = 8192.0, 512.0
"""Prompt tokens per step by default: of servers (vLLM and SGLang on datacentre GPUs, TensorRT-LLM), of llama.cpp."""

_LLAMA_CPP = RUNTIMES.index("llama.cpp")

_SATURATING_TOKENS = 1000.0
"""Sequence length at which prefill attention reaches half of its final efficiency (kernel tables: 700-2300)."""


def default_chunk(engine: str) -> int:
    """Return how many prompt tokens an engine computes per step by default."""
    return int(_UBATCH_TOKENS if engine == "llama.cpp" else _CHUNK_TOKENS)


def chunk_of(x: ServingInputs) -> Floats:
    """Return how many prompt tokens a step computes at most."""
    default = np.where(x.engine == _LLAMA_CPP, _UBATCH_TOKENS, _CHUNK_TOKENS)
    chunk: Floats = np.where(x.chunk_tokens > 0, x.chunk_tokens, default)
    return chunk


def experts_touched(x: ServingInputs, tokens: Floats) -> Floats:
    """Return the share of the experts that ``tokens`` tokens use: ``1 - (1 - k/E)^tokens``, routed independently."""
    missed = np.log1p(-np.minimum(x.model.experts_per_token / x.model.experts, 1 - 1e-9))
    return -np.expm1(tokens * missed)


def heads_per_kv(x: ServingInputs) -> Floats:
    """Return the query heads that share one KV head; 1 with MLA, whose kernels share what they read."""
    m = x.model
    return np.where(m.mla_layers > 0, 1.0, np.maximum(m.heads / np.maximum(m.kv_heads, 1.0), 1.0))


def decode_step(x: ServingInputs, r: Replica, c: Coefficients, batch: Floats, context: Floats) -> Floats:
    """Return the time of one decode step of ``batch`` sequences with ``context`` tokens each in the cache.

    With speculative decoding a step checks ``draft_tokens + 1`` tokens of every sequence, and its time (with that of
    the guesses) is divided by the tokens it gains: the result is the time per token of a sequence.
    """
    per_rank, checked = batch / x.dp, 1 + x.draft_tokens
    weights = _dense(x, r, c, per_rank * checked) + _head(r, c, batch * checked) + expert_time(x, r, c, batch * checked)
    attention = _decode_attention(x, r, c, per_rank, context)
    fixed = (_decode_overhead(x, c, per_rank) + communication(x, r, c, per_rank * checked)
             + context_exchange(x, r, c, per_rank * checked))
    return (weights + attention + fixed + draft_time(x, r, c, batch)) / tokens_per_step(x)


def tokens_per_step(x: ServingInputs) -> Floats:
    """Return the tokens that a step gains per sequence: ``(1 - a^(k+1)) / (1 - a)`` of ``k`` guesses taken with ``a``.

    A guess counts only if all before it were taken, and the check itself yields one (Leviathan et al. 2023, eq. 1).
    """
    return (1 - x.acceptance ** (x.draft_tokens + 1)) / (1 - x.acceptance)


def draft_time(x: ServingInputs, r: Replica, c: Coefficients, batch: Floats) -> Floats:
    """Return the time of the guesses of one step: so many passes of the draft, one after the other."""
    work = np.hypot(x.draft_bytes / (r.devices * r.bandwidth * c.bandwidth),
                    2 * x.draft_elements * batch / (r.devices * r.peak_16 * c.compute))
    layers = x.draft_layers * (c.layer_s + np.where(r.devices > 1, 2 * c.allreduce_s, 0.0))
    return x.draft_tokens * (work + layers)


def _dense(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    return np.hypot(
        r.dense_bytes / x.tp / (r.bandwidth * c.bandwidth), 2 * r.dense * tokens / (x.tp * r.dense_peak * c.compute)
    )


def _head(r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    elements = r.head_bytes / 2
    return np.hypot(
        r.head_bytes / r.devices / (r.bandwidth * c.bandwidth),
        2 * elements * tokens / (r.devices * r.peak_16 * c.compute),
    )


def expert_time(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    """Return the time of the routed experts in a decode step of ``tokens`` tokens; next to nothing in a dense model.

    Kernels for few rows read each expert once and fill no tiles.
    """
    return _experts(x, r, c, tokens, np.zeros(1))


def _experts(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats, filling: Floats) -> Floats:
    """``filling`` is the number of rows that each touched expert computes in vain."""
    reading = np.minimum(c.bandwidth * c.expert_bandwidth, 1.0)
    computing = np.minimum(c.compute * c.expert_compute, 1.0)
    touched = experts_touched(x, tokens)
    padded = tokens + filling * touched * x.model.experts / np.maximum(x.model.experts_per_token, 1.0)
    time = np.hypot(
        r.expert_bytes * touched / (r.devices * r.bandwidth * reading),
        2 * r.routed * padded / (r.devices * r.expert_peak * computing),
    )
    ranks = np.maximum(x.ep, x.dp)
    return time * (1 + c.imbalance * np.log2(np.maximum(ranks, 1.0)))


def _decode_attention(x: ServingInputs, r: Replica, c: Coefficients, sequences: Floats, context: Floats) -> Floats:
    m = x.model
    seen = np.minimum(context, m.sparse_topk)
    # At most once for every query head.
    reads = heads_per_kv(x) ** np.clip(c.kv_rereading, 0.0, 1.0)
    read = kv_per_device(x, r, seen) * reads + 2 * m.state_bytes / x.tp
    reading = np.minimum(c.bandwidth * c.kv_bandwidth, 1.0)
    flop = 4 * m.heads / x.tp * m.latent * seen * m.mla_layers * (1 + x.draft_tokens)
    return sequences * np.hypot(read / (r.bandwidth * reading), flop / (r.peak_16 * c.attention_compute))


def _decode_overhead(x: ServingInputs, c: Coefficients, sequences: Floats) -> Floats:
    m = x.model
    layers = (m.layers * c.layer_s + m.moe_layers * c.moe_layer_s + m.linear_layers * c.linear_layer_s
              + m.mla_layers * c.mla_layer_s)
    return layers + c.step_s + c.sequence_s * sequences


def communication(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    """Return the time of two all-reduces per layer over the stage's devices, and of the hops between stages."""
    m, n = x.model, r.devices
    latency = c.allreduce_s * (1 + c.allreduce_growth * np.log2(np.maximum(n / 2, 1.0)))
    moved = 2 * (n - 1) / n * tokens * m.hidden * 2
    reduce = 2 * m.layers * (latency + moved / (c.link * r.link_bandwidth))
    hop = c.allreduce_s + tokens * m.hidden * 2 / (c.link * r.hop_bandwidth)
    return np.where(n > 1, reduce, 0.0) + (x.pp - 1) * hop


def context_exchange(x: ServingInputs, r: Replica, c: Coefficients, sequences: Floats) -> Floats:
    """Return the time that sharing a sequence's tokens costs a decode step (vLLM's decode context parallelism).

    Each attention layer gathers the queries of ``dcp`` devices and scatters their partial outputs, together one
    all-reduce, beside the log-sum-exps, which are small and count as another one's latency. In latent attention both
    are as wide as the latent.
    """
    m = x.model
    if not (x.dcp > 1).any():
        return np.zeros(1)
    latency = c.allreduce_s * (1 + c.allreduce_growth * np.log2(np.maximum(x.dcp / 2, 1.0)))
    width = np.where(m.mla_layers > 0, 2 * m.latent, m.qk_dim + m.v_dim)
    moved = (x.dcp - 1) * sequences * m.heads / x.tp * width * 2
    each = 2 * latency + moved / (c.link * r.link_bandwidth)
    return np.where(x.dcp > 1, m.full_layers * each, 0.0)


def prefill_work(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    """Return the time that computing ``tokens`` tokens of the cases' prompts costs, without fixed costs."""
    matrices = np.hypot(
        2 * r.dense * tokens / (r.devices * r.dense_peak * c.compute),
        r.dense_bytes / x.tp / (r.bandwidth * c.bandwidth),
    )
    experts = _experts(x, r, c, tokens, c.expert_rows)
    flop = tokens * attention_flop(x)
    share = c.attention_compute * x.prompt_tokens / (x.prompt_tokens + _SATURATING_TOKENS)
    attention = flop / (r.devices * r.peak_16 * share)
    return matrices + experts + attention + communication(x, r, c, tokens / x.dp)


def fresh_tokens(x: ServingInputs) -> Floats:
    """Return the prompt tokens that the prefix cache does not hold; at least one is always computed."""
    return np.maximum(x.prompt_tokens * (1 - x.prefix_cache_share), 1.0)


def mean_context(x: ServingInputs) -> Floats:
    """Return the tokens that a running sequence holds on average.

    Long answers run longer, so a step finds them more often: half an answer becomes ``E[o^2] / (2 E[o])``.
    """
    return x.prompt_tokens + x.output_tokens * (1 + x.output_cv ** 2) / 2


def attention_flop(x: ServingInputs) -> Floats:
    """Return the FLOP of attention per computed prompt token: it sees what is cached and half of the rest.

    Long prompts hold more of the tokens, and each of those sees more: ``E[p^2] / E[p] = p (1 + cv^2)``.
    """
    m = x.model
    mean = (x.prompt_tokens - fresh_tokens(x) / 2) * (1 + x.prompt_cv ** 2)
    sparse = np.minimum(mean, m.sparse_topk)
    return 2 * m.heads * (m.qk_dim + m.v_dim) * (sparse * m.full_layers + np.minimum(mean, m.window) * m.window_layers)


def prefill_overhead(x: ServingInputs, c: Coefficients, tokens: Floats) -> Floats:
    """Return the fixed time of the chunks that ``tokens`` prompt tokens take."""
    m = x.model
    chunk = m.layers * c.prefill_layer_s + m.moe_layers * c.prefill_moe_layer_s + c.prefill_step_s
    return np.ceil(tokens / chunk_of(x)) * chunk
