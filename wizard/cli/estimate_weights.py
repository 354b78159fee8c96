"""``rackwright estimate weights``: how large weights are that somebody measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wizard.catalog.adapters import adapter_bytes
from wizard.catalog.architecture import is_known
from wizard.catalog.catalog import Catalog
from wizard.catalog.model_bench import is_bench_line, total_holds_mtp
from wizard.catalog.model_names import resolve_likely, split_precision
from wizard.catalog.records import Model
from wizard.catalog.weight_formats import find_format
from wizard.catalog.weights import WeightSize, weight_bytes
from wizard.catalog.weights_gguf import header_bytes
from wizard.cli.estimate_rows import Prediction, number, numbered, unanswered
from wizard.errors import InputError

METRIC = "bytes"


def predict(rows: Iterable[dict[str, str]], catalog: Catalog) -> Iterator[Prediction]:
    """Predict the ``bytes`` of every row from its ``model`` and ``precision`` (``params_total`` helps where given)."""
    for n, row in numbered(rows):
        try:
            yield _answer(n, row, catalog)
        except InputError as error:
            yield unanswered(n, METRIC, str(error))


def _answer(n: int, row: dict[str, str], catalog: Catalog) -> Prediction:
    name, precision = row.get("model", "").strip(), row.get("precision", "")
    if not name:
        return unanswered(n, METRIC, "the row names no model")
    if "adapter" in precision.lower():
        return _adapter(n, name, catalog)
    weight_format = _format(name, precision)
    if weight_format is None:
        return unanswered(n, METRIC, f"no weight format is known as {precision!r}")
    try:
        model, note = resolve_likely(catalog, name, number(row, "params_total"))
    except InputError as error:
        return _nominal(n, weight_format, number(row, "params_total"), str(error))
    if is_bench_line(name) and model.experts and model.native_quant != "mxfp4":
        # llama-bench prints the plain name for dynamic files as well, and mixtures are published as such.
        weight_format = weight_format.replace("gguf:", "gguf:UD-")
    size = weight_bytes(model, weight_format)
    if weight_format.startswith("gguf:") and total_holds_mtp(name, model):
        size = _with_mtp(size, model)
    header = header_bytes(model) if name.lower().endswith(".gguf") else 0.0
    return _prediction(n, size, header, f"{model.id} {weight_format}", note)


def _with_mtp(size: WeightSize, model: Model) -> WeightSize:
    """Return the size of a file that holds multi-token prediction as well, at the file's mean bytes per weight."""
    share = 1 + (model.mtp_params or 0) / model.total_params
    return replace(size, bytes=round(size.bytes * share), low=round(size.low * share), high=round(size.high * share))


def _format(name: str, precision: str) -> str | None:
    """Return the weight format: a file's own name says it best, then the precision column."""
    stated, in_name = find_format(precision), split_precision(name)[1]
    from_file = name.lower().endswith((".gguf", ".llamafile")) and in_name is not None
    if from_file or (stated and in_name and in_name.startswith("gguf:UD-")):
        return in_name
    return stated or in_name


def _prediction(n: int, size: WeightSize, header: float, basis: str, note: str) -> Prediction:
    low, value, high = (end + header for end in (size.low, size.bytes, size.high))
    return Prediction(n, METRIC, value, low, high, f"{size.basis}: {basis}", note)


def _nominal(n: int, weight_format: str, params: float | None, reason: str) -> Prediction:
    """Answer for a model we do not know from its nominal size, with the width that this deserves."""
    if not params:
        return unanswered(n, METRIC, reason)
    size = weight_bytes(_unknown(round(params)), weight_format)
    return Prediction(n, METRIC, size.bytes, size.bytes * 0.85, size.bytes * 1.2, "nominal parameters", reason)


def _unknown(params: int) -> Model:
    none = dict.fromkeys(f for f in Model.__dataclass_fields__)
    texts = {k: "" for k, f in Model.__dataclass_fields__.items() if f.type == "str"}
    return Model(**{**none, **texts, "total_params": params, "sources": (), "aliases": (), "details": ()})  # type: ignore[arg-type]


def _adapter(n: int, name: str, catalog: Catalog) -> Prediction:
    base, _, adapter = name.partition("+")
    model, note = resolve_likely(catalog, base)
    size = adapter_bytes(model, adapter) if is_known(model) else None
    if size is None:
        return unanswered(n, METRIC, "the row does not say which weights the adapter covers")
    return Prediction(n, METRIC, size, size * 0.9, size * 1.1, f"adapter on {model.id}", note)
