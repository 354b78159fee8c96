"""Which layer of a model does what.

``Model.layer_pattern`` holds one letter per layer: ``F`` attention over the whole context, ``S`` attention over a
window, ``L`` linear attention, ``M`` Mamba with an FFN, ``C`` short convolution, ``X`` cross attention; in Nemotron-H
every letter is a single block: ``M`` Mamba, ``*`` attention, ``-`` FFN, ``E`` experts. DeepSeek V4 writes
``compress_ratios=...`` instead, one number per layer.
"""

from __future__ import annotations

from wizard.catalog.records import Model

_RATIOS = "compress_ratios="


def compress_ratios(model: Model) -> tuple[int, ...]:
    """Return DeepSeek V4's compression ratio of every main layer; empty for other models."""
    if not model.layer_pattern.startswith(_RATIOS):
        return ()
    ratios = tuple(int(part) for part in model.layer_pattern.removeprefix(_RATIOS).split(","))
    return ratios[: model.layers]


def layer_kinds(model: Model) -> str:
    """Return one letter per layer (see the module's description)."""
    count = model.layers or 0
    if compress_ratios(model):
        return "F" * count
    if model.layer_pattern:
        return model.layer_pattern
    if model.linear_layers and model.linear_layers == count:
        return "M"*count
    return ("S" if model.window_layers and model.window_layers == count else "F") * count


def layers_of(model: Model, kinds: str) -> tuple[int, ...]:
    """Return the numbers of the layers whose letter is one of ``kinds``."""
    return tuple(i for i, kind in enumerate(layer_kinds(model)) if kind in kinds)


def is_block_pattern(model: Model) -> bool:
    """Whether every letter is one block only (Nemotron-H), not an attention and an FFN."""
    return any(letter in model.layer_pattern for letter in "*-E") and not compress_ratios(model)


def moe_layers(model: Model) -> tuple[int, ...]:
    """Return the layers whose FFN is a mixture of experts."""
    if not model.experts:
        return ()
    if is_block_pattern(model):
        return layers_of(model, "E")
    step = model.detail("moe_step", 1)
    first = 0 if step > 1 else model.dense_layers or 0
    return tuple(i for i in range(first, model.layers or 0) if (i + 1) % step == 0)


def dense_ffn_layers(model: Model) -> tuple[int, ...]:
    """Return the layers that have a dense FFN (also beside experts, where the architecture has both)."""
    if is_block_pattern(model):
        return layers_of(model, "-")
    if model.detail("dense_beside_experts"):
        return tuple(range(model.layers or 0))
    routed = frozenset(moe_layers(model))
    return tuple(i for i in range(model.layers or 0) if i not in routed)
