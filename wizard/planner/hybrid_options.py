"""Machines whose memory holds the experts, as options with a price: for few people and a mixture too large for a card.

The host is the one on the bill: bandwidth and cores are those of one of its sockets, for a second socket's memory is
reached at a fraction of its speed. Such an option stands beside the others where it costs less than they do, and for
them where nothing else is feasible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from types import MappingProxyType

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Model
from wizard.costing.records import Bom
from wizard.needs.needs import Budget, Document, Needs, Targets
from wizard.planner.bills import Bill, Biller
from wizard.planner.candidates import native_format
from wizard.planner.demand import Demand
from wizard.planner.hybrids import hybrid_inputs
from wizard.planner.plan import RATES, SPEED, Change, Estimate, Limit, MemoryUse, Option, Parallel, Reason
from wizard.planner.requirements import RATE_UNITS, loosened, speed_targets
from wizard.planner.serving_plan import Context, Outcome
from wizard.planner.shortlist import shortlist
from wizard.sizing.engine_memory import usable_memory
from wizard.sizing.legal import engines_for
from wizard.sizing.memory import activations, longest_context, overhead, stored_bytes
from wizard.sizing.offload import HOST_CORES, PIECE_TOKENS, Hybrid, host_columns, hybrid
from wizard.sizing.traffic import ServingInputs
from wizard.units import GB, GIB

MOST_USERS = 2
"""People whom such a machine serves at once: every further one touches other experts."""
COUNTS = (1, 2)
TRIED, BILLED = 16, 3
"""Cards, cheapest first, that are looked at for each count, and those of them that a bill is made of."""
_FORMATS = {"auto": ("int4", "gguf_q4_k"), "native": ("int4", "gguf_q4_k"), "int4": ("int4", "gguf_q4_k"),
            "int8": ("int8", "gguf_q8"), "fp8": ("int8", "gguf_q8"), "bf16": ("bf16", "bf16")}
_BEST_HOST = 12 * 6000e6 * 8
"""Bandwidth of the fastest socket on sale, to leave out what no host can help."""


@dataclass(frozen=True, slots=True)
class _Case:
    accelerator: Accelerator
    count: int
    socket_cores: int
    inputs: ServingInputs
    found: Hybrid
    bill: Bill
    bandwidth: float


def with_hybrids(needs: Needs, model: Model, context: Context, outcome: Outcome) -> Outcome:
    """Add the cheapest machine with experts in its memory to what a search found, where it is worth its place."""
    kept = [one for one in _machines(needs, model, context) if all(limit.margin >= -1e-9 for limit in one[0].limits)]
    if not kept:
        return outcome
    best = _rated(needs, context, *min(kept, key=_total))
    if best.cost.total is None:
        return outcome
    chosen = outcome.recommended
    if chosen is None:
        option = replace(best, role="recommended", id="recommended-1")
        return replace(outcome, options=(option, *outcome.options), recommended=option, asked=None, curve=())
    if chosen.cost.total is not None and best.cost.total >= chosen.cost.total:
        return outcome
    roles = [option for option in outcome.options if option.role != "alternative"]
    others = [option for option in outcome.options if option.role == "alternative"]
    best = replace(best, id=f"alternative-{1 + len(others)}")
    return replace(outcome, options=(*roles, best, *others))


def hybrid_changes(needs: Needs, model: Model, context: Context) -> Iterator[Change]:
    """Yield for each target on speed the cheapest machine that keeps all promises but this one."""
    cheapest: dict[str, tuple[Option, _Case]] = {}
    for one in _machines(needs, model, context):
        broken = [limit.code for limit in one[0].limits if limit.margin < -1e-9]
        if len(broken) == 1 and broken[0] in (*SPEED, *RATES):
            cheapest[broken[0]] = min(cheapest.get(broken[0], one), one, key=_total)
    for code, one in cheapest.items():
        option = _rated(needs, context, *one)
        have = next(limit.have for limit in option.limits if limit.code == code)
        target, looser = RATES.get(code, code), loosened(have, at_most=code in SPEED)
        yield Change(key=f"targets.{target}", from_value=getattr(needs.targets, target), to_value=looser, option=option)


def _total(one: tuple[Option, _Case]) -> float:
    return float(one[0].cost.total or 0)


def _rated(needs: Needs, context: Context, option: Option, case: _Case) -> Option:
    """Return an option with what its tokens cost, now that it is known how many there are."""
    bill = _bill(case.accelerator, case.count, case.socket_cores, case.inputs,
                 Biller(needs, context.catalog, context.terms), option.estimates["output_tok_s"])
    return replace(option, cost=bill.cost, bom=bill.bom, tco=bill.tco)


def _bill(
    card: Accelerator, count: int, cores: int, x: ServingInputs, biller: Biller, rate: Estimate | None = None
) -> Bill:
    """Return the bill of a card in the cheapest machine whose sockets have so many cores."""
    weights = float(stored_bytes(x)[0])
    return biller.bill(card, count, 1, rented=False, weights_bytes=weights, socket_cores=cores, output_tok_s=rate)


def _machines(needs: Needs, model: Model, context: Context) -> Iterator[tuple[Option, _Case]]:
    """Yield an option for each machine that comes into question."""
    if not _asked(needs, model):
        return
    plain = needs.model_copy(update={"budget": Budget(), "targets": Targets(), "document": Document()})
    key = (context.catalog, model, plain, context.terms, context.calibration.version, context.year)
    found = context.memo.get("hybrid cards", key, lambda: tuple(_cards(plain, model, context)))
    biller = Biller(plain, context.catalog, context.terms)
    for count in sorted({count for _, count, *_ in found}):
        # Those that keep the promises beside the best of hosts come first, the cheapest before the others.
        fitting = sorted((card for card in found if card[1] == count), key=lambda card: not _hopeful(needs, card[3]))
        for card, _, x, _ in fitting[:BILLED]:
            context.cancelled()
            for cores in (0, HOST_CORES):
                case = context.memo.get("hybrids", (*key, card, count, cores), partial(
                    _case, plain, x, card, count, cores, biller, context), keep=64)
                if case is not None:
                    yield _option(needs, model, case, context), case


def _asked(needs: Needs, model: Model) -> bool:
    load, wishes = needs.workload, needs.constraints
    few = load.concurrent_users is not None and load.concurrent_users * load.peak_factor <= MOST_USERS
    return (
        few and model.is_moe and needs.use_case == "inference" and needs.engine in {"auto", "llama.cpp"}
        and load.requests_per_s is None and needs.targets.percentile is None
        and wishes.acquisition != "cloud" and wishes.availability == "n" and not wishes.mig and not wishes.owned
        and wishes.tensor_parallel in {None, 1}
        and needs.speculation.method == "none" and not needs.adapters.count and needs.host.offload != "layers"
        and needs.precision.weights in _FORMATS
    )


def _cards(needs: Needs, model: Model, context: Context) -> Iterator[tuple[Accelerator, int, ServingInputs, Hybrid]]:
    """Yield the cheapest cards and counts that hold what every token needs, as they do beside the best of hosts."""
    devices, _ = shortlist(needs, context.catalog)
    cards = [d.accelerator for d in devices if d.accelerator.price and not d.accelerator.unified_memory
             and not d.rent_only and "llama.cpp" in engines_for(d.accelerator, model)]
    cards.sort(key=lambda card: float(card.price.usd) if card.price else 0.0)
    wanted = needs.constraints.accelerator_count
    for count in COUNTS if wanted is None else (wanted,):
        fitting = 0
        for card in cards:
            context.cancelled()
            x = hybrid_inputs(needs, model, card, _FORMATS[needs.precision.weights][1], context.year)
            found = _on(needs, x, count, _BEST_HOST, None, context)
            if found is not None:
                fitting += 1
                yield card, count, x, found
            if fitting == TRIED:
                break


def _hopeful(needs: Needs, found: Hybrid) -> bool:
    first, token, whole = speed_targets(needs)
    answer = found.first_high + needs.workload.output_tokens * found.high
    times = ((first, found.first_high), (token, found.high), (whole, answer))
    return all(target is None or 1e3 * have <= target for target, have in times)


def _on(
    needs: Needs, x: ServingInputs, count: int, bandwidth: float, cores: float | None, context: Context
) -> Hybrid | None:
    memory = needs.host.memory_gib * GIB if needs.host.memory_gib else 4 * float(stored_bytes(x)[0])
    return hybrid(x, host_columns(memory, bandwidth, cores), "experts", count, context.calibration)


def _case(
    needs: Needs, x: ServingInputs, card: Accelerator, count: int, cores: int, biller: Biller, context: Context
) -> _Case | None:
    bill = _bill(card, count, cores, x, biller)
    if bill.bom is None or bill.cost.total is None:
        return None
    host = _host(bill.bom, context.catalog)
    if needs.host.bandwidth_gb_s:
        host = needs.host.bandwidth_gb_s * GB, None
    if host is None:
        return None
    found = _on(needs, x, count, *host, context)
    return None if found is None else _Case(card, count, cores, x, found, bill, host[0])


def _host(bom: Bom, catalog: Catalog) -> tuple[float, float | None] | None:
    """Return bandwidth in bytes per second and cores of one socket of a bill's machine, where they are known."""
    parts = {line.category: catalog.components.get(line.part) for line in bom.lines if line.category in
             {"cpu", "memory"}}
    cpu, memory = parts.get("cpu"), parts.get("memory")
    if cpu is None or memory is None or not (cpu.memory_channels and cpu.memory_speed_mt_s and cpu.cores):
        return None
    speed = min(cpu.memory_speed_mt_s, memory.memory_speed_mt_s or cpu.memory_speed_mt_s)
    return cpu.memory_channels * speed * 1e6 * 8, float(cpu.cores)


