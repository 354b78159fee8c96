"""Words for codes that only the paper prints, or that mean something else beside the code's other uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from wizard.costing.sentences import LABELS as COSTING
from wizard.i18n import Translator, mark
from wizard.planner.plan import Plan

NAMES: Mapping[str, str] = MappingProxyType({
    "bf16": "BF16", "fp8": "FP8", "int8": "INT8", "fp4": "FP4", "int4": "INT4", "adamw": "AdamW", "sgd": "SGD",
    "adafactor": "Adafactor", "vllm": "vLLM", "sglang": "SGLang", "tensorrt-llm": "TensorRT-LLM",
})
"""Names as their makers spell them, in every language."""

CHOICES: Mapping[str, str] = MappingProxyType({
    "auto": mark("left to the plan"), "native": mark("as published"), "own": mark("own"), "cloud": mark("rent"),
    "either": mark("own or rent"), "n": mark("no spare (N)"), "n+1": mark("one spare (N+1)"),
    "2n": mark("everything twice (2N)"), "second_site": mark("everything twice, at two sites"),
    "adamw_8bit": mark("8-bit AdamW"),
})
"""Answers of the user."""

KEYS: Mapping[str, str] = MappingProxyType({
    "weights": mark("Precision of the weights"), "accelerator_count": mark("Number of accelerators"),
    "accelerators": mark("Accelerator"), "acquisition": mark("Own or rent"), "max_power_w": mark("Power, at most"),
    "max_rack_units": mark("Rack units, at most"), "max_nodes": mark("Nodes, at most"),
    "max_accelerators": mark("Accelerators, at most"), "purchase": mark("Purchase, at most"),
    "per_month": mark("Per month, at most"), "method": mark("Method"), "deadline_hours": mark("Deadline"),
    "tokens": mark("Training tokens"), "sequence_length": mark("Sequence length"), "optimizer": mark("Optimizer"),
})
"""Questions whose answer may have to change."""

POSTS: Mapping[str, str] = MappingProxyType({
    "capex": mark("Purchase"), "energy": mark("Energy"), "support": mark("Support"), "space": mark("Space"),
    "staff": mark("Staff"), "cloud": mark("Cloud rent"), "subscriptions": mark("Subscriptions"),
    "refresh": mark("New hardware"), "residual": mark("Residual value"),
})
"""Columns of the yearly table."""

KINDS: Mapping[str, str] = MappingProxyType({
    "vendor": mark("vendor"), "measured": mark("measured"), "regulator": mark("regulator"), "market": mark("market"),
    "estimate": mark("own estimate"),
})
"""Classes of sources."""

ORIGINS: Mapping[str, str] = MappingProxyType({
    "assumption": mark("our assumption"), "yours": mark("your own value"), "estimate": mark("estimate"),
    "price_range": mark("range of the prices"),
})
"""Where an input of the cost model comes from that no publication gives."""

MODELS: Mapping[str, str] = MappingProxyType({
    "serving": mark("calibrated serving model"), "training": mark("calibrated training model"),
    "memory": mark("memory arithmetic"), "memory_fit": mark("memory arithmetic"),
})
"""What an estimate rests on."""

COOLING: Mapping[str, str] = MappingProxyType({
    "air": mark("air"), "liquid": mark("liquid: the site must give a coolant loop"),
    "closed": mark("liquid, in a closed loop of its own"),
})
"""How a machine is cooled."""

BASES: Mapping[str, str] = MappingProxyType({
    "maker": mark("the maker's figure"), "base": mark("machine without accelerators plus accelerators"),
    "parts": mark("sum of the parts (estimate)"), "accelerator": mark("the accelerators' own power only"),
})
"""What a power figure rests on."""


def worded(tr: Translator, table: Mapping[str, str], code: str) -> str:
    """Word a code by a table of this room; a code that is not in it is shown as a name or as it is."""
    return tr(table[code]) if code in table else NAMES.get(code, code)


def category(tr: Translator, code: str) -> str:
    """Word a category of the bill of materials."""
    return worded(tr, COSTING, code)


def is_taxed(plan: Plan) -> bool:
    """Tell whether purchases of the plan contain tax: in some countries no national rate is known."""
    return any(option.bom is not None and option.bom.tax_rate for option in plan.options)
