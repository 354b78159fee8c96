"""Names of weight formats as people write them, brought to one spelling."""

from __future__ import annotations

import re

from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES
from wizard.errors import UnknownName

FORMATS = ("native", "fp32", "bf16", "fp16", "fp8", "fp8-block", "int8", "int8-8da4w", "int4", "nvfp4", "mxfp4", "nf4")
"""Formats of checkpoints for GPU servers. ``fp8`` has one scale per row, ``fp8-block`` one per 128 x 128 block;
``int8-8da4w`` is torchao's 4-bit weight with 8-bit activations before packing, each weight still in a byte."""

_WORDS: tuple[tuple[str, str], ...] = (
    (r"8da4w.*int8|int8 dynamic activation int4 weight stored as int8", "int8-8da4w"),
    (r"native|published", "native"), (r"nvfp4", "nvfp4"), (r"mxfp4|mx4", "mxfp4"),
    (r"nf4|bnb|bitsandbytes|qlora", "nf4"), (r"awq|gptq|int4|w4a16|w4a8|autoround|4bit|int4 awq|u4|i4", "int4"),
    (r"fp4", "nvfp4"), (r"fp8 block|block fp8|fp8 e4m3 block", "fp8-block"),
    (r"fp8|f8|float8|e4m3|w8a8 fp8", "fp8"), (r"int8|w8a8|w8a16|8bit|8 bit|smoothquant|i8", "int8"),
    (r"bf16|bfloat16|half|16bit", "bf16"), (r"fp16|f16|float16", "fp16"), (r"fp32|f32|float32|32bit", "fp32"),
    (r"original|checkpoint", "native"),
)
_GGUF_NAME = re.compile(r"(?:ud[ _-])?(?:t?i?q\d+(?:_[a-z0-9]+)*|tq\d_0|mxfp4_moe)", re.IGNORECASE)
_LONG = {"small": "S", "medium": "M", "large": "L"}


def parse_format(text: str) -> str:
    """Return the one spelling of a weight format: ``bf16``, ``int4`` or ``gguf:Q4_K_M``.

    Raises:
        UnknownName: no format is called that.
    """
    found = find_format(text)
    if found is None:
        raise UnknownName("weight format", text, FORMATS)
    return found


def find_format(text: str) -> str | None:
    """Return the weight format that a text names, ``None`` if it names none."""
    lowered = re.sub(r"\([^)]*\)", " ", text).strip().lower()
    if lowered in FORMATS:
        return lowered
    is_gguf = "gguf" in lowered
    mix = _gguf_mix(lowered)
    if mix:
        return f"gguf:{mix}"
    words = " ".join(re.findall(r"[a-z0-9]+", lowered))
    for pattern, name in _WORDS:
        if re.search(rf"\b(?:{pattern})\b", words):
            wide = is_gguf and name in {"bf16", "fp16", "fp32", "mxfp4"}
            return f"gguf:{_GGUF_WIDE[name]}" if wide else name
    return None


_GGUF_WIDE = {"bf16": "BF16", "fp16": "F16", "fp32": "F32", "mxfp4": "MXFP4_MOE"}


def _gguf_mix(text: str) -> str | None:
    found = _GGUF_NAME.search(text)
    if not found:
        return None
    name = re.sub(r"[ -]", "_", found.group()).upper()
    name = "UD-" + name[3:] if name.startswith("UD_") else name
    long = re.match(r"\s*-\s*(small|medium|large)", text[found.end():])
    if long and name + "_" + _LONG[long.group(1)] in GGUF_MIXES:
        name += "_" + _LONG[long.group(1)]
    bare = name.removeprefix("UD-")
    known = bare in GGUF_MIXES or bare in GGUF_TYPES or bare.removesuffix("_XL") + "_M" in GGUF_MIXES
    return name if known or bare.endswith("_XL") else None
