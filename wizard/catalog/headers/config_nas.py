"""Configs of searched architectures (NVIDIA's Puzzle: Llama-Nemotron Super and Ultra), whose layers all differ.

``block_configs`` says of every layer how its attention and its FFN look: present, absent, or a single linear map.
Formulas follow ``modeling_decilm.py`` beside the published weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wizard.catalog.headers.config_reader import Config
from wizard.catalog.records import Model

NO_ATTENTION = "N"
_MULTIPLE = 256
_MOST = 1000.0


def is_searched(config: Config) -> bool:
    """Whether the config describes its layers one by one."""
    return bool(config.sequence("block_configs"))


def searched(model: Model, config: Config) -> Model:
    """Return the model with the exact total of its differing layers, and the layers that keep keys and values."""
    blocks = [Config(b if isinstance(b, Mapping) else {}, config.where) for b in config.sequence("block_configs")]
    hidden, heads = model.hidden_size or 0, model.heads or 1
    width = model.head_dim or hidden // heads
    groups = [b.nested("attention").integer("n_heads_in_group") for b in blocks]
    kept = [_present(b.nested("attention")) for b in blocks]
    kv = [heads // group if group and keeps else 0 for group, keeps in zip(groups, kept, strict=True)]
    total = (model.vocab_size or 0) * hidden * (1 if model.tied_embeddings else 2) + hidden
    for block, kv_heads in zip(blocks, kv, strict=True):
        total += _attention(block.nested("attention"), hidden, heads * width, kv_heads * width)
        total += _ffn(block.nested("ffn"), hidden)
    attending = [k for k in kv if k]
    return replace(
        model, layers=len(blocks), total_params=total, details=(*model.details, ("not_computed", 1)),
        kv_heads=-(-sum(attending) // len(attending)) if attending else None, full_layers=len(attending),
        layer_pattern="".join("F" if k else NO_ATTENTION for k in kv),
        attention="gqa" if attending and max(attending) < heads else "mha", intermediate_size=None,
    )


def _present(part: Config) -> bool:
    return not (part.flag("no_op") or part.flag("replace_with_linear"))


def _attention(part: Config, hidden: int, query: int, kv: int) -> int:
    if part.flag("no_op"):
        return 0
    if part.flag("replace_with_linear"):
        return hidden * hidden + hidden
    return hidden * (2 * query + 2 * kv) + hidden


def _ffn(part: Config, hidden: int) -> int:
    if part.flag("no_op"):
        return 0
    if part.flag("replace_with_linear"):
        return hidden * hidden + hidden
    factor = part.values.get("ffn_mult")
    size = part.integer("intermediate_size")
    if size is None and isinstance(factor, (int, float)) and not isinstance(factor, bool) and 0 < factor < _MOST:
        size = -(-int(2 * factor * hidden / 3) // _MULTIPLE) * _MULTIPLE
    return 3 * hidden * (size or 0) + hidden
