"""All candidates of a serving plan as columns: device x layout x formats x engine, and users of a replica."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.layouts import Layout, layouts
from wizard.planner.plan import Rejection
from wizard.planner.shortlist import Device
from wizard.planner.traffic import lengths
from wizard.sizing import legal
from wizard.sizing.cases import ENGINES, KV_FORMATS, WEIGHT_FORMATS, Floats, Ints
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.traffic import ServingInputs


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns of shape ``(n,)``. ``device`` indexes the shortlist; ``users`` is the replica's concurrency."""

    device: Ints
    tp: Ints
    pp: Ints
    dp: Ints
    ep: Ints
    dcp: Ints
    weights: Ints
    kv: Ints
    engine: Ints
    users: Ints

    @property
    def size(self) -> int:
        """Number of candidates."""
        return int(self.device.size)

    @property
    def per_replica(self) -> Ints:
        """Devices of one replica."""
        return self.tp * self.pp * self.dp

    def take(self, index: Ints) -> Candidates:
        """Return the candidates of ``index``."""
        return Candidates(*(getattr(self, f.name)[index] for f in fields(self)))


_COLUMNS = 8
"""Columns of the table of shapes: those of :class:`Candidates` less device and users."""


def node_sizes(catalog: Catalog) -> Mapping[str, int]:
    """Return the most accelerators of each kind that one machine, bought or rented, holds."""
    sizes: dict[str, int] = {}
    for system in catalog.systems.values():
        for accelerator in system.accelerators:
            sizes[accelerator] = max(sizes.get(accelerator, 1), system.max_accelerators)
    for sku in catalog.cloud.values():
        sizes[sku.accelerator] = max(sizes.get(sku.accelerator, 1), sku.count)
    return sizes


def enumerate_groups(
    needs: Needs, model: Model, devices: Sequence[Device], sizes: Mapping[str, int]
) -> tuple[Candidates, tuple[Rejection, ...]]:
    """Build every legal device x layout x formats x engine, at one user; what is never legal comes with its reason."""
    shapes: list[Ints] = []
    rejected: list[Rejection] = []
    known: dict[tuple[object, ...], tuple[Ints, str]] = {}
    laid: dict[tuple[int, int, bool], tuple[Layout, ...]] = {}
    for device in devices:
        node = 1 if device.parts > 1 else sizes.get(device.whole.id, 1)
        engines = _engines(needs, model, device)
        formats = _formats(needs, model, device, engines[0]) if engines else ()
        fp8 = tuple(legal.caches_fp8(engine, device.accelerator, model) for engine in engines)
        # What is legal hangs on these alone: few sets of shapes serve all devices.
        reach = (node, max(node, device.accelerator.scaleup_domain), legal.shares_tokens(device.accelerator, model))
        key = (*reach, engines, formats, fp8)
        if reach not in laid:
            laid[reach] = _layouts(needs, model, device, node)
        if key not in known:
            known[key] = _shapes_of(needs, model, device, node, laid[reach], engines, formats)
        table, reason = known[key]
        if reason:
            rejected.append(Rejection(what=device.whole.id, reason=reason, need=None, have=None))
        shapes.append(table)
    index = np.repeat(np.arange(len(shapes)), [len(table) for table in shapes])
    table = np.concatenate([*shapes, np.empty((0, _COLUMNS), dtype=np.int64)])
    return Candidates(*(index, *table.T, np.ones(index.size, dtype=np.int64))), tuple(rejected)


def _layouts(needs: Needs, model: Model, device: Device, node: int) -> tuple[Layout, ...]:
    wishes = needs.constraints
    found = layouts(model, device.accelerator, node, wishes.accelerator_count)
    return tuple(layout for layout in found if wishes.tensor_parallel in {None, layout.tp})


