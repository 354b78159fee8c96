"""Every bill that the planner orders for a preset survives a second opinion."""

from __future__ import annotations

import pytest

from tests.core.costing_checker import Checker
from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand
from wizard.costing.records import Bom
from wizard.costing.terms import Terms
from wizard.needs.presets import preset, preset_ids
from wizard.planner import bills
from wizard.planner.planner import plan


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.mark.parametrize("scenario", preset_ids())
def test_bills_of_presets_are_sound(catalog: Catalog, monkeypatch: pytest.MonkeyPatch, scenario: str) -> None:
    ordered: list[tuple[BuildDemand, Bom]] = []

    def order(demand: BuildDemand, known: Catalog, terms: Terms | None = None) -> Bom:
        bom = build_bom(demand, known, terms)
        ordered.append((demand, bom))
        return bom

    monkeypatch.setattr(bills, "build_bom", order)
    answer = plan(preset(scenario).needs, catalog)
    assert [fault for demand, bom in ordered for fault in Checker(catalog, demand, bom).faults()] == []
    for option in answer.options:
        assert option.bom is not None or option.cloud_sku is not None or option.cost.capex is None
        if option.bom is not None and option.cost.capex is not None:
            assert option.cost.capex == option.bom.total
