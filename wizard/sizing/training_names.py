"""Finding the catalogue's model and accelerator for the names that benchmark tables use."""

from __future__ import annotations

import re

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.model_names import resolve_likely
from wizard.catalog.records import Accelerator, Model
from wizard.errors import InputError

SIZE_TOLERANCE = 0.35
"""A model whose size differs more from the row's parameter count is another model."""


def model_named(name: str, catalog: Catalog, params: float | None) -> tuple[Model, str] | None:
    """Return the model a row most likely means with a note on what was assumed; ``None`` if nothing fits."""
    try:
        model, note = resolve_likely(catalog, name, params)
    except InputError:
        return None
    if params and abs(model.total_params / params - 1.0) > SIZE_TOLERANCE:
        return None
    return model, note


def device_named(name: str, catalog: Catalog) -> Accelerator | None:
    """Return the accelerator of a row; variants that the catalogue does not list stand for their plain kind."""
    # Benchmarks add what a catalogue leaves out: "H100 SXM 96GB HBM2e 500W", "V100 32GB (31.74 GiB)".
    plain = re.sub(r"\(.*?\)|\bHBM\w*|\b\d+ ?W\b", " ", name)
    for text in (name, plain, re.sub(r"\b\d+ ?GB\b", " ", plain)):
        try:
            return resolve_accelerator(catalog, text.strip()) if text.strip() else None
        except InputError:
            continue
    return None