def _shapes_of(
    needs: Needs, model: Model, device: Device, node: int, found: Sequence[Layout], engines: Sequence[str],
    formats: Sequence[str],
) -> tuple[Ints, str]:
    """Return the rows (tp, pp, dp, ep, dcp, weights, kv, engine) of a device, or why there are none."""
    none = np.empty((0, _COLUMNS), dtype=np.int64)
    if not engines:
        return none, "engine_not_supported"
    if not formats:
        return none, "precision_not_supported"
    rows: list[tuple[int, ...]] = []
    for engine in engines:
        kept = [
            (WEIGHT_FORMATS.index(fmt), KV_FORMATS.index(kv), ENGINES.index(engine))
            for fmt in formats if engine == engines[0] or fmt in legal.ENGINE_FORMATS[engine]
            for kv in _kv_formats(needs, model, device, engine)
        ]
        plain = [each for each in kept if each[1] == KV_FORMATS.index("bf16")]
        rows += [layout + each for layout in found if _runs(engine, layout, node)
                 for each in (kept if layout.dcp == 1 else plain)]
    return (np.array(rows, dtype=np.int64), "") if rows else (none, "no_legal_layout")


def _runs(engine: str, layout: Layout, node: int) -> bool:
    spans = layout.tp * layout.pp * layout.dp > node
    return legal.runs_layout(engine, dp=layout.dp, tp=layout.tp, ep=layout.ep, dcp=layout.dcp, spans_nodes=spans)


def _engines(needs: Needs, model: Model, device: Device) -> tuple[str, ...]:
    """Return the engines to try, the usual one first; others only where the model is known to run in them.

    llama.cpp beside a server's engine is for one user: what is published of it was measured with one.
    """
    supported = legal.engines_for(device.accelerator, model)
    if needs.engine != "auto":
        return (needs.engine,) if needs.engine in supported else ()
    alone = needs.workload.concurrent_users == 1
    listed = {"vllm": model.vllm, "sglang": model.sglang, "tensorrt-llm": model.tensorrt_llm,
              "llama.cpp": model.llama_cpp if alone else ""}
    return (*supported[:1], *(engine for engine in supported[1:] if listed.get(engine)))


def native_format(model: Model) -> str:
    """Return the format that the published checkpoint has, among those that a user can choose."""
    quant = model.native_quant.lower()
    if "fp8" in quant and "fp4" not in quant:
        return "fp8"
    if "fp4" in quant:
        return "fp4"
    return "int4" if "int4" in quant or "pack-quantized" in quant else "bf16"


def _formats(needs: Needs, model: Model, device: Device, engine: str) -> tuple[str, ...]:
    supported = legal.formats_supported(device.accelerator)
    wish, native = needs.precision.weights, native_format(model)
    if wish not in {"auto", "native"}:
        return (wish,) if wish in supported else ()
    if wish == "native":
        return (native,) if native in supported else ()
    tried = [native]
    if native == "bf16":
        tried.append("fp8")
    if needs.use_case == "edge" or engine == "llama.cpp":
        tried.append("int4")
    if native in {"fp8", "fp4", "int4"} and native not in supported:
        tried.append("bf16")
    return tuple(fmt for fmt in tried if fmt in supported)


def _kv_formats(needs: Needs, model: Model, device: Device, engine: str) -> tuple[str, ...]:
    """Return the cache's formats to try: FP8 beside 16 bit where silicon and engine have it."""
    wish = needs.precision.kv_cache
    if wish != "auto":
        return (wish,)
    return ("bf16", "fp8") if legal.caches_fp8(engine, device.accelerator, model) else ("bf16",)


def serving_inputs(
    needs: Needs, model: Model, devices: DeviceColumns, candidates: Candidates, year: float,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> ServingInputs:
    """Turn candidates into the engine's inputs; ``devices`` are the columns of the shortlist, ``beside`` those of draft
    and adapters."""

    def real(values: Ints) -> Floats:
        return values.astype(np.float64)

    load = needs.workload
    return ServingInputs(
        model=ModelColumns.of(model), device=devices.take(candidates.device), weight_format=candidates.weights,
        kv_format=candidates.kv, engine=candidates.engine, prompt_tokens=np.array([float(load.prompt_tokens)]),
        output_tokens=np.array([float(load.output_tokens)]), concurrency=real(candidates.users),
        tp=real(candidates.tp), pp=real(candidates.pp), dp=real(candidates.dp), ep=real(candidates.ep),
        dcp=real(candidates.dcp),
        prefix_cache_share=np.array([load.prefix_cache_share]),
        max_context=np.array([float(needs.max_context_tokens or 0)]), software_year=np.array([year]),
        **lengths(needs), **beside,
    )
