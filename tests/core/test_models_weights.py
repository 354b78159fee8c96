from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.catalog.adapters import adapter_bytes
from wizard.catalog.catalog import Catalog
from wizard.catalog.gguf_dynamic import mix_of
from wizard.catalog.gguf_mix import Quantised, more_bits, type_of
from wizard.catalog.gguf_types import BY_CODE, GGUF_MIXES, GGUF_TYPES
from wizard.catalog.model_bench import total_holds_mtp
from wizard.catalog.weight_formats import FORMATS, find_format, parse_format
from wizard.catalog.weights import weight_bytes
from wizard.catalog.weights_gguf import header_bytes
from wizard.cli.estimate_weights import predict
from wizard.errors import UnknownName

MODELS = Catalog().models
DENSE = Quantised(layers=32, gqa=4.0, experts=0, tied=False)

PUBLISHED = [
    # Exact sizes of published files and of llama.cpp's own printout (GiB x 2**30).
    ("deepseek-ai/DeepSeek-V3", "native", 688_586_727_753, 0.0005),
    ("deepseek-ai/DeepSeek-V3", "fp8", 688.6e9, 0.005),
    ("deepseek-ai/deepseek-llm-67b-base", "fp16", 134.9e9, 0.0005),
    ("deepseek-ai/DeepSeek-V2", "bf16", 471.5e9, 0.0005),
    ("meta-llama/Llama-3.2-3B", "bf16", 6_425_499_648, 0.0001),
    ("meta-llama/Llama-2-7b-hf", "gguf:Q4_0", 3.56 * 2**30, 0.002),
    ("meta-llama/Meta-Llama-3-8B", "gguf:Q4_K_M", 4.58 * 2**30, 0.002),
    ("meta-llama/Llama-3.3-70B-Instruct", "gguf:Q4_K_M", 39.59 * 2**30, 0.001),
    ("meta-llama/Llama-3.3-70B-Instruct", "fp8", 67.72 * 2**30, 0.001),
    ("meta-llama/Llama-3.1-70B-Instruct", "awq", 37.09 * 2**30, 0.003),
    ("mistralai/Mistral-7B-v0.1", "gguf:Q6_K", 5_942_064_800, 0.001),
    ("Qwen/Qwen3-30B-A3B", "gguf:Q4_K_M", 17.28 * 2**30, 0.001),
    ("openai/gpt-oss-20b", "gguf:MXFP4_MOE", 11.27 * 2**30, 0.001),
    ("meta-llama/Meta-Llama-3-8B", "int8-8da4w", 8.187 * 2**30, 0.001),
    ("google/gemma-3n-E4B-it", "bf16", 2 * 7_849_978_192, 0.0001),
    ("deepseek-ai/DeepSeek-V4-Flash", "native", 148.66 * 2**30, 0.01),
]

DYNAMIC = [
    # What llama.cpp prints when it loads a published file, or a model card says (GiB).
    ("Qwen/Qwen3.5-35B-A3B", "UD-Q4_K_XL", 20.70, 0.002), ("Qwen/Qwen3.5-122B-A10B", "UD-Q5_K_XL", 85.60, 0.003),
    ("google/gemma-4-26B-A4B-it", "UD-Q4_K_XL", 15.90, 0.01), ("google/gemma-4-26B-A4B-it", "UD-Q8_K_XL", 25.94, 0.01),
    ("Qwen/Qwen3.6-35B-A3B", "UD-Q8_K_XL", 35.80, 0.01), ("Qwen/Qwen3-32B", "UD-Q4_K_XL", 18.641, 0.005),
    ("Qwen/Qwen3-30B-A3B", "UD-Q4_K_XL", 16.493, 0.005), ("Qwen/Qwen3-VL-8B-Instruct", "UD-Q4_K_XL", 4.79, 0.01),
    ("openai/gpt-oss-20b", "UD-Q8_K_XL", 12.28, 0.002),
    ("mistralai/Ministral-3-14B-Instruct-2512", "Q8_K_XL", 15.93, 0.01),
    ("HuggingFaceTB/SmolVLM-500M-Instruct", "F16", 780.71 / 1024, 0.001),
]


@pytest.mark.parametrize(("model", "mix", "gib", "tolerance"), DYNAMIC)
def test_sizes_of_dynamic_files(model: str, mix: str, gib: float, tolerance: float) -> None:
    found = weight_bytes(MODELS[model], f"gguf:{mix}", vision=False)
    assert abs(found.bytes / (gib * 2**30) - 1) <= tolerance
    assert found.low <= gib * 2**30 <= found.high


