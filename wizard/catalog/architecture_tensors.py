"""One kind of weight of a model: its shape, how often it occurs and what it is for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Group = Literal[
    "embedding", "head", "attention", "dense_ffn", "routed_experts", "shared_experts", "router", "norm",
    "linear_attention", "index", "vision", "mtp", "other",
]

OUTSIDE = -1
"""The layer number of weights that belong to no layer: embeddings, head, final norm."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A weight matrix or vector that several layers hold in the same shape.

    Attributes:
        role: what it does, in the vocabulary of GGUF tensor names (``attn_q``, ``ffn_down_exps``, ``token_embd``);
            biases end in ``.bias``.
        group: where its elements are counted.
        rows: output features; 1 for a vector.
        cols: input features, which lie contiguously; quantisation blocks run along them.
        layers: the layers that hold it, or ``(OUTSIDE,)``.
        experts: how many experts hold it in each of these layers.
    """

    role: str
    group: Group
    rows: int
    cols: int
    layers: tuple[int, ...] = (OUTSIDE,)
    experts: int = 1

    @property
    def per_layer(self) -> int:
        """Elements in one layer."""
        return self.rows * self.cols * self.experts

    @property
    def elements(self) -> int:
        """Elements in the whole model."""
        return self.per_layer * len(self.layers)

    @property
    def is_matrix(self) -> bool:
        """Whether it multiplies; norms, biases and other vectors do not."""
        return self.rows > 1


def vector(role: str, group: Group, length: int, layers: Iterable[int] = (OUTSIDE,)) -> Tensor:
    """Return a norm, a bias or another vector."""
    return Tensor(role, group, 1, length, tuple(layers))
