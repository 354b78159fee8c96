"""A chosen candidate becomes an option: estimated once more at its real load, and billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from types import MappingProxyType
from typing import Any

import numpy as np

from wizard.catalog.records import Accelerator, Model
from wizard.catalog.weights import weight_bytes
from wizard.needs.needs import Budget, Document, Needs, Targets
from wizard.planner.bills import Bill, Biller
from wizard.planner.candidates import Candidates, native_format
from wizard.planner.estimates import fingerprint, join, take
from wizard.planner.memo import Memo
from wizard.planner.percentiles import Seen, seen
from wizard.planner.plan import SPEED, Estimate, Limit, MemoryUse, Option, Parallel, Reason, Role, late_code
from wizard.planner.requirements import rates
from wizard.planner.search import Judged
from wizard.sizing.bands import batch_class
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import ENGINES, KV_FORMATS, WEIGHT_FORMATS, Band, ServingColumns
from wizard.sizing.formats import BYTES_PER_ELEMENT, FORMATS
from wizard.sizing.memory import longest_context
from wizard.sizing.serving import serve
from wizard.sizing.traffic import ServingInputs
from wizard.units import GIB

METRICS = ("ttft_ms", "tpot_ms", "e2e_ms", "output_tok_s", "total_tok_s", "requests_s", "max_concurrency")
BYTES = dict(zip(FORMATS, BYTES_PER_ELEMENT.tolist(), strict=True))
SUMMED = frozenset({"output_tok_s", "total_tok_s", "requests_s", "max_concurrency"})
"""Metrics of the whole plan are those of one replica times the replicas; latencies are not."""


@dataclass(frozen=True)
class Writer:
    """Turns rows of a search into options."""

    calibration: Calibration
    biller: Biller
    memo: Memo = field(default_factory=Memo)

    def option(self, judged: Judged, row: int, role: Role, number: int = 1) -> Option:
        """Return the option of one candidate."""
        builds = judged.builds
        replicas, spares = int(builds.replicas[row]), int(builds.spares[row])
        candidate = _at_load(judged.candidates.take(np.array([row])), judged.space.demand.users, replicas)
        market = judged.space.market
        inputs = judged.space.estimates.inputs(candidate)
        columns, real, prompts = self._seen(judged, candidate, inputs, max(replicas, 1))
        device = market.devices[int(candidate.device[0])]
        accelerators, nodes = int(builds.accelerators[row]), int(builds.nodes[row])
        # Where not one replica fits the stated number, the figures are those of one.
        estimates = _estimates(columns, max(replicas, 1), accelerators)
        if real is not None:
            promised = market.needs.targets.percentile
            estimates = MappingProxyType({**estimates, **real.estimates(promised), **real.goodput(market.needs)})
        if self.calibration.own.knows(inputs)[0]:
            estimates = MappingProxyType({
                name: e if e.basis == "memory_fit" else replace(e, basis="yours") for name, e in estimates.items()})
        weights = WEIGHT_FORMATS[int(candidate.weights[0])]
        per_replica = int(candidate.per_replica[0])
        lean = machines(replicas, per_replica, device.parts, market.sizes.get(device.whole.id, 1))
        bill = self._bill(
            device.whole, accelerators, nodes, rented=bool(builds.rented[row]),
            spare_nodes=nodes - lean[1], lean=lean if spares else None,
            weights_bytes=weight_bytes(judged.space.model, weights).bytes,
            spans_nodes=per_replica > market.sizes.get(device.whole.id, 1) * device.parts,
            share=min(per_replica // device.parts, -(-accelerators // nodes)),
            output_tok_s=estimates["output_tok_s"], power_w=float(builds.power_w[row]), prefill_share=prompts,
        )
        ends = rates(market.needs, judged.space.demand, candidate.users, columns)
        made = {one.code: min(float(one.have[0]), estimates[one.code].low) for one in ends}
        limits = _limits(judged, row, columns, estimates, max(replicas, 1), bill, made)
        context = _longest(market.needs, judged.space.model.max_context)
        return Option(
            id=f"{role}-{number}", role=role, accelerator=device.whole.id, accelerator_name=device.whole.name,
            accelerators=accelerators, nodes=nodes, accelerators_per_node=-(-accelerators // nodes), system=bill.system,
            cloud_sku=bill.cloud_sku, parallel=_parallel(candidate), replicas=replicas, spare_replicas=spares,
            weight_precision=weights, kv_precision=KV_FORMATS[int(candidate.kv[0])],
            engine=ENGINES[int(candidate.engine[0])], batch=int(candidate.users[0]), max_context_tokens=context,
            memory=memory_use(columns, device.accelerator.memory_bytes, int(candidate.users[0])),
            kv_tokens=_kv_tokens(columns, replicas, float(longest_context(inputs)[0])), estimates=estimates,
            power_w=bill.power_w, rack_units=bill.rack_units, limits=limits,
            binding=min(limits, key=lambda limit: limit.margin, default=None), cost=bill.cost, bom=bill.bom,
            tco=bill.tco, reasons=(*_narrowed(market.needs, judged.space.model, candidate), *bill.reasons),
            warnings=bill.warnings, prefill_share=prompts,
            mig_profile=mig_profile(device.whole.mig_profiles) if device.parts > 1 else "",
        )


    def ends(self, judged: Judged, row: int) -> Mapping[str, float]:
        """Return what one candidate has of its promises on speed, at its real load and the conservative end, by code.

        Of late requests where these are promised something, else of the mean ones where a smaller load has other bands;
        empty where the judgement stands.
        """
        needs = judged.space.market.needs
        percentile = needs.targets.percentile
        replicas = max(int(judged.builds.replicas[row]), 1)
        candidate = _at_load(judged.candidates.take(np.array([row])), judged.space.demand.users, replicas)
        users = np.array([judged.candidates.users[row], candidate.users[0]], dtype=np.float64)
        if percentile is None and np.ptp(batch_class(users)) == 0:
            return {}
        columns, real, _ = self._seen(judged, candidate, judged.space.estimates.inputs(candidate), replicas)
        found = {one.code: float(one.have[0]) for one in rates(needs, judged.space.demand, candidate.users, columns)}
        if percentile is None:
            return found | {code: float(getattr(columns, code).high[0]) for code in SPEED}
        late = {} if real is None else real.estimates(percentile)
        codes = {code: late_code(needs, code) for code in SPEED}
        return found | {code: late[name].high for code, name in codes.items() if name in late}

    def _seen(
        self, judged: Judged, candidate: Candidates, inputs: ServingInputs, replicas: int
    ) -> tuple[ServingColumns, Seen | None, float | None]:
        """Return estimates at the real load, what its requests see, and the share of the time that prompts take."""
        needs, demand = judged.space.market.needs, judged.space.demand

        def make() -> tuple[ServingColumns, Seen | None, float | None]:
            # The second row knows every prompt already, so that only answers take its time.
            twice = judged.space.estimates.inputs(join(candidate, candidate))
            cached = np.array([needs.workload.prefix_cache_share, 1.0])
            both = serve(replace(twice, prefix_cache_share=cached), self.calibration)
            columns = take(both, np.zeros(1, dtype=np.int64))
            real = seen(needs, demand, inputs, columns, self.calibration, replicas)
            return columns, real, _prompt_share(columns, take(both, np.ones(1, dtype=np.int64)))

        key = (fingerprint(inputs), demand, replicas, needs.workload, id(self.calibration), self.calibration.version)
        return self.memo.get("seen", key, make, keep=32)

    def _bill(self, accelerator: Accelerator, accelerators: int, nodes: int, **asked: Any) -> Bill:
        biller = self.biller
        # Promises and covers change no bill.
        needs = biller.needs.model_copy(update={"targets": Targets(), "budget": Budget(), "document": Document()})
        key = (biller.catalog, biller.terms, needs, accelerator, accelerators, nodes, *sorted(asked.items()))
        return self.memo.get("bill", key, lambda: biller.bill(accelerator, accelerators, nodes, **asked), keep=32)


def _narrowed(needs: Needs, model: Model, candidate: Candidates) -> Iterator[Reason]:
    """Say where the choice of a narrower format was ours: it saves money and may cost quality."""
    weights, kv = WEIGHT_FORMATS[int(candidate.weights[0])], KV_FORMATS[int(candidate.kv[0])]
    native = native_format(model)
    if needs.precision.weights == "auto" and BYTES[weights] < BYTES[native]:
        fields = {"precision": weights.upper(), "native": native.upper()}
        yield Reason(code="narrow_weights", fields=MappingProxyType(fields))
    if needs.precision.kv_cache == "auto" and kv != "bf16":
        yield Reason(code="narrow_kv", fields=MappingProxyType({"precision": kv.upper()}))


def _at_load(candidate: Candidates, users: float | None, replicas: int) -> Candidates:
    """Give each replica its real share of the users instead of the grid's next larger number."""
    if users is None or replicas < 1:
        return candidate
    real = max(1, ceil(users / replicas - 1e-9))
    return replace(candidate, users=np.minimum(candidate.users, real))


