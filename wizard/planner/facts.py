"""Figures that answer the question beside the options: the guides' claims, caches, advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from wizard.catalog.availability import CONTROLLED, needs_licence, stack_of, total_processing_performance
from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.needs.presets import Claim, preset, preset_ids
from wizard.planner.advice import advice
from wizard.planner.hybrids import hybrids
from wizard.planner.load_facts import load_facts
from wizard.planner.plan import Fact, Option
from wizard.planner.serving_plan import Context, Outcome
from wizard.planner.topologies import disaggregation, own_measurements
from wizard.units import GB, GIB

TOLERANCE = 0.05
"""A claim of an exact figure holds within this share."""


def fact(code: str, **fields: object) -> Fact:
    """Return a fact with its fields."""
    return Fact(code=code, fields=MappingProxyType(fields))


def facts_of(
    needs: Needs, model: Model, context: Context, outcome: Outcome, chosen: Option | None
) -> tuple[Fact, ...]:
    """Return the facts of a serving plan; claims are judged on the hardware that was asked for."""
    found = [*_cache(needs, model), *_curve(needs, outcome)]
    asked = outcome.asked or chosen
    if asked is not None:
        found += claims(needs, measures(asked))
    found += hybrids(needs, model, context, asked)
    if chosen is not None:
        found += load_facts(needs, model, context.catalog, chosen)
        found += own_measurements(needs, model, context, chosen)
        found += disaggregation(needs, model, context, chosen)
        found += advice(needs, context, chosen)
    return tuple(found)


def _cache(needs: Needs, model: Model) -> Iterator[Fact]:
    """Say what one conversation takes in the KV cache, and what it would take with every head's keys and values."""
    if not model.kv_bytes_per_token_bf16 or not (model.heads and model.layers):
        return
    tokens = needs.max_context_tokens or needs.workload.context_tokens
    width = model.head_dim or (model.hidden_size or 0) // model.heads
    full = 2 * 2 * model.heads * width * model.layers
    yield fact("kv_per_token", bytes=model.kv_bytes_per_token_bf16, attention_label=model.attention, full_bytes=full,
               tokens=tokens, gib=model.kv_bytes_per_token_bf16 * tokens / GIB)


def software(catalog: Catalog, options: Sequence[Option], country: str) -> Iterator[Fact]:
    """Say which software runs on each accelerator of the options, in which versions, and whether export is licensed."""
    for name in dict.fromkeys(option.accelerator for option in options):
        accelerator = catalog.accelerators[name]
        said = {"accelerator": accelerator.name, "software": accelerator.software}
        stack = stack_of(catalog, accelerator)
        if stack and stack.last_version:
            yield fact("software_until", **said, stack=stack.stack, first=stack.min_version, last=stack.last_version)
        elif stack:
            yield fact("software_since", **said, stack=stack.stack, first=stack.min_version)
        elif accelerator.software:
            yield fact("software", **said)
        if needs_licence(accelerator, country):
            yield fact("export_licence", accelerator=accelerator.name, country=country, limit=round(CONTROLLED),
                       performance=round(total_processing_performance(accelerator) or 0))


def _curve(needs: Needs, outcome: Outcome) -> Iterator[Fact]:
    """Say at which batch a replica passes the output rate that was asked for."""
    rate = needs.targets.output_tok_s or next((c.claimed for c in _claims(needs) if c.quantity == "output_tok_s"), None)
    if rate is None or not outcome.curve:
        return
    batch = next((point.batch for point in outcome.curve if point.output_tok_s >= rate), None)
    yield fact("curve_never", rate=rate) if batch is None else fact("curve_passes", rate=rate, batch=batch)


def measures(option: Option) -> Mapping[str, float]:
    """Return our own figure for each quantity that a guide may claim."""
    found = {
        "weights_gb": option.memory.weights * option.parallel.devices * GIB / GB,
        "weights_gb_per_accelerator": option.memory.weights * GIB / GB,
        "memory_gb_per_accelerator": option.memory.used * GIB / GB,
        "accelerators": float(option.accelerators),
        "wall_power_w": option.power_w,
    }
    found |= {name: estimate.value for name, estimate in option.estimates.items()}
    if option.bom is not None and option.cost.capex is not None:
        found[f"purchase_{option.bom.currency.lower()}"] = float(option.bom.total)
    if option.tco is not None and option.tco.break_even_month is not None:
        found["break_even_month"] = float(option.tco.break_even_month)
    return found


def claims(needs: Needs, ours: Mapping[str, float]) -> list[Fact]:
    """Set our figure beside each claim of the guide that the needs come from."""
    return [
        fact("claim_holds" if _holds(claim, ours[claim.quantity]) else "claim_fails", quantity_label=claim.quantity,
             claimed=claim.claimed, relation_label=claim.relation, ours=ours[claim.quantity])
        for claim in _claims(needs) if claim.quantity in ours
    ]


def _claims(needs: Needs) -> tuple[Claim, ...]:
    return preset(needs.preset).claims if needs.preset in preset_ids() else ()


def _holds(claim: Claim, ours: float) -> bool:
    if claim.relation == "below":
        return ours <= claim.claimed
    if claim.relation == "above":
        return ours >= claim.claimed
    return abs(ours - claim.claimed) <= TOLERANCE * claim.claimed
