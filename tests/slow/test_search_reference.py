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
