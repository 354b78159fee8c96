"""How many parameters a model has, from its architecture, by exact formulas.

Everything rests on :func:`tensors`, the list of a model's weights; sizes on disk, in GPU memory and in GGUF files
(:mod:`wizard.catalog.weights`) are sums over the same list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from wizard.catalog.architecture_attention import attention_tensors
from wizard.catalog.architecture_ffn import ffn_tensors
from wizard.catalog.architecture_layers import is_block_pattern, moe_layers
from wizard.catalog.architecture_linear import linear_tensors
from wizard.catalog.architecture_speech import speech_tensors
from wizard.catalog.architecture_tensors import OUTSIDE, Tensor, vector
from wizard.catalog.architecture_traits import Traits, traits_of
from wizard.catalog.records import Model

__all__ = ["OUTSIDE", "ParameterGroups", "Tensor", "is_known", "moe_layers", "parameter_groups", "tensors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterGroups:
    """Element counts of a model by what they are for.

    ``head`` is zero where the output head is the embedding (tied). ``vision`` (with audio and projectors) and ``mtp``
    (multi-token prediction) are beside the main model. ``exact`` is false where the architecture is not known in
    full and the stated total stands under ``other``.
    """

    embedding: int = 0
    head: int = 0
    attention: int = 0
    dense_ffn: int = 0
    routed_experts: int = 0
    shared_experts: int = 0
    router: int = 0
    norm: int = 0
    linear_attention: int = 0
    index: int = 0
    vision: int = 0
    mtp: int = 0
    other: int = 0
    exact: bool = True
    routed_share: float = 1.0
    """Experts per token over experts: the share of ``routed_experts`` that one token passes."""
    tied: bool = False

    @property
    def total(self) -> int:
        """The main model, without vision and multi-token prediction."""
        return (
            self.embedding + self.head + self.attention + self.dense_ffn + self.routed_experts + self.shared_experts
            + self.router + self.norm + self.linear_attention + self.index + self.other
        )

    @property
    def active(self) -> int:
        """Parameters that one token passes, with embedding and head."""
        return self.total - self.routed_experts + round(self.routed_experts * self.routed_share)

    @property
    def active_without_embedding(self) -> int:
        """Parameters that are multiplied with one token; a tied embedding counts once, as the head."""
        return self.active - (0 if self.tied else self.embedding)


def is_known(model: Model) -> bool:
    """Whether the architecture is known well enough to list the model's weights."""
    return bool(model.layers and model.hidden_size and model.vocab_size) and not model.detail("not_computed")


@lru_cache(maxsize=256)
def tensors(model: Model) -> tuple[Tensor, ...]:
    """Return the weights of the main model, without vision tower and multi-token prediction.

    Empty where the architecture is not known (:func:`is_known`).
    """
    if not is_known(model):
        return ()
    if model.detail("encoder_layers"):
        return tuple(speech_tensors(model))
    traits = traits_of(model)
    return (
        *_outside(model, traits), *attention_tensors(model, traits), *linear_tensors(model),
        *ffn_tensors(model, traits), *_norms(model, traits), *_extras(model),
    )


def parameter_groups(model: Model) -> ParameterGroups:
    """Count a model's parameters by group, in elements.

    Where the architecture is not known, the stated total stands under ``other`` and ``exact`` is false.
    """
    beside: dict[str, Any] = {"vision": model.vision_params or 0, "mtp": model.mtp_params or 0}
    share = (model.experts_per_token or 0) / model.experts if model.experts else 1.0
    weights = tensors(model)
    if not weights:
        return ParameterGroups(other=model.total_params, exact=False, routed_share=share, **beside)
    counts: dict[str, Any] = dict.fromkeys(_GROUPS, 0) | beside
    for tensor in weights:
        counts[tensor.group] += tensor.elements
    return ParameterGroups(**counts, routed_share=share, tied=bool(model.tied_embeddings))


_GROUPS = tuple(f.name for f in fields(ParameterGroups) if f.name not in {"exact", "routed_share", "tied"})


