"""``rackwright inspect``: what the files of a model say."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
from pathlib import Path

from wizard.catalog.headers import Inspected, inspect
from wizard.catalog.kv import kv_shape
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.i18n import Translator
from wizard.units import GB, GIB

_FORMATS = ("bf16", "fp8", "int4", "gguf:Q4_K_M")
_EXAMPLE_TOKENS = 32_768


def run(path: Path, *, json: bool, tr: Translator) -> int:
    """Print what a file or folder says about its model, as text or as JSON.

    Raises:
        InputError: it cannot be read.
    """
    found = inspect(path)
    if json:
        sys.stdout.write(json_module.dumps(as_data(found, tr), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(lines(found, tr)) + "\n")
    return 0


def lines(found: Inspected, tr: Translator) -> Iterator[str]:
    """Yield the lines of the report."""
    yield tr("File: {path}", path=str(found.path))
    if found.model:
        yield from _model_lines(found.model, tr)
    if found.bytes is not None:
        yield from _stored_lines(found, tr)
    elif found.model:
        yield from _size_lines(found.model, tr)
    yield from (tr("Note: {note}", note=tr.format(msgid, dict(fields))) for msgid, fields in found.warnings)


def _model_lines(model: Model, tr: Translator) -> Iterator[str]:
    yield tr("Architecture: {name}", name=model.hf_architecture or "?")
    yield tr("Parameters: {total} ({count:,})", total=_billions(model.total_params), count=model.total_params)
    if model.experts and model.active_params:
        yield tr("Active per token: {active} ({k} of {experts} experts)", active=_billions(model.active_params),
                 k=model.experts_per_token or 0, experts=model.experts)
    yield tr("Layers: {layers}, hidden size {hidden}, vocabulary {vocabulary:,}", layers=model.layers or 0,
             hidden=model.hidden_size or 0, vocabulary=model.vocab_size or 0)
    if model.heads:
        yield tr("Attention: {kind}, {heads} heads, {kv_heads} KV heads", kind=model.attention, heads=model.heads,
                 kv_heads=model.kv_heads or model.heads)
    if model.max_context:
        yield tr("Longest context: {tokens:,} tokens", tokens=model.max_context)
    yield from _cache_lines(model, tr)


def _cache_lines(model: Model, tr: Translator) -> Iterator[str]:
    shape = kv_shape(model)
    if shape.bytes_per_token():
        yield tr("KV cache: {bytes:,.0f} bytes per token at 16 bits; {size} for {tokens:,} tokens",
                 bytes=shape.bytes_per_token(), tokens=_EXAMPLE_TOKENS, size=_gib(shape.bytes_at(_EXAMPLE_TOKENS)))
    if shape.window:
        yield tr("Window layers: {layers}, the last {tokens:,} tokens only", layers=shape.window_layers,
                 tokens=shape.window)
    if shape.state_bytes:
        yield tr("Constant state: {size} per sequence", size=_gib(shape.state_bytes))


def _stored_lines(found: Inspected, tr: Translator) -> Iterator[str]:
    yield tr("Weights: {bytes:,} bytes ({gib}, {gb:.2f} GB), {tensors:,} tensors in {files} files",
             bytes=found.bytes or 0, gib=_gib(found.bytes or 0), gb=(found.bytes or 0) / GB, tensors=found.tensors,
             files=found.files)
    for part in found.stored:
        yield f"  {part.dtype:<10}{part.tensors:>8,}  {part.elements:>18,}  {_gib(part.bytes):>14}"


def _size_lines(model: Model, tr: Translator) -> Iterator[str]:
    yield tr("Weights, computed:")
    for name in _FORMATS:
        size = weight_bytes(model, name)
        yield f"  {name:<14}{_gib(size.bytes):>14}  ({_gib(size.low)} - {_gib(size.high)})"


def as_data(found: Inspected, tr: Translator) -> dict[str, object]:
    """Return the report as plain data."""
    data: dict[str, object] = {
        "path": str(found.path), "kind": found.kind, "bytes": found.bytes, "elements": found.elements,
        "tensors": found.tensors, "files": found.files,
        "stored": [
            {"dtype": s.dtype, "tensors": s.tensors, "elements": s.elements, "bytes": s.bytes} for s in found.stored
        ],
        "warnings": [tr.format(msgid, dict(fields)) for msgid, fields in found.warnings],
    }
    if found.model:
        data["model"] = _model_data(found.model)
        data["weight_bytes"] = {name: weight_bytes(found.model, name).bytes for name in _FORMATS}
    return data


def _model_data(model: Model) -> dict[str, object]:
    shape = kv_shape(model)
    named = {name: getattr(model, name) for name in _SHOWN if getattr(model, name) not in (None, "", ())}
    return named | {
        "kv_bytes_per_token_bf16": shape.bytes_per_token(), "kv_window_elements_per_token": shape.window_elements,
        "kv_window_tokens": shape.window, "state_bytes_per_sequence": shape.state_bytes, "details": dict(model.details),
    }


_SHOWN = (
    "id", "hf_architecture", "kind", "total_params", "active_params", "layers", "hidden_size", "intermediate_size",
    "heads", "kv_heads", "head_dim", "vocab_size", "tied_embeddings", "max_context", "attention", "q_lora_rank",
    "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "experts", "experts_per_token",
    "shared_experts", "expert_intermediate_size", "shared_expert_intermediate_size", "dense_layers", "sliding_window",
    "layer_pattern", "mtp_layers", "native_dtype", "native_quant",
)


def _billions(count: int) -> str:
    return f"{count / 1e9:.2f} B" if count >= 1e9 else f"{count / 1e6:.1f} M"


def _gib(size: float) -> str:
    return f"{size / GIB:.2f} GiB"
