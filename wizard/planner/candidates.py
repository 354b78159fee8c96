"""All candidates of a serving plan as columns: device x layout x formats x engine x users of a replica."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Model
from wizard.needs.needs import Needs
from wizard.planner.demand import Demand
from wizard.planner.layouts import Layout, layouts
from wizard.planner.plan import Rejection
from wizard.planner.shortlist import Device
from wizard.planner.traffic import lengths
from wizard.sizing import legal
from wizard.sizing.cases import ENGINES, KV_FORMATS, WEIGHT_FORMATS, Floats, Ints
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.traffic import ServingInputs

ENGINES_TRIED = 1
"""Engines tried per device where the user leaves the choice: the first that supports model and device."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Columns of shape ``(n,)``. ``device`` indexes the shortlist; ``users`` is the replica's concurrency."""

    device: Ints
    tp: Ints
    pp: Ints
    dp: Ints
    ep: Ints
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


def node_sizes(catalog: Catalog) -> Mapping[str, int]:
    """Return the most accelerators of each kind that one machine, bought or rented, holds."""
    sizes: dict[str, int] = {}
    for system in catalog.systems.values():
        for accelerator in system.accelerators:
            sizes[accelerator] = max(sizes.get(accelerator, 1), system.max_accelerators)
    for sku in catalog.cloud.values():
        sizes[sku.accelerator] = max(sizes.get(sku.accelerator, 1), sku.count)
    return sizes


def enumerate_candidates(
    needs: Needs, model: Model, devices: Sequence[Device], sizes: Mapping[str, int], demand: Demand
) -> tuple[Candidates, tuple[Rejection, ...]]:
    """Build every legal candidate; what is never legal comes back with its reason."""
    rows: list[tuple[int, ...]] = []
    rejected: list[Rejection] = []
    known: dict[tuple[int, int], tuple[Layout, ...]] = {}
    for index, device in enumerate(devices):
        node = 1 if device.parts > 1 else sizes.get(device.whole.id, 1)
        # What is legal hangs on the machine's size and the link's reach alone: few sets of layouts serve all devices.
        key = (node, device.accelerator.scaleup_domain)
        if key not in known:
            known[key] = _layouts(needs, model, device.accelerator, node)
        shapes, reason = _shapes_of(needs, model, device, known[key])
        if reason:
            rejected.append(Rejection(what=device.whole.id, reason=reason, need=None, have=None))
        rows += [(index, *shape) for shape in shapes]
    table = np.array(rows, dtype=np.int64).reshape(-1, 8)
    users = np.array(demand.grid(), dtype=np.int64)
    columns = [np.repeat(column, users.size) for column in table.T]
    return Candidates(*(*columns, np.tile(users, len(rows)))), tuple(rejected)


def _layouts(needs: Needs, model: Model, accelerator: Accelerator, node: int) -> tuple[Layout, ...]:
    wishes = needs.constraints
    found = layouts(model, accelerator, node, wishes.accelerator_count)
    return tuple(layout for layout in found if wishes.tensor_parallel in {None, layout.tp})


def _shapes_of(
    needs: Needs, model: Model, device: Device, legal_layouts: Sequence[Layout]
) -> tuple[list[tuple[int, ...]], str]:
    engines = _engines(needs, model, device)
    if not engines:
        return [], "engine_not_supported"
    formats = _formats(needs, model, device, engines[0])
    if not formats:
        return [], "precision_not_supported"
    if not legal_layouts:
        return [], "no_legal_layout"
    kv = [KV_FORMATS.index("bf16" if needs.precision.kv_cache == "auto" else needs.precision.kv_cache)]
    return [
        (layout.tp, layout.pp, layout.dp, layout.ep, WEIGHT_FORMATS.index(fmt), kv_format, ENGINES.index(engine))
        for layout in legal_layouts for fmt in formats for kv_format in kv for engine in engines
    ], ""


def _engines(needs: Needs, model: Model, device: Device) -> tuple[str, ...]:
    supported = legal.engines_for(device.accelerator, model)
    if needs.engine != "auto":
        return (needs.engine,) if needs.engine in supported else ()
    return supported[:ENGINES_TRIED]


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
        prefix_cache_share=np.array([load.prefix_cache_share]),
        max_context=np.array([float(needs.max_context_tokens or 0)]), software_year=np.array([year]),
        **lengths(needs), **beside,
    )
