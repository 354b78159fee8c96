from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.catalog.architecture import parameter_groups, tensors
from wizard.catalog.architecture_layers import dense_ffn_layers, layer_kinds, moe_layers
from wizard.catalog.architecture_traits import is_listed
from wizard.catalog.catalog import Catalog

CATALOG = Catalog()
MODELS = CATALOG.models

PUBLISHED = {
    "deepseek-ai/deepseek-llm-67b-base": 67_425_001_472,
    "deepseek-ai/DeepSeek-V2": 235_741_434_880,
    "deepseek-ai/DeepSeek-V3": 671_026_419_200,
    "deepseek-ai/DeepSeek-V3.2": 671_877_944_064,
    "deepseek-ai/DeepSeek-V4-Flash": 284_332_240_471,
    "meta-llama/Llama-3.1-8B-Instruct": 8_030_261_248,
    "meta-llama/Llama-3.1-405B-Instruct": 405_853_388_800,
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct": 400_711_848_960,
    "Qwen/Qwen3-235B-A22B": 235_093_634_560,
    "Qwen/Qwen3-Next-80B-A3B-Instruct": 79_674_391_296,
    "Qwen/Qwen3.5-27B": 26_895_998_464,
    "google/gemma-3-27b-it": 27_009_346_304,
    "google/gemma-4-26B-A4B-it": 25_233_141_790,
    "openai/gpt-oss-120b": 116_829_156_672,
    "moonshotai/Kimi-K3": 2_779_481_795_168,
    "MiniMaxAI/MiniMax-M1-40k": 456_089_655_296,
    "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16": 549_308_993_536,
    "ibm-granite/granite-4.0-h-small": 32_207_337_984,
    "LiquidAI/LFM2-1.2B": 1_170_340_608,
    "ai21labs/Jamba-v0.1": 51_570_323_328,
    "state-spaces/mamba-2.8b-hf": 2_768_345_600,
    "databricks/dbrx-base": 131_596_523_520,
    "bigscience/bloom": 176_247_271_424,
    "EleutherAI/gpt-neox-20b": 20_554_567_680,
    "BAAI/bge-m3": 567_754_752,
    "openai/whisper-large-v3": 1_543_490_560,
}


@pytest.mark.parametrize(("model", "total"), PUBLISHED.items())
def test_published_totals_to_the_unit(model: str, total: int) -> None:
    groups = parameter_groups(MODELS[model])
    assert groups.exact
    assert groups.total == total


def test_recomputed_totals_agree_and_others_give_a_reason() -> None:
    off = []
    for model in MODELS.values():
        groups = parameter_groups(model)
        if not groups.exact or abs(groups.total / model.total_params - 1) > 0.001:
            off.append(model)
    assert len(off) <= 0.1 * len(MODELS)
    assert [m.id for m in off if not m.notes] == []


def test_at_least_300_models_have_a_full_architecture() -> None:
    assert sum(parameter_groups(m).exact for m in MODELS.values()) >= 300


def test_every_architecture_of_the_catalogue_is_known() -> None:
    known = [m for m in MODELS.values() if parameter_groups(m).exact]
    assert {m.hf_architecture for m in known if not is_listed(m.hf_architecture)} == set()


def test_active_parameters_of_mixtures_are_stated_ones() -> None:
    groups = parameter_groups(MODELS["deepseek-ai/DeepSeek-V3"])
    assert groups.active == 37_552_297_472
    assert groups.active_without_embedding == 36_625_618_432
    assert groups.routed_experts == 58 * 256 * 3 * 7168 * 2048
    assert groups.mtp == 13_463_426_304


def test_active_is_never_more_than_total() -> None:
    for model in MODELS.values():
        groups = parameter_groups(model)
        assert 0 < groups.active <= groups.total, model.id
        assert groups.active_without_embedding <= groups.active


def test_dense_models_are_active_in_full() -> None:
    groups = parameter_groups(MODELS["Qwen/Qwen3-32B"])
    assert groups.active == groups.total
    assert groups.active - groups.active_without_embedding == groups.embedding == 151_936 * 5120


def test_a_tied_embedding_is_counted_once() -> None:
    groups = parameter_groups(MODELS["Qwen/Qwen2.5-0.5B"])
    assert groups.head == 0
    assert groups.active_without_embedding == groups.total


def test_an_unknown_architecture_keeps_its_stated_total() -> None:
    model = replace(MODELS["Qwen/Qwen3-32B"], layers=None)
    groups = parameter_groups(model)
    assert tensors(model) == ()
    assert not groups.exact
    assert groups.other == groups.total == model.total_params


def test_every_layer_has_one_letter() -> None:
    for model in MODELS.values():
        if model.layers:
            assert len(layer_kinds(model)) == model.layers, model.id


def test_layers_are_dense_or_mixtures() -> None:
    llama4 = MODELS["meta-llama/Llama-4-Maverick-17B-128E-Instruct"]
    assert moe_layers(llama4) == tuple(range(1, 48, 2))
    assert dense_ffn_layers(llama4) == tuple(range(0, 48, 2))
    nemotron = MODELS["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"]
    assert len(moe_layers(nemotron)) == nemotron.layer_pattern.count("E")


@given(
    layers=st.integers(1, 64), heads=st.integers(1, 32), groups=st.integers(1, 4), width=st.integers(64, 4096),
    vocabulary=st.integers(100, 200_000),
)
def test_llama_like_totals_follow_the_closed_formula(
    layers: int, heads: int, groups: int, width: int, vocabulary: int
) -> None:
    hidden, kv = heads * groups * 64, heads
    model = replace(
        MODELS["meta-llama/Llama-3.1-8B-Instruct"], layers=layers, hidden_size=hidden, heads=heads * groups,
        kv_heads=kv, head_dim=64, intermediate_size=width, vocab_size=vocabulary, full_layers=layers,
    )
    per_layer = 2 * hidden * hidden + 2 * hidden * kv * 64 + 3 * hidden * width + 2 * hidden
    assert parameter_groups(model).total == layers * per_layer + 2 * vocabulary * hidden + hidden


def test_groups_add_up() -> None:
    for model in MODELS.values():
        groups = parameter_groups(model)
        if groups.exact:
            assert groups.total == sum(t.elements for t in tensors(model)), model.id
