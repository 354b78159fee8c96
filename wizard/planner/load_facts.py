"""What the plan assumes of the traffic and the engine's settings, and what the load sees of the chosen option."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.plan import Fact, Option
from wizard.planner.traffic import beside
from wizard.sizing.composition import most_sequences
from wizard.sizing.operators import default_chunk
from wizard.units import GIB


def load_facts(needs: Needs, model: Model, catalog: Catalog, option: Option) -> Iterator[Fact]:
    """Yield the assumed settings beside the speeds, and what the stated load leads to."""
    yield _fact("settings", chunk=default_chunk(option.engine), sequences=most_sequences(option.engine),
                kv=option.kv_precision.upper(), arrival_label=_arrival(needs))
    load = needs.workload
    if load.prompt_variation or load.output_variation:
        yield _fact("lengths_vary", prompt=load.prompt_tokens, prompt_cv=round(100 * load.prompt_variation),
                    output=load.output_tokens, output_cv=round(100 * load.output_variation),
                    longest=option.max_context_tokens)
    seen = option.estimates
    if "ttft_p99_ms" in seen:
        yield _fact("latency_spread", p50=seen["ttft_p50_ms"].value, p95=seen["ttft_p95_ms"].value,
                    p99=seen["ttft_p99_ms"].value, gap=seen["itl_p95_ms"].value)
    if "goodput_share" in seen:
        share, rate = seen["goodput_share"], seen["goodput_requests_s"]
        yield _fact("goodput", share=round(100 * share.value, 1), low=round(100 * share.low, 1), rate=rate.value)
    if load.batch_share:
        yield _fact("batch_requests", share=round(100 * load.batch_share))
    yield from _beside(needs, model, catalog)


def _beside(needs: Needs, model: Model, catalog: Catalog) -> Iterator[Fact]:
    found = beside(needs, model, catalog)
    if found.draft is not None:
        a, k = found.acceptance, found.draft_tokens
        stated = needs.speculation.acceptance is not None
        yield _fact("speculation", method_label=needs.speculation.method, guesses=k, acceptance=a,
                    stated_label="stated" if stated else "typical", tokens=(1 - a ** (k + 1)) / (1 - a),
                    gib=found.draft_bytes / GIB)
    if found.adapter_bytes:
        yield _fact("adapters", count=needs.adapters.count, rank=needs.adapters.rank, gib=found.adapter_bytes / GIB)


def _arrival(needs: Needs) -> str:
    load = needs.workload
    if load.concurrent_users is not None or (load.requests_per_s is None and load.tokens_per_day is None):
        return "arrival_users"
    if load.arrival_scv == 1:
        return "arrival_poisson"
    return "arrival_waves" if load.arrival_scv > 1 else "arrival_even"


def _fact(code: str, **fields: object) -> Fact:
    return Fact(code=code, fields=MappingProxyType(fields))
