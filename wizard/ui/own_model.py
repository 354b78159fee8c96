"""A model described by hand: its dimensions as typed, and the architecture that they make. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from wizard.catalog.own_architecture import OwnArchitecture, plain_architecture
from wizard.catalog.records import Model
from wizard.i18n import mark

NAMES = {
    "layers": mark("Layers"),
    "hidden_size": mark("Hidden size"),
    "intermediate_size": mark("FFN width"),
    "heads": mark("Heads"),
    "kv_heads": mark("KV heads"),
    "head_dim": mark("Size of a head"),
    "vocab_size": mark("Vocabulary"),
    "max_context": mark("Longest context"),
    "experts": mark("Experts"),
    "experts_per_token": mark("Per token"),
    "expert_intermediate_size": mark("Expert FFN width"),
    "shared_experts": mark("Shared experts"),
}
BLANK = ("head_dim", "max_context", "experts", "experts_per_token", "expert_intermediate_size", "shared_experts")
"""Dimensions that a model need not have."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What a config states of a usual decoder. The defaults are those of Llama 3.1 8B."""

    name: str = ""
    layers: int | None = 32
    hidden_size: int | None = 4096
    intermediate_size: int | None = 14_336
    heads: int | None = 32
    kv_heads: int | None = 8
    head_dim: int | None = None
    vocab_size: int | None = 128_256
    max_context: int | None = 131_072
    experts: int | None = None
    experts_per_token: int | None = None
    expert_intermediate_size: int | None = None
    shared_experts: int | None = None

    @property
    def missing(self) -> str:
        """The first dimension that is needed and blank; empty if none is."""
        moe = ("experts_per_token", "expert_intermediate_size") if self.experts else ()
        needed = [f.name for f in fields(self) if f.name not in BLANK or f.name in moe]
        return next((name for name in needed if name != "name" and not getattr(self, name)), "")

    def architecture(self, name: str = "") -> OwnArchitecture:
        """Return the architecture; nothing may be missing.

        Raises:
            CatalogFault: the numbers contradict each other.
        """
        given: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        experts: dict[str, Any] = {n: given.pop(n) or 0 for n in BLANK if n not in ("head_dim", "max_context")}
        return plain_architecture(name or self.name, **given, **experts)


def dimensions_of(model: Model) -> Dimensions:
    """Return a model's dimensions to start from; those of Llama 3.1 8B where it is not built that way."""
    plain = model.attention in ("gqa", "mha", "mqa") and not model.mtp_layers and not model.dense_layers
    if not plain or not (model.intermediate_size or model.expert_intermediate_size):
        return Dimensions()
    same: dict[str, Any] = {f.name: getattr(model, f.name) or None for f in fields(Dimensions) if f.name != "name"}
    if same["head_dim"] and model.heads and model.hidden_size == model.heads * (model.head_dim or 0):
        same["head_dim"] = None
    same["intermediate_size"] = model.intermediate_size or model.expert_intermediate_size
    return Dimensions(**same)
