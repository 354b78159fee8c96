"""How many bytes a model's weights take in a given format: a sum over its weights, not parameters times precision.

    from wizard.catalog.weights import weight_bytes
    weight_bytes(catalog.models["deepseek-ai/DeepSeek-V3"], "fp8").bytes     # 688.6e9

Formats are those of :func:`wizard.catalog.weight_formats.parse_format`: ``native``, ``fp32``, ``bf16``, ``fp16``,
``fp8``, ``fp8-block``, ``int8``, ``int4``, ``nvfp4``, ``mxfp4``, ``nf4`` and ``gguf:<type>`` (``gguf:Q4_K_M``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from wizard.catalog.architecture import is_known, parameter_groups
from wizard.catalog.records import Model
from wizard.catalog.weight_formats import parse_format
from wizard.catalog.weights_checkpoint import checkpoint_bytes, flat_bytes


@dataclass(frozen=True, slots=True)
class WeightSize:
    """Bytes of a model's weights with the interval that the true size lies in nine times out of ten.

    ``basis`` is a code: ``published`` (the exact size of the publisher's files), ``architecture`` (sum over the
    weights), ``stated-total`` (parameters x bytes where the architecture is not known in full).
    """

    bytes: int
    low: int
    high: int
    basis: str


def weight_bytes(model: Model, weight_format: str, *, vision: bool = True, mtp: bool = True) -> WeightSize:
    """Return the size of a model's weights in a format, everything that an engine loads.

    Args:
        model: the model.
        weight_format: any spelling that :func:`parse_format` reads.
        vision: count vision and audio towers (kept in 16 bits by every format).
        mtp: count multi-token-prediction modules.

    Raises:
        UnknownName: there is no such format.
    """
    return _weight_bytes(model, parse_format(weight_format), vision, mtp)


@lru_cache(maxsize=2048)
def _weight_bytes(model: Model, name: str, vision: bool, mtp: bool) -> WeightSize:
    if name.startswith("gguf:"):
        from wizard.catalog.weights_gguf import gguf_bytes

        size, spread, basis = gguf_bytes(model, name.removeprefix("gguf:"))
        return _size(size, spread, basis)
    if name == "native" and model.checkpoint_bytes and vision and mtp:
        return _size(model.checkpoint_bytes, 0.0, "published")
    if not is_known(model):
        return _size(flat_bytes(model, name), 0.05, "stated-total")
    size, spread = checkpoint_bytes(model, name, vision=vision, mtp=mtp)
    return _size(size, spread, "architecture" if parameter_groups(model).exact else "stated-total")


def _size(size: float, spread: float, basis: str) -> WeightSize:
    return WeightSize(round(size), round(size * (1 - spread)), round(size * (1 + spread)), basis)
