"""The same replica for the queueing formulas and for their simulation: step 12 ms + 0.15 ms per sequence, prompts at
50,000 tokens per second after 4 ms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.core.batching_simulation import Machine, Seen, arrival_times, lognormal, simulate
from wizard.sizing.cases import Floats
from wizard.sizing.queueing import Arrivals, Latency, Pace, latency

PROMPT, OUTPUT = 2000.0, 300.0


def step(batch: float) -> float:
    return 0.012 + 0.00015 * batch


def prefill(tokens: float) -> float:
    return 0.004 + 2e-5 * tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    rate: float = np.nan
    scv: float = 1.0
    users: int = 0
    think_s: float = 0.0
    prompt_cv: float = 0.0
    output_cv: float = 0.0
    most: int = 256


def formulas(load: Load) -> Latency:
    return latency(pace(load.most), Arrivals(
        rate=load.rate, scv=load.scv, users=load.users or np.nan, think_s=load.think_s, output=OUTPUT,
        output_cv=load.output_cv, prompt_cv=load.prompt_cv))


def pace(most: int = 256) -> Pace:
    batch = np.unique(np.round(np.geomspace(1, most, 24)))
    length = np.array([0.02, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0])
    return Pace(
        batch=batch, step=np.array([step(b) for b in batch]), length=length,
        alone=np.array([prefill(x * PROMPT) for x in length]), prompt=prefill(PROMPT), interference=1.0, fixed=0.0,
        chunk=prefill(8192), most=most,
    )


def simulated(load: Load, requests: int, seed: int) -> Seen:
    dice = np.random.default_rng(seed)
    arrivals: Floats | None = None if load.users else arrival_times(dice, load.rate, load.scv, requests)
    return simulate(
        Machine(step=step, prefill=prefill, most=load.most), prompts=lognormal(dice, PROMPT, load.prompt_cv, requests),
        outputs=lognormal(dice, OUTPUT, load.output_cv, requests), arrivals=arrivals, users=load.users,
        think_s=load.think_s, seed=seed,
    )


def errors(load: Load, requests: int, seed: int, share: float) -> dict[str, float]:
    """Relative errors of the formulas at a quantile, by figure."""
    ours, real = formulas(load), simulated(load, requests, seed)
    return {name: float(np.quantile(getattr(ours, name), share) / np.quantile(getattr(real, name), share) - 1)
            for name in ("ttft", "tpot", "e2e")}
