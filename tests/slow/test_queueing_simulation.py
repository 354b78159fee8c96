"""The queueing formulas against long simulations of the same replica, over loads, bursts, thought and full replicas.

Errors that were seen (and that the bands of percentiles allow for): means 3 %, p50 6 %, p95 12 %, p99 25 %; in waves,
which the formulas take as batches and the simulation as gamma gaps, they are too careful: p95 up to 30 % above.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.queueing_cases import Load, formulas, simulated

VARIED = {"prompt_cv": 0.96, "output_cv": 0.77}


@pytest.mark.parametrize(("load", "wider"), [
    (Load(rate=3.0, **VARIED), 1.0),  # type: ignore[arg-type]
    (Load(rate=6.0, **VARIED), 1.0),  # type: ignore[arg-type]
    (Load(rate=7.0, prompt_cv=0.3, output_cv=1.5), 1.0),
    (Load(rate=6.0, scv=4.0, **VARIED), 2.0),  # type: ignore[arg-type]
    (Load(rate=6.0, scv=9.0, **VARIED), 2.5),  # type: ignore[arg-type]
    (Load(users=16, **VARIED), 1.0),  # type: ignore[arg-type]
    (Load(users=100, **VARIED), 1.0),  # type: ignore[arg-type]
    (Load(users=150, think_s=20.0, **VARIED), 1.0),  # type: ignore[arg-type]
    (Load(users=64, most=32, prompt_cv=0.3, output_cv=0.5), 1.0),
])
@pytest.mark.slow
def test_long_runs_agree(load: Load, wider: float) -> None:
    ours, real = formulas(load), simulated(load, 20_000, 11)
    for name in ("ttft", "tpot", "e2e"):
        mine, seen = getattr(ours, name), getattr(real, name)
        assert mine.mean() == pytest.approx(seen.mean(), rel=0.06 * wider), name
        for share, most in ((0.5, 0.08), (0.95, 0.14), (0.99, 0.25)):
            assert np.quantile(mine, share) == pytest.approx(np.quantile(seen, share), rel=most * wider), (name, share)
