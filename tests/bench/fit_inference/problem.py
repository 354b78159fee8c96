"""Measured rows as arrays, the formulas as a function of parameters, and their derivatives."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.bench.fit_inference.effects import (
    BASE,
    BASE_SPREAD,
    EFFECTS,
    EXCEPTIONS,
    SHRINK,
    SHRINK_OF_TIME,
    WELL_COVERED,
    WIDEN,
)
from tests.bench.fit_inference.kernels import REFERENCE, prior_table
from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_inference import Names
from wizard.errors import InputError
from wizard.sizing.calibration import KEYED, VOCABULARY, covariates, factor_codes, finish
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.coefficients import NAMES
from wizard.sizing.device_columns import FAMILIES
from wizard.sizing.experiments import KINDS, METRICS, kv_budget, measure
from wizard.sizing.inference_rows import Setting, inputs_of
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import ServingInputs

Row = dict[str, str]

PRIOR_FACTORS = ("engine", "family", "format")
"""What the priors from kernel times depend on."""


def excluded(row: Row) -> bool:
    """Rows whose setting is unknown or unlike what they say: disaggregated, speculative, warm-up, hidden limits."""
    notes, source = row.get("notes", ""), row.get("source", "")
    if "disagg" in notes.lower() or any(word in notes for word in ("SUSPECT", "warm-up", "WITH MTP")):
        return True
    if source.startswith(("InferenceX token-position", "SGLang large", "DeepSeek open")):
        return True
    if "mtp" in row["model"].lower():
        return True
    users = float(row.get("concurrency_or_batch") or 0)
    if source.startswith("InferenceX") and row["engine"] == "vLLM" and users >= 512:
        return True
    return source.startswith("NVIDIA aiconfigurator") and row["gpu"] == "GB200" and "Qwen3-32B" in row["model"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the fit: an effect of one level (or pair of levels) on one constant."""

    constant: str
    by: tuple[str, ...]
    covariate: str
    level: str
    spread: float


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one kind of measurement."""

    kind: str
    rows: Ints
    inputs: ServingInputs
    replica: Replica
    budget: Floats
    metric: Ints


class Problem:
    """Rows, parameters and predictions."""

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self.rows, settings, self.refused = _read(path, catalog)
        self.truth: Floats = np.log([float(row["value"]) for row in self.rows])
        self.metric: Ints = np.array([METRICS.index(row["metric"]) for row in self.rows])
        replicas = np.array([s.replicas for s in settings])
        whole = inputs_of(settings)
        users = np.maximum(np.nan_to_num(whole.concurrency, nan=1.0), 1.0)
        self.inputs = replace(whole, concurrency=whole.concurrency / replicas)
        rate = (self.metric > METRICS.index("tpot_ms")) & (self.metric != METRICS.index("per_user_tok_s"))
        per_user = self.metric == METRICS.index("per_user_tok_s")
        self.log_scale: Floats = np.log(np.where(rate, replicas, np.where(per_user, 1 / users, 1.0)))
        kinds = np.array([s.kind for s in settings])
        self.parts = [self._part(kind, np.flatnonzero(kinds == kind)) for kind in KINDS if np.any(kinds == kind)]
        self.keys = {"device": np.unique(whole.device.key), "architecture": np.unique(whole.model.key)}
        self.parameters: list[Parameter] = []
        self.columns: dict[str, list[tuple[Ints, Floats]]] = {}
        self.priors = {name: prior_table(path.parent / "kernels", name) for name in REFERENCE}
        self.offsets: dict[str, Floats] = {}
        self._design()
        self.spread: Floats = np.array([p.spread for p in self.parameters])

    def _part(self, kind: str, rows: Ints) -> Part:
        part = self.inputs.take(rows)
        return Part(kind, rows, part, Replica.of(part), kv_budget(part), self.metric[rows])

    def _design(self) -> None:
        n = len(self.rows)
        replica = Replica.of(self.inputs)
        codes = {f: np.broadcast_to(c, (n,)) for f, c in factor_codes(self.inputs, replica, self.keys).items()}
        ages = {name: np.broadcast_to(age, (n,)) for name, age in covariates(self.inputs).items()}
        families = dict(zip(self.inputs.device.key.tolist(), self.inputs.device.family.tolist(), strict=True))
        keys = list(zip(*(_words(factor, codes[factor]) for factor in PRIOR_FACTORS), strict=True))
        for constant in NAMES:
            prior = self.priors.get(constant, {})
            self.offsets[constant] = np.array([prior.get(key, 0.0) for key in keys])
            self.parameters.append(Parameter(constant, (), "", "", BASE_SPREAD.get(constant, 0.4)))
            terms = [(np.full(n, len(self.parameters) - 1), np.ones(n))]
            for by, covariate, spread in EFFECTS.get(constant, []):
                labels, index = _levels([codes[f] for f in by], n)
                start = len(self.parameters)
                for label in labels:
                    names = [_name(f, code, self.keys) for f, code in zip(by, label, strict=True)]
                    levels = _levels_meant(names, by, label, families, self.keys)
                    own = _exception(constant, by, covariate, levels)
                    believed = own if own is not None else spread * _shrunk(by, levels)
                    self.parameters.append(Parameter(constant, by, covariate, "|".join(names), believed))
                terms.append((start + index, ages[covariate] if covariate else np.ones(n)))
            self.columns[constant] = terms

    def raw(self, theta: Floats) -> dict[str, Floats]:
        """Return the sums of effects per constant and row."""
        return {
            name: BASE[name] + self.offsets[name] + sum((theta[index] * weight for index, weight in terms), np.zeros(1))
            for name, terms in self.columns.items()
        }

    def predict(self, raw: Mapping[str, Floats]) -> Floats:
        """Return the logarithms of what the formulas say for every row."""
        out: Floats = np.empty(len(self.rows))
        for part in self.parts:
            constants = finish({name: column[part.rows] for name, column in raw.items()})
            value = measure(part.kind, part.inputs, part.replica, constants, part.budget, part.metric)
            out[part.rows] = np.log(np.maximum(value, 1e-12))
        return out + self.log_scale


def _read(path: Path, catalog: Catalog) -> tuple[list[Row], list[Setting], Counter[str]]:
    names, rows, settings, refused = Names(catalog), [], [], Counter[str]()
    with path.open(newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if excluded(row):
                continue
            try:
                settings.append(names.setting(row)[0])
            except InputError as error:
                refused[str(error)] += 1
                continue
            rows.append(row)
    return rows, settings, refused


def _levels(codes: list[Ints], n: int) -> tuple[list[tuple[int, ...]], Ints]:
    if not codes:
        return [()], np.zeros(n, dtype=np.int64)
    found, index = np.unique(np.stack(codes), axis=1, return_inverse=True)
    return [tuple(column) for column in found.T.tolist()], index.ravel()


def _words(factor: str, codes: Ints) -> list[str]:
    return [VOCABULARY[factor][code] for code in codes.tolist()]


def _name(factor: str, code: int, keys: Mapping[str, Ints]) -> str:
    return str(keys[factor][code]) if factor in KEYED else VOCABULARY[factor][code]


def _levels_meant(
    names: list[str], by: tuple[str, ...], label: tuple[int, ...], families: Mapping[int, int], keys: Mapping[str, Ints]
) -> list[str]:
    """Return the names of the levels; of a device that of its family."""
    return [
        FAMILIES[families[int(keys[f][code])]] if f == "device" else name
        for f, code, name in zip(by, label, names, strict=True)
    ]


def _shrunk(by: tuple[str, ...], levels: list[str]) -> float:
    """Return the factor on an effect's spread; software and hardware that few rows cover may differ more."""
    if not by:
        return SHRINK_OF_TIME
    meant = [name for f, name in zip(by, levels, strict=True) if f in {"device", "family", "engine"}]
    return SHRINK * (WIDEN if any(name not in WELL_COVERED for name in meant) else 1.0)


def _exception(constant: str, by: tuple[str, ...], covariate: str, levels: list[str]) -> float | None:
    return next(
        (spread for name, factors, age, meant, spread in EXCEPTIONS
         if (name, factors, age) == (constant, by, covariate) and (not meant or not meant.isdisjoint(levels))), None,
    )
