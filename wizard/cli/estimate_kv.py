"""``rackwright estimate kv-cache``: what a server's log says of its memory: weights, KV pool, tokens that fit.

The pool is what is left: ``usable share x memory - weights - activations - libraries`` (vLLM's own profile run); of
llama.cpp it is what the asked context takes. Columns are those of a log: model, gpu, tp, pp, engine, kv_dtype,
gpu_memory_utilization, max_model_len, gpu_total_gib and notes; the columns that hold the truth are not read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from wizard.catalog.architecture import parameter_groups
from wizard.catalog.architecture_layers import compress_ratios
from wizard.catalog.catalog import Catalog
from wizard.catalog.kv import KvShape, kv_shape
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.cli.estimate_rows import Prediction, numbered, unanswered
from wizard.cli.kv_rows import LogSetting, log_setting
from wizard.errors import InputError
from wizard.units import GIB

Row = dict[str, str]
METRICS = ("weights_gib_per_gpu", "kv_mem_gib_per_gpu", "kv_tokens")

_SAMPLER_BYTES_PER_LOGIT = 39.0
"""vLLM's sampler keeps about ten copies of the logits (FP32, sorted, indices); see :mod:`wizard.sizing.memory`."""

_LIBRARIES, _COLLECTIVES = 0.14 * GIB, 0.4 * GIB
"""Memory outside of PyTorch in vLLM's logs: at TP 1, and what NCCL adds from TP 2 on."""

_BANDS = {"weights_gib_per_gpu": 0.05, "kv_mem_gib_per_gpu": 0.15, "kv_tokens": 0.18}
"""Half-widths of the 90 % interval, relative: the spread of published logs around these formulas."""


_COMPRESSED = ("caches of compressed tokens lie in groups of pages whose padding differs from version to version: "
               "logs of one model print 16 to 80 kB a token")
"""DeepSeek V4 needs 3.8 kB a token and device. vLLM's logs print concurrency x length of what its allocator holds:
15.8 kB (H200, 262,144 tokens), 55 kB (0.26.0, 121,344) and 80 kB (30,000)."""


def predict(rows: Iterable[Row], catalog: Catalog) -> Iterator[Prediction]:
    """Predict weights and KV memory per device and the tokens that fit, for every row of a table of logs."""
    for n, row in numbered(rows):
        try:
            setting, note = log_setting(row, catalog)
        except InputError as error:
            yield from (unanswered(n, metric, str(error)) for metric in METRICS)
            continue
        yield from _answers(n, setting, note)


def _answers(n: int, s: LogSetting, note: str) -> Iterator[Prediction]:
    shape = kv_shape(s.model)
    weights = _llama_cpp_weights(s) if s.is_llama_cpp else _weights(s)
    pool = _llama_cpp_pool(s, shape) if s.is_llama_cpp else _pool(s, weights)
    tokens = s.context if s.is_llama_cpp else _tokens(s, shape, pool)
    basis = f"{s.model.id} {s.weight_format}"
    for metric, value in zip(METRICS, (weights / GIB, pool / GIB if pool else None, tokens), strict=True):
        if metric == "kv_tokens" and compress_ratios(s.model) and not s.is_llama_cpp:
            yield unanswered(n, metric, _COMPRESSED)
        elif value is None or not math.isfinite(value):
            yield unanswered(n, metric, "the device's memory is not known")
        elif value <= 0:
            yield unanswered(n, metric, "weights and working memory leave no room for a cache")
        else:
            width = _BANDS[metric]
            yield Prediction(n, metric, value, value * (1 - width), value * (1 + width), basis, note)


def _weights(s: LogSetting) -> float:
    total = float(weight_bytes(s.model, s.weight_format, mtp=False).bytes)
    hidden = s.model.hidden_size or 1
    if s.model.native_quant == "mxfp4" and s.weight_format in {"native", "mxfp4"}:
        # Its kernels want widths in multiples of 256 and pad the experts' inner dimension.
        experts = parameter_groups(s.model).routed_experts * 0.53125
        total += experts * (math.ceil(hidden / 256) * 256 / hidden - 1)
    return total / (s.tp * s.pp)


