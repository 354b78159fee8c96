"""Figures that guides get wrong, and promises about what the catalogue holds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand
from wizard.units import GIB, MIB

CATALOG = Catalog()


@pytest.mark.parametrize(
    ("id_", "column", "value"),
    [
        ("h100_sxm_80", "fp16_tflops", 989.4), ("h100_sxm_80", "fp8_tflops", 1978.9),
        ("h100_pcie_80", "fp16_tflops", 756),
        ("a100_sxm_80", "fp8_tflops", None), ("a100_sxm_80", "bandwidth_gb_s", 2039),
        ("a100_sxm_40", "bandwidth_gb_s", 1555), ("a100_pcie_80", "bandwidth_gb_s", 1935),
        ("l4", "fp16_tflops", 121), ("l40s", "fp16_tflops", 362), ("rtx_6000_ada", "fp16_tflops", 364.2),
        ("rtx_4090", "tdp_w", 450), ("rtx_3090", "tdp_w", 350), ("rtx_4090", "fp16_tflops", 165.2),
        ("mi300x", "memory_gb", 192), ("mi300x", "bandwidth_gb_s", 5300), ("mi325x", "memory_gb", 256),
        ("b200_sxm_180", "scaleup_gb_s", 1800), ("b200_sxm_180", "bandwidth_gb_s", 7700),
        ("b300_sxm_288", "int8_tops", 153.5), ("gaudi2", "scaleup_gb_s", 600), ("h200_sxm_141", "scaleup_gb_s", 900),
        ("t4", "bf16", False), ("v100_sxm2_32", "bf16", False), ("h100_sxm_80", "bf16", True),
        ("dgx_spark_gb10", "fp4_tflops", 500), ("jetson_thor_t5000", "fp4_tflops", 1035),
        ("a16_per_gpu", "memory_gb", 16), ("mi250", "software_devices", 2), ("ascend_910c", "software_devices", 2),
    ],
)
def test_what_guides_get_wrong(id_: str, column: str, value: float | bool | None) -> None:
    assert getattr(CATALOG.accelerators[id_], column) == value


@pytest.mark.parametrize(
    ("id_", "mib"),
    [("h100_sxm_80", 81559), ("a100_sxm_80", 81920), ("b200_sxm_180", 183359), ("b300_sxm_288", 275040),
     ("rtx_4090", 24564), ("l40s", 46068), ("t4", 15360), ("l4", 23034), ("a10", 23028)],
)
def test_memory_is_what_the_device_reports(id_: str, mib: int) -> None:
    assert CATALOG.accelerators[id_].memory_bytes == mib * MIB


def test_b200_holds_179_gib_whatever_the_box_says() -> None:
    assert round(CATALOG.accelerators["b200_sxm_180"].memory_bytes / GIB) == 179


def test_hosts_of_their_time() -> None:
    assert CATALOG.components["epyc_7763"].memory_type == "DDR4 RDIMM"
    assert CATALOG.components["epyc_9654"].memory_type == "DDR5 RDIMM"
    assert CATALOG.systems["dgx_a100"].pcie_gen == 4
    assert CATALOG.systems["dgx_a100"].base_power_w == 6500 - 8 * 400
    assert CATALOG.systems["gb200_nvl72"].max_accelerators == 72
    assert CATALOG.cloud["aws/p4d.24xlarge/us-east-1"].accelerator == "a100_sxm_40"
    assert CATALOG.cloud["aws/p5.48xlarge/us-east-1"].on_demand_usd_h == Decimal("55.04")


def test_the_whole_market_is_there() -> None:
    vendors = {a.vendor for a in CATALOG.accelerators.values()}
    assert {"NVIDIA", "AMD", "Intel", "Apple", "Google", "AWS", "Huawei", "Cambricon", "Hygon"} <= vendors
    assert len(CATALOG.accelerators) >= 300
    assert {s.kind for s in CATALOG.systems.values()} >= {"server", "workstation", "rack", "box", "edge", "mini"}


def test_every_figure_says_what_it_rests_on() -> None:
    for accelerator in CATALOG.accelerators.values():
        published = [s for s in accelerator.sources if CATALOG.sources[s].kind != "estimate"]
        assert published or accelerator.estimated, accelerator.id
    assert not [s for s in CATALOG.sources if s.startswith("idx")]


def for_sale() -> list[str]:
    return [
        a.id for a in CATALOG.accelerators.values()
        if a.price and a.form_factor != "cloud only" and a.status not in {"announced", "withdrawn"}
    ]


def test_whatever_is_for_sale_makes_a_complete_bill() -> None:
    nobody_lists = {"installation", "shipping"}
    for id_ in for_sale():
        bom = build_bom(BuildDemand(accelerator=id_, accelerators=1, weights_bytes=14e9), CATALOG)
        unpriced = {bom.lines[number - 1].category for number in bom.unpriced}
        assert unpriced <= nobody_lists, (id_, unpriced)
        assert bom.low <= bom.total <= bom.high, id_
        assert bom.power_w > 0, id_
