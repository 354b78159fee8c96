"""Reading needs from whatever a user opens or drops: a project, a NEEDS file, a quote PDF, a model's description. No Qt."""

from __future__ import annotations

from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.files import load_needs
from wizard.needs.needs import Needs

MODEL_SUFFIXES = (".gguf", ".safetensors")


def read_any(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    """Return the needs that a file stands for.

    A model's ``config.json``, GGUF or safetensors file changes only the model of ``needs``.

    Raises:
        InputError: the file holds nothing of the kind.
    """
    if not path.exists():
        raise InputError(mark("there is no such file"), where=path.name)
    if path.suffix.lower() == ".pdf":
        return _quote(path)
    if path.is_dir() or path.suffix.lower() in MODEL_SUFFIXES or path.name == "config.json":
        return _model(path, needs, catalog)
    return load_needs(path)


def _quote(path: Path) -> Needs:
    from importlib import import_module

    reader = import_module("wizard.quote.reading")
    found: Needs = reader.needs_of(path)
    return found


def _model(path: Path, needs: Needs, catalog: Catalog) -> Needs:
    raise InputError(mark("this model file cannot be read"), where=path.name)
