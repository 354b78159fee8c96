"""Many small catalogues: the planner's choice is that of a search of every row."""

from __future__ import annotations

import pytest

from tests.core.search_cases import fast, slow, small_catalog, small_needs

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("block", range(12))
def test_the_choice_is_that_of_a_search_of_every_row(block: int) -> None:
    feasible = 0
    for seed in range(10_000 + 50 * block, 10_050 + 50 * block):
        catalog, needs = small_catalog(seed), small_needs(seed)
        chosen = fast(needs, catalog)
        assert chosen == slow(needs, catalog), seed
        feasible += bool(chosen)
    assert feasible > 10


@pytest.mark.parametrize("block", range(2))
def test_so_it_is_where_late_requests_are_promised_something(block: int) -> None:
    feasible = 0
    for seed in range(20_000 + 50 * block, 20_050 + 50 * block):
        catalog, needs = small_catalog(seed), small_needs(seed)
        load = needs.workload.model_copy(update={"prompt_cv": (0.0, 0.7, 1.5)[seed % 3], "arrival_scv": 1.0 + seed % 2})
        targets = needs.targets.model_copy(update={"percentile": (50, 90, 95, 99)[seed % 4]})
        needs = needs.model_copy(update={"workload": load, "targets": targets})
        chosen = fast(needs, catalog)
        assert chosen == slow(needs, catalog), seed
        feasible += bool(chosen)
    assert feasible > 10
