"""The words that benchmark tables use: engines, number formats, dates and kinds of measurement."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wizard.catalog.engine_releases import release_date
from wizard.catalog.records import Model

Row = Mapping[str, str]


_ENGINES = (
    ("vllm-ascend", "vllm-ascend"), ("vllm", "vllm"), ("sglang", "sglang"), ("neuronx", "neuron"),
    ("mindie", "mindie"), ("edge-llm", "tensorrt-llm"), ("tensorrt", "tensorrt-llm"), ("nim", "tensorrt-llm"),
    ("optimum nvidia", "tensorrt-llm"), ("exllama", "exllama"), ("mlx", "mlx"), ("llama.cpp", "llama.cpp"),
    ("ollama", "llama.cpp"), ("llamacpp", "llama.cpp"), ("ctransformers", "llama.cpp"), ("deepspeed", "deepspeed"),
    ("sambaflow", "sambaflow"), ("tt-metal", "tt-metal"), ("mlc", "mlc"), ("awq", "transformers"),
    ("transformers", "transformers"), ("pytorch", "transformers"), ("gptq", "transformers"), ("onnx", "transformers"),
    ("ctranslate", "transformers"), ("habana", "habana"), ("gaudi", "habana"), ("optimum", "habana"),
)


_ROCM_GREW = 2025.0


def engine_of(text: str) -> str:
    """Return the runtime of :data:`wizard.sizing.traffic.RUNTIMES` that an engine's name means."""
    lower = text.lower()
    return next((runtime for part, runtime in _ENGINES if part in lower), "other")


def backend_of(text: str, architecture: str, year: float, weights: str) -> str:
    """Return the libraries below an engine, as in :data:`wizard.sizing.traffic.BACKENDS`.

    Of llama.cpp the build that the engine's name states. Before 2025 a stock vLLM reached a small fraction of the peak
    of AMD's datacentre chips in 16 bits; who ran FP8 on them had the maker's own tuned build.
    """
    lower = text.lower()
    if "llama" not in lower:
        early = architecture.lower().startswith("cdna") and year < _ROCM_GREW and weights in {"bf16", "fp16"}
        return "early-rocm" if early else "native"
    return next((name for name in ("vulkan", "rocm") if name in lower), "native")


_GGUF = (
    (r"q8|int8_gguf", "gguf_q8"), (r"q6", "gguf_q6"), (r"q5", "gguf_q5"), (r"q4_0|iq4|q4_1", "gguf_q4_0"),
    (r"q4|mxfp4_moe", "gguf_q4_k"), (r"q3|iq3", "gguf_q3"), (r"q2|iq2|iq1|q1", "gguf_q2"),
)
_FORMATS = (
    (r"nvfp4|fp4", "fp4"), (r"fp8|f8", "fp8"), (r"w8a8|int8|w8a16|8bit|8-bit", "int8"),
    (r"awq|gptq|int4|w4a16|4bit|4-bit|w4", "int4"), (r"bf16|fp16|f16|float16|fp32|f32", "bf16"),
)


def weight_format_of(row: Row, model: Model, engine: str) -> str:
    """Return the format of :data:`wizard.sizing.formats.FORMATS` that a row's precision, else its name, means."""
    stated = row.get("weight_precision", "").lower()
    for text in (stated, row.get("model", "").lower()):
        found = _format_in(text)
        if found:
            return found
    if engine == "llama.cpp":
        return "mxfp4" if "mxfp4" in model.native_quant else "gguf_q4_k"
    native = model.native_quant.lower()
    if "mxfp4" in native:
        return "mxfp4"
    if "fp8" in native:
        return "fp8_block" if "block" in native else "fp8"
    return "int4" if "pack-quantized" in native else "bf16"


def _format_in(text: str) -> str:
    if not text:
        return ""
    if "mxfp4" in text and "moe" not in text:
        return "mxfp4"
    for pattern, name in _GGUF:
        if re.search(rf"(^|[^a-z0-9])(ud-)?({pattern})", text):
            return name
    return next((name for pattern, name in _FORMATS if re.search(rf"(^|[^a-z0-9])({pattern})", text)), "")


def kv_format_of(row: Row, engine: str, weight_format: str, *, tuned: bool, blocks: bool) -> str:
    """Return the KV format of a row: as stated, else what its weights' publishers and its runners use.

    TensorRT-LLM runs FP8 and FP4 checkpoints with FP8 KV. Checkpoints by ModelOpt (FP4, and FP8 per tensor) carry the
    scales of an FP8 cache, which those who tune (``tuned``: MLPerf, InferenceX) use with any engine, and which vLLM
    follows by itself where the checkpoint is NVIDIA's own (``kv_cache_quant_algo``, vllm-project/vllm#29980).

    Args:
        row: the benchmark row.
        engine: the runtime.
        weight_format: name of the weights' format.
        tuned: whether the source tunes its servers.
        blocks: whether the model's FP8 checkpoints are scaled in blocks (published without KV scales).
    """
    stated = row.get("kv_precision", "").lower()
    if stated:
        return "fp8" if re.search(r"8", stated) else "bf16"
    if engine == "tensorrt-llm":
        return "fp8" if weight_format in {"fp8", "fp8_block", "fp4"} else "bf16"
    scaled = weight_format == "fp4" or (weight_format == "fp8" and not blocks)
    own = row.get("model", "").lower().startswith("nvidia/")
    return "fp8" if scaled and (tuned or own) else "bf16"


_YEAR_DEFAULT = 2026.3


def year_of(text: str, engine: str = "", version: str = "") -> float:
    """Return when the software of a row was current, as a decimal year.

    The release of a stated version counts; else the row's date, such as ``2025-10-29``, ``2025-10`` or ``2026``.
    """
    released = release_date(engine, version)
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", released.isoformat() if released else text)
    if not found:
        return _YEAR_DEFAULT
    year, month, day = found.groups()
    if month is None:
        return float(year) + 0.3
    return float(year) + (int(month) - 1) / 12 + (int(day) - 1 if day else 15) / 365


def kind_of(row: Row) -> tuple[str, str]:
    """Return the kind of measurement (:data:`wizard.sizing.experiments.KINDS`) and the harness of a row."""
    metric, notes, source = row.get("metric", ""), row.get("notes", "").lower(), row.get("source", "").lower()
    if metric in {"decode_tok_s", "per_user_tok_s"}:
        return "decode", "single"
    if metric == "prefill_tok_s":
        return "prefill", "single"
    if "qps=" in notes and "qps=inf" not in notes:
        return "open", "open-loop"
    if "mlperf" in source:
        scenario = next((s for s in ("offline", "server", "interactive") if s in notes), "offline")
        return "endless", f"mlperf-{scenario}"
    return _serving_kind(row, metric, notes, source)


_STATIC = ("static batch", "benchmark_latency", "neuroncores", "gptsession", "latency test", "t/s/u")


def _serving_kind(row: Row, metric: str, notes: str, source: str) -> tuple[str, str]:
    if any(text in notes for text in _STATIC) or "batch/latency" in notes or "/latency" in notes:
        return "static", "static"
    if metric == "ttft_ms" and "tt-metal" in source:
        return "static", "static"
    endless = not row.get("concurrency_or_batch") or "benchmark_throughput" in notes or "rate inf" in notes
    if endless and metric.startswith("throughput"):
        return "endless", "offline"
    if "inferencex" in source and "token-position" not in source:
        return "closed", "clients"
    return "closed", "sweep" if "aiconfigurator" in source else "burst"
