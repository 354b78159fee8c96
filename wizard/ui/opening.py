"""Reading needs from what a user opens or drops: a project, NEEDS, a quote PDF, a price book, a model's file. No Qt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.files import load_needs, read_text
from wizard.needs.needs import Needs

if TYPE_CHECKING:
    from wizard.catalog.headers.inspected import Inspected
    from wizard.catalog.own_architecture import OwnArchitecture

MODEL_SUFFIXES = (".gguf", ".safetensors")
OWN_SUFFIXES = (".csv", ".xlsx")
FLOATS = ("BF16", "F16", "F32", "F8_E4M3")
"""Types of safetensors whose bytes are those that an engine loads."""


def read_any(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Return the needs that a file stands for.

    A model's ``config.json``, GGUF or safetensors file changes only the model of ``needs``, a CSV or XLSX file adds the
    prices, discounts, hardware and models in it.

    Raises:
        InputError: the file holds nothing of the kind.
    """
    if not path.exists():
        raise InputError(mark("there is no such file"), where=path.name)
    if not path.is_file() and not path.is_dir():
        # A pipe or a device would be waited for without end.
        raise InputError(mark("this is neither a file nor a folder"), where=path.name)
    if path.suffix.lower() == ".pdf":
        return _quote(path)
    if path.suffix.lower() in OWN_SUFFIXES:
        return own_figures(path, needs, catalog)
    if _is_model(path):
        return _model(path, needs, catalog)
    return _plan(path) or load_needs(path)


def changes_a_plan(path: Path) -> bool:
    """Return whether a file only changes a plan, so that it is opened after one: a price book, a model."""
    return path.suffix.lower() in OWN_SUFFIXES or _is_model(path)


def _is_model(path: Path) -> bool:
    named = path.name.endswith(("config.json", ".index.json"))
    return path.is_dir() or path.suffix.lower() in MODEL_SUFFIXES or named


def _quote(path: Path) -> Needs:
    """Read the needs out of the plan that a quote carries as an attachment."""
    from wizard.quote.readback import read_attachment

    try:
        data = json.loads(read_attachment(path, "plan.json"))
        return Needs.model_validate(data["needs"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(mark("this PDF carries no plan of ours"), where=path.name) from error


def _plan(path: Path) -> Needs | None:
    """Read the needs that a written plan.json was made for; ``None`` where the file is none."""
    if path.suffix.lower() != ".json":
        return None
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not {"needs", "catalog_version", "options"} <= data.keys():
        return None
    try:
        return Needs.model_validate(data["needs"])
    except ValueError as error:
        raise InputError(mark("the needs in this plan cannot be used"), where=path.name) from error


def own_figures(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Return the needs with the figures of a price book laid over those that they have.

    Raises:
        InputError: the file cannot be read or holds nothing of the kind.
    """
    from wizard.catalog.overrides_file import read_overrides

    found = read_overrides(path, datetime.now().astimezone().date(), catalog.base)
    return needs.model_copy(update={"overrides": needs.overrides.merged(found)})


def _model(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Name the catalogue's model whose shape a model's file describes; a new shape joins the user's own models."""
    from wizard.catalog.headers.inspect import inspect

    found = inspect(path)
    if found.model is None:
        raise InputError(
            mark("weights alone do not say which model this is"),
            where=path.name,
            mend=mark("Open the config.json beside them, or their folder."),
        )
    same = [m for m in catalog.models.values() if _shape(m) == _shape(found.model)]
    if not same:
        return with_architecture(needs, _described(found, found.model))
    best = next((m for m in same if m.name.lower() == found.model.name.lower()), same[0])
    return needs.model_copy(update={"model": best.id, "size_class": None})


def _described(found: Inspected, model: Model) -> OwnArchitecture:
    from wizard.catalog.own_architecture import architecture_of

    whole = found.bytes is not None and not found.warnings and found.kind != "gguf" and found.stored[0].dtype in FLOATS
    name = model.id.strip().lstrip("=@+")[:200] or "model"
    return architecture_of(replace(model, checkpoint_bytes=found.bytes if whole else None), name)


def with_architecture(needs: Needs, own: OwnArchitecture) -> Needs:
    """Return needs that ask for a model of the user's own."""
    from wizard.catalog.overrides import Overrides

    overrides = needs.overrides.merged(Overrides(architectures=(own,)))
    return needs.model_copy(update={"overrides": overrides, "model": own.id, "size_class": None})


def _shape(model: Model) -> tuple[object, ...]:
    return (model.layers, model.hidden_size, model.heads, model.kv_heads, model.vocab_size, model.experts or None)
