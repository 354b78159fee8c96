"""The queue of prompts behind one prefill: the table against a simulation of its own."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.sizing.waiting import first_round, later_rounds


def simulated(users: int, slack: float, runs: int) -> tuple[float, float]:
    """Return the mean wait of the first and of the nine later rounds of users who all start at once."""
    random = np.random.default_rng(7)
    first: list[float] = []
    later: list[float] = []
    for _ in range(runs):
        asking = [(0.0, user) for user in range(users)]
        free, left = 0.0, 9 * users
        served = 0
        while asking:
            time, user = heapq.heappop(asking)
            start = max(time, free)
            (first if served < users else later).append(start - time)
            free = start + random.uniform(0.8, 1) / 0.9
            served += 1
            if left:
                left -= 1
                heapq.heappush(asking, (free + slack * users * random.uniform(0.8, 1) / 0.9, user))
    return float(np.mean(first)), float(np.mean(later))


@pytest.mark.parametrize(("users", "slack", "runs"), [(4, 2.0, 150), (16, 1.5, 50), (32, 4.0, 30), (64, 1.0, 12)])
def test_the_table_is_what_a_simulation_finds(users: int, slack: float, runs: int) -> None:
    first, later = simulated(users, slack, runs)
    assert first_round(np.array([float(users)]))[0] == pytest.approx(first, rel=0.03)
    assert later_rounds(np.array([float(users)]), np.array([slack]))[0] == pytest.approx(later, rel=0.12, abs=0.02)


@given(st.floats(1, 4000), st.floats(0.01, 1e4))
def test_a_wait_is_never_negative_nor_longer_than_all_others_take(users: float, slack: float) -> None:
    wait = later_rounds(np.array([users]), np.array([slack]))[0]
    assert 0 <= wait <= max(users - 1, 0) + 0.02


def test_nobody_waits_alone_and_little_where_answers_are_long() -> None:
    assert first_round(np.ones(1))[0] == 0
    assert later_rounds(np.ones(1), np.ones(1))[0] == 0
    assert later_rounds(np.array([256.0]), np.array([64.0]))[0] < 0.05
