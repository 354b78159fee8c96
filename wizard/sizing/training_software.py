"""What software a benchmark row used, and how old it is: the words that tables use, mapped to our kinds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

Row = Mapping[str, str]

STACKS = ("megatron", "fsdp", "huggingface")
"""Kinds of training software: model-parallel (Megatron, NeMo, nanotron), PyTorch FSDP, HF Trainer-like."""

_STACK_WORDS = (
    ("megatron", ("megatron", "nemo", "nanotron", "primus", "interne", "bigscience", "mlperf", "maxtext")),
    ("fsdp", ("fsdp", "torchtitan", "composer", "llm-foundry", "automodel", "lit-gpt", "litgpt", "lightning",
              "torchtune", "tinyllama", "pytorch", "lambda")),
)


_SOFTWARE_WORDS = (
    ("megatron-2022", ("megatron-deepspeed", "bigscience", "deepspeed+megatron", "deepspeed zero")),
    ("mlperf", ("mlperf",)), ("maxtext", ("maxtext",)), ("automodel", ("automodel",)), ("primus", ("primus",)),
    ("composer", ("composer", "llm-foundry")), ("torchtitan", ("torchtitan",)), ("internevo", ("internevo",)),
    ("nanotron", ("nanotron",)), ("production", ("meta custom", "deepseek-ai", "in-house")),
    ("megatron", ("megatron", "nemo", "flash-attention")),
    ("huggingface", ("qwen", "peft", "swift", "axolotl", "hugging")),
    ("fsdp", ("fsdp", "lit-gpt", "litgpt", "torchtune", "tinyllama", "lightning")),
)


def software_of(row: Row) -> str:
    """Return one of the efficiency's software names; ``unknown`` where the row's words tell nothing."""
    text = (row.get("framework") or f"{row.get('model', '')} {row.get('notes', '')[:20]}").lower()
    return next((name for name, words in _SOFTWARE_WORDS if any(word in text for word in words)), "unknown")


def year_of(row: Row) -> float:
    """Age of the software: its date, or the release in its name (Megatron-Bridge 26.04, MLPerf v5.1)."""
    dated = re.match(r"(20\d\d)(?:-(\d\d))?", row.get("date", ""))
    if dated:
        return int(dated[1]) + (int(dated[2] or 7) - 0.5) / 12
    version = re.search(r"\b(2[3-9])\.(\d\d)", row.get("framework", ""))
    if version:
        return 2000 + int(version[1]) + (int(version[2]) - 0.5) / 12
    return _YEARS.get(software_of(row), 2024.5)


_YEARS = {"megatron-2022": 2022.1, "composer": 2023.8, "huggingface": 2023.8, "internevo": 2023.8}


def stack_of(row: Row) -> str:
    """Return one of :data:`STACKS`; without a telling word, sliced models are Megatron's and others HF Trainer's."""
    text = " ".join(row.get(c, "") for c in ("framework", "method", "model", "source_ref")).lower()
    for stack, words in _STACK_WORDS:
        if any(word in text for word in words):
            return stack
    sharded = (number_in(row, "tp") or 1) > 1 or (number_in(row, "pp") or 1) > 2
    return "megatron" if sharded else "huggingface"


def number_in(row: Row, column: str) -> float | None:
    """Return the positive number of a cell, ``None`` where there is none."""
    try:
        value = float(row.get(column, "").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
