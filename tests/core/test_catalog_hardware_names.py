"""Accelerators are found by the names people write, and only by those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.errors import AmbiguousName, InputError, UnknownName

CATALOG = Catalog()


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("h100_sxm_80", "h100_sxm_80"), ("H100", "h100_sxm_80"), ("h100 80g", "h100_sxm_80"),
        ("NVIDIA H100 80GB HBM3", "h100_sxm_80"), ("NVIDIA H100 PCIe", "h100_pcie_80"), ("H100SXM", "h100_sxm_80"),
        ("H100 NVL 94 GB", "h100_nvl_94"), ("A100", "a100_sxm_80"), ("A100 40GB", "a100_sxm_40"),
        ("NVIDIA A100-PCIE-40GB", "a100_pcie_40"), ("A100 80GB PCIe", "a100_pcie_80"),
        ("NVIDIA A100-SXM4-80GB", "a100_sxm_80"), ("Tesla V100-SXM2-16GB", "v100_sxm2_16"), ("T4", "t4"),
        ("B200 192GB", "b200_sxm_180"), ("B200 180GB", "b200_sxm_180"), ("GB200 NVL72", "gb200_gpu"),
        ("GH200-480GB", "gh200_96"), ("H20 95GiB", "h20_96"), ("H20 141GB", "h20_141"),
        ("4090", "rtx_4090"), ("RTX 4090 24G", "rtx_4090"), ("rtx4070ti", "rtx_4070_ti"), ("RTX 3060Ti", "rtx_3060_ti"),
        ("NVIDIA GeForce RTX 4070 Ti SUPER", "rtx_4070_ti_super"), ("NVIDIA GeForce RTX 4090 D", "rtx_4090d"),
        ("RTX 4060 Ti 16GB", "rtx_4060_ti_16"), ("RTX 4090 Ada", "rtx_4090"), ("7900xtx", "rx_7900_xtx"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx_pro_6000_bw_server"),
        ("NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition", "rtx_pro_6000_bw_maxq"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "rtx_4090_laptop"),
        ("RTX PRO 6000 96GB", "rtx_pro_6000_bw_ws"), ("NVIDIA RTX 6000 Ada Generation", "rtx_6000_ada"),
        ("Quadro RTX 8000", "quadro_rtx_8000"), ("AMD Instinct MI300X OAM", "mi300x"), ("MI300X 192GB", "mi300x"),
        ("Intel(R) Arc(TM) A770 Graphics", "arc_a770"), ("Gaudi2 96GB (94.62 GiB)", "gaudi2"),
        ("Google TPU v5e", "tpu_v5e"), ("TPU trillium", "tpu_v6e"), ("Jetson AGX Orin", "jetson_agx_orin_64"),
        ("Orin NX 16GB", "jetson_orin_nx_16"), ("DGX-Spark-GB10-128GB", "dgx_spark_gb10"),
        ("strix halo", "ryzen_ai_max_395"), ("CPU-Ryzen-AI-Max-395", "cpu_ryzen_ai_max_395"),
        ("RTX PRO 4500", "rtx_pro_4500_bw"), ("A6000 Ada", "rtx_6000_ada"), ("B580", "arc_b580"),
        ("A4000", "rtx_a4000"), ("NVIDIA B300 SXM6 AC", "b300_sxm_288"), ("4090 48G 魔改", "rtx_4090_48"),
        ("2080 Ti 22G", "rtx_2080_ti_22"), ("Intel Gaudi 3 AI Accelerator", "gaudi3"), ("HL-225", "gaudi2"),
        ("Intel(R) Arc(TM) Pro B70 Graphics", "arc_pro_b70"), ("昇腾 310P3", "ascend_310p_300i_pro"),
        ("DGX Station", "gb300_ws"), ("华为昇腾910C", "ascend_910c"), ("思元590", "cambricon_mlu590"),
        ("NVIDIA GH200 480GB", "gh200_96"), ("AMD EPYC 7763 64-Core Processor", "cpu_epyc_7763"),
        ("A100 (40GB)", "a100_sxm_40"), ("H100 (PCIe)", "h100_pcie_80"), ("RTX 4090 (Laptop)", "rtx_4090_laptop"),
        ("Mac Studio M2 Ultra", "apple_m2_ultra"), ("MacBook Pro M3 Max", "apple_m3_max"), ("DGX H100", "h100_sxm_80"),
        ("T4 16GB (14.56 GiB, XFormers)", "t4"), ("H100 SXM 96GB (95 GiB)", "h100_sxm_96"),
        ("昇腾910B", "ascend_910b3"), ("华为昇腾910B3", "ascend_910b3"), ("寒武纪MLU370-X8", "cambricon_mlu370_x8"),
        ("英伟达 H100 80GB", "h100_sxm_80"), ("海光DCU K100-AI", "hygon_k100_ai"), ("ＲＴＸ　４０９０", "rtx_4090"),
        ("RTX 4090 显卡", "rtx_4090"),
    ],
)
def test_names_that_people_write(text: str, id_: str) -> None:
    assert resolve_accelerator(CATALOG, text).id == id_


@pytest.mark.parametrize(
    ("text", "id_", "memory_gb", "bandwidth"),
    [
        ("M2 Ultra 76c", "apple_m2_ultra", 192, 800), ("Apple-M3-Max-30c", "apple_m3_max", 128, 300),
        ("M4 Max 32-core GPU", "apple_m4_max", 128, 410), ("M3max_48GB", "apple_m3_max", 48, 400),
        ("Apple M4 Max 64GB", "apple_m4_max_64", 64, 546), ("M1 Max 24 core", "apple_m1_max", 64, 400),
        ("M3_16GB", "apple_m3", 16, 100), ("M2 Ultra 76核", "apple_m2_ultra", 192, 800),
    ],
)
def test_sizes_and_grades_of_one_part(text: str, id_: str, memory_gb: float, bandwidth: float) -> None:
    found = resolve_accelerator(CATALOG, text)
    assert (found.id, found.memory_gb, found.bandwidth_gb_s) == (id_, memory_gb, bandwidth)


def test_a_slower_grade_has_its_share_of_the_rates() -> None:
    full, graded = (resolve_accelerator(CATALOG, name) for name in ("M1 Ultra", "M1 Ultra 48c"))
    assert full.fp16_tflops is not None
    assert graded.fp16_tflops == pytest.approx(0.75 * full.fp16_tflops)
    assert graded.price is None


@pytest.mark.parametrize("text", ["8xH100", "H100 x8", "4x RTX 4090", "2×4090", "5090×2", "8 * A100"])
def test_a_number_of_accelerators_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InputError, match="number in its own field"):
        resolve_accelerator(CATALOG, text, where="constraints.accelerators")


@pytest.mark.parametrize("text", ["RTX 6000", "RTX 5000"])
def test_names_that_mean_two_generations_ask_back(text: str) -> None:
    with pytest.raises(AmbiguousName) as caught:
        resolve_accelerator(CATALOG, text)
    assert len(caught.value.candidates) == 2


@pytest.mark.parametrize(
    ("text", "near"),
    [("RTX 3090 (Laptop)", "rtx_3060_laptop"), ("H1000", "h100_sxm_80"), ("H100 72GB", "h100_sxm_80"),
     ("M300X", "mi300x"), ("RTX 4090 Blackwell", "rtx_4090")],
)
def test_unknown_names_come_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve_accelerator(CATALOG, text, where="here")
    assert near in caught.value.nearest
    assert caught.value.where == "here"


def test_every_part_answers_to_its_own_names() -> None:
    shared = {"RTX 5000", "RTX 6000"}
    for accelerator in CATALOG.accelerators.values():
        for name in {accelerator.id, accelerator.name, *accelerator.aliases} - shared:
            assert resolve_accelerator(CATALOG, name).id == accelerator.id, name


def test_spelling_does_not_matter() -> None:
    for accelerator in CATALOG.accelerators.values():
        for spelled in (accelerator.name.upper(), accelerator.name.replace(" ", "-"), f"  {accelerator.name}  "):
            assert resolve_accelerator(CATALOG, spelled).id == accelerator.id, spelled


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        found = resolve_accelerator(CATALOG, text)
    except InputError:
        return
    assert found.id in CATALOG.accelerators
