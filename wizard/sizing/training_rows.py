"""What a row of a benchmark table says about a training run: texts in, codes and shapes out.

The columns are those of the tables of measured training runs (model, params, method, precision, gpu, n_gpus, tp, pp,
dp, cp, ep, micro_batch, seq_len, activation checkpointing, framework, ...). Only settings are read, never a measured
figure: of the free-text notes only ``NHIDDEN=``, ``NHEADS=``, ``flash_attn/gc=`` and ``grad-acc``.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.catalog.names import normalise
from wizard.catalog.records import Accelerator
from wizard.paths import catalog_dir
from wizard.sizing.training_cases import (
    BF16,
    FP4,
    FP8,
    FULL,
    LORA,
    MIXED,
    NONE,
    OFFLOADED,
    PURE_16BIT,
    QLORA,
    RECOMPUTE,
    SELECTIVE,
)
from wizard.sizing.training_names import device_named, model_named
from wizard.sizing.training_shape import TrainingShape, build_shape, shape_from_params, shape_of
from wizard.sizing.training_software import Row, number_in, software_of, stack_of, year_of

_AXOLOTL = "axolotl"


@dataclass(frozen=True, slots=True)
class Run:
    """One training run as far as its row states it. Blank settings have been filled with the software's defaults."""

    row: int
    model: str
    shape: TrainingShape
    device: Accelerator | None
    method: int
    precision: int
    checkpointing: int
    states: int
    stack: str
    software: str
    year: float
    devices: int
    tp: int
    pp: int
    dp: int
    cp: int
    ep: int
    virtual_stages: int
    zero: int
    micro_batch: float
    micro_batches: float
    sequence: int
    trains_embeddings: bool
    adapter_params: float
    base_bytes: float
    flash: bool
    measured_as: str
    assumed: tuple[str, ...]


def read_run(number: int, row: Row, catalog: Catalog) -> Run | str:
    """Return the run of a row, or the reason why it cannot be sized."""
    found = _shape(row, catalog)
    if found is None:
        return f"no model is called \"{row.get('model', '')}\" and the row gives no parameter count"
    name, shape, assumed = found
    device = device_named(row.get("gpu", ""), catalog)
    method = _method(row)
    stack = stack_of(row)
    sizes = _sizes(row, _spread(row, method, stack, shape, device))
    if shape.experts[0] > 0 and not number_in(row, "ep"):
        sizes["ep"] = math.gcd(sizes["dp"], min(64, int(shape.experts[0])))
    batch, batches = _batches(row, sizes, stack)
    checkpointing = _checkpointing(row, method, stack)
    text = f"{row.get('method', '')} {row.get('precision', '')}".lower()
    return Run(
        row=number, model=name, shape=shape, device=device, method=method, precision=_precision(row),
        checkpointing=checkpointing, states=_states(row, method, stack, sizes["dp"]), stack=stack,
        software=software_of(row), year=year_of(row), devices=sizes["n"], tp=sizes["tp"], pp=sizes["pp"],
        dp=sizes["dp"], cp=sizes["cp"], ep=sizes["ep"], virtual_stages=max(1, int(number_in(row, "vp") or 1)),
        zero=_zero(row, method, sizes["dp"]), micro_batch=batch, micro_batches=batches,
        sequence=int(number_in(row, "seq_len") or _default_sequence(row)), trains_embeddings="(emb)" in text,
        adapter_params=number_in(row, "trainable_params") or math.nan, base_bytes=_base_bytes(text),
        flash=not re.search(r"flash_attn/gc=(&#x2718;|✘|no)", row.get("notes", "")),
        measured_as=_measured_as(row.get("measure_kind", "")), assumed=assumed,
    )