def test_a_dynamic_mixture_gives_one_layer_a_step_more() -> None:
    mix = mix_of("UD-Q4_K_XL", MODELS["Qwen/Qwen3.5-35B-A3B"])
    kinds = Counter(mix.fixed(role, layer) for layer in range(40) for role in
                    ("ffn_gate_exps", "ffn_up_exps", "ffn_down_exps", "attn_q"))
    assert kinds == {"Q4_K": 78, "Q5_K": 41, "Q6_K": 1, "Q8_0": 40}
    assert mix_of("Q4_K_M", MODELS["Qwen/Qwen3.5-35B-A3B"]).fixed("ffn_up_exps", 0) == ""


@pytest.mark.parametrize(("model", "weight_format", "size", "tolerance"), PUBLISHED)
def test_published_sizes(model: str, weight_format: str, size: float, tolerance: float) -> None:
    found = weight_bytes(MODELS[model], weight_format)
    assert abs(found.bytes / size - 1) <= tolerance
    assert found.low <= found.bytes <= found.high


def test_a_publisher_s_own_size_is_exact() -> None:
    model = MODELS["deepseek-ai/DeepSeek-V4.1-Flash"]
    found = weight_bytes(model, "native")
    assert found.bytes == found.low == found.high == model.checkpoint_bytes
    assert found.basis == "published"


@pytest.mark.parametrize("weight_format", [f for f in FORMATS if f != "native"])
def test_every_format_of_every_model_has_a_size(weight_format: str) -> None:
    for model in MODELS.values():
        found = weight_bytes(model, weight_format)
        assert 0 < found.low <= found.bytes <= found.high, model.id


def test_fewer_bits_are_never_larger() -> None:
    for model in MODELS.values():
        sizes = [weight_bytes(model, f).bytes for f in ("fp32", "bf16", "fp8", "int4")]
        assert sizes == sorted(sizes, reverse=True), model.id


@pytest.mark.parametrize("mix", sorted(GGUF_MIXES))
def test_every_gguf_mix_of_a_dense_and_a_sparse_model(mix: str) -> None:
    for name in ("Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-V3", "google/gemma-3-4b-it", "openai/gpt-oss-20b"):
        model = MODELS[name]
        found = weight_bytes(model, f"gguf:{mix}")
        lowest = 0.14 * model.total_params
        assert lowest < found.bytes <= 4 * (model.total_params + (model.vocab_size or 0) * (model.hidden_size or 0))


def test_larger_mixes_are_larger() -> None:
    order = ("IQ1_S", "IQ2_XXS", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K",
             "Q8_0", "F16")
    sizes = [weight_bytes(MODELS["Qwen/Qwen3-8B"], f"gguf:{mix}").bytes for mix in order]
    assert sizes == sorted(sizes)


def test_vision_and_mtp_can_be_left_out() -> None:
    model = MODELS["Qwen/Qwen3.5-27B"]
    whole, text = (weight_bytes(model, "bf16", vision=v, mtp=v).bytes for v in (True, False))
    assert whole - text == 2 * ((model.vision_params or 0) + (model.mtp_params or 0))
    assert text == 2 * model.total_params


def test_nvfp4_keeps_attention_of_mixtures_wide() -> None:
    model = MODELS["Qwen/Qwen3.5-397B-A17B"]
    assert weight_bytes(model, "nvfp4").bytes > 0.58 * model.total_params


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GGUF Q4_K - Medium", "gguf:Q4_K_M"), ("GGUF mostly Q4_0", "gguf:Q4_0"), ("q4_k_m", "gguf:Q4_K_M"),
        ("UD-Q4_K_XL", "gguf:UD-Q4_K_XL"), ("GGUF F16 (experts MXFP4)", "gguf:F16"), ("GGUF BF16", "gguf:BF16"),
        ("IQ3_XS - 3.3 bpw", "gguf:IQ3_XS"), ("GGUF MXFP4 MoE (experts MXFP4)", "gguf:MXFP4_MOE"),
        ("fp8 on GPU", "fp8"), ("awq int4 on GPU", "int4"), ("GPTQ-Int4", "int4"), ("w8a8", "int8"), ("fp4", "nvfp4"),
        ("bf16 safetensors (191 files)", "bf16"), ("original bf16", "bf16"), ("bnb 4-bit", "nf4"), ("MXFP4", "mxfp4"),
        ("fp8/fp4 native checkpoint", "native"), ("FP8 block", "fp8-block"),
    ],
)
def test_formats_as_people_write_them(text: str, name: str) -> None:
    assert parse_format(text) == name


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    assert find_format("twelve bits") is None
    with pytest.raises(UnknownName) as error:
        parse_format("twelve bits")
    assert "bf16" in error.value.nearest


