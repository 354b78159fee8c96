"""How long a plan takes when nothing is known yet, and when one answer changed: medians of CPU time on one core.

    python -m tests.bench.replan

``search`` is the choice among all candidates for the three roles, with every rejection; ``plan`` the whole answer with
bills, total costs and facts. The last lines are the search over a catalogue of ten times as many accelerators.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from statistics import median
from types import MappingProxyType
from typing import Any

from wizard.catalog.catalog import Catalog
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs
from wizard.planner.memo import Memo
from wizard.planner.models import model_of
from wizard.planner.planner import Planner, context_of
from wizard.planner.serving_plan import choice, explore, explorer_of

BASE: dict[str, Any] = {
    "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "workload.concurrent_users": 200,
    "workload.prompt_tokens": 2000, "workload.output_tokens": 500, "targets.ttft_ms": 2500, "targets.tpot_ms": 60,
    "budget.purchase": 360_000, "precision.weights": "auto",
}
CHANGES: dict[str, tuple[Any, ...]] = {
    "workload.concurrent_users": (201, 220, 250, 180, 150), "targets.tpot_ms": (50, 40, 70, 55, 45),
    "targets.ttft_ms": (2000, 1500, 3000, 1800, 2200), "budget.purchase": (320_000, 400_000, 250_000, 300_000, 280_000),
    "workload.prompt_tokens": (1000, 3000, 2500, 1500, 4000), "workload.output_tokens": (400, 300, 600, 700, 450),
    "precision.weights": ("fp8", "bf16", "native"),
    "model": ("Qwen/Qwen3-32B", "meta-llama/Llama-3.3-70B-Instruct", "google/gemma-3-27b-it"),
}


def needs(**changed: Any) -> Needs:
    """Return the question with some answers changed; keys are dotted."""
    data: dict[str, Any] = {}
    for key, value in (BASE | changed).items():
        part, _, name = key.rpartition(".")
        (data.setdefault(part, {}) if part else data)[name] = value
    return needs_from(data)


def search(asked: Needs, catalog: Catalog, memo: Memo) -> tuple[int, int]:
    """Search once; return the candidates considered and those estimated and remembered."""
    context = context_of(asked, catalog, "USD", memo=memo)
    explorer, _ = explorer_of(asked, model_of(asked, catalog), context)
    assert explorer is not None
    explore(explorer)
    judged = explorer.judged(1.0)
    choice(explorer, judged)
    judged.rejections()
    return explorer.space.considered, explorer.space.estimates.size


def timed(work: Callable[..., object], *asked: object) -> float:
    """Return milliseconds of CPU time."""
    start = time.process_time()
    work(*asked)
    return (time.process_time() - start) * 1e3


def tenfold(catalog: Catalog) -> Catalog:
    """Return the catalogue with nine copies of each accelerator, a little faster or slower."""
    dice = random.Random(1)

    def other(name: str, n: int) -> Any:
        a = catalog.accelerators[name]
        speed = dice.uniform(0.9, 1.1)
        return replace(a, id=f"{name}-{n}", bandwidth_gb_s=a.bandwidth_gb_s and a.bandwidth_gb_s * speed)

    found = copy(catalog)
    copies = {f"{name}-{n}": other(name, n) for name in catalog.accelerators for n in range(1, 10)}
    vars(found)["accelerators"] = MappingProxyType({**catalog.accelerators, **copies})
    vars(found)["systems"] = MappingProxyType({
        key: replace(s, accelerators=(*s.accelerators, *(f"{a}-{n}" for a in s.accelerators for n in range(1, 10))))
        for key, s in catalog.systems.items()
    })
    return found


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")


def main() -> None:
    """Print the table."""
    catalog, asked = Catalog(), needs()
    considered, estimated = search(asked, catalog, Memo())
    full = [timed(search, asked, catalog, Memo()) for _ in range(9)]
    whole = [timed(Planner(catalog).plan, asked) for _ in range(9)]
    say(f"candidates {considered:,}, estimated {estimated:,}")
    say(f"{'everything anew':28} search {median(full):6.1f} ms  plan {median(whole):6.1f} ms")
    for key, values in CHANGES.items():
        searched, planned = [], []
        # Hardware that is priced for the first time is not the search's: each question is asked once before.
        for value in values:
            search(needs(**{key: value}), catalog, Memo())
        memo, planner = Memo(), Planner(catalog)
        search(asked, catalog, memo)
        planner.plan(asked)
        for value in values:
            changed = needs(**{key: value})
            searched.append(timed(search, changed, catalog, memo))
            planned.append(timed(planner.plan, changed))
        say(f"{key:28} search {median(searched):6.1f} ms  plan {median(planned):6.1f} ms")
    for name, known in (("the catalogue", catalog), ("ten times as many", tenfold(catalog))):
        considered, estimated = search(asked, known, Memo())
        took = [timed(search, asked, known, Memo()) for _ in range(3)]
        say(f"{name:28} search {median(took):6.1f} ms  candidates {considered:,}, estimated {estimated:,}")


if __name__ == "__main__":
    main()
