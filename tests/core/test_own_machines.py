"""A user's own machines, parts and instances: like known ones, checked like them, bought and rented by plans."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.core.plans import CATALOG
from wizard.catalog.catalog import Catalog
from wizard.catalog.overrides import Overrides, OwnPrice
from wizard.catalog.overrides_file import read_overrides
from wizard.catalog.own_machines import OwnComponent, OwnInstance, OwnSystem
from wizard.errors import CatalogFault
from wizard.i18n import Translator
from wizard.needs.files import dump_needs, parse_needs
from wizard.needs.presets import preset
from wizard.planner.planner import plan

DAY = date(2026, 11, 20)
BOX = {"id": "our_box", "kind": "system", "like": "srv_pcie5_4u_8dw", "name": "我们的 4 卡机", "price": "90000",
       "currency": "CNY", "max_accelerators": "4", "accelerators": "l40s; our_card", "rack_units": "2"}
CARD = {"id": "our_card", "kind": "accelerator", "like": "l40s", "price": "30000", "currency": "CNY"}
DIMM = {"id": "our_dimm", "kind": "component", "like": "", "price": "2100", "currency": "CNY", "size_gb": "64"}
CLOUD = {"id": "our_cloud", "kind": "cloud", "like": next(iter(CATALOG.cloud)), "price": "31.5", "currency": "CNY",
         "provider": "Nearby", "region": "wuhan", "accelerator": "our_card", "count": "4", "vcpu": "96"}
YUAN = {"id": "CNY", "kind": "rate", "per_usd": "7"}
DIMM["like"] = next(c.id for c in CATALOG.components.values() if c.category == "memory" and c.size_gb == 64)


def price(part: str, usd: str) -> OwnPrice:
    return OwnPrice(part=part, usd=Decimal(usd), as_of=DAY)


def laid(**rows: Any) -> Catalog:
    return CATALOG.with_overrides(Overrides(**rows))


def refused(**rows: Any) -> str:
    with pytest.raises(CatalogFault) as caught:
        laid(**rows)
    return str(caught.value)


def test_an_own_machine_is_like_a_known_one_without_its_price_and_names() -> None:
    base = CATALOG.systems["dgx_h100"]
    made = laid(systems=(OwnSystem(id="our_dgx", like="dgx_h100", rack_units=10),)).systems["our_dgx"]
    assert (made.name, made.price, made.aliases, made.sources) == ("our_dgx", None, (), ("yours",))
    assert (made.rack_units, made.accelerators, made.max_power_w) == (10, base.accelerators, base.max_power_w)
    assert "rack_units" not in (*made.derived, *made.estimated)


def test_a_machine_of_the_catalogue_can_be_corrected() -> None:
    base = CATALOG.systems["dgx_h100"]
    made = laid(systems=(OwnSystem(id="dgx_h100", weight_kg=131),)).systems["dgx_h100"]
    assert (made.weight_kg, made.price, made.name) == (131, base.price, base.name)
    assert made.sources == (*base.sources, "yours")


def test_a_smaller_machine_does_not_draw_what_the_larger_does() -> None:
    base = next(s for s in CATALOG.systems.values() if s.max_accelerators == 8 and s.accelerator_slots == 8)
    made = laid(systems=(OwnSystem(id="half", like=base.id, max_accelerators=4),)).systems["half"]
    assert (made.max_accelerators, made.accelerator_slots, made.max_power_w, made.rails) == (4, 4, None, None)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (OwnSystem(id="x"), "column like"),
        (OwnSystem(id="x", like="dgx_h10"), "dgx_h100"),
        (OwnSystem(id="x", like="dgx_h100", accelerators=("l40s",)), "column accelerators"),
        (OwnSystem(id="x", like="dgx_h100", accelerators=("h1000",)), "h1000"),
        (OwnSystem(id="x", like="dgx_h100", includes=("fridge",)), "column includes"),
        (OwnSystem(id="x", like="dgx_h100", max_power_w=900), "column max_power_w"),
        (OwnSystem(id="x", like="dgx_h100", rack_units=500), "column rack_units"),
    ],
)
def test_impossible_machines_are_refused(own: OwnSystem, said: str) -> None:
    complaint = refused(systems=(own,))
    assert complaint.startswith("overrides.systems x")
    assert said in complaint


def test_an_own_part_is_checked() -> None:
    module = next(c for c in CATALOG.components.values() if c.category == "memory")
    made = laid(components=(OwnComponent(id="d", like=module.id, size_gb=96),), prices=(price("d", "400"),))
    assert (made.components["d"].size_gb, made.components["d"].category) == (96, "memory")
    assert (made.components["d"].name, made.components["d"].sources) == ("d", ("yours",))
    said = refused(components=(OwnComponent(id="d", like=module.id, size_gb=100),))
    assert "overrides.components d, column size_gb" in said


def test_an_own_instance_needs_a_price_and_takes_none_of_its_relative_s() -> None:
    base = next(s for s in CATALOG.cloud.values() if s.spot_usd_h is not None)
    own = OwnInstance(id="ours", like=base.id, provider="Nearby", region="wuhan", count=2)
    assert "its price per hour" in refused(instances=(own,))
    made = laid(instances=(own,), prices=(price("ours", "3.5"),)).cloud["ours"]
    assert (made.on_demand_usd_h, made.spot_usd_h, made.reserved_1y_usd_h) == (Decimal("3.5"), None, None)
    assert (made.as_of, made.provider, made.count, made.accelerator) == (DAY, "Nearby", 2, base.accelerator)
    wrong = own.model_copy(update={"accelerator": "h1000"})
    assert "column accelerator" in refused(instances=(wrong,), prices=(price("ours", "3.5"),))


def read(tmp_path: Path, *rows: dict[str, str]) -> Overrides:
    path = tmp_path / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as f:
        table = csv.DictWriter(f, list(dict.fromkeys(column for row in rows for column in row)))
        table.writeheader()
        table.writerows(rows)
    return read_overrides(path, DAY, CATALOG)


def test_a_table_describes_all_of_them_and_they_stay_in_the_project(tmp_path: Path) -> None:
    found = read(tmp_path, BOX, CARD, DIMM, CLOUD, YUAN)
    full = CATALOG.with_overrides(found)
    box = full.systems["our_box"]
    assert (box.name, box.accelerators, box.max_accelerators) == ("我们的 4 卡机", ("l40s", "our_card"), 4)
    assert box.price is not None
    assert (box.price.kind, round(box.price.usd, 2)) == ("yours", Decimal("12857.14"))
    assert full.cloud["our_cloud"].on_demand_usd_h == Decimal("4.5")
    assert full.components["our_dimm"].price is not None
    needs = preset("S08").needs.model_copy(update={"overrides": found})
    assert parse_needs(dump_needs(needs)).overrides == found
    later = Overrides(systems=(OwnSystem(id="our_box", like="dgx_h100"),))
    assert found.merged(later).systems == later.systems


@pytest.mark.parametrize(
    ("row", "change", "where"),
    [
        (BOX, {"accelerators": "l40s;our_cart"}, "row 2, column accelerators"),
        (BOX, {"rack_units": "900"}, "row 2, column rack_units"),
        (BOX, {"like": "srv_pcie5_4u_9dw"}, "row 2, column like"),
        (BOX, {"max_accelerators": "100000"}, "row 2, column max_accelerators"),
        (BOX, {"includes_accelerators": "perhaps"}, "row 2, column includes_accelerators"),
        (BOX, {"notes": "=1+1"}, "row 2, column notes"),
        (DIMM, {"size_gb": "65"}, "row 2, column size_gb"),
        (DIMM, {"provider": "Nearby"}, "row 2: a row of this kind has no column provider"),
        (CLOUD, {"accelerator": "our_cart"}, "row 2, column accelerator"),
        (CLOUD, {"price": "", "currency": ""}, "row 2, column price_usd"),
        (CLOUD, {"count": "0"}, "row 2, column count"),
        (CLOUD, {"currency": "CNX"}, "row 2, column currency"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(
    tmp_path: Path, row: dict[str, str], change: dict[str, str], where: str,
) -> None:
    with pytest.raises(CatalogFault) as caught:
        read(tmp_path, row | change, CARD)
    assert where in str(caught.value)
    assert Translator("zh_CN").error(caught.value) != str(caught.value)


def test_a_plan_buys_the_own_machine_where_it_is_the_cheapest() -> None:
    asked = preset("S08").needs
    before = plan(asked, CATALOG).chosen
    assert before is not None
    assert before.bom is not None
    base = CATALOG.systems[before.bom.system]
    own = Overrides(systems=(OwnSystem(id="bargain", like=base.id, name="Bargain"),), prices=(price("bargain", "1"),))
    after = plan(asked.model_copy(update={"overrides": own}), CATALOG).chosen
    assert after is not None
    assert after.bom is not None
    assert after.bom.system == "bargain"
    line = next(line for line in after.bom.lines if line.part == "bargain")
    assert (line.price_kind, line.stale) == ("yours", False)