@pytest.mark.parametrize(
    ("mix", "role", "index", "kind"),
    [
        ("Q4_K_M", "attn_v", 0, "Q6_K"), ("Q4_K_M", "attn_v", 5, "Q4_K"), ("Q4_K_M", "ffn_down", 31, "Q6_K"),
        ("Q4_K_M", "attn_q", 0, "Q4_K"), ("Q4_K_S", "ffn_down", 0, "Q5_K"), ("Q4_K_S", "attn_v", 4, "Q4_K"),
        ("Q2_K", "attn_v", 9, "Q4_K"), ("Q2_K", "attn_output", 9, "Q3_K"), ("Q3_K_M", "attn_v", 1, "Q5_K"),
        ("Q4_K_M", "output", -1, "Q6_K"), ("Q8_0", "output", -1, "Q8_0"), ("IQ2_XXS", "output", -1, "Q5_K"),
        ("IQ2_XXS", "token_embd", -1, "Q2_K"), ("Q2_0", "token_embd", -1, "Q4_K"), ("Q1_0", "ffn_up", 3, "Q1_0"),
        ("MXFP4_MOE", "attn_k_b", 3, "MXFP4"), ("MXFP4_MOE", "attn_q", 3, "Q8_0"),
        ("IQ3_XXS", "attn_q", 9, "IQ2_S"), ("F16", "ffn_up", 9, "F16"),
    ],
)
def test_which_type_a_weight_takes(mix: str, role: str, index: int, kind: str) -> None:
    assert type_of(mix, role, index, 32, 4096, DENSE) == kind


def test_rows_that_fill_no_block_fall_back() -> None:
    assert type_of("Q4_K_S", "ffn_up", 9, 32, 2880, DENSE) == "Q5_0"
    assert type_of("Q6_K", "ffn_up", 9, 32, 2880, DENSE) == "Q8_0"
    assert type_of("Q4_K_S", "ffn_up", 9, 32, 71, DENSE) == "F16"
    assert type_of("IQ2_XXS", "output", -1, 32, 2880, DENSE) == "Q8_0"


@given(mix=st.sampled_from(sorted(GGUF_MIXES)), index=st.integers(0, 200), count=st.integers(1, 200),
       cols=st.integers(1, 100_000), gqa=st.sampled_from((1.0, 4.0, 8.0)), experts=st.sampled_from((0, 8, 256)),
       role=st.sampled_from(("attn_v", "attn_qkv", "ffn_down", "ffn_down_exps", "attn_output", "token_embd", "output")))
def test_every_type_fits_its_rows(
    mix: str, index: int, count: int, cols: int, gqa: float, experts: int, role: str
) -> None:
    model = Quantised(layers=count, gqa=gqa, experts=experts, tied=False)
    assert cols % GGUF_TYPES[type_of(mix, role, index, count, cols, model)].block == 0


@given(st.integers(0, 199), st.integers(8, 200))
def test_more_bits_go_to_both_ends(index: int, count: int) -> None:
    if index < count // 8 or (index >= 7 * count // 8):
        assert more_bits(index, count)


def test_codes_are_unique() -> None:
    assert len(BY_CODE) == len(GGUF_TYPES)


def test_a_header_grows_with_the_vocabulary() -> None:
    small, large = MODELS["meta-llama/Llama-2-7b-hf"], MODELS["google/gemma-3-4b-it"]
    assert 500_000 < header_bytes(small) < 2_000_000 < header_bytes(large)


def test_a_total_with_multi_token_prediction_is_counted_so() -> None:
    model = MODELS["Qwen/Qwen3.6-35B-A3B"]
    lines = ("qwen35moe 35B.A3B Q4_K - Medium [35.51B]", "qwen35moe 35B.A3B Q4_K - Medium [34.66B]")
    assert [total_holds_mtp(line, model) for line in lines] == [True, False]
    rows = [{"model": line, "precision": "GGUF Q4_K - Medium"} for line in lines]
    larger, smaller = (p.value for p in predict(rows, Catalog()))
    assert larger
    assert smaller
    assert abs(larger / (21.27 * 2**30) - 1) < 0.01
    assert larger / smaller == pytest.approx(1 + (model.mtp_params or 0) / model.total_params)


def test_lora_adapters() -> None:
    model = MODELS["meta-llama/Llama-3.2-3B"]
    size = adapter_bytes(model, "lora--llama-3.2-3B-rank32")
    assert size is not None
    assert abs(size / 36_715_216 - 1) < 0.01
    assert adapter_bytes(model, "boft--llama-3.2-3B-default") is None
