"""Nothing is shown that has no source: every row of every table names one, and what is estimated says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.plans import CATALOG
from wizard.catalog.records import Price

TABLES = ("accelerators", "systems", "components", "cloud", "economics", "models", "api_prices", "conflicts", "stacks")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_sources_that_exist(table: str) -> None:
    rows: dict[str, Any] = dict(getattr(CATALOG, table))
    assert rows
    for id_, row in rows.items():
        assert row.sources, id_
        assert set(row.sources) <= CATALOG.sources.keys(), id_
        assert len(set(row.sources)) == len(row.sources), id_


@pytest.mark.parametrize("table", TABLES)
def test_what_rests_on_an_estimate_says_which_fields(table: str) -> None:
    for id_, row in getattr(CATALOG, table).items():
        marked = getattr(row, "estimated", None)
        if marked is None:
            continue
        if {CATALOG.sources[key].kind for key in row.sources} == {"estimate"}:
            assert marked, id_
        for field in marked:
            assert getattr(row, field) not in (None, ""), f"{id_}: {field} is marked and blank"


@pytest.mark.parametrize("table", ["accelerators", "systems", "components"])
def test_every_price_has_a_day_a_class_and_a_source(table: str) -> None:
    for id_, row in getattr(CATALOG, table).items():
        price: Price | None = row.price
        if price is None:
            continue
        assert price.source in CATALOG.sources, id_
        assert price.kind != "yours", id_
        if price.kind == "estimate" or CATALOG.sources[price.source].kind == "estimate":
            assert price.low_usd is not None, id_
            assert price.high_usd is not None, id_
            assert price.low_usd <= price.usd <= price.high_usd, id_


def test_running_costs_have_ranges_but_for_what_is_exact() -> None:
    for row in CATALOG.economics.values():
        if row.category not in {"vat", "fx"}:
            assert row.low is not None, row.id
            assert row.high is not None, row.id


def test_every_published_source_can_be_found_again() -> None:
    for source in CATALOG.sources.values():
        assert source.publisher, source.id
        assert source.document, source.id
        assert source.address.startswith("https://") or source.kind in {"estimate", "market"}, source.id


def test_no_model_rests_on_general_knowledge_alone() -> None:
    assert CATALOG.sources["hf-card"].kind == "estimate"
    known = [m for m in CATALOG.models.values() if "hf-card" in m.sources]
    assert len(known) <= 3
    for model in known:
        others = {CATALOG.sources[key].kind for key in model.sources if key not in {"hf-card", "engine-registries"}}
        assert others - {"estimate"}, model.id


def test_every_conflict_shows_what_was_chosen_and_why() -> None:
    assert len(CATALOG.conflicts) > 40
    for conflict in CATALOG.conflicts.values():
        assert conflict.chosen not in conflict.others, conflict.id
        assert conflict.reason, conflict.id