def _option(needs: Needs, model: Model, case: _Case, context: Context) -> Option:
    found, x, bill, load = case.found, case.inputs, case.bill, needs.workload
    users, weights = float(x.concurrency[0]), _FORMATS[needs.precision.weights][0]
    estimates = MappingProxyType(_estimates(found, users, load.prompt_tokens, load.output_tokens, case.count))
    limits = tuple(_limits(needs, case, estimates, context))
    taken = activations(x, x.concurrency) + overhead(x)
    usable = float(usable_memory(x, taken)[0]) / GIB
    each = 1 / (GIB * case.count)
    reasons = [Reason(code="hybrid_host", fields=MappingProxyType({
        "there_gib": found.host_bytes / GIB, "bandwidth": case.bandwidth / GB}))]
    if needs.precision.weights == "auto":
        reasons.append(Reason(code="narrow_weights", fields=MappingProxyType({
            "precision": weights.upper(), "native": native_format(model).upper()})))
    longest = int(longest_context(x)[0])
    return Option(
        id="alternative-1", role="alternative", accelerator=case.accelerator.id,
        accelerator_name=case.accelerator.name, accelerators=case.count, nodes=1, accelerators_per_node=case.count,
        system=bill.system, cloud_sku=None, parallel=Parallel(pp=case.count), replicas=1, spare_replicas=0,
        weight_precision=weights, kv_precision="bf16", engine="llama.cpp", batch=int(users), max_context_tokens=longest,
        memory=MemoryUse(
            weights=(found.accelerator_bytes - found.cache_bytes) * each, kv_cache=found.cache_bytes * each,
            activations=float(activations(x, x.concurrency)[0]) / GIB + found.working_bytes * each,
            overhead=float(overhead(x)[0]) / GIB,
            capacity=case.accelerator.memory_bytes / GIB, usable=usable),
        kv_tokens=int(users) * longest, estimates=estimates, power_w=bill.power_w, rack_units=bill.rack_units,
        limits=limits, binding=min(limits, key=lambda limit: limit.margin, default=None), cost=bill.cost, bom=bill.bom,
        tco=bill.tco, reasons=(*reasons, *bill.reasons),
        warnings=(Reason(code="hybrid_unsure", fields=MappingProxyType({})), *bill.warnings),
        host_gib=found.host_bytes / GIB, host_share=1 - found.share, piece_tokens=PIECE_TOKENS,
    )


