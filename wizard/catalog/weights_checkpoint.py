"""Bytes of checkpoints for GPU servers (safetensors): which weights a format narrows, and what its scales add.

What stays in 16 bits follows what llm-compressor, ModelOpt, AutoAWQ and bitsandbytes do by default and what DeepSeek
publishes: embedding, output head, norms, biases, router, vision tower and the small weights of linear attention.
"""

from __future__ import annotations

from collections.abc import Callable

from wizard.catalog.architecture import Tensor, parameter_groups, tensors
from wizard.catalog.records import Model

BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0}
FLAT = {
    "fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp8-block": 1.0, "int8": 1.0, "int8-8da4w": 1.03,
    "int4": 0.5195, "nvfp4": 0.5625,
    "mxfp4": 0.53125, "nf4": 0.5159, "native": 2.0, "fp8-fp4": 0.6,
}
"""Bytes per element of a narrowed weight, scales included, where no shape is known."""

_WIDE_GROUPS = frozenset({"embedding", "head", "norm", "router", "other"})
_GATES = frozenset({"ssm_conv1d", "ssm_ba", "ssm_a", "ssm_beta", "ssm_dt", "ssm_x", "indexer.proj"})


def _ceil(value: int, divisor: int) -> int:
    return -(-value // divisor)


def _row_scaled(t: Tensor) -> float:
    """One byte per element, one fp32 scale per output row."""
    return t.elements + 4 * t.rows * t.experts * len(t.layers)


def _block_scaled(t: Tensor) -> float:
    """One byte per element, one fp32 scale per 128 x 128 block (DeepSeek V3, section 3.3)."""
    blocks = _ceil(t.rows, 128) * _ceil(t.cols, 128)
    return t.elements + 4 * blocks * t.experts * len(t.layers)


def _grouped(bits: float, group: int, group_bytes: float) -> Callable[[Tensor], float]:
    def size(t: Tensor) -> float:
        return t.elements * bits / 8 + t.rows * _ceil(t.cols, group) * group_bytes * t.experts * len(t.layers)

    return size


_NARROW: dict[str, Callable[[Tensor], float]] = {
    "fp8": _row_scaled, "int8": _row_scaled, "fp8-block": _block_scaled,
    # AWQ and GPTQ: 4 bits, and an fp16 scale and a 4-bit zero point per 128.
    "int4": _grouped(4, 128, 2.5),
    # NVFP4: an E4M3 scale per 16; MXFP4 (OCP microscaling): an E8M0 scale per 32.
    "nvfp4": _grouped(4, 16, 1.0), "mxfp4": _grouped(4, 32, 1.0),
    # torchao 8da4w before packing: an fp32 scale and zero point per 256.
    "int8-8da4w": _grouped(8, 256, 8.0),
    # bitsandbytes NF4 with double quantisation: one 8-bit absmax per 64, one fp32 per 256 of these.
    "nf4": _grouped(4, 64, 1 + 4 / 256),
}

_EXPERTS_ONLY = frozenset({"mxfp4"})
"""Formats that narrow only routed experts where a model has any (gpt-oss)."""

_ATTENTION = frozenset({"attention", "linear_attention", "index", "shared_experts"})
_DELTA_NET_INPUTS = frozenset({"attn_qkv", "attn_gate"})


def narrows(model: Model, name: str, tensor: Tensor) -> bool:
    """Whether a format narrows this weight."""
    if name == "int8-8da4w" and tensor.group == "head":
        return tensor.is_matrix
    if not tensor.is_matrix or tensor.group in _WIDE_GROUPS or tensor.role in _GATES:
        return False
    if tensor.group == "routed_experts":
        return True
    if name == "nvfp4":
        # ModelOpt's published recipes keep attention and shared experts of mixtures in 16 bits, and in dense hybrids
        # the input projections of linear attention.
        wide = tensor.group == "linear_attention" and tensor.role in _DELTA_NET_INPUTS
        return not (wide or (model.experts and tensor.group in _ATTENTION))
    return not (name in _EXPERTS_ONLY and model.experts)


def checkpoint_bytes(model: Model, name: str, *, vision: bool, mtp: bool) -> tuple[float, float]:
    """Return the bytes of a checkpoint in a format, and the relative spread of what publishers make of it."""
    native = name == "native"
    name = native_format(model) if native else name
    groups, wide = parameter_groups(model), BYTES.get(name, 2.0)
    total = sum(_tensor_bytes(model, name, tensor, wide) for tensor in tensors(model))
    # Only publishers quantise multi-token prediction; others leave it as it came.
    share = total / groups.total if groups.total and (native or name not in _FOUR_BITS) else 2.0
    beside = (groups.vision * wide if vision else 0.0) + (_mtp(model, share) if mtp else 0.0)
    return total + beside, _SPREAD.get(name, 0.002)


_FOUR_BITS = frozenset({"nvfp4", "mxfp4", "int4", "nf4"})


def _tensor_bytes(model: Model, name: str, tensor: Tensor, wide: float) -> float:
    if name == "fp8-fp4":
        name = "mxfp4" if tensor.group == "routed_experts" else "fp8-block"
    narrow = _NARROW.get(name)
    return narrow(tensor) if narrow and narrows(model, name, tensor) else wide * tensor.elements


_SPREAD = {"nvfp4": 0.06, "mxfp4": 0.06, "int4": 0.02, "nf4": 0.02, "fp8": 0.01, "int8": 0.01, "fp8-block": 0.005}


def _mtp(model: Model, share: float) -> float:
    """Return the bytes of multi-token prediction: its copies of embedding and head stay wide."""
    total = model.mtp_params or 0
    copies = 2 * (model.vocab_size or 0) * (model.hidden_size or 0)
    wide = copies if total > 2 * copies else 0
    return wide * 2.0 + (total - wide) * share


def native_format(model: Model) -> str:
    """Return the format in which the publisher ships the model."""
    quant = model.native_quant
    if "experts fp4" in quant:
        return "fp8-fp4"
    if "mxfp4" in quant:
        return "mxfp4"
    if quant.startswith("fp8 block"):
        return "fp8-block"
    if quant.startswith("fp8"):
        return "fp8"
    if "pack-quantized" in quant:
        return "int4"
    return "fp32" if model.native_dtype == "float32" else "bf16"


def flat_bytes(model: Model, name: str) -> float:
    """Return parameters times bytes, for a model of which only the total is known."""
    beside = (model.vision_params or 0) + (model.mtp_params or 0)
    return model.total_params * FLAT[name] + beside * 2.0