@cache
def benchmark_shapes(path: Path | None = None) -> Mapping[str, TrainingShape]:
    """Return shapes of models that benchmarks use and the catalogue does not list, by normalised name."""
    with (path or catalog_dir() / "calibration" / "training_shapes.csv").open(newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    short = {normalise(r["name"].rpartition("/")[2]): _benchmark_shape(r) for r in rows}
    return short | {normalise(r["name"]): _benchmark_shape(r) for r in rows}


def _benchmark_shape(r: Row) -> TrainingShape:
    hidden, heads = float(r["hidden"]), float(r["heads"])
    return build_shape(
        params=float(r["params"]), layers=float(r["layers"]), hidden=hidden, heads=heads,
        kv_heads=float(r["kv_heads"]), head_dim=hidden / heads, ffn=float(r["ffn"]),
        vocabulary=float(r["vocabulary"]), gated=r["gated"] == "yes", tied=r["tied"] == "yes",
    )


def _shape(row: Row, catalog: Catalog) -> tuple[str, TrainingShape, tuple[str, ...]] | None:
    name = row.get("model", "").strip()
    known = benchmark_shapes().get(normalise(name)) or benchmark_shapes().get(normalise(name.rpartition("/")[2]))
    if known is not None:
        return name, known, ()
    params = number_in(row, "params") or _params_in(name)
    found = model_named(name, catalog, params)
    shape = shape_of(found[0]) if found is not None else None
    if found is not None and shape is not None:
        return found[0].id, shape, (found[1],) if found[1] else ()
    active = number_in(row, "params_active")
    return (name, shape_from_params(params, active), ("typical shape for its size",)) if params else None


def _params_in(name: str) -> float | None:
    found = re.search(r"(?<![\d.])(\d+(?:\.\d+)?)\s*([bmt])(?![a-z0-9])", name.lower())
    scale = {"m": 1e6, "b": 1e9, "t": 1e12}
    return float(found[1]) * scale[found[2]] if found else None


def _sizes(row: Row, spread: Mapping[str, int]) -> dict[str, int]:
    """Devices and parallel sizes; a blank one is 1, blank data parallelism is what is left of the devices."""
    sizes = {name: int(number_in(row, name) or 1) for name in ("tp", "pp", "cp", "ep")}
    if not any(row.get(name, "").strip() for name in ("tp", "pp", "dp")):
        sizes |= spread
    model_parallel = sizes["tp"] * sizes["pp"] * sizes["cp"]
    n = int(number_in(row, "n_gpus") or 0)
    dp = int(number_in(row, "dp") or max(1, n // model_parallel))
    if model_parallel == 1 and not number_in(row, "dp"):
        dp = min(dp, int(number_in(row, "global_batch") or dp))
        spare = max(1, n // dp)  # fewer sequences than devices: they share a sequence
        sizes |= {"tp": math.gcd(spare, 8), "cp": spare // math.gcd(spare, 8)}
    return sizes | {"dp": dp, "n": n or dp * model_parallel}


def _method(row: Row) -> int:
    text = f"{row.get('method', '')} {row.get('precision', '')}".lower()
    tuned = any(word in text for word in ("lora", "peft:", "adapter", "ia3"))
    if "qlora" in text or "q-lora" in text:
        return QLORA
    if tuned:
        return QLORA if re.search(r"nf4|int4|int8|4[- ]?bit|gptq", text) else LORA
    return FULL


def _precision(row: Row) -> int:
    text = row.get("precision", "").lower()
    if "fp4" in text:
        return FP4
    if not text and "mlperf" in row.get("framework", "").lower():
        return FP8 if year_of(row) > 2024.0 else BF16  # submissions use the fastest format that converges
    return FP8 if re.search(r"fp8|float8|tensor/current|current scaling", text) else BF16


def _base_bytes(text: str) -> float:
    """Bytes per weight of a quantised base, where the row says more than "4 bit"."""
    if "int8" in text:
        return 1.02
    if "gptq" in text or "int4" in text:
        return 0.53
    return 0.5625 if "nf4" in text and "dq" not in text else math.nan


def _checkpointing(row: Row, method: int, stack: str) -> int:
    note = re.search(r"flash_attn/gc=\S+?/(\S+)", row.get("notes", ""))
    if note:
        return RECOMPUTE if note[1] in {"&#x2714;", "✔", "yes"} else NONE
    text = (row.get("activation_checkpointing") or row.get("act_ckpt") or "").strip().lower()
    if text.startswith(("no", "false", "0")) and "checkpointing policy" not in text:
        return NONE
    if text.startswith("sel"):
        return SELECTIVE
    if text:
        return RECOMPUTE
    return RECOMPUTE if stack == "huggingface" or (method != FULL and stack != "megatron") else SELECTIVE


def _states(row: Row, method: int, stack: str, dp: int) -> int:
    """HF Trainer loads the checkpoint in 16 bit and trains it as it is; sharding libraries keep fp32 masters."""
    optimizer = row.get("optimizer", "").lower()
    if "cpu" in optimizer or "offload" in row.get("method", "").lower():
        return OFFLOADED
    if method != FULL or "fp32" in optimizer:
        return MIXED
    if not optimizer and stack == "huggingface":
        return PURE_16BIT
    return PURE_16BIT if stack == "huggingface" and dp == 1 else MIXED


def _spread(
    row: Row, method: int, stack: str, shape: TrainingShape, device: Accelerator | None
) -> dict[str, int]:
    """Return the usual model parallelism where a row names none: enough that 16-bit weights and fp32 gradients take
    less than half of a device; first tensor parallel inside a node, then pipeline stages.
    """
    if method != FULL or stack != "megatron" or device is None:
        return {}
    need = float(shape.params[0]) * 6.0 / (0.45 * device.memory_bytes)
    ranks = min(1 << max(0, math.ceil(math.log2(need))), int(number_in(row, "n_gpus") or 1))
    return {"tp": min(8, ranks), "pp": max(1, ranks // 8)} if ranks > 1 else {}


def _zero(row: Row, method: int, dp: int) -> int:
    text = f"{row.get('method', '')} {row.get('framework', '')} {row.get('fsdp', '')}".lower()
    found = re.search(r"zero[-_ ]?(\d)", text)
    if found and int(found[1]) <= 3:
        return int(found[1])
    if "fsdp" in text or "full_shard" in text or (number_in(row, "fsdp") or 0) > 1:
        # FSDP under a pipeline keeps gathered weights and gradients between micro-batches; litgpt's LoRA loads the
        # whole checkpoint on each rank before it shards.
        return 1 if (number_in(row, "pp") or 1) > 1 else 0 if "lora-fsdp" in text else 3
    if "grad_op" in text:
        return 2
    if method == FULL:
        return 3 if "full-parameter" in text else 1
    return 2 if dp > 1 else 0


def _default_sequence(row: Row) -> int:
    """Axolotl's example configurations train on 4,096 tokens, two sequences at a time; others on 2,048."""
    return 4096 if _AXOLOTL in row.get("source_ref", "") else 2048


def _batches(row: Row, sizes: Mapping[str, int], stack: str) -> tuple[float, float]:
    """Return sequences per forward pass and passes per step."""
    micro = number_in(row, "micro_batch") or (2.0 if _AXOLOTL in row.get("source_ref", "") else None)
    total = number_in(row, "global_batch")
    if stack == "fsdp" and sizes["pp"] > 1 and micro:
        # torchtitan cuts its local batch into as many micro-batches as the pipeline has stages.
        return max(1.0, micro / sizes["pp"]), float(sizes["pp"])
    grad_acc = re.search(r"grad-acc (\d+)", row.get("notes", ""))
    if total and micro:
        return micro, max(1.0, total / (sizes["dp"] * micro))
    if total and not micro:
        per_rank = max(1.0, total / sizes["dp"])
        return (per_rank / float(grad_acc[1]), float(grad_acc[1])) if grad_acc else (1.0, per_rank)
    return micro or 1.0, 8.0 * sizes["pp"] if stack == "megatron" and sizes["pp"] > 1 else 1.0


def _measured_as(kind: str) -> str:
    text = kind.lower()
    if "allocated" in text or text == "torch peak":
        return "allocated"
    if "swift" in text:
        return "trainer"
    return "device" if "smi" in text or "reported" in text else "reserved"
