"""Bytes of activations that the backward pass needs, per device.

Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models" (arXiv:2205.05198), count
``s·b·h·(34 + 5·a·s/h)`` bytes per GPT layer (equation 1), ``s·b·h·(10 + 24/t + 5·a·s/(h·t))`` with tensor
parallelism (2), ``s·b·h/t·(34 + 5·a·s/h)`` with sequence parallelism (4), and ``2·s·b·h`` with full recomputation.
The counts below are theirs tensor by tensor, so that grouped-query attention, gated feed-forwards, MLA and experts
come out right; dropout masks (2 of the 34 bytes per h) are left out, as today's models train without dropout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.training_cases import NONE, RECOMPUTE, Layout, Recipe
from wizard.sizing.training_shape import TrainingShape

LOGIT_BYTES = 12.0
"""Per logit: the 16-bit matmul output, its fp32 copy, the fp32 softmax gradient and its 16-bit copy (2 + 4 + 4 + 2)."""


@dataclass(frozen=True, slots=True)
class Activations:
    """Bytes per device and micro-batch in flight; each of shape ``(n,)``."""

    stored: Floats
    """Kept between forward and backward pass, over all micro-batches in flight on the fullest pipeline stage."""
    working: Floats
    """One layer's tensors while it is recomputed and differentiated."""
    logits: Floats
    """Output of the language-model head and its gradient on the last stage."""

    def peak(self, factor: float = 1.0, logit_factor: float = 1.0) -> Floats:
        """Return the peak; the logits are freed before the first layer is recomputed, so the larger of both counts.

        ``factor`` and ``logit_factor`` are calibrated: temporaries and fragmentation over the tensors counted here.
        """
        return factor * self.stored + np.maximum(factor * self.working, logit_factor * self.logits)


def layer_bytes_per_token(shape: TrainingShape, lay: Layout, how: Recipe) -> Floats:
    """Return bytes that one layer stores per token without recomputation, on one tensor-parallel rank.

    Norm inputs and outputs (8 h) are whole on each rank unless sequence parallelism splits them. Attention keeps q, k,
    v, its output and the fp32 row statistics of the flash kernel; without a flash kernel also the scores, their
    softmax (2 B each) and its dropout mask: 5·a·s. A gated feed-forward keeps gate, up, the activated gate and their
    product, a plain one its two inner tensors; experts also the permuted copies of their inputs and outputs.
    """
    split_norms = np.where(lay.sequence_parallel > 0, lay.tp, 1.0)
    norms = 8.0 * shape.hidden / split_norms
    attention = 2.0 * (shape.heads * (shape.qk_dim + shape.v_dim) + shape.kv_heads * (shape.qk_dim + shape.v_dim))
    attention = attention + 4.0 * shape.heads
    scores = np.where((how.flash > 0) | (how.checkpointing != NONE), 0.0, 5.0 * shape.heads * how.sequence / lay.cp)
    feed_forward = (4.0 + 4.0 * shape.gated) * shape.ffn_width
    routed = 4.0 * shape.experts_per_token * shape.hidden
    return norms + (attention + scores + feed_forward + routed) / lay.tp


def activations(shape: TrainingShape, lay: Layout, how: Recipe) -> Activations:
    """Return the activation bytes on the fullest device.

    Under 1F1B the first stage holds min(p, m) micro-batches of its L/p layers, in all the layers of the whole model;
    interleaving v chunks multiplies that by 1 + (p - 1)/(p·v) (Korthikanti et al., section 4.2.3). The logits lie on
    the last stage, which has one micro-batch in flight.
    """
    tokens = lay.micro_batch * how.sequence / lay.cp
    per_token = layer_bytes_per_token(shape, lay, how)
    checkpoint = 2.0 * shape.hidden / np.where(lay.sequence_parallel > 0, lay.tp, 1.0)
    kept = np.where(how.checkpointing == RECOMPUTE, np.minimum(checkpoint, per_token), per_token)
    in_flight = np.minimum(lay.pp, np.maximum(1.0, lay.micro_batches))
    chunked = np.where((lay.virtual_stages > 1) & (lay.pp > 1), 1.0 + (lay.pp - 1) / (lay.pp * lay.virtual_stages), 1.0)
    layers = np.ceil(shape.layers / lay.pp)
    stored = tokens * kept * layers * in_flight * chunked
    working = np.where(how.checkpointing == RECOMPUTE, tokens * per_token, 0.0)
    logits = tokens * LOGIT_BYTES * shape.vocabulary / lay.tp
    # The last stage holds the logits but only one micro-batch; the first holds in_flight of them and no logits.
    spare = tokens * kept * layers * np.maximum(0.0, in_flight * chunked - 1.0)
    return Activations(stored, working, np.maximum(0.0, logits - spare))
