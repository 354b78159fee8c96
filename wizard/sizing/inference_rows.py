"""From the row of a published measurement to a case of the sizing engine: what was run, on what, under which traffic.

Columns are those of an inference benchmark table: source, date, model, engine, engine_version, gpu, n_gpus, tp, pp, ep,
dp, weight_precision, kv_precision, isl, osl, concurrency_or_batch, metric, notes. The measured value is never read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wizard.catalog.records import Accelerator, Model
from wizard.sizing.cases import KV_FORMATS, Floats
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.device_columns import stack as stack_devices
from wizard.sizing.formats import BYTES_PER_ELEMENT, FORMATS
from wizard.sizing.inference_terms import backend_of, engine_of, kind_of, kv_format_of, weight_format_of, year_of
from wizard.sizing.model_columns import ModelColumns, has_block_fp8
from wizard.sizing.model_columns import stack as stack_models
from wizard.sizing.traffic import BACKENDS, HARNESSES, RUNTIMES, ServingInputs

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row, understood. What the row does not state is filled with what its kind of benchmark does."""

    model: Model
    accelerator: Accelerator
    kind: str
    harness: str
    engine: str
    weight_format: str
    kv_format: str
    tp: int
    pp: int
    dp: int
    ep: int
    replicas: float
    prompt_tokens: float
    output_tokens: float
    concurrency: float
    request_rate: float
    requests: float
    cached_share: float
    chunk_tokens: float
    """Most prompt tokens per step; 0 means the engine's default."""
    backend: str
    year: float


def setting_of(row: Row, model: Model, accelerator: Accelerator) -> Setting:
    """Understand one row whose names are resolved."""
    kind, harness = kind_of(row)
    engine = engine_of(row.get("engine", ""))
    weights = weight_format_of(row, model, engine)
    if engine != "llama.cpp":
        weights = _fitting(weights, model, accelerator, max(_whole(row, "n_gpus"), 1))
    tp, pp, dp, ep = layout_of(row, model, accelerator, weights, engine)
    devices = _whole(row, "n_gpus") or tp * pp * dp
    prompt, output = lengths_of(row, model, kind, harness)
    notes = row.get("notes", "")
    year = year_of(row.get("date", ""), engine, row.get("engine_version", ""))
    return Setting(
        model=model, accelerator=accelerator, kind=kind, harness=harness, engine=engine, weight_format=weights,
        kv_format=kv_format_of(
            row, engine, weights, tuned=harness == "clients" or "MLPerf" in row.get("source", ""),
            blocks=has_block_fp8(model),
        ),
        tp=tp, pp=pp, dp=dp, ep=ep, replicas=max(devices / (tp * pp * dp), 1.0), prompt_tokens=prompt,
        output_tokens=output,
        concurrency=_concurrency(row, kind), request_rate=_after(r"offered QPS=([\d.]+)", notes, math.nan),
        requests=_after(r"(\d+) prompts", notes, math.inf),
        cached_share=_cached_share(notes, kind, prompt), chunk_tokens=_chunk(row),
        backend=backend_of(row.get("engine", ""), accelerator.architecture, year, weights),
        year=year,
    )


_NARROWER = {"bf16": "fp8", "fp8": "int4", "int8": "int4", "fp8_block": "int4"}


def _fitting(weights: str, model: Model, accelerator: Accelerator, devices: int) -> str:
    """Return the format, or the next narrower that fits: what was measured did run, so a wider label is wrong."""
    room = 0.98 * accelerator.memory_bytes * devices
    while weights in _NARROWER and model.total_params * BYTES_PER_ELEMENT[FORMATS.index(weights)] > room:
        weights = _NARROWER[weights]
    return weights


def _number(row: Row, name: str) -> float:
    try:
        return float(row.get(name) or "nan")
    except ValueError:
        return math.nan


def _whole(row: Row, name: str) -> int:
    value = _number(row, name)
    return int(value) if value >= 1 else 0


def _after(pattern: str, text: str, default: float) -> float:
    found = re.search(pattern, text)
    return float(found.group(1)) if found else default


def _concurrency(row: Row, kind: str) -> float:
    stated = _number(row, "concurrency_or_batch")
    if kind in {"endless", "open"}:
        return stated if stated >= 1 and "benchmark_throughput" in row.get("notes", "") else math.nan
    per_user = row.get("metric") == "ttft_ms" and "tt-metal" in row.get("source", "")
    return 1.0 if per_user or not stated >= 1 else stated


_LARGE_UBATCH = 2048.0


def _chunk(row: Row) -> float:
    """Return the micro-batch of a llama.cpp benchmark; 0 means the default.

    Published scripts time 2,048 tokens in one micro-batch (``-p 2048 -ub 2048``), except on Vulkan, and so do the
    project's own benchmark pages with llama-batched-bench.
    """
    notes = row.get("notes", "")
    large = "pp2048" in notes or "batched-bench" in notes
    return _LARGE_UBATCH if large and "vulkan" not in notes else 0.0


