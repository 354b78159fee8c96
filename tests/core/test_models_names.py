from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.catalog.catalog import Catalog
from wizard.catalog.model_names import resolve_likely, resolve_model, resolve_surely, same_architecture, split_precision
from wizard.errors import AmbiguousName, UnknownName

CATALOG = Catalog()

NAMES = {
    "deepseek-ai/DeepSeek-R1": "deepseek-ai/DeepSeek-R1", "DeepSeek R1 满血版": "deepseek-ai/DeepSeek-R1",
    "DeepSeek-R1 671B": "deepseek-ai/DeepSeek-R1", "nvidia/DeepSeek-R1-0528-FP4": "deepseek-ai/DeepSeek-R1-0528",
    "/models/DeepSeek-V3.2": "deepseek-ai/DeepSeek-V3.2",
    "deepseek-r1:32b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "deepseek-r1:70b": "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
    "DeepSeek-R1-Distill-Qwen-14B-Q4_K_M.gguf": "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
    "deepseek2 671B Q4_K - Medium [671.03B]": "deepseek-ai/DeepSeek-V3",
    "通义千问2.5 72B": "Qwen/Qwen2.5-72B", "千问3 32B": "Qwen/Qwen3-32B", "通义千问3-235B-A22B": "Qwen/Qwen3-235B-A22B",
    "Qwen3 30B": "Qwen/Qwen3-30B-A3B", "qwen3:30b": "Qwen/Qwen3-30B-A3B", "qwen3-coder:30b":
    "Qwen/Qwen3-Coder-30B-A3B-Instruct", "Qwen/Qwen3-32B-FP8": "Qwen/Qwen3-32B",
    "Qwen3-30B-A3B-GPTQ-Int4": "Qwen/Qwen3-30B-A3B", "ＱＷＥＮ３－８Ｂ": "Qwen/Qwen3-8B",
    "qwen2.5-coder:32b-instruct-q4_K_M": "Qwen/Qwen2.5-Coder-32B-Instruct",
    "llama3.1:8b-instruct-q4_K_M": "meta-llama/Llama-3.1-8B-Instruct",
    "Meta-Llama-3.1-70B-Instruct-FP8": "meta-llama/Llama-3.1-70B-Instruct",
    "LLaMA v2 13B": "meta-llama/Llama-2-13b-hf", "llama-2-70b 4bit": "meta-llama/Llama-2-70b-hf",
    "Llama 3.3 70B": "meta-llama/Llama-3.3-70B-Instruct", "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic":
    "meta-llama/Llama-3.3-70B-Instruct", "llama 8B Q4_K - Medium [8.03B]": "meta-llama/Llama-3.1-8B-Instruct",
    "Hermes 2 Pro Mistral 7B: Hermes-2-Pro-Mistral-7B.Q4_0.gguf": "mistralai/Mistral-7B-v0.1",
    "mixtral:8x7b": "mistralai/Mixtral-8x7B-Instruct-v0.1", "gemma4:e4b": "google/gemma-4-E4B-it",
    "gemma-3-27b-it-qat-Q4_0.gguf": "google/gemma-3-27b-it", "gpt-oss:120b": "openai/gpt-oss-120b",
    "gpt-oss-20b-mxfp4": "openai/gpt-oss-20b", "智谱 GLM-4.6": "zai-org/GLM-4.6",
    "GLM-4.5-Air-FP8": "zai-org/GLM-4.5-Air",
    "月之暗面 K2": "moonshotai/Kimi-K2-Instruct", "kimi k2 thinking": "moonshotai/Kimi-K2-Thinking",
    "minimax-m2 230B.A10B Q6_K [228.69B]": "MiniMaxAI/MiniMax-M2",
    "TheBloke/Luna-AI-Llama2-Uncensored-GGUF (Llama-2-7B)": "meta-llama/Llama-2-7b-hf",
    "Yi 34B": "01-ai/Yi-34B", "Nemotron V3 Super 120B": "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16",
    "whisper large v3": "openai/whisper-large-v3", "bge-m3": "BAAI/bge-m3",
    "deepseek-r1:latest": "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "deepseek-v2:16b": "deepseek-ai/DeepSeek-V2-Lite",
    "hf.co/unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M": "Qwen/Qwen3-30B-A3B", "深度求索 R1 蒸馏 32B":
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "https://huggingface.co/Qwen/Qwen3-32B": "Qwen/Qwen3-32B",
    "Llama-3.3-70B-Instruct-Q4_K_M-00001-of-00002.gguf": "meta-llama/Llama-3.3-70B-Instruct",
    "mistral-small": "mistralai/Mistral-Small-3.2-24B-Instruct-2506", "qwen2.5vl:72b": "Qwen/Qwen2.5-VL-72B-Instruct",
    "Mistral Large 2": "mistralai/Mistral-Large-Instruct-2407", "command-r-plus:104b": "CohereLabs/c4ai-command-r-plus",
    "unsloth/DeepSeek-R1-0528-GGUF:Q4_K_XL": "deepseek-ai/DeepSeek-R1-0528", "智谱清言 4.5 Air": "zai-org/GLM-4.5-Air",
    "docker:ai/granite-4.0-micro:3B-Q4_K_M": "ibm-granite/granite-4.0-h-micro", "书生浦语 20B": "internlm/internlm-20b",
}


