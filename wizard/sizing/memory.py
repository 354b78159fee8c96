"""Memory of one device of a replica, in bytes: what the weights, the KV cache and the engine itself take.

Weights and KV follow from the architecture and are exact; what the engine takes for itself rests on logs of vLLM
(CUDA context 0.5-0.9 GiB; sampler buffers of 39 bytes per logit of every sequence it may run; one chunk's widest
activations; NCCL buffers from two devices on) and of llama.cpp (0.55-0.63 GiB for 8B at 8k).
"""

from __future__ import annotations

import numpy as np

from wizard.sizing import formats
from wizard.sizing.cases import Floats, MemoryColumns
from wizard.sizing.engine_memory import usable_memory
from wizard.sizing.replica import Replica, kv_per_device, stored_format
from wizard.sizing.traffic import RUNTIMES, ServingInputs
from wizard.units import GIB

BLOCK_TOKENS = 16.0
"""Tokens per page of the KV cache: a sequence rounds up to it."""

_SAMPLER_BYTES_PER_LOGIT = 39.0
_CONTEXT_BYTES = 0.7 * GIB
_NCCL_BYTES = 1.2 * GIB
_LLAMA_CPP_BYTES = 0.6 * GIB
_LLAMA_CPP = RUNTIMES.index("llama.cpp")


def memory(x: ServingInputs, sequences: Floats, r: Replica | None = None) -> MemoryColumns:
    """Return the bytes per device when the engine is set up for ``sequences`` sequences at a time per replica.

    ``r`` are the cases' replicas, if they are known already.

    ``kv_per_sequence`` is for one sequence of the longest context, spread over the replica: what one more sequence of
    an attention rank takes of each of the rank's devices, divided by the ranks.
    """
    r = r or Replica.of(x)
    context = np.ceil(longest_context(x) / BLOCK_TOKENS) * BLOCK_TOKENS
    working, outside = activations(x, sequences), overhead(x)
    return MemoryColumns(
        weights=weights_per_device(x, r), kv_per_sequence=kv_per_sequence(x, r, context), activations=working,
        overhead=outside, capacity=usable_memory(x, working + outside),
    )


def longest_context(x: ServingInputs) -> Floats:
    """Return the tokens that are kept free for one sequence: the longest that is promised, else a whole mean one.

    Where answers vary so much that running sequences hold more than a whole mean one, that mean is kept free.
    """
    typical = x.prompt_tokens + x.output_tokens * np.maximum(1.0, (1 + x.output_cv ** 2) / 2)
    return np.where(x.max_context > 0, x.max_context, typical)


def weights_per_device(x: ServingInputs, r: Replica) -> Floats:
    """Return the weight bytes of one device: experts over all devices of a stage, the rest split by TP only.

    llama.cpp keeps the input embedding in host memory, since it is only looked up. Draft and adapters are split by TP.
    """
    m = x.model
    total = stored_bytes(x)
    hosted = np.where(x.engine == _LLAMA_CPP, m.embedding * formats.BYTES_PER_ELEMENT[stored_format(x)], 0.0)
    experts = np.minimum(r.expert_bytes, 0.99 * total)
    return ((total - experts - hosted + x.extra_bytes) / x.tp + experts / r.devices) / x.pp


def stored_bytes(x: ServingInputs) -> Floats:
    """Return the bytes of all weights in the format that they are stored in."""
    table = x.model.stored_bytes
    chosen: Floats = table[np.arange(table.shape[0]) if table.shape[0] > 1 else 0, stored_format(x)]
    return chosen


def kv_per_sequence(x: ServingInputs, r: Replica, context: Floats) -> Floats:
    """Return the KV bytes per device that one sequence of ``context`` tokens costs, averaged over attention ranks."""
    draft = x.extra_kv_elements * context * r.kv_element_bytes
    cache = kv_per_device(x, r, context) + draft / r.kv_split + x.model.state_bytes / x.tp
    return cache / (x.pp * x.dp)


def activations(x: ServingInputs, sequences: Floats) -> Floats:
    """Return the peak of working memory: the widest activations of a chunk, or the sampler's copies of the logits."""
    m = x.model
    tokens = np.minimum(8192.0, np.maximum(longest_context(x), 512.0))
    chunk = tokens * m.hidden * 2 * 13
    sampler = sequences / x.dp * m.vocabulary * _SAMPLER_BYTES_PER_LOGIT
    return np.where(x.engine == _LLAMA_CPP, _LLAMA_CPP_BYTES, np.maximum(chunk, sampler))


def overhead(x: ServingInputs) -> Floats:
    """Return what driver, libraries and collectives take of each device."""
    return _CONTEXT_BYTES + np.where(x.tp * x.dp > 1, _NCCL_BYTES, 0.0)
