"""Small catalogues and needs drawn at random, and a search of every row to hold the planner against."""

from __future__ import annotations

import random
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from tests.core.plans import CATALOG
from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs
from wizard.planner.explore import Explorer
from wizard.planner.models import model_of
from wizard.planner.planner import context_of
from wizard.planner.search import Judged
from wizard.planner.serving_plan import choice, explore, explorer_of
from wizard.planner.space import Space, price_of

MODELS = (
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V2",
    "google/gemma-3-27b-it",
)


@cache
def sold() -> tuple[Accelerator, ...]:
    """Return accelerators that some machine takes."""
    taken = {name for system in CATALOG.systems.values() for name in system.accelerators}
    return tuple(a for a in CATALOG.accelerators.values() if a.id in taken and a.status == "current" and a.price)


def small_catalog(seed: int) -> Catalog:
    """Return the catalogue with three to eight accelerators, their specifications off by up to a third."""
    dice = random.Random(seed)
    kept = dice.sample(sold(), dice.randint(3, 8))

    def other(a: Accelerator) -> Accelerator:
        def off(value: float | None) -> float | None:
            return None if value is None else value * dice.uniform(0.75, 1.33)

        memory = dice.uniform(0.75, 1.33)
        return replace(
            a, memory_bytes=int(a.memory_bytes * memory), memory_gb=a.memory_gb * memory,
            bandwidth_gb_s=off(a.bandwidth_gb_s), fp16_tflops=off(a.fp16_tflops), fp8_tflops=off(a.fp8_tflops),
            tdp_w=off(a.tdp_w),
        )

    catalog = copy(CATALOG)
    vars(catalog)["accelerators"] = MappingProxyType({a.id: other(a) for a in kept})
    return catalog


def small_needs(seed: int) -> Needs:
    """Return needs whose answers pull in different directions."""
    dice = random.Random(seed * 7919 + 1)

    def maybe(share: float, *values: object) -> object:
        return dice.choice(values) if dice.random() < share else None

    return needs_from({
        "model": dice.choice(MODELS),
        "workload": {
            "concurrent_users": maybe(0.75, 1, 3, 8, 20, 57, 130, 400), "requests_per_s": maybe(0.15, 0.2, 3, 20),
            "think_time_s": dice.choice([0, 0, 0, 0, 20]), "prompt_tokens": dice.choice([200, 1500, 6000, 20_000]),
            "output_tokens": dice.choice([50, 300, 1000]), "growth_per_year": dice.choice([0, 0.05, 0.2]),
        },
        "targets": {"ttft_ms": maybe(0.6, 400, 1000, 2500, 8000), "tpot_ms": maybe(0.6, 15, 30, 60, 100),
                    "e2e_ms": maybe(0.1, 5000, 30_000),
                    "output_tok_s": maybe(0.2, 20, 200, 3000), "requests_per_s": maybe(0.05, 0.2, 2)},
        "budget": {"purchase": maybe(0.3, "20000", "90000", "400000")},
        "precision": {"weights": dice.choice(["auto", "auto", "auto", "native", "int4"]),
                      "kv_cache": dice.choice(["auto", "auto", "bf16", "fp8"])},
        "constraints": {
            "acquisition": dice.choice(["own", "own", "cloud", "either"]), "max_accelerators": maybe(0.15, 2, 8, 32),
            "max_power_w": maybe(0.1, 2000, 8000), "availability": dice.choice(["n", "n", "n", "n+1", "2n"]),
            "accelerator_count": maybe(0.1, 1, 4, 6),
        },
    })


@dataclass(frozen=True)
class Choice:
    """What a search chose: its price, and device, layout, formats, engine and users of each replica."""

    price: float
    row: tuple[int, ...]


def fast(needs: Needs, catalog: Catalog) -> dict[str, Choice]:
    """Return the planner's choice for each role, best first."""
    explorer = _explorer(needs, catalog)
    if explorer is None:
        return {}
    explore(explorer)
    chosen = choice(explorer, explorer.judged(1.0))
    return {role: _choice(at, row) for role, (at, row) in chosen.items()}


def slow(needs: Needs, catalog: Catalog) -> dict[str, Choice]:
    """Return the choice for each role after estimating and judging every row."""
    explorer = _explorer(needs, catalog)
    if explorer is None:
        return {}
    minimum = _best_of_all(explorer.space, 1.0)
    if minimum is None:
        return {}
    demand = explorer.space.demand
    if not demand.stated:
        return {"recommended": minimum}
    reserve = _best_of_all(explorer.space, demand.factor("recommended"))
    growth = _best_of_all(explorer.space, demand.factor("headroom"), without=("budget", "budget_month"))
    chosen = {"minimum": minimum, "recommended": reserve or minimum, "headroom": growth}
    return {role: found for role, found in chosen.items() if found}


def _explorer(needs: Needs, catalog: Catalog) -> Explorer | None:
    return explorer_of(needs, model_of(needs, catalog), context_of(needs, catalog, "USD"))[0]


def _best_of_all(space: Space, factor: float, without: tuple[str, ...] = ()) -> Choice | None:
    users = space.demand.grid(factor)
    group, step = np.indices((space.groups.size, users.size)).reshape(2, -1)
    candidates, columns = space.estimates.of(group, users[step])
    every = Judged(space, candidates, columns, *space.judge(candidates, columns, factor), group)
    kept = np.ones(group.size, dtype=bool)
    for requirement in every.found:
        if requirement.code not in without:
            kept &= requirement.met
    row = every.best(kept)
    if row is None:
        return None
    assert price_of(every.builds)[row] == price_of(every.builds)[kept].min()
    return _choice(every, row)


def _choice(found: Judged, row: int) -> Choice:
    names = ("device", "tp", "pp", "dp", "ep", "dcp", "weights", "kv", "engine", "users")
    return Choice(float(price_of(found.builds)[row]), tuple(int(getattr(found.candidates, n)[row]) for n in names))
