"""The weights of layers with a constant state: gated DeltaNet, KDA, Mamba 1 and 2, lightning, short convolution.

Formulas follow the layer definitions of the ``transformers`` library. Sizes come from :attr:`Model.details`, under
the names of ``config.json``.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.catalog.architecture_layers import layers_of
from wizard.catalog.architecture_tensors import Tensor, vector
from wizard.catalog.records import Model

Layers = tuple[int, ...]


def linear_tensors(model: Model) -> Iterator[Tensor]:
    """Yield the weights of all layers with a constant state, without the norms of the hidden size."""
    linear, mamba, convolution = (layers_of(model, kind) for kind in "LMC")
    if linear:
        build = _kda if model.detail("kda_head_dim") else _lightning if model.detail("lightning_dim") else _delta_net
        yield from build(model, linear)
    if mamba:
        yield from (_mamba2 if model.detail("mamba_num_heads") else _mamba1)(model, mamba)
    if convolution:
        yield from _short_convolution(model, convolution)


def _delta_net(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield gated DeltaNet as in Qwen3-Next and Qwen3.5."""
    hidden, heads = model.hidden_size or 0, model.detail("linear_num_value_heads")
    key = model.detail("linear_num_key_heads") * model.detail("linear_key_head_dim")
    value = heads * model.detail("linear_value_head_dim")
    yield Tensor("attn_qkv", "linear_attention", 2 * key + value, hidden, layers)
    yield Tensor("attn_gate", "linear_attention", value, hidden, layers)
    yield Tensor("ssm_ba", "linear_attention", 2 * heads, hidden, layers)
    yield Tensor("ssm_conv1d", "linear_attention", 2 * key + value, model.detail("linear_conv_kernel_dim"), layers)
    yield vector("ssm_a", "linear_attention", heads, layers)
    yield vector("ssm_dt.bias", "linear_attention", heads, layers)
    yield vector("ssm_norm", "linear_attention", model.detail("linear_value_head_dim"), layers)
    yield Tensor("ssm_out", "linear_attention", hidden, value, layers)


def _kda(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield Kimi delta attention: separate convolutions, low-rank forget and output gates."""
    hidden, width, heads = model.hidden_size or 0, model.detail("kda_head_dim"), model.detail("kda_num_heads")
    full = width * heads
    for name in ("attn_q", "attn_k", "attn_v"):
        yield Tensor(name, "linear_attention", full, hidden, layers)
        yield Tensor(f"ssm_conv1d_{name[-1]}", "linear_attention", full, model.detail("kda_conv_kernel"), layers)
    yield Tensor("ssm_f_a", "linear_attention", width, hidden, layers)
    yield Tensor("ssm_f_b", "linear_attention", full, width, layers)
    if model.detail("kda_full_gate"):
        yield Tensor("ssm_g", "linear_attention", full, hidden, layers)
    else:
        yield Tensor("ssm_g_a", "linear_attention", width, hidden, layers)
        yield Tensor("ssm_g_b", "linear_attention", full, width, layers)
    yield Tensor("ssm_beta", "linear_attention", heads, hidden, layers)
    yield vector("ssm_a", "linear_attention", heads, layers)
    yield vector("ssm_dt.bias", "linear_attention", full, layers)
    yield vector("ssm_norm", "linear_attention", width, layers)
    yield Tensor("attn_output", "linear_attention", hidden, full, layers)


def _lightning(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield MiniMax M1's lightning attention: q, k, v in one matrix, an output gate and a norm."""
    hidden, width = model.hidden_size or 0, model.detail("lightning_dim")
    yield Tensor("attn_qkv", "linear_attention", 3 * width, hidden, layers)
    yield Tensor("attn_gate", "linear_attention", width, hidden, layers)
    yield vector("ssm_norm", "linear_attention", width, layers)
    yield Tensor("attn_output", "linear_attention", hidden, width, layers)


def _mamba1(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield Mamba (Gu and Dao 2023); Jamba adds norms of the step and of both state projections."""
    hidden, state, conv = model.hidden_size or 0, model.detail("mamba_d_state"), model.detail("mamba_d_conv")
    inner, rank = hidden * model.detail("mamba_expand", 2), model.detail("mamba_dt_rank", -(-hidden // 16))
    yield Tensor("ssm_in", "linear_attention", 2 * inner, hidden, layers)
    yield Tensor("ssm_conv1d", "linear_attention", inner, conv, layers)
    yield vector("ssm_conv1d.bias", "linear_attention", inner, layers)
    yield Tensor("ssm_x", "linear_attention", rank + 2 * state, inner, layers)
    yield Tensor("ssm_dt", "linear_attention", inner, rank, layers)
    yield vector("ssm_dt.bias", "linear_attention", inner, layers)
    yield Tensor("ssm_a", "linear_attention", inner, state, layers)
    yield vector("ssm_d", "linear_attention", inner, layers)
    yield Tensor("ssm_out", "linear_attention", hidden, inner, layers)
    if model.detail("mamba_inner_norms"):
        yield vector("ssm_norm", "linear_attention", rank + 2 * state, layers)


def _mamba2(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield Mamba 2 as in Nemotron-H and Granite 4: heads, groups and a gated norm."""
    hidden, heads, conv = model.hidden_size or 0, model.detail("mamba_num_heads"), model.detail("mamba_d_conv", 4)
    inner = heads * model.detail("mamba_head_dim")
    mixed = inner + 2 * model.detail("mamba_n_groups", 1) * model.detail("mamba_d_state")
    yield Tensor("ssm_in", "linear_attention", inner + mixed + heads, hidden, layers)
    yield Tensor("ssm_conv1d", "linear_attention", mixed, conv, layers)
    yield vector("ssm_conv1d.bias", "linear_attention", mixed, layers)
    for name in ("ssm_dt.bias", "ssm_a", "ssm_d"):
        yield vector(name, "linear_attention", heads, layers)
    yield vector("ssm_norm", "linear_attention", inner, layers)
    yield Tensor("ssm_out", "linear_attention", hidden, inner, layers)


def _short_convolution(model: Model, layers: Layers) -> Iterator[Tensor]:
    """Yield LFM2's gated short convolution."""
    hidden = model.hidden_size or 0
    yield Tensor("shortconv.in_proj", "linear_attention", 3 * hidden, hidden, layers)
    yield Tensor("shortconv.conv", "linear_attention", hidden, model.detail("conv_L_cache", 3), layers)
    yield Tensor("shortconv.out_proj", "linear_attention", hidden, hidden, layers)
