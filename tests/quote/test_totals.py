"""One total everywhere: plan.json, CSV, workbook (worked out anew), UBL-shaped JSON and the paper, to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.quote.totals import bill_of, check_totals, random_plans
from wizard.catalog.catalog import Catalog


def test_random_plans_have_one_total(tmp_path: Path) -> None:
    """A quick part; tests/slow/test_costing_plans.py looks at 500."""
    seen: Counter[str] = Counter()
    for plan in random_plans(Catalog(), 3, 24):
        check_totals(plan, tmp_path, paper=plan.currency not in seen)
        seen[plan.currency] += 1
    assert seen == {"USD": 8, "CNY": 8, "EUR": 8}


def test_a_wrong_cent_is_noticed(tmp_path: Path) -> None:
    plan = next(random_plans(Catalog(), 3, 1))
    bom = bill_of(plan)
    assert plan.chosen is not None
    wrong = replace(bom, total=bom.total + Decimal("0.01"))
    with pytest.raises(AssertionError):
        check_totals(replace(plan, chosen=replace(plan.chosen, bom=wrong)), tmp_path)
