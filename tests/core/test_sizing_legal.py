"""Layouts, formats and engines that are possible."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H100, LLAMA_8B, LLAMA_70B, case, catalog
from wizard.sizing.device_columns import FAMILIES, DeviceColumns, family_of
from wizard.sizing.formats import BYTES_PER_ELEMENT, FORMATS, matrix_peak
from wizard.sizing.legal import RULES, broken_rules, caches_fp8, engines_for, formats_supported, runs_layout


def broken(rule: str, **layout: float) -> bool:
    x = case(layout.pop("model", LLAMA_70B), **layout)  # type: ignore[arg-type]
    return bool(broken_rules(x, np.array([8.0]))[0] >> RULES.index(rule) & 1)


def test_a_plain_layout_breaks_no_rule() -> None:
    assert broken_rules(case(LLAMA_70B, tp=8), np.array([8.0]))[0] == 0


@pytest.mark.parametrize(("rule", "layout"), [
    ("heads_not_divisible", {"tp": 3}), ("no_experts", {"ep": 2}), ("outside_domain", {"tp": 16}),
    ("more_stages_than_layers", {"pp": 81}), ("kv_heads_not_divisible", {"tp": 3}),
])
def test_what_cannot_be_is_named(rule: str, layout: dict[str, float]) -> None:
    assert broken(rule, **layout)


def test_experts_are_dealt_in_equal_numbers() -> None:
    masks = broken_rules(case(DEEPSEEK, ep=np.array([8.0, 24.0])), np.array([8.0]))
    assert (masks >> RULES.index("experts_not_divisible") & 1).tolist() == [0, 1]


def test_formats_follow_the_silicon() -> None:
    chips = catalog().accelerators
    assert "fp8" not in formats_supported(chips["a100_sxm_80"])
    assert "fp8" in formats_supported(chips[H100])
    assert "fp4" not in formats_supported(chips[H100])
    assert "fp4" in formats_supported(chips["b200_sxm_180"])


def test_engines_follow_chip_and_model() -> None:
    chips, models = catalog().accelerators, catalog().models
    assert "vllm" in engines_for(chips[H100], models[LLAMA_8B])
    assert engines_for(chips["apple_m2_ultra"], models[LLAMA_8B]) == ("llama.cpp",)
    assert "tensorrt-llm" not in engines_for(chips["mi300x"], models[LLAMA_8B])


def test_an_fp8_cache_needs_engine_silicon_and_kernel() -> None:
    chips, models = catalog().accelerators, catalog().models
    assert caches_fp8("vllm", chips["rtx_4090"], models[LLAMA_8B])
    assert not caches_fp8("vllm", chips["a100_sxm_80"], models[LLAMA_8B])
    assert not caches_fp8("llama.cpp", chips["rtx_4090"], models[LLAMA_8B])
    assert caches_fp8("vllm", chips[H100], models[DEEPSEEK])
    assert not caches_fp8("vllm", chips["rtx_4090"], models[DEEPSEEK])


def test_engines_know_their_layouts() -> None:
    assert runs_layout("vllm", dp=8, tp=1, ep=8, spans_nodes=True)
    assert not runs_layout("llama.cpp", dp=1, tp=1, ep=2, spans_nodes=False)
    assert not runs_layout("tensorrt-llm", dp=2, tp=4, ep=8, spans_nodes=False)
    assert not runs_layout("tensorrt-llm", dp=1, tp=8, ep=1, spans_nodes=True)


def test_fp8_runs_in_16_bit_where_the_chip_lacks_it() -> None:
    nan, peak = np.array([np.nan]), np.array([312e12])
    assert matrix_peak(np.array([FORMATS.index("fp8")]), peak, nan, nan, nan)[0] == 312e12


def test_narrower_formats_are_smaller() -> None:
    sizes = [BYTES_PER_ELEMENT[FORMATS.index(f)] for f in ("bf16", "gguf_q8", "gguf_q6", "gguf_q4_k", "gguf_q2")]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("accelerator", "family"), [
    (H100, "hopper"), ("b200_sxm_180", "blackwell-dc"), ("rtx_5090", "blackwell"), ("a100_sxm_80", "ampere-dc"),
    ("rtx_3090", "ampere"), ("l40s", "ada"), ("mi300x", "cdna3"), ("apple_m1", "apple"), ("gaudi2", "gaudi"),
    ("dgx_spark_gb10", "nvidia-unified"), ("ryzen_ai_max_395", "amd-unified"), ("cambricon_mlu590", "other"),
])
def test_families(accelerator: str, family: str) -> None:
    assert family_of(catalog().accelerators[accelerator]) == family


def test_every_accelerator_becomes_columns() -> None:
    for accelerator in catalog().accelerators.values():
        columns = DeviceColumns.of(accelerator)
        assert columns.link_bandwidth[0] > 0
        assert FAMILIES[int(columns.family[0])] in FAMILIES
