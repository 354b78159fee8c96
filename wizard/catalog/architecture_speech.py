"""The weights of encoder-decoder speech models (Whisper)."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.catalog.architecture_tensors import Tensor, vector
from wizard.catalog.records import Model

AUDIO_POSITIONS = 1500
"""Encoder positions of 30 s of sound (Radford et al. 2022)."""

_KERNEL = 3


def speech_tensors(model: Model) -> Iterator[Tensor]:
    """Yield the weights of a Whisper model; ``details`` holds its encoder layers, mel bins and text positions."""
    hidden, vocab = model.hidden_size or 0, model.vocab_size or 0
    yield Tensor("token_embd", "embedding", vocab, hidden)
    yield Tensor("position_embd", "embedding", model.detail("position_embeddings"), hidden)
    yield Tensor("enc.position_embd", "embedding", AUDIO_POSITIONS, hidden)
    yield Tensor("enc.conv1", "other", hidden, model.detail("mel_bins") * _KERNEL)
    yield Tensor("enc.conv2", "other", hidden, hidden * _KERNEL)
    yield vector("enc.conv.bias", "other", 2 * hidden)
    yield vector("output_norm", "norm", 4 * hidden)
    encoder, decoder = (tuple(range(n)) for n in (model.detail("encoder_layers"), model.layers or 0))
    yield from _layer("enc.", model, encoder, attentions=1)
    yield from _layer("dec.", model, decoder, attentions=2)


def _layer(prefix: str, model: Model, layers: tuple[int, ...], attentions: int) -> Iterator[Tensor]:
    hidden, width = model.hidden_size or 0, model.intermediate_size or 0
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        yield Tensor(prefix + name, "attention", hidden * attentions, hidden, layers)
    # The key projection has no bias.
    yield vector(prefix + "attn.bias", "attention", 3 * hidden * attentions, layers)
    yield Tensor(prefix + "ffn_up", "dense_ffn", width, hidden, layers)
    yield Tensor(prefix + "ffn_down", "dense_ffn", hidden, width, layers)
    yield vector(prefix + "ffn.bias", "dense_ffn", width + hidden, layers)
    yield vector(prefix + "block_norm", "norm", 2 * hidden * (attentions + 1), layers)
