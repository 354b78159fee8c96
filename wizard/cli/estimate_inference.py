"""``rackwright estimate inference``: what a published measurement of serving speed would show, with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.catalog.model_names import resolve_likely
from wizard.catalog.records import Accelerator, Model
from wizard.cli.estimate_rows import Prediction, numbered, unanswered
from wizard.errors import InputError
from wizard.sizing.calibration import Calibration, shipped
from wizard.sizing.experiments import KINDS, METRICS, estimate
from wizard.sizing.inference_rows import Setting, inputs_of, setting_of
from wizard.sizing.worker_rows import answer, workers_of

Row = dict[str, str]


def predict(rows: Iterable[Row], catalog: Catalog) -> Iterator[Prediction]:
    """Predict every row of an inference table; rows that cannot be answered say why. The value column is not read."""
    numbers, settings, metrics, notes = [], [], [], []
    apart: dict[int, Prediction] = {}
    names = Names(catalog)
    for number, row in numbered(rows):
        metric = row.get("metric", "")
        try:
            setting, note = names.setting(row)
        except InputError as error:
            apart[number] = unanswered(number, metric, str(error))
            continue
        workers = workers_of(setting, row)
        if workers is not None:
            value, low, high = answer(workers, METRICS.index(metric), shipped())
            apart[number] = Prediction(number, metric, value, low, high, f"disaggregated/{shipped().version}", note)
            continue
        numbers.append(number)
        settings.append(setting)
        metrics.append(METRICS.index(metric))
        notes.append(note)
    answers = _answers(settings, metrics, shipped()) if settings else []
    answered = {n: Prediction(n, METRICS[m], *a, note=note) for n, m, a, note in zip(
        numbers, metrics, answers, notes, strict=True)}
    everything = answered | apart
    yield from (everything[n] for n in sorted(everything))


class Names:
    """Names of models and hardware, each resolved once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._models: dict[str, tuple[Model, str]] = {}
        self._accelerators: dict[str, Accelerator] = {}

    def setting(self, row: Row) -> tuple[Setting, str]:
        """Understand a row.

        Raises:
            InputError: a name is not known, the metric is not one of ours, or a fact that the formulas need is missing.
        """
        if row.get("metric", "") not in METRICS:
            raise InputError("the metric must be one of {names}", names=", ".join(METRICS))
        model, note = self.model(row.get("model", ""))
        accelerator = self.accelerator(row.get("gpu", ""))
        if not model.layers or not model.hidden_size:
            raise InputError("the architecture of {model} is not known", model=model.id)
        if not accelerator.bandwidth_gb_s:
            raise InputError("the memory bandwidth of {name} is not known", name=accelerator.id)
        return setting_of(row, model, accelerator), note

    def model(self, text: str) -> tuple[Model, str]:
        """Return the model that a name means, and what was assumed."""
        if text not in self._models:
            self._models[text] = resolve_likely(self._catalog, text)
        return self._models[text]

    def accelerator(self, text: str) -> Accelerator:
        """Return the accelerator that a name means."""
        if text not in self._accelerators:
            self._accelerators[text] = resolve_accelerator(self._catalog, text)
        return self._accelerators[text]


def _answers(
    settings: list[Setting], metrics: list[int], calibration: Calibration
) -> list[tuple[float, float, float, str]]:
    x = inputs_of(settings)
    kinds = np.array([KINDS.index(s.kind) for s in settings])
    replicas = np.array([s.replicas for s in settings])
    value, low, high = estimate(x, kinds, np.array(metrics), replicas, calibration)
    basis = [f"{s.kind}/{s.harness}/{s.weight_format}/{calibration.version}" for s in settings]
    return list(zip(value.tolist(), low.tolist(), high.tolist(), basis, strict=True))
