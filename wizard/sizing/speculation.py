"""Speculative decoding: what the draft of a method is, and what it costs in bytes, work and cache.

* ``mtp``: the model's own extra layer predicts the next token but one (DeepSeek-V3, section 2.2). One layer of the
  model with its experts, and the shared head.
* ``eagle``: one dense decoder layer on the model's own features, and the shared head (Li et al. 2024).
* ``draft``: a whole smaller model with the same vocabulary (Leviathan et al. 2023).

One step makes ``k`` guesses one after the other, and the model checks them and one more token at once. The tokens that
it gains are :func:`wizard.sizing.operators.tokens_per_step`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wizard.catalog.architecture import moe_layers, parameter_groups
from wizard.catalog.kv import kv_shape
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes

TYPICAL_ACCEPTANCE: Mapping[str, float] = {"mtp": 0.7, "eagle": 0.75, "draft": 0.7}
"""Where none is stated. MTP: 85 to 90 % of DeepSeek-V3's first guesses are taken (report, section 5.4.3), later ones
less often: a published run with three fits 0.6 to 0.7 (see the test). EAGLE: 0.7 to 0.8 for chains (EAGLE-3, figure 7);
draft models: 0.5 to 0.8 (Leviathan et al., table 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What makes the guesses: elements and bytes of one guess for one token, and what lies beside the model."""

    elements: float
    read_bytes: float
    stored_bytes: float
    layers: float
    kv_elements: float

    def columns(self, draft_tokens: int, acceptance: float) -> dict[str, Any]:
        """Return columns of :class:`~wizard.sizing.traffic.ServingInputs` for this draft, each of shape ``(1,)``."""
        values = {
            "draft_tokens": draft_tokens, "acceptance": acceptance, "draft_elements": self.elements,
            "draft_bytes": self.read_bytes, "draft_layers": self.layers, "extra_kv_elements": self.kv_elements,
        }
        return {name: np.array([float(value)]) for name, value in values.items()}


def mtp_draft(model: Model) -> Draft | None:
    """Return the model's own extra layer; ``None`` where it has none."""
    if not model.mtp_params:
        return None
    groups, layers, own = parameter_groups(model), max(model.layers or 1, 1), max(model.mtp_layers or 1, 1)
    head = float(groups.head or groups.embedding)
    experts = groups.routed_experts / max(len(moe_layers(model)), 1) if model.experts else 0.0
    # Some checkpoints store embedding and head once more with the layer; engines load them once.
    copies = float(groups.embedding + groups.head)
    copies = copies if model.mtp_params / own - experts > 0.9 * copies else 0.0
    each = model.mtp_params / own - copies
    active = max(each - min(experts, each) * (1 - groups.routed_share), 1.0)
    stored = float(_native(model, mtp=True) - _native(model, mtp=False)) - 2 * copies * own
    return Draft(elements=active + head, read_bytes=active * stored / (each * own) + 2 * head, stored_bytes=stored,
                 layers=1.0, kv_elements=kv_shape(model).elements_per_token / layers * own)


def _native(model: Model, *, mtp: bool) -> int:
    return weight_bytes(model, "native" if model.native_quant else "bf16", vision=False, mtp=mtp).bytes


def eagle_draft(model: Model) -> Draft:
    """Return a head of one dense layer: attention, a feed-forward part and the fusion of 2 x hidden into hidden."""
    groups, layers = parameter_groups(model), max(model.layers or 1, 1)
    hidden = float(model.hidden_size or 0)
    inner = float(model.intermediate_size or 4 * hidden)
    attention = groups.attention / layers
    body = attention + 3 * hidden * inner + 2 * hidden * hidden
    head = float(groups.head or groups.embedding)
    return Draft(elements=body + head, read_bytes=2 * (body + head), stored_bytes=2 * body, layers=1.0,
                 kv_elements=kv_shape(model).elements_per_token / layers)


def model_draft(draft: Model) -> Draft:
    """Return a whole smaller model as draft, in the format that it is published in."""
    groups = parameter_groups(draft)
    size = float(_native(draft, mtp=False))
    width = size / max(groups.total, 1)
    elements = float(groups.active_without_embedding)
    return Draft(elements=elements, read_bytes=elements * width, stored_bytes=size, layers=float(draft.layers or 1),
                 kv_elements=kv_shape(draft).elements_per_token)