def _prompt_share(columns: ServingColumns, cached: ServingColumns) -> float | None:
    """Return the share of a replica's time that prompts take: by how much they delay each token of an answer."""
    share = 1 - float(cached.tpot_ms.value[0] / columns.tpot_ms.value[0])
    return max(share, 0.0) if np.isfinite(share) else None


def _parallel(candidate: Candidates) -> Parallel:
    return Parallel(tp=int(candidate.tp[0]), pp=int(candidate.pp[0]), dp=int(candidate.dp[0]), ep=int(candidate.ep[0]),
                    dcp=int(candidate.dcp[0]))


def _estimates(columns: ServingColumns, replicas: int, accelerators: int) -> Mapping[str, Estimate]:
    found = {
        name: estimate(getattr(columns, name), "serving" if name != "max_concurrency" else "memory_fit",
                       replicas if name in SUMMED else 1)
        for name in METRICS
    }
    found["tokens_s_per_accelerator"] = estimate(columns.output_tok_s, "serving", replicas / max(accelerators, 1))
    return MappingProxyType(found)


def estimate(band: Band, basis: str, times: float = 1.0) -> Estimate:
    """Return the first element of a band as an estimate, ``times`` over."""
    ends = {name: float(getattr(band, name)[0]) * times for name in ("value", "low", "high", "ceiling")}
    return Estimate(basis=basis, **ends)