def _pool(s: LogSetting, weights: float) -> float | None:
    if s.memory_bytes is None:
        return None
    vocabulary, hidden = s.model.vocab_size or 0, s.model.hidden_size or 0
    tokens = s.budget_tokens if s.memory_bytes >= 70 * GIB else min(s.budget_tokens, 2048.0)
    working = max(s.sequences * vocabulary * _SAMPLER_BYTES_PER_LOGIT, tokens * hidden * 26)
    outside = _LIBRARIES + (_COLLECTIVES if s.tp > 1 else 0.0)
    return s.share * s.memory_bytes - weights - working - outside


def _tokens(s: LogSetting, shape: KvShape, pool: float | None) -> float | None:
    """Tokens that the pool holds, as vLLM prints them: window layers count as far as a full sequence fills them."""
    if pool is None or pool <= 0:
        return None
    split = min(s.tp, max(shape.kv_heads, 1))
    growing = shape.bytes_per_token(s.kv_bytes)
    if shape.linear_layers and shape.full_layers:
        # vLLM's hybrid allocator gives every group of layers as many pages as the full-attention group.
        growing *= (shape.linear_layers + shape.full_layers) / shape.full_layers
    length = s.context or float(s.model.max_context or 32768)
    windowed = shape.window_elements * s.kv_bytes * min(1.0, (shape.window + 2048) / length)
    each = growing / split + windowed / min(s.tp, max(shape.window_kv_heads, 1))
    return pool * s.pp / each if each else None


def _llama_cpp_weights(s: LogSetting) -> float:
    """Return the weights of the fullest device: layers are dealt out with the output last; the embedding stays home."""
    total = float(weight_bytes(s.model, s.weight_format).bytes)
    head, embedding = _ends(s.model, s.weight_format)
    layers = s.model.layers or 1
    each = (total - head - embedding) / layers
    first = min(_dealt(layers, s.pp), layers)
    last = math.floor((layers + 1) / s.pp) - 1
    if s.pp > 1:
        return max(first * each, last * each * _LATE_LAYERS + head)
    released = s.model.release_date
    return total if released and released.year < _SPLIT_IN_LOGS else total - embedding


_LATE_LAYERS = 1.02
"""The last layers of mixes such as Q4_K_M are wider than the mean: more of their weights take six bits."""

_SPLIT_IN_LOGS = 2024
"""Logs of llama.cpp print host and device memory apart since then; earlier ones the whole file."""


def _dealt(layers: int, devices: int) -> int:
    return math.ceil((layers + 1) / devices)


def _ends(model: Model, weight_format: str) -> tuple[float, float]:
    """Bytes of the output head (Q6_K in mixes of blocks, else the mix's own) and of the input embedding."""
    groups = parameter_groups(model)
    whole = weight_bytes(model, weight_format).bytes / max(groups.total, 1)
    mixed = weight_format.removeprefix("gguf:").upper()
    head = 0.8203 if mixed.startswith(("Q2", "Q3", "Q4", "Q5", "IQ")) else whole
    embedding = _EMBEDDING_BYTES.get(mixed[:4], whole)
    return groups.head * head, 0.0 if groups.tied else groups.embedding * embedding


_EMBEDDING_BYTES = {"Q4_0": 0.5625, "Q4_K": 0.5625, "Q5_K": 0.6875, "Q6_K": 0.8203, "Q3_K": 0.4297, "Q2_K": 0.3281}
"""Bytes per element of the embedding in a mix: the base type's, without the bits added to sensitive weights."""


def _llama_cpp_pool(s: LogSetting, shape: KvShape) -> float | None:
    if s.context is None:
        return None
    layers = s.model.layers or 1
    share = 1.0 if s.pp == 1 else _dealt(layers, s.pp) / layers
    return shape.bytes_at(s.context, s.kv_bytes) * share
