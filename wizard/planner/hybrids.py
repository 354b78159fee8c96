"""Accelerators with the host's help: what they would do with a model that they cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np

from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.records import Accelerator, Model
from wizard.needs.needs import Needs
from wizard.planner.plan import Fact, Option
from wizard.planner.serving_plan import Context
from wizard.planner.traffic import lengths
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.formats import FORMATS
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.offload import HOST_BANDWIDTH, HOST_MEMORY_BYTES, Hybrid, host_columns, hybrid
from wizard.sizing.traffic import RUNTIMES, ServingInputs
from wizard.units import GB, GIB

_WIDTHS = ("gguf_q8", "gguf_q6", "gguf_q5", "gguf_q4_k", "gguf_q3", "gguf_q2")
"""Formats tried where none is asked for, the widest first; below four bits answers get worse and the plan says so."""

_AS_GGUF = {"bf16": "bf16", "fp8": "gguf_q8", "int8": "gguf_q8", "int4": "gguf_q4_k", "fp4": "gguf_q4_k"}


def hybrids(needs: Needs, model: Model, context: Context, option: Option | None) -> Iterator[Fact]:
    """Say what the named accelerators (else the option's) do with part of the weights in the host's memory."""
    place = needs.host.offload
    if place == "none":
        return
    accelerator = _accelerator(needs, context, option)
    if accelerator is None or (place == "experts" and not model.experts):
        yield _fact("hybrid_needs_experts" if accelerator else "hybrid_needs_name", model=model.name)
        return
    count = needs.constraints.accelerator_count or 1
    host = host_columns(needs.host.memory_gib * GIB if needs.host.memory_gib else HOST_MEMORY_BYTES,
                        needs.host.bandwidth_gb_s * GB if needs.host.bandwidth_gb_s else HOST_BANDWIDTH)
    said = {"count": count, "accelerator": accelerator.name, "host_gib": float(host.memory_bytes[0]) / GIB,
            "bandwidth": float(host.bandwidth[0]) / GB,
            "stated_label": "stated" if needs.host.bandwidth_gb_s else "assumed"}
    wish = needs.precision.weights
    for name in (_AS_GGUF[wish],) if wish in _AS_GGUF else _WIDTHS:
        x = hybrid_inputs(needs, model, accelerator, name, context.year)
        found = hybrid(x, host, place, count, context.calibration)
        if found is not None:
            yield _found(found, place, name, said)
            return
    yield _fact("hybrid_misses", model=model.name, **said)


def _found(h: Hybrid, place: str, name: str, said: dict[str, object]) -> Fact:
    return _fact("hybrid", **said, place_label=f"place_{place}", format=name.removeprefix("gguf_").upper(),
                 share=round(100 * h.share), here_gib=h.accelerator_bytes / GIB, there_gib=h.host_bytes / GIB,
                 rate=1 / h.tpot, low=1 / h.high, high=1 / h.low, most=1 / h.floor, ttft=h.ttft)


def _accelerator(needs: Needs, context: Context, option: Option | None) -> Accelerator | None:
    named = needs.constraints.accelerators
    if named:
        return resolve_accelerator(context.catalog, named[0])
    return context.catalog.accelerators[option.accelerator] if option else None


def hybrid_inputs(needs: Needs, model: Model, accelerator: Accelerator, name: str, year: float) -> ServingInputs:
    """Return one case of llama.cpp on an accelerator with the weights in the format called ``name``."""
    load = needs.workload
    return ServingInputs(
        model=ModelColumns.of(model), device=DeviceColumns.of(accelerator),
        weight_format=np.array([FORMATS.index(name)]), kv_format=np.zeros(1, dtype=np.int64),
        engine=np.array([RUNTIMES.index("llama.cpp")]), prompt_tokens=np.array([float(load.prompt_tokens)]),
        output_tokens=np.array([float(load.output_tokens)]),
        concurrency=np.array([float(load.concurrent_users or 1)]),
        prefix_cache_share=np.array([load.prefix_cache_share]),
        max_context=np.array([float(needs.max_context_tokens or 0)]), software_year=np.array([year]), **lengths(needs),
    )


def _fact(code: str, **fields: object) -> Fact:
    return Fact(code=code, fields=MappingProxyType(fields))
