"""The search for training plans: device x count, each with its fastest layout that fits, priced for the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wizard.catalog.records import Model
from wizard.costing.rates import Rates
from wizard.errors import InputError
from wizard.needs.needs import Needs
from wizard.planner.builds import Market
from wizard.planner.candidates import node_sizes
from wizard.planner.plan import Rejection
from wizard.planner.purchase import columns_of
from wizard.planner.requirements import Requirement, owned_limit
from wizard.planner.serving_plan import Context
from wizard.planner.shortlist import Device, shortlist
from wizard.sizing.cases import Bools, Floats, Ints
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.device_columns import stack as stack_devices
from wizard.sizing.training_devices import trains
from wizard.sizing.training_plan import TrainingColumns, best_layouts
from wizard.sizing.training_shape import TrainingShape, shape_of

COUNTS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
"""Numbers of devices that are tried: parts of a node, then whole nodes."""

LEAST_BILLED_HOURS = 1.0
"""A rented cluster costs at least an hour: starting instances and loading weights and data take that long."""


@dataclass(frozen=True)
class TrainingSearch:
    """All device-count pairs with the best layout of each; columns of shape ``(n,)``."""

    needs: Needs
    model: Model
    shape: TrainingShape
    devices: tuple[Device, ...]
    ruled_out: tuple[Rejection, ...]
    device: Ints
    count: Ints
    nodes: Ints
    columns: TrainingColumns
    capex_usd: Floats
    run_usd: Floats
    """Rent of the whole run at the conservative end, ``NaN`` where none is offered or no length is known."""
    cost_usd: Floats
    power_w: Floats
    rented: Bools
    found: tuple[Requirement, ...]

    def feasible(self) -> Bools:
        """Return which pairs meet every requirement."""
        return np.asarray(np.stack([requirement.met for requirement in self.found]).all(axis=0))

    def best(self, mask: Bools) -> int | None:
        """Return the cheapest pair of ``mask``, of equal price the one done first."""
        rows = np.flatnonzero(mask)
        if rows.size == 0:
            return None
        cost = np.where(np.isnan(self.cost_usd[rows]), np.inf, self.cost_usd[rows])
        speed = self.columns.speed.tokens_s.low[rows] * self.count[rows]
        return int(rows[np.lexsort((-speed, np.round(cost, 2)))[0]])

    def rejections(self) -> tuple[Rejection, ...]:
        """Return why each device has no feasible pair, judged by the pair that comes closest."""
        feasible = self.feasible()
        margins = np.stack([requirement.margin for requirement in self.found])
        reasons = []
        for index, device in enumerate(self.devices):
            rows = np.flatnonzero(self.device == index)
            if rows.size == 0 or feasible[rows].any():
                continue
            row = int(rows[np.argmax(margins[:, rows].min(axis=0))])
            broken = self.found[int(margins[:, row].argmin())]
            reasons.append(Rejection(
                what=device.whole.id, reason=broken.code, need=_finite(broken.need[row]),
                have=_finite(broken.have[row]), unit=broken.unit,
            ))
        return tuple(reasons)


def training_search(needs: Needs, model: Model, context: Context) -> TrainingSearch | None:
    """Size every device and count; ``None`` where the answers leave no device.

    Raises:
        InputError: the model's architecture is not known well enough to train it.
    """
    shape = shape_of(model)
    if shape is None:
        raise InputError(
            "training cannot be sized: the architecture of {model} is not known in full", where="model",
            mend="Name a model with a published config.json, or give its path.", model=model.id,
        )
    listed, ruled_out = shortlist(needs, context.catalog)
    devices = tuple(device for device in listed if trains(device.accelerator))
    ruled_out += tuple(
        Rejection(what=device.whole.id, reason="does_not_train", need=None, have=None)
        for device in listed if device not in devices
    )
    if not devices:
        return None
    sizes = node_sizes(context.catalog)
    device, count, nodes = _pairs(needs, [sizes.get(d.whole.id, 1) for d in devices])
    stacked = stack_devices(DeviceColumns.of(d.accelerator) for d in devices)
    context.cancelled()
    best = best_layouts(shape, stacked.take(device), count, needs.training)
    context.cancelled()
    capex = columns_of(needs, context.catalog, context.terms, (2.0 * model.total_params,), training=True)
    market = Market(needs, context.catalog, devices, sizes, capex, Rates.of(context.catalog, needs.economics))
    pairs = (device, count, nodes)
    return _priced(needs, model, shape, ruled_out, pairs, best.columns, market, context)


def _pairs(needs: Needs, sizes: Sequence[int]) -> tuple[Ints, Ints, Ints]:
    wishes = needs.constraints
    counts = COUNTS if wishes.accelerator_count is None else (wishes.accelerator_count,)
    most = wishes.max_accelerators or max(counts)
    pairs = [
        (index, n, -(-n // size)) for index, size in enumerate(sizes) for n in counts
        if n <= most and (n <= size or (size >= 8 and n % size == 0) or wishes.accelerator_count is not None)
    ]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _priced(
    needs: Needs, model: Model, shape: TrainingShape, ruled_out: tuple[Rejection, ...],
    pairs: tuple[Ints, Ints, Ints], columns: TrainingColumns, market: Market, context: Context,
) -> TrainingSearch:
    (device, count, nodes), devices = pairs, tuple(market.devices)
    known = np.array([market.capex.index(d.whole.id) for d in devices], dtype=np.int64)[device]
    built = market.paid(device, market.capex.build(known, count, nodes, inter_node=nodes > 1))
    training = needs.training
    hours = columns.speed.hours.high if training.tokens else np.full(count.shape, training.deadline_hours or np.nan)
    billed = np.maximum(hours, LEAST_BILLED_HOURS)
    run = market.rent_month_usd(device, count.astype(np.float64), np.ceil(count / nodes)) / 730.0 * billed
    own, owning = built.capex_usd, market.rates.own_usd(built)
    rented = np.isfinite(run) & ~(owning <= run)
    cost = np.where(rented, run, owning)
    return TrainingSearch(
        needs=needs, model=model, shape=shape, devices=devices, ruled_out=ruled_out, device=device, count=count,
        nodes=nodes, columns=columns, capex_usd=own, run_usd=run, cost_usd=cost, power_w=built.power_w,
        rented=rented, found=(
            *_requirements(needs, context, columns, count, nodes, own, run, rented, built.power_w),
            *owned_limit(needs, market.owned[device], count.astype(np.float64)),
        ),
    )


def _requirements(
    needs: Needs, context: Context, columns: TrainingColumns, count: Ints, nodes: Ints, own: Floats, run: Floats,
    rented: Bools, power_w: Floats,
) -> tuple[Requirement, ...]:
    shape, training, wishes = count.shape, needs.training, needs.constraints
    one = np.ones(shape)
    found = [
        Requirement("precision", "training.precision", one, columns.runs.astype(np.float64), "", at_most=False),
        Requirement("training_memory", "training.method", columns.memory.capacity, columns.memory.needed, "GiB",
                    at_most=True),
    ]

    def add(code: str, key: str, need: float | None, have: Floats, unit: str) -> None:
        if need is not None:
            found.append(Requirement(code, key, np.full(shape, float(need)), have, unit, at_most=True))

    if training.tokens and training.deadline_hours:
        add("hours", "training.deadline_hours", training.deadline_hours, columns.speed.hours.high, "h")
    add("max_nodes", "constraints.max_nodes", wishes.max_nodes, nodes.astype(np.float64), "")
    add("power_w", "constraints.max_power_w", wishes.max_power_w, power_w, "W")
    if needs.budget.purchase is not None:
        budget = context.usd(float(needs.budget.purchase), needs.budget.currency)
        add("budget", "budget.purchase", budget, np.where(rented, run, own), "USD")
    sold = np.isfinite(own) | (np.isfinite(run) if training.tokens or training.deadline_hours else rented)
    if wishes.accelerators and wishes.acquisition != "cloud":
        sold = sold | np.isfinite(power_w)
    found.append(Requirement("purchasable", "constraints.acquisition", one, sold.astype(np.float64), "", at_most=False))
    return tuple(found)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
