"""The weights of feed-forward layers: dense, and mixtures of routed and shared experts."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.catalog.architecture_layers import dense_ffn_layers, moe_layers
from wizard.catalog.architecture_tensors import Group, Tensor, vector
from wizard.catalog.architecture_traits import Traits
from wizard.catalog.records import Model

Layers = tuple[int, ...]


def ffn_tensors(model: Model, traits: Traits) -> Iterator[Tensor]:
    """Yield the weights of all feed-forward layers, without the norms of the hidden size."""
    dense, routed = dense_ffn_layers(model), moe_layers(model)
    if dense and model.intermediate_size:
        # Gemma 4 E2B doubles the width of the layers that reuse keys and values.
        wide = model.detail("kv_shared_layers") if model.detail("double_wide") else 0
        own = tuple(i for i in dense if i < (model.layers or 0) - wide)
        yield from _ffn(model, traits, "", "dense_ffn", model.intermediate_size, own)
        if wide:
            shared = tuple(i for i in dense if i not in own)
            yield from _ffn(model, traits, "", "dense_ffn", 2 * model.intermediate_size, shared)
        yield from _biases(model, traits, dense)
    if routed:
        yield from _experts(model, traits, routed)


def _ffn(
    model: Model, traits: Traits, suffix: str, group: Group, width: int, layers: Layers, experts: int = 1
) -> Iterator[Tensor]:
    hidden = model.detail("moe_latent_size", model.hidden_size or 0) if suffix == "_exps" else model.hidden_size or 0
    if traits.gated and traits.fused_gate and not suffix:
        yield Tensor("ffn_up", group, 2 * width, hidden, layers)
    else:
        if traits.gated:
            yield Tensor(f"ffn_gate{suffix}", group, width, hidden, layers, experts)
        yield Tensor(f"ffn_up{suffix}", group, width, hidden, layers, experts)
    yield Tensor(f"ffn_down{suffix}", group, hidden, width, layers, experts)


def _biases(model: Model, traits: Traits, layers: Layers) -> Iterator[Tensor]:
    if traits.ffn_bias:
        width = (model.intermediate_size or 0) * (2 if traits.gated else 1)
        yield vector("ffn_up.bias", "dense_ffn", width, layers)
        yield vector("ffn_down.bias", "dense_ffn", model.hidden_size or 0, layers)


def _experts(model: Model, traits: Traits, layers: Layers) -> Iterator[Tensor]:
    hidden, experts, width = model.hidden_size or 0, model.experts or 0, model.expert_intermediate_size or 0
    yield Tensor("ffn_gate_inp", "router", experts, hidden, layers)
    if traits.router_bias:
        # DeepSeek V4's first layers route by a hash of the token and have no bias to balance.
        yield vector("exp_probs_b.bias", "router", experts, layers[model.detail("hash_layers"):])
    yield from _ffn(model, traits, "_exps", "routed_experts", width, layers, experts)
    if traits.expert_bias:
        biases = width * (2 if traits.gated else 1) + hidden
        yield Tensor("ffn_exps.bias", "routed_experts", 1, biases, layers, experts)
    latent = model.detail("moe_latent_size")
    if latent:
        yield Tensor("ffn_latent_in", "shared_experts", latent, hidden, layers)
        yield Tensor("ffn_latent_out", "shared_experts", hidden, latent, layers)
        if traits.latent_norm:
            yield vector("ffn_latent_norm", "norm", latent, layers)
    yield from _shared(model, traits, layers)


def _shared(model: Model, traits: Traits, layers: Layers) -> Iterator[Tensor]:
    width = model.shared_expert_intermediate_size or (model.shared_experts or 0) * (model.expert_intermediate_size or 0)
    if width:
        yield from _ffn(model, traits, "_shexp", "shared_experts", width, layers)
        if traits.shared_gate:
            yield vector("ffn_gate_inp_shexp", "shared_experts", model.hidden_size or 0, layers)