def _outside(model: Model, traits: Traits) -> Iterator[Tensor]:
    hidden, vocab = model.hidden_size or 0, model.vocab_size or 0
    width = model.detail("embedding_size", hidden)
    yield Tensor("token_embd", "embedding", vocab, width)
    if not model.tied_embeddings and not model.detail("no_head"):
        yield Tensor("output", "head", vocab, width)
    if traits.head_bias:
        yield vector("output.bias", "head", vocab)
    positions = model.detail("position_embeddings")
    if positions:
        yield Tensor("position_embd", "embedding", positions, hidden)
    if traits.final_norm:
        yield vector("output_norm", "norm", hidden * (1 + traits.norm_bias) * traits.final_norm)
    if model.detail("embedding_norm"):
        yield vector("token_embd_norm", "norm", hidden * (1 + traits.norm_bias))
    yield from _encoder_ends(model)


def _encoder_ends(model: Model) -> Iterator[Tensor]:
    """Yield BERT's segment embedding, pooler and the reranker's output."""
    hidden = model.hidden_size or 0
    if model.detail("token_types"):
        yield Tensor("token_types", "embedding", model.detail("token_types"), hidden)
    if model.detail("pooler"):
        yield Tensor("pooler", "head", hidden, hidden)
        yield vector("pooler.bias", "head", hidden)
    if model.detail("classes"):
        yield Tensor("cls", "head", model.detail("classes"), hidden)
        yield vector("cls.bias", "head", model.detail("classes"))


def _norms(model: Model, traits: Traits) -> Iterator[Tensor]:
    width = (model.hidden_size or 0) * (1 + traits.norm_bias)
    count = 1 if is_block_pattern(model) else traits.norms
    every = range(model.layers or 0)
    if count:
        yield vector("block_norm", "norm", width * count, every)
    if model.hf_architecture.startswith("Gemma4"):
        # A scalar per layer; beside experts two norms of their input, one of their output, the router's scales.
        beside = 4 * width + (model.experts or 0) if model.detail("dense_beside_experts") else 0
        yield vector("layer_scale", "norm", 1 + beside, every)
    if model.detail("per_layer_size"):
        yield from _per_layer_inputs(model, every)


def _per_layer_inputs(model: Model, every: range) -> Iterator[Tensor]:
    """Yield Gemma's per-layer embeddings: a table of all layers, its projection, and a gated input per layer."""
    hidden, width = model.hidden_size or 0, model.detail("per_layer_size")
    yield Tensor("per_layer_token_embd", "embedding", model.detail("per_layer_vocab"), width * len(every))
    yield Tensor("per_layer_model_proj", "other", width * len(every), hidden)
    yield vector("per_layer_proj_norm", "norm", width)
    yield Tensor("inp_gate", "other", width, hidden, tuple(every))
    yield Tensor("proj", "other", hidden, width, tuple(every))
    yield vector("post_norm", "norm", hidden, every)
    yield from _alternating_updates(model, tuple(every))


def _alternating_updates(model: Model, every: tuple[int, ...]) -> Iterator[Tensor]:
    """Yield Gemma 3n's AltUp (several residual streams) and LAuReL (a learned low-rank residual)."""
    streams, rank, hidden = model.detail("altup_streams"), model.detail("laurel_rank"), model.hidden_size or 0
    if streams:
        yield Tensor("altup_proj", "other", hidden, hidden * 2 * (streams - 1))
        yield Tensor("altup_router", "other", streams, hidden, every)
        yield vector("altup_coefficients", "other", streams * streams * (streams + 1) + 2 * hidden, every)
    if rank:
        yield Tensor("laurel_l", "other", rank, hidden, every)
        yield Tensor("laurel_r", "other", hidden, rank, every)
        yield vector("laurel_post_norm", "norm", hidden, every)


def _extras(model: Model) -> Iterator[Tensor]:
    """Yield hyper-connections (DeepSeek V4), and ``other_params`` of which no formula is known."""
    streams, hidden = model.detail("hc_mult"), model.hidden_size or 0
    if streams:
        mixes = (2 + streams) * streams
        layers = tuple(range(model.layers or 0))
        yield Tensor("hc_fn", "other", 2 * mixes, streams * hidden, layers)
        yield vector("hc_base", "other", 2 * (mixes + 3), layers)
        if not model.detail("hc_no_head"):
            yield Tensor("hc_head_fn", "other", streams, streams * hidden)
            yield vector("hc_head_base", "other", streams + 1)
    other = model.detail("other_params")
    if other:
        yield vector("other", "other", other)