def _cached_share(notes: str, kind: str, prompt: float) -> float:
    """llama-bench fills the cache to a depth first and times the rest of the prompt only."""
    depth = _after(r"(?:@ d|depth )(\d+)", notes, 0.0) if kind == "prefill" else 0.0
    return min(depth / prompt, 0.999)


_MLPERF_LENGTHS = (
    ("llama-2-70b", 294, 294), ("llama2-70b", 294, 294), ("mixtral", 440, 145), ("405b", 9428, 684),
    ("gpt-j", 1020, 69), ("gptj", 1020, 69), ("llama-3.1-8b", 780, 128), ("deepseek-r1", 820, 3880),
)
"""Mean prompt and answer of the data sets of MLPerf Inference (OpenOrca, mixed, LongBench and others, CNN)."""


_MEAN_LENGTH = 0.9
"""InferenceX draws lengths evenly from 0.8 to 1 times those that it names."""


def lengths_of(row: Row, model: Model, kind: str, harness: str) -> tuple[float, float]:
    """Return prompt and output tokens of a row; benchmarks that name a data set have its means."""
    prompt, output = _number(row, "isl"), _number(row, "osl")
    usual = next(((p, o) for part, p, o in _MLPERF_LENGTHS if part in model.id.lower()), (512, 256))
    if "MLPerf" not in row.get("source", ""):
        usual = (128, 128) if kind in {"decode", "prefill"} else (256, 256)
    prompt = usual[0] if math.isnan(prompt) else prompt
    output = usual[1] if math.isnan(output) else output
    mean = _MEAN_LENGTH if harness == "clients" else 1.0
    return max(prompt * mean, 1.0), max(output * mean, 1.0)


def layout_of(
    row: Row, model: Model, accelerator: Accelerator, weights: str, engine: str
) -> tuple[int, int, int, int]:
    """Return tp, pp, dp, ep of one replica; a blank TP is the smallest that leaves room for the KV cache."""
    devices = max(_whole(row, "n_gpus"), 1)
    tp, pp, dp, ep = (_whole(row, name) for name in ("tp", "pp", "dp", "ep"))
    notes = row.get("notes", "")
    if engine == "llama.cpp" and devices > 1 and tp <= 1:
        return 1, devices, 1, 1
    if not ep:
        ep = int(_after(r"MoE TP\d+ x EP(\d+)", notes, 0))
    pp, dp = max(pp, 1), max(dp, 1)
    if not tp:
        tp = _smallest_tp(model, accelerator, weights, devices // (pp * dp) or 1, pp)
    if tp * pp * dp > devices:
        tp = max(devices // (pp * dp), 1)
    return tp, pp, dp, max(ep, 1)


def _smallest_tp(model: Model, accelerator: Accelerator, weights: str, most: int, pp: int) -> int:
    needed = model.total_params * BYTES_PER_ELEMENT[FORMATS.index(weights)] / pp
    tp = 1
    while tp < most and needed / tp > 0.62 * accelerator.memory_bytes:
        tp *= 2
    return min(tp, most)


def inputs_of(settings: Sequence[Setting]) -> ServingInputs:
    """Return the cases of settings as columns."""
    models, model_index = _distinct([s.model for s in settings])
    devices, device_index = _distinct([s.accelerator for s in settings])

    def column(name: str) -> Floats:
        return np.array([getattr(s, name) for s in settings], dtype=np.float64)

    return ServingInputs(
        model=stack_models(ModelColumns.of(m) for m in models).take(model_index),
        device=stack_devices(DeviceColumns.of(a) for a in devices).take(device_index),
        weight_format=np.array([FORMATS.index(s.weight_format) for s in settings]),
        kv_format=np.array([KV_FORMATS.index(s.kv_format) for s in settings]),
        engine=np.array([RUNTIMES.index(s.engine) for s in settings]),
        harness=np.array([HARNESSES.index(s.harness) for s in settings]),
        backend=np.array([BACKENDS.index(s.backend) for s in settings]),
        software_year=column("year"), prefix_cache_share=column("cached_share"),
        chunk_tokens=column("chunk_tokens"),
        **{name: column(name) for name in (
            "tp", "pp", "dp", "ep", "prompt_tokens", "output_tokens", "concurrency", "request_rate", "requests")},
    )


def _distinct(things: Sequence[Model] | Sequence[Accelerator]):  # type: ignore[no-untyped-def]
    places = {thing.id: place for place, thing in enumerate({t.id: t for t in things}.values())}
    unique = list({t.id: t for t in things}.values())
    return unique, np.array([places[t.id] for t in things])
