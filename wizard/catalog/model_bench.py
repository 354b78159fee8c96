"""Names as llama-bench prints them: ``qwen35moe 122B.A10B Q5_K - Medium [122.11B]``.

The first word is GGUF's architecture, the second llama.cpp's size class, and the exact total may follow in brackets.
"""

from __future__ import annotations

import re

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model

_LINE = re.compile(
    r"^(?P<arch>[a-z][\w-]*) (?:\?|(?P<size>\d+(?:\.\d+)?)(?P<unit>[BM]))?B?(?:x\d+)?(?:\.A\d+(?:\.\d+)?B)?(?= |$)"
)
_TOTAL = re.compile(r"\[(\d+(?:\.\d+)?)B\]|\((\d+(?:\.\d+)?)B\)\s*$")
_NOMINAL, _LABEL = 0.12, 0.01

_CLASSES: dict[str, tuple[str, ...]] = {
    "llama": ("LlamaForCausalLM", "MistralForCausalLM", "MixtralForCausalLM", "InternLM3ForCausalLM"),
    "llama4": ("Llama4ForConditionalGeneration",),
    "qwen2": ("Qwen2ForCausalLM",), "qwen2moe": ("Qwen2MoeForCausalLM",), "qwen2vl": ("Qwen2VL", "Qwen2_5_VL"),
    "qwen3": ("Qwen3ForCausalLM",), "qwen3moe": ("Qwen3MoeForCausalLM",), "qwen3next": ("Qwen3NextForCausalLM",),
    "qwen3vl": ("Qwen3VLForConditionalGeneration",), "qwen3vlmoe": ("Qwen3VLMoeForConditionalGeneration",),
    "qwen35": ("Qwen3_5ForConditionalGeneration", "Qwen3_5ForCausalLM"), "qwen35moe": ("Qwen3_5Moe",),
    "deepseek2": ("DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "Glm4MoeLiteForCausalLM", "MiniCPM3ForCausalLM"),
    "deepseek": ("DeepseekForCausalLM",), "glm4": ("Glm4ForCausalLM",), "glm4moe": ("Glm4MoeForCausalLM",),
    "chatglm": ("ChatGLMModel", "GlmForCausalLM"), "gemma": ("GemmaForCausalLM",), "gemma2": ("Gemma2ForCausalLM",),
    "gemma3": ("Gemma3",), "gemma3n": ("Gemma3n",), "gemma4": ("Gemma4",), "gpt-oss": ("GptOssForCausalLM",),
    "nemotron_h": ("NemotronHForCausalLM",), "nemotron_h_moe": ("NemotronHForCausalLM",),
    "minimax-m2": ("MiniMaxM2ForCausalLM",), "mistral3": ("Mistral3ForConditionalGeneration", "Ministral3ForCausalLM"),
    "phi2": ("PhiForCausalLM",), "phi3": ("Phi3ForCausalLM",), "phimoe": ("PhiMoEForCausalLM",),
    "granite": ("GraniteForCausalLM",), "granitehybrid": ("GraniteMoeHybridForCausalLM",),
    "granitemoe": ("GraniteMoeForCausalLM",), "falcon": ("FalconForCausalLM",), "lfm2": ("Lfm2ForCausalLM",),
    "lfm2moe": ("Lfm2MoeForCausalLM",), "olmo2": ("Olmo2ForCausalLM", "Olmo3ForCausalLM"),
    "mamba": ("MambaForCausalLM",), "ernie4_5": ("Ernie4_5ForCausalLM",), "ernie4_5-moe": ("Ernie4_5_MoeForCausalLM",),
    "bailingmoe2": ("BailingMoeV2",),
    "seed_oss": ("SeedOssForCausalLM",), "exaone4": ("Exaone4ForCausalLM",), "smollm3": ("SmolLM3ForCausalLM",),
    "stablelm": ("StableLmForCausalLM",), "starcoder": ("GPTBigCodeForCausalLM",), "mpt": ("MPTForCausalLM",),
    "bert": ("BertModel",), "baichuan": ("BaichuanForCausalLM",), "internlm2": ("InternLM2ForCausalLM",),
    "command-r": ("CohereForCausalLM",), "jamba": ("JambaForCausalLM",), "dbrx": ("DbrxForCausalLM",),
}


def bench_total(text: str) -> float | None:
    """Return the total in brackets behind a name, in parameters."""
    found = _TOTAL.search(text)
    return float(found[1] or found[2]) * 1e9 if found else None


def total_tolerance(text: str) -> float:
    """Return how far a total in brackets may be off, as a share: half a unit of its last digit, and a little."""
    found = _TOTAL.search(text)
    if not found:
        return 0.0
    number = found[1] or found[2]
    digits = len(number.partition(".")[2])
    # A whole number is a label rather than a count.
    return 0.55 * 10.0**-digits / max(float(number), 1e-9) if digits else _LABEL


def total_holds_mtp(text: str, model: Model) -> bool:
    """Whether the total in brackets behind a name counts multi-token prediction, which most GGUF files leave out."""
    total = bench_total(text)
    if total is None or not model.mtp_params:
        return False
    return abs(model.total_params + model.mtp_params - total) < abs(model.total_params - total)


def is_bench_line(text: str) -> bool:
    """Whether a text has the form of a llama-bench line."""
    line = _LINE.match(text.strip())
    return line is not None and _label(line["arch"]) is not None


def _label(architecture: str) -> str | None:
    return next((name for name in _CLASSES if architecture in {name, name[1:]}), None)


def bench_models(catalog: Catalog, text: str) -> list[Model]:
    """Return the models that a line of llama-bench may mean; empty if the text is no such line."""
    line = _LINE.match(text.strip())
    if not line:
        return []
    # Narrow tables cut the first letter of long architectures.
    label = _label(line["arch"])
    if label is None or (line["size"] is None and bench_total(text) is None):
        return []
    models = [m for m in catalog.models.values() if m.hf_architecture.startswith(_CLASSES[label])]
    total = bench_total(text)
    if total is not None:
        return [m for m in models if _near(total, m, total_tolerance(text))]
    size = float(line["size"]) * (1e9 if line["unit"] == "B" else 1e6)
    return [m for m in models if _near(size, m, _NOMINAL)]


def _near(size: float, model: Model, tolerance: float) -> bool:
    with_mtp = model.total_params + (model.mtp_params or 0)
    return any(abs(size / count - 1) <= tolerance for count in (model.total_params, with_mtp))
