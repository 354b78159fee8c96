"""What surrounds the options: the plane of cost and speed, the batch curve, and the sources of every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.planner.plan import RATES, SPEED, CurvePoint, Option, ParetoPoint, SourceUse
from wizard.planner.search import Judged
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.serving import serve

CURVE_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
SPEED_CODES = (*SPEED, *RATES, "budget", "budget_month")
POINTS = 80


def pareto(judged: Judged, rate: float, options: Sequence[Option]) -> tuple[ParetoPoint, ...]:
    """Return each device's non-dominated candidates in the plane of cost over the horizon and TPOT.

    Args:
        rate: units of the plan's currency per US dollar.
    """
    rows = np.flatnonzero(judged.feasible(without=SPEED_CODES) & np.isfinite(judged.builds.cost_usd))
    if rows.size == 0:
        return ()
    cost, speed = judged.builds.cost_usd[rows], judged.columns.tpot_ms.value[rows]
    device = judged.candidates.device[rows]
    kept = np.concatenate([np.flatnonzero(device == d)[_front(cost[device == d], speed[device == d])]
                           for d in np.unique(device)])
    best = set(kept[_front(cost[kept], speed[kept])].tolist())
    kept = kept[np.argsort(cost[kept], kind="stable")]
    kept = np.array([k for k in kept if k in best] + [k for k in kept if k not in best][:POINTS], dtype=np.int64)
    feasible = judged.feasible()[rows]
    ids = {(option.accelerator, option.accelerators): option.id for option in reversed(options)}
    found = []
    for k in kept:
        name = judged.space.market.devices[int(device[k])].whole.id
        count = int(judged.builds.accelerators[rows[k]])
        found.append(ParetoPoint(
            option_id=ids.get((name, count)), accelerator=name, accelerators=count,
            cost=Decimal(f"{cost[k] * rate:.2f}"), tpot_ms=float(speed[k]), feasible=bool(feasible[k]),
            on_front=int(k) in best,
        ))
    return tuple(found)


def _front(cost: Floats, speed: Floats) -> Ints:
    """Return the indices that no other point beats in both cost and speed (both: less is better)."""
    order = np.lexsort((speed, cost))
    running = np.minimum.accumulate(speed[order])
    first = np.concatenate([[True], running[1:] < running[:-1]])
    return np.asarray(order[first], dtype=np.int64)


def curve(found: Judged, row: int, calibration: Calibration) -> tuple[CurvePoint, ...]:
    """Return TPOT and output rate of one replica of a candidate over the batch, as far as the memory holds it."""
    one = found.candidates.take(np.full(len(CURVE_BATCHES), row))
    many = replace(one, users=np.array(CURVE_BATCHES, dtype=np.int64))
    columns = serve(found.space.estimates.inputs(many), calibration)
    held = columns.max_concurrency.value
    return tuple(
        CurvePoint(batch=batch, tpot_ms=float(columns.tpot_ms.value[i]),
                   output_tok_s=float(columns.output_tok_s.value[i]))
        for i, batch in enumerate(CURVE_BATCHES) if held[i] >= batch
    )


def sources(catalog: Catalog, model: Model, options: Iterable[Option]) -> tuple[SourceUse, ...]:
    """Return every source that a figure of the options rests on, in the order of their keys."""
    keys = set(model.sources)
    for option in options:
        keys |= set(catalog.accelerators[option.accelerator].sources)
        if option.system and option.system in catalog.systems:
            keys |= set(catalog.systems[option.system].sources)
        if option.cloud_sku and option.cloud_sku in catalog.cloud:
            keys |= set(catalog.cloud[option.cloud_sku].sources)
        if option.bom:
            keys |= {key for line in option.bom.lines for key in line.price_source.split(";")}
            keys.add(option.bom.rate_source)
        if option.tco:
            keys |= {key for _, _, source in option.tco.assumptions for key in source.split(";")}
    known = (catalog.sources[key] for key in sorted(keys) if key in catalog.sources)
    return tuple(
        SourceUse(id=s.id, publisher=s.publisher, document=s.document, address=s.address,
                  as_of=s.as_of.isoformat() if s.as_of else "", kind=s.kind)
        for s in known
    )
