"""A chosen training pair becomes an option, estimated and billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from wizard.money import cents
from wizard.planner.bills import Bill, Biller
from wizard.planner.options import estimate
from wizard.planner.plan import Estimate, Limit, MemoryUse, Option, Parallel, Reason, Role
from wizard.planner.serving_plan import Context
from wizard.planner.training_search import TrainingSearch
from wizard.sizing.training_cases import USABLE_SHARE
from wizard.sizing.training_plan import TrainingColumns, take


def training_option(found: TrainingSearch, row: int, role: Role, context: Context, number: int = 1) -> Option:
    """Return the option of one pair."""
    columns = take(found.columns, np.array([row]))
    device = found.devices[int(found.device[row])]
    count, nodes, rented = int(found.count[row]), int(found.nodes[row]), bool(found.rented[row])
    bill = Biller(found.needs, context.catalog, context.terms).bill(
        device.whole, count, nodes, rented=rented, weights_bytes=2.0 * found.model.total_params, training=True,
        spans_nodes=nodes > 1, share=-(-count // nodes),
        power_w=float(np.nan_to_num(found.power_w[row])),
    )
    if bill.cloud_sku:
        bill = _run(bill, float(found.run_usd[row]), context)
    limits = _limits(found, row)
    layout, memory = columns.layout, columns.memory
    training = found.needs.training
    return Option(
        id=f"{role}-{number}", role=role, accelerator=device.whole.id, accelerator_name=device.whole.name,
        accelerators=count, nodes=nodes, accelerators_per_node=-(-count // nodes), system=bill.system,
        cloud_sku=bill.cloud_sku,
        parallel=Parallel(tp=int(layout.tp[0]), pp=int(layout.pp[0]), dp=int(layout.dp[0]), ep=int(layout.ep[0]),
                          cp=int(layout.cp[0])),
        replicas=1, spare_replicas=0, weight_precision="int4" if training.method == "qlora" else training.precision,
        kv_precision="bf16", engine="pytorch", batch=int(layout.micro_batch[0]),
        max_context_tokens=training.sequence_length,
        memory=MemoryUse(
            weights=float(memory.weights[0]), kv_cache=0.0, activations=float(memory.activations[0]),
            overhead=float(memory.overhead[0]), capacity=float(memory.capacity[0]),
            usable=float(memory.capacity[0]) * USABLE_SHARE, gradients=float(memory.gradients[0]),
            optimizer=float(memory.optimizer[0]),
        ),
        kv_tokens=0, estimates=_estimates(columns, count), power_w=bill.power_w, rack_units=bill.rack_units,
        binding=min(limits, key=lambda limit: limit.margin, default=None), limits=limits, cost=bill.cost, bom=bill.bom,
        tco=bill.tco, reasons=(*bill.reasons, *_layout_reasons(columns)),
        warnings=(*bill.warnings, *_warnings(columns)), zero_stage=int(layout.zero[0]),
        micro_batch=int(layout.micro_batch[0]),
        accumulation_steps=int(layout.micro_batches[0]),
    )


def _estimates(columns: TrainingColumns, count: int) -> Mapping[str, Estimate]:
    speed = columns.speed
    found = {
        "tokens_s_per_accelerator": estimate(speed.tokens_s, "training"),
        "total_tok_s": estimate(speed.tokens_s, "training", count),
        "mfu": estimate(speed.mfu, "training"),
    }
    if np.isfinite(speed.hours.value[0]):
        found["hours"] = estimate(speed.hours, "training")
    return MappingProxyType(found)


def _run(bill: Bill, run_usd: float, context: Context) -> Bill:
    """Bill the rent of one run instead of renting for years."""
    if not np.isfinite(run_usd):
        return replace(bill, tco=None)
    amount = cents(Decimal(f"{run_usd * float(context.terms.rate):.4f}"))
    cost = replace(bill.cost, capex=Decimal("0.00"), opex_year=None, total=amount, usd_per_million_tokens=None)
    return replace(bill, cost=cost, tco=None)


def _limits(found: TrainingSearch, row: int) -> tuple[Limit, ...]:
    limits = []
    for requirement in found.found:
        need, have = float(requirement.need[row]), float(requirement.have[row])
        if requirement.code in {"purchasable", "precision"} or not (np.isfinite(need) and np.isfinite(have)):
            continue
        limits.append(Limit(code=requirement.code, need=need, have=have, unit=requirement.unit,
                            margin=float(requirement.margin[row])))
    return tuple(limits)


def _warnings(columns: TrainingColumns) -> tuple[Reason, ...]:
    return (Reason(code="tight_memory"),) if columns.memory.tight[0] else ()


def _layout_reasons(columns: TrainingColumns) -> tuple[Reason, ...]:
    layout = columns.layout
    return (Reason(code="training_layout", fields=MappingProxyType({
        "zero": int(layout.zero[0]), "micro_batch": int(layout.micro_batch[0]),
        "micro_batches": int(layout.micro_batches[0]),
    })),)
