"""``rackwright estimate``: predict what somebody measured; the measured value is never read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_rows import Prediction, read_cases, save_predictions, write_predictions
from wizard.errors import InputError
from wizard.i18n import Translator

Predictor = Callable[[Iterable[dict[str, str]], Catalog], Iterator[Prediction]]


def estimate(kind: str, cases: Path, out: Path | None, tr: Translator) -> int:
    """Predict every row of ``cases`` and write the answers to ``out``, or to stdout.

    Raises:
        InputError: the cases cannot be read.
        OutputError: the answers cannot be written.
    """
    rows = read_cases(cases)
    if not rows:
        raise InputError("the file has no rows", where=str(cases))
    predictions = list(_predictor(kind)(rows, Catalog()))
    if out is None:
        write_predictions(predictions, sys.stdout)
        return 0
    save_predictions(predictions, out)
    answered = sum(p.value is not None for p in predictions)
    sys.stderr.write(tr("{answered} of {asked} answered", answered=answered, asked=len(predictions)) + "\n")
    return 0


def _predictor(kind: str) -> Predictor:
    if kind == "inference":
        from wizard.cli.estimate_inference import predict
    elif kind == "weights":
        from wizard.cli.estimate_weights import predict
    elif kind == "kv-cache":
        from wizard.cli.estimate_kv import predict
    elif kind == "training-memory":
        from wizard.cli.estimate_training import predict_memory as predict
    else:
        from wizard.cli.estimate_training import predict_speed as predict
    return predict