@pytest.mark.parametrize(("text", "model"), NAMES.items())
def test_names_as_people_write_them(text: str, model: str) -> None:
    found = resolve_model(CATALOG, text)
    assert found.id == model or same_architecture(found, CATALOG.models[model]), found.id


def test_every_id_means_itself() -> None:
    assert [id_ for id_ in CATALOG.models if resolve_model(CATALOG, id_).id != id_] == []


def test_every_name_without_owner_means_the_same_architecture() -> None:
    for model in CATALOG.models.values():
        assert same_architecture(resolve_model(CATALOG, model.name), model), model.id


def test_aliases_are_unique() -> None:
    seen: dict[str, str] = {}
    for model in CATALOG.models.values():
        for alias in model.aliases:
            assert seen.setdefault(alias.casefold(), model.id) == model.id, alias


def test_a_name_of_its_own_is_not_its_family_s() -> None:
    # The measured table maps it to GLM-5.3, which has 2.4 times as many parameters.
    flash = resolve_model(CATALOG, "GLM-5.3-Flash (FP8)")
    assert flash.id == "zai-org/GLM-5.3-Flash"
    assert not same_architecture(flash, CATALOG.models["zai-org/GLM-5.3"])


@pytest.mark.parametrize("text", ["MiniCPM-V 2.6", "Kimi-VL-A3B-Thinking", "command-a", "gpt-5", "DeepSeek 70B"])
def test_where_money_depends_on_it_a_relative_is_not_taken(text: str) -> None:
    with pytest.raises((UnknownName, AmbiguousName)):
        resolve_surely(CATALOG, text)


@pytest.mark.parametrize("text", ["qwen", "Llama 70B", "deepseek-r1-distill", "qwen3", "qwen3.5", "gemma3", "granite4"])
def test_a_family_alone_is_ambiguous(text: str) -> None:
    with pytest.raises(AmbiguousName) as error:
        resolve_model(CATALOG, text, where="model")
    assert len(error.value.candidates) > 1
    assert all(candidate in CATALOG.models for candidate in error.value.candidates)


@pytest.mark.parametrize("text", ["", "   ", "no such thing 12B", "Qwen9-1B", "完全没有的模型", "8B", "-"])
def test_unknown_names_are_refused(text: str) -> None:
    with pytest.raises(UnknownName):
        resolve_model(CATALOG, text)


def test_a_mistyped_name_gets_the_nearest_ids() -> None:
    with pytest.raises(UnknownName) as error:
        resolve_model(CATALOG, "Qwne3-32B", where="needs.yaml:3")
    assert "Qwen/Qwen3-32B" in error.value.nearest
    assert "needs.yaml:3" in str(error.value)


def test_a_size_that_no_model_of_the_family_has_is_refused() -> None:
    with pytest.raises(UnknownName):
        resolve_model(CATALOG, "Qwen3-77B")


@pytest.mark.parametrize(
    ("text", "name", "weight_format"),
    [
        ("Meta-Llama-3.1-70B-Instruct-FP8", "Meta-Llama-3.1-70B-Instruct", "fp8"),
        ("Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B", "gguf:Q4_K_M"),
        ("llama-2-70b 4bit", "llama-2-70b", "int4"),
        ("Qwen/Qwen3-30B-A3B-GPTQ-Int4", "Qwen/Qwen3-30B-A3B", "int4"),
        ("gemma-4-26B-A4B-it-UD-Q8_K_XL", "gemma-4-26B-A4B-it", "gguf:UD-Q8_K_XL"),
        ("DeepSeek-V3", "DeepSeek-V3", None),
        ("nvidia/Qwen3-32B-NVFP4", "nvidia/Qwen3-32B", "nvfp4"),
        ("phi-4", "phi-4", None),
        ("microsoft/phi-4 (bnb 4-bit)", "microsoft/phi-4", "nf4"),
    ],
)
def test_precision_is_split_off(text: str, name: str, weight_format: str | None) -> None:
    assert split_precision(text) == (name, weight_format)


def test_the_likely_model_uses_a_hint_and_says_what_it_assumed() -> None:
    model, note = resolve_likely(CATALOG, "Llama 70B", params=68.9e9)
    assert abs(model.total_params / 68.98e9 - 1) < 0.001
    assert model.id in note
    assert resolve_likely(CATALOG, "Qwen3-32B")[1] == ""


@given(st.text(max_size=60))
def test_any_text_resolves_or_is_refused(text: str) -> None:
    try:
        found = resolve_model(CATALOG, text)
    except (UnknownName, AmbiguousName):
        return
    assert found.id in CATALOG.models