def memory_use(columns: ServingColumns, capacity_bytes: int, users: int) -> MemoryUse:
    """Return the memory of one device; the KV cache is its share of the running sequences, at most what is left."""
    memory = columns.memory
    kv = min(float(memory.kv_per_sequence[0]) * users, max(float(memory.kv_budget[0]), 0.0))
    return MemoryUse(
        weights=float(memory.weights[0]) / GIB, kv_cache=kv / GIB, activations=float(memory.activations[0]) / GIB,
        overhead=float(memory.overhead[0]) / GIB, capacity=capacity_bytes / GIB, usable=float(memory.capacity[0]) / GIB,
    )


def _kv_tokens(columns: ServingColumns, replicas: int, context: float) -> int:
    return int(columns.max_concurrency.value[0] * context) * replicas


def _longest(needs: Needs, model_context: int | None) -> int:
    """Return the context that the engine is set up for: as asked, else of all but one request in a thousand."""
    load = needs.workload
    return needs.max_context_tokens or max(load.context_tokens, min(load.longest_tokens, model_context or 2**31))


def _limits(
    judged: Judged, row: int, columns: ServingColumns, estimates: Mapping[str, Estimate], replicas: int, bill: Bill,
    made: Mapping[str, float],
) -> tuple[Limit, ...]:
    """Return the promises with what the option really has: times at its real load, money as billed."""
    needs = judged.space.market.needs
    real = {code: float(getattr(columns, code).high[0]) for code in SPEED} | dict(made)
    found = []
    for requirement in judged.found:
        need, have = float(requirement.need[row]), float(requirement.have[row])
        if requirement.code == "purchasable" or not np.isfinite(need) or need <= 0:
            continue
        if requirement.code == "kv_memory":
            # People who think occupy no cache: only as many wait at once as the replicas were sized for.
            demand = judged.space.demand
            need = demand.users if demand.users and not demand.think_time_s else need * replicas
            have = float(columns.max_concurrency.low[0]) * replicas
        if requirement.code == "budget" and bill.capex_usd is not None:
            have = bill.capex_usd
        code = late_code(needs, requirement.code)
        if code == requirement.code:
            have = real.get(code, have)
        elif code in estimates:
            have = estimates[code].high
        margin = 1 - have / need if requirement.at_most else have / need - 1
        found.append(Limit(code=code, need=need, have=have, unit=requirement.unit, margin=margin))
    return tuple(found)


def machines(replicas: int, per_replica: int, parts: int, size: int) -> tuple[int, int]:
    """Return whole accelerators and nodes of so many replicas; a replica that fits a node is not spread over two."""
    spanned = ceil(per_replica / (size * parts))
    per_node = max(1, size * parts // per_replica)
    nodes = replicas * spanned if spanned > 1 else ceil(replicas / per_node)
    return ceil(replicas * per_replica / parts), max(nodes, 1)


def mig_profile(profiles: tuple[str, ...]) -> str:
    """Return the name of the smallest slice, e.g. ``1g.10gb`` of ``("1g.10gb:7", "2g.20gb:3")``."""
    names = [profile.partition(":")[0] for profile in profiles]
    return next((name for name in names if name.startswith("1g.") and "+" not in name), names[0] if names else "")
