"""Reading needs from what a user opens or drops: a project, NEEDS, a quote PDF, a price book, a model's file. No Qt."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Model
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.files import load_needs
from wizard.needs.needs import Needs

MODEL_SUFFIXES = (".gguf", ".safetensors")
OWN_SUFFIXES = (".csv", ".xlsx")


def read_any(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Return the needs that a file stands for.

    A model's ``config.json``, GGUF or safetensors file changes only the model of ``needs``, a CSV or XLSX file adds the
    prices, discounts, hardware and models in it.

    Raises:
        InputError: the file holds nothing of the kind.
    """
    if not path.exists():
        raise InputError(mark("there is no such file"), where=path.name)
    if path.suffix.lower() == ".pdf":
        return _quote(path)
    if path.suffix.lower() in OWN_SUFFIXES:
        return _own_figures(path, needs, catalog)
    if path.is_dir() or path.suffix.lower() in MODEL_SUFFIXES or path.name.endswith(("config.json", ".index.json")):
        return _model(path, needs, catalog)
    return load_needs(path)


def _quote(path: Path) -> Needs:
    """Read the needs out of the plan that a quote carries as an attachment."""
    from wizard.quote.readback import read_attachment

    try:
        data = json.loads(read_attachment(path, "plan.json"))
        return Needs.model_validate(data["needs"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(mark("this PDF carries no plan of ours"), where=path.name) from error


def _own_figures(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    from wizard.catalog.overrides_file import read_overrides

    found = read_overrides(path, datetime.now().astimezone().date(), catalog.base)
    return needs.model_copy(update={"overrides": needs.overrides.merged(found)})


def _model(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Name the catalogue's model whose shape a model's file describes."""
    from wizard.catalog.headers.inspect import inspect

    found = inspect(path).model
    if found is None:
        raise InputError(
            mark("weights alone do not say which model this is"),
            where=path.name,
            mend=mark("Open the config.json beside them, or their folder."),
        )
    same = [m for m in catalog.models.values() if _shape(m) == _shape(found)]
    if not same:
        raise InputError(
            mark("{name} has a shape that no model of the catalogue has"),
            where=path.name,
            mend=mark("Choose the model of its family that comes nearest in size."),
            name=found.name,
        )
    best = next((m for m in same if m.name.lower() == found.name.lower()), same[0])
    return needs.model_copy(update={"model": best.id, "size_class": None})


def _shape(model: Model) -> tuple[object, ...]:
    return (model.layers, model.hidden_size, model.heads, model.kv_heads, model.vocab_size, model.experts or None)
