"""Floating-point operations per trained token.

A matrix product with N weights costs 2·N FLOPs per token forward and twice that backward, 6·N in all (Kaplan et al.
2020, arXiv:2001.08361; Hoffmann et al. 2022, arXiv:2203.15556). Attention adds 4·s·heads·d per layer forward for full
and half of it for causal masks (PaLM, arXiv:2204.02311, appendix B counts 12·L·H·Q·T without the mask). LoRA needs no
weight gradients of the frozen base: 4·N. Full recomputation repeats the forward pass (8·N); it counts as hardware
FLOPs and not as model FLOPs, on which the model FLOPs utilisation (MFU) rests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.training_cases import RECOMPUTE, SELECTIVE, Recipe
from wizard.sizing.training_memory import adapter_elements
from wizard.sizing.training_shape import TrainingShape


@dataclass(frozen=True, slots=True)
class TokenFlops:
    """FLOPs per token of the whole model; each of shape ``(n,)``."""

    model_linear: Floats
    """Matrix products with weights other than the head: run in the training precision."""
    model_wide: Floats
    """Attention and the output head: stay at 16 bit."""
    recompute_linear: Floats
    recompute_wide: Floats

    @property
    def model(self) -> Floats:
        """What the mathematics needs."""
        return self.model_linear + self.model_wide

    @property
    def hardware(self) -> Floats:
        """What the device executes, recomputation included."""
        return self.model + self.recompute_linear + self.recompute_wide


def attention_context(sequence: Floats, window: Floats) -> tuple[Floats, Floats]:
    """Return the mean number of tokens that a token attends to: causal, and causal within a window."""
    seen = (sequence + 1.0) / 2.0
    w = np.minimum(np.maximum(window, 1.0), sequence)
    return seen, w * (1.0 - (w - 1.0) / (2.0 * sequence))


def forward_flops(shape: TrainingShape, sequence: Floats) -> tuple[Floats, Floats, Floats]:
    """Return forward FLOPs per token of the linear layers, the head and the attention."""
    head = 2.0 * shape.vocabulary * shape.hidden
    linear = np.maximum(0.0, 2.0 * shape.active_matmul_params - head)
    full, windowed = attention_context(sequence, shape.window)
    attended = shape.full_layers * full + shape.window_layers * windowed
    return linear, head, 2.0 * shape.heads * (shape.qk_dim + shape.v_dim) * attended


def token_flops(shape: TrainingShape, how: Recipe) -> TokenFlops:
    """Return the FLOPs of one token through forward and backward pass."""
    linear, head, attention = forward_flops(shape, how.sequence)
    passes = np.where(how.trains_all, 3.0, 2.0)  # forward, input gradients, and weight gradients if trained
    share = np.where(shape.experts > 0, shape.experts_per_token / np.maximum(shape.experts, 1.0), 1.0)
    adapters = 6.0 * adapter_elements(shape, how) * share
    full = how.checkpointing == RECOMPUTE
    again = full | (how.checkpointing == SELECTIVE)
    return TokenFlops(
        model_linear=passes * linear + adapters, model_wide=passes * head + 3.0 * attention,
        recompute_linear=np.where(full, linear, 0.0), recompute_wide=np.where(again, attention, 0.0),
    )
