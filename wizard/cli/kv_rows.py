"""From the line of a server's log to what decides its memory: model, format, layout, memory, share, context."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.model_names import resolve_likely, split_precision
from wizard.catalog.records import Model
from wizard.catalog.weight_formats import find_format
from wizard.cli.estimate_rows import number
from wizard.errors import InputError
from wizard.units import GIB

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class LogSetting:
    """What a log's server was. ``memory_bytes`` is ``None`` where the device is not known."""

    model: Model
    weight_format: str
    is_llama_cpp: bool
    is_sglang: bool
    version: float
    tp: int
    pp: int
    kv_bytes: float
    context: float | None
    memory_bytes: float | None
    share: float
    sequences: float
    budget_tokens: float


def log_setting(row: Row, catalog: Catalog) -> tuple[LogSetting, str]:
    """Understand a row, and say what was assumed.

    Raises:
        InputError: the model is not known.
    """
    name, engine = row.get("model", ""), row.get("engine", "").lower()
    model, note = resolve_likely(catalog, name)
    found = re.search(r"(\d+)\.(\d+)", engine)
    version = float(found[1]) + float(found[2]) / 100 if found else 0.11
    is_llama_cpp, is_sglang = "llama.cpp" in engine, "sglang" in engine
    memory = _memory(row, catalog)
    share = number(row, "gpu_memory_utilization") or _default_share(is_sglang, version)
    return LogSetting(
        model=model, weight_format=_weight_format(row, name, model, is_llama_cpp), is_llama_cpp=is_llama_cpp,
        is_sglang=is_sglang, version=version, tp=int(number(row, "tp") or 1), pp=int(number(row, "pp") or 1),
        kv_bytes=1.0 if re.search(r"8", row.get("kv_dtype", "")) else 2.0, context=number(row, "max_model_len"),
        memory_bytes=memory, share=share, sequences=_sequences(row, memory, version, engine),
        budget_tokens=_after(r"batched_tokens[ -]*(\d+)|batched-tokens[ -]*(\d+)", row.get("notes", ""), 8192.0),
    ), note


def _after(pattern: str, text: str, default: float) -> float:
    found = re.search(pattern, text)
    return float(next(g for g in found.groups() if g)) if found else default


def _default_share(is_sglang: bool, version: float) -> float:
    """vLLM 0.9, from 0.20 on 0.92; SGLang's static share."""
    if is_sglang:
        return 0.88
    return 0.92 if version >= 0.20 else 0.9


def _sequences(row: Row, memory: float | None, version: float, engine: str) -> float:
    """``max_num_seqs`` of a vLLM server: 256, from V1 on 1024 on devices of 70 GiB and more."""
    stated = _after(r"max-num-seqs (\d+)", row.get("notes", ""), 0.0)
    if stated:
        return stated
    large = memory is not None and memory >= 70 * GIB and version >= 0.08 and "v0" not in engine
    return 1024.0 if large else 256.0


def _memory(row: Row, catalog: Catalog) -> float | None:
    stated = number(row, "gpu_total_gib")
    if stated:
        return stated * GIB
    try:
        return float(resolve_accelerator(catalog, row.get("gpu", "")).memory_bytes)
    except InputError:
        return _of_class(f"{row.get('gpu', '')} {row.get('notes', '')}")


_REPORTED = 0.985
"""Share of its class that a card reports: 79.2 of 80, 23.6 of 24, 31.4 of 32 GiB."""


def _of_class(text: str) -> float | None:
    """Return the memory of a card that is only known as one of a size, such as ``80GB-class``."""
    found = re.search(r"(\d+) ?GB-class", text)
    return float(found[1]) * _REPORTED * GIB if found else None


def _weight_format(row: Row, name: str, model: Model, is_llama_cpp: bool) -> str:
    if is_llama_cpp:
        stated = row.get("notes", "").partition(";")[0].removeprefix("mostly ")
        return find_format(f"{stated} gguf") or split_precision(name)[1] or "gguf:Q4_K_M"
    in_name = split_precision(name)[1] or find_format(name.partition("(")[2].partition(")")[0].partition(",")[0])
    if in_name == "fp8" and {"fp8", "fp4"} <= set(re.findall(r"fp\d", model.native_quant)):
        # Published in both: who calls it FP8 means the checkpoint as it is.
        return "native"
    return in_name or ("native" if model.native_quant else "bf16")