def _estimates(h: Hybrid, users: float, prompt: float, output: float, count: int) -> dict[str, Estimate]:
    """Return the speeds of a machine whose users wait for their answers and then ask again."""
    def time(value: float, low: float, high: float, floor: float) -> Estimate:
        return Estimate(value=value * 1e3, low=low * 1e3, high=high * 1e3, ceiling=floor * 1e3, basis="hybrid")

    def whole(first: float, token: float) -> float:
        return first + output * token

    answers = whole(h.ttft, h.tpot), whole(h.first_low, h.low), whole(h.first_high, h.high)
    e2e = time(*answers, whole(h.first_floor, h.floor))

    def rate(times: float) -> Estimate:
        value, high, low = (times * users / answer for answer in answers)
        most = times * users / whole(h.first_floor, h.floor)
        return Estimate(value=value, low=low, high=high, ceiling=most, basis="hybrid")

    return {
        "ttft_ms": time(h.ttft, h.first_low, h.first_high, h.first_floor),
        "tpot_ms": time(h.tpot, h.low, h.high, h.floor),
        "e2e_ms": e2e, "output_tok_s": rate(output), "total_tok_s": rate(prompt + output), "requests_s": rate(1.0),
        "max_concurrency": Estimate(value=users, low=users, high=users, ceiling=users, basis="memory_fit"),
        "tokens_s_per_accelerator": rate(output / count),
    }


def _limits(needs: Needs, case: _Case, estimates: MappingProxyType[str, Estimate], context: Context) -> Iterator[Limit]:
    def at_most(code: str, need: float | None, have: float | None, unit: str) -> Iterator[Limit]:
        if need is not None and have is not None and isfinite(have):
            yield Limit(code=code, need=float(need), have=have, unit=unit, margin=1 - have / need)

    for code, target in zip(SPEED, speed_targets(needs), strict=True):
        yield from at_most(code, target, estimates[code].high, "ms")
    made = float(Demand.of(needs).made(case.inputs.concurrency, np.array([estimates["requests_s"].low]))[0])
    for code, key in RATES.items():
        need = getattr(needs.targets, key)
        if need is not None:
            have = made * (needs.workload.output_tokens if code == "output_tok_s" else 1)
            yield Limit(code=code, need=need, have=have, unit=RATE_UNITS[code], margin=have / need - 1)
    wishes, bill, budget = needs.constraints, case.bill, needs.budget
    yield from at_most("max_accelerators", wishes.max_accelerators, float(case.count), "")
    yield from at_most("power_w", wishes.max_power_w, bill.power_w, "W")
    yield from at_most("rack_units", wishes.max_rack_units, bill.rack_units, "U")
    if budget.purchase is not None:
        yield from at_most("budget", context.usd(float(budget.purchase), budget.currency), bill.capex_usd, "USD")
    if budget.per_month is not None and bill.cost.per_month is not None:
        month = float(bill.cost.per_month) / float(context.terms.rate)
        yield from at_most("budget_month", context.usd(float(budget.per_month), budget.currency), month, "USD")
