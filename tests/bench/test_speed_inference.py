"""Speed of the estimates as a ratio to plain numpy work on the same machine, so that it holds on slow ones too."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tests.core.sizing_cases import LLAMA_70B, answer, case

ROWS = 200_000


def seconds(work: Callable[[], object]) -> float:
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return float(best)


def test_200_000_estimates_cost_less_than_twelve_sorts() -> None:
    # 100,000 rows/s on a core that sorts two million numbers in 0.17 s; measured: about two sorts.
    users = np.linspace(1, 500, ROWS)
    x = case(LLAMA_70B, weights="fp8", tp=8, users=users)
    numbers = np.random.default_rng(1).random(2_000_000)
    answer(x)
    assert seconds(lambda: answer(x)) < 12 * seconds(lambda: np.sort(numbers))


def test_memory_stays_small() -> None:
    import tracemalloc
    x = case(LLAMA_70B, weights="fp8", tp=8, users=np.linspace(1, 500, ROWS))
    tracemalloc.start()
    answer(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
