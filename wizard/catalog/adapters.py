"""Bytes of LoRA adapters: two low-rank matrices beside each weight that is adapted (Hu et al. 2021)."""

from __future__ import annotations

import re

from wizard.catalog.architecture import Tensor, tensors
from wizard.catalog.records import Model

_MLP = ("ffn_gate", "ffn_up", "ffn_down")
_DEFAULT = ("attn_q", "attn_v")
"""What PEFT adapts in most decoders unless told otherwise."""

_HEADER_BYTES = 40_000


def adapter_bytes(model: Model, description: str, *, element_bytes: float = 4.0) -> float | None:
    """Return the bytes of a LoRA adapter, ``None`` where the description does not give a rank.

    Args:
        model: the model that is adapted.
        description: PEFT's name of the run, e.g. ``lora--llama-3.2-3B-rank32-target-mlp``.
        element_bytes: bytes per element; PEFT keeps adapters in fp32.
    """
    lowered = description.lower()
    rank = re.search(r"rank[-_ ]?(\d+)", lowered)
    if not rank or not re.search(r"\b(?:q|rs)?lora\b", lowered):
        return None
    roles = _MLP if "target-mlp" in lowered else _DEFAULT
    elements = sum(_pair(t, int(rank[1])) for t in tensors(model) if t.role in roles)
    magnitudes = sum(t.rows * len(t.layers) for t in tensors(model) if t.role in roles) if "dora" in lowered else 0
    return (elements + magnitudes) * element_bytes + _HEADER_BYTES


def served_adapter_bytes(model: Model, rank: int) -> float:
    """Return what a server holds for one adapter of a rank in 16 bits: both matrices beside every linear weight outside
    of the routed experts (vLLM and SGLang allocate all of them, whatever a given adapter touches)."""
    return 2.0 * sum(_pair(t, rank) for t in tensors(model) if t.group in _SERVED and t.is_matrix)


_SERVED = ("attention", "dense_ffn", "shared_experts", "linear_attention")


def _pair(tensor: Tensor, rank: int) -> int:
    return rank * (tensor.rows + tensor.cols) * len(tensor.layers) * tensor.experts
