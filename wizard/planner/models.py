"""Which model is meant: a name, a file, or a typical one of a size class; and what the plan says of it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.model_names import resolve_surely
from wizard.catalog.records import Model
from wizard.catalog.weights import weight_bytes
from wizard.errors import InputError
from wizard.needs.needs import Needs
from wizard.needs.sizes import TYPICAL
from wizard.planner.plan import ModelSummary
from wizard.sizing.cases import WEIGHT_FORMATS

WRITERS = frozenset({"decoder", "vl", "training"})
"""Kinds that write text, token by token; the others embed, rank, transcribe or draw, and have no time per token."""

SERVED = frozenset({"inference", "edge"})

FILES = (".json", ".gguf", ".safetensors")


def model_of(needs: Needs, catalog: Catalog) -> Model:
    """Return the model that the needs mean.

    Raises:
        InputError: neither a name nor a size class is given, the name or file is not known, or the model is to be
            served and writes no text.
    """
    model = _named(needs, catalog)
    if model.kind not in WRITERS and needs.use_case in SERVED:
        raise InputError("{model} writes no text, so its tokens per second cannot be planned", where="model",
                         mend="Name a model that does, or plan to train this one.", model=model.name)
    return model


def _named(needs: Needs, catalog: Catalog) -> Model:
    name = needs.model
    if name.lower().endswith(FILES) and Path(name).exists():
        return _of_file(Path(name))
    if name:
        return resolve_surely(catalog, name, where="model")
    if needs.size_class is None:
        raise InputError("no model is named", where="model", mend="Name a model, or give a size_class.")
    return catalog.models[TYPICAL[needs.size_class]]


def _of_file(path: Path) -> Model:
    from wizard.catalog.headers.inspect import inspect

    found = inspect(path).model
    if found is None:
        raise InputError("the file does not say the model's architecture", where=str(path),
                         mend="Give the folder's config.json instead.")
    return found


def summary(model: Model) -> ModelSummary:
    """Return what a plan shows of its model."""
    return ModelSummary(
        id=model.id, name=model.name, total_params=model.total_params,
        active_params=model.active_params or model.total_params,
        weight_bytes=MappingProxyType({fmt: weight_bytes(model, fmt).bytes for fmt in WEIGHT_FORMATS}),
        kv_bytes_per_token=float(model.kv_bytes_per_token_bf16 or 0), attention=model.attention,
        max_context=model.max_context, layers=model.layers, heads=model.heads, kv_heads=model.kv_heads,
        experts=model.experts, native_quant=model.native_quant,
    )
