"""Two thousand random bills of materials against the second opinion, and 500 plans through every paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.costing_demands import check_random_bills
from tests.quote.totals import check_totals, random_plans
from wizard.catalog.catalog import Catalog

pytestmark = pytest.mark.slow


def test_two_thousand_plans_survive_a_second_opinion() -> None:
    check_random_bills(Catalog(), 7, 2000)


def test_five_hundred_plans_have_one_total_everywhere(tmp_path: Path) -> None:
    for plan in random_plans(Catalog(), 11, 500):
        check_totals(plan, tmp_path, paper=True)
