"""Constants fitted to published measurements, as one immutable value loaded from ``catalog/calibration/``.

Each constant of :class:`~wizard.sizing.coefficients.Coefficients` is ``exp(base + effects)`` (a few are plain sums).
An effect is a table over one or two factors of a case, such as engine and hardware family; a level that the
calibration has never seen contributes nothing, so that unknown hardware gets what its relatives have. An effect may be
multiplied by a covariate such as the software's age. The file holds derived constants only, no measured rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from wizard.paths import data_root
from wizard.sizing.bands import METRICS, Bands, batch_class, traffic_class
from wizard.sizing.cases import KV_FORMATS, Bools, Floats, Ints
from wizard.sizing.coefficients import NAMES, PLAIN, SHARES, Coefficients
from wizard.sizing.device_columns import CLASSES, FAMILIES, FAMILY_CLASS, FAMILY_MAKER, LINKS, MAKERS
from wizard.sizing.formats import EFFICIENCY_CLASSES
from wizard.sizing.own import NOTHING, Own
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import BACKENDS, HARNESSES, RUNTIMES, ServingInputs

VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "engine": RUNTIMES, "family": FAMILIES, "class": CLASSES, "maker": MAKERS, "format": EFFICIENCY_CLASSES,
    "link": LINKS, "harness": HARNESSES, "moe": ("dense", "moe"),
    "kv": KV_FORMATS, "backend": BACKENDS,
}
"""Factors whose levels are fixed names; ``device`` and ``architecture`` are keyed by id instead."""

UNMEASURED_WIDER = 1.25
"""Width of a band with speculative decoding, relative to that without: the acceptance of a user's own texts and the
cost of a draft's launches are not known, and no such run was fitted."""

KEYED = ("device", "architecture")
_MANY = 500
"""Cases from which it pays to look for those that are alike."""
Cells: TypeAlias = tuple[Ints, Ints, Ints, Ints]


@dataclass(frozen=True, slots=True)
class Effects:
    """Additions to several constants that depend on the same factors, looked up at once.

    ``table`` has an axis per factor of ``by``, whose last entry is "not seen", and one of the constants ``names``.
    """

    by: tuple[str, ...]
    covariate: str
    names: tuple[str, ...]
    table: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """All constants, the error bands, and what they rest on."""

    version: str
    provenance: Mapping[str, Any]
    base: Mapping[str, float]
    effects: tuple[Effects, ...]
    keys: Mapping[str, Ints]
    """Sorted keys of the devices and architectures that the fit has seen."""
    bands: Bands
    own: Own = NOTHING
    """What a user's own measurements add; see :mod:`wizard.sizing.own`."""

    def coefficients(self, x: ServingInputs, r: Replica) -> Coefficients:
        """Return the constants of each case."""
        found, same = self.distinct(x, r)
        return found if same is None else found.take(same)

    def distinct(self, x: ServingInputs, r: Replica) -> tuple[Coefficients, Ints | None]:
        """Return the constants of each set of cases alike, and which set each case is in; ``None`` if in its own."""
        codes, ages = factor_codes(x, r, self.keys), covariates(x)
        alike = _alike(codes) if all(age.size == 1 for age in ages.values()) else None
        if alike is None:
            return self._summed(codes, ages), None
        first, same = alike
        return self._summed({name: code[first] if code.size > 1 else code for name, code in codes.items()}, ages), same

    def _summed(self, codes: Mapping[str, Ints], ages: Mapping[str, Floats]) -> Coefficients:
        total: dict[str, Floats] = {name: np.full(1, self.base[name]) for name in NAMES}
        for effects in self.effects:
            found = np.atleast_2d(effects.table[tuple(codes[factor] for factor in effects.by)]).T
            additions = found * ages[effects.covariate] if effects.covariate else found
            for name, addition in zip(effects.names, additions, strict=True):
                total[name] = total[name] + addition
        return finish(total)

    def seen(self, x: ServingInputs) -> tuple[Bools, Bools]:
        """Return whether the hardware and the architecture of each case were in the fit."""
        return _find(self.keys["device"], x.device.key) >= 0, _find(self.keys["architecture"], x.model.key) >= 0

    def interval(self, x: ServingInputs, metric: Ints, cells: Cells | None = None) -> tuple[Floats, Floats]:
        """Return the log ends of the 90 % interval around the estimates; ``metric`` indexes ``bands.METRICS``.

        ``cells`` are those of :func:`band_cell`, if they are known already.
        """
        hardware, architecture = self.seen(x)
        wider = (np.where(hardware, 1.0, self.bands.unseen_hardware)
                 * np.where(architecture, 1.0, self.bands.unseen_architecture))
        wider = wider * self.own.width(x, metric) * np.where(
            (x.draft_tokens > 0) | (x.dcp > 1), UNMEASURED_WIDER, 1.0)
        cell = (metric, *(cells or band_cell(x)))
        return self.bands.low[cell] * wider, self.bands.high[cell] * wider

    def own_factor(self, x: ServingInputs, metric: str) -> Floats:
        """Return the factor by which own measurements move the estimates of a metric of ``bands.METRICS``."""
        return np.exp(self.own.shift(x, np.full(1, METRICS.index(metric))))


def band_cell(x: ServingInputs) -> Cells:
    """Return the axes of the band tables after the metric: hardware class, mixture or dense, batch class, traffic."""
    mixture = (x.model.expert > 0).astype(np.int64)
    traffic = traffic_class(x.harness, x.engine)
    return FAMILY_CLASS[x.device.family], mixture, batch_class(x.concurrency), traffic


def finish(raw: Mapping[str, Floats]) -> Coefficients:
    """Turn sums of effects into constants: exponentials, shares capped at 1, a few plain sums."""
    def value(name: str) -> Floats:
        if name in PLAIN:
            return raw[name]
        grown = np.exp(raw[name])
        return np.minimum(grown, 1.0) if name in SHARES else grown
    return Coefficients(**{name: value(name) for name in NAMES})


def factor_codes(x: ServingInputs, r: Replica, keys: Mapping[str, Ints]) -> dict[str, Ints]:
    """Return the level of each factor for each case; -1 (the table's last entry) where it was never seen."""
    return {
        "engine": x.engine, "family": x.device.family, "class": FAMILY_CLASS[x.device.family],
        "maker": FAMILY_MAKER[x.device.family],
        "format": r.efficiency_class, "link": r.link, "harness": x.harness,
        "moe": (x.model.expert > 0).astype(np.int64), "kv": x.kv_format,
        "backend": x.backend,
        "device": _find(keys["device"], x.device.key), "architecture": _find(keys["architecture"], x.model.key),
    }


def covariates(x: ServingInputs) -> dict[str, Floats]:
    """Return what effects may be multiplied with: the software's age in years after 2025, held within the data."""
    return {"year": np.clip(x.software_year - 2025.0, -1.5, 1.5)}


def _alike(codes: Mapping[str, Ints]) -> tuple[Ints, Ints] | None:
    """Return the first of each set of cases whose factors are the same, and which of them each case is."""
    varied = [code for code in codes.values() if code.size > 1]
    if not varied or varied[0].size < _MANY:
        return None
    key = np.zeros(1, dtype=np.int64)
    for code in varied:
        key = key * (int(code.max()) + 2) + code + 1
    _, first, same = np.unique(key, return_index=True, return_inverse=True)
    return first, same


def _find(known: Ints, wanted: Ints) -> Ints:
    if known.size == 0:
        return np.full(wanted.shape, -1)
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.where(known[place] == wanted, place, -1)


def parse(document: Mapping[str, Any]) -> Calibration:
    """Build a calibration from its JSON document."""
    keys = {name: np.array(sorted(document["keys"].get(name, [])), dtype=np.int64) for name in KEYED}
    return Calibration(
        version=document["version"], provenance=document["provenance"],
        base={name: float(entry["base"]) for name, entry in document["coefficients"].items()},
        effects=_effects(document),
        keys=keys, bands=Bands.parse(document["bands"]),
    )


def _effects(document: Mapping[str, Any]) -> tuple[Effects, ...]:
    tables: dict[tuple[tuple[str, ...], str], dict[str, Floats]] = {}
    for name, constant in document["coefficients"].items():
        for entry in constant["effects"]:
            kind = tuple(entry["by"]), entry.get("covariate", "")
            tables.setdefault(kind, {})[name] = _table(entry, document["keys"])
    return tuple(
        Effects(by=by, covariate=covariate, names=tuple(found), table=np.stack(list(found.values()), axis=-1))
        for (by, covariate), found in tables.items()
    )


def _table(entry: Mapping[str, Any], keys: Mapping[str, list[int]]) -> Floats:
    by = tuple(entry["by"])
    levels = [VOCABULARY[f] if f in VOCABULARY else tuple(str(k) for k in sorted(keys[f])) for f in by]
    table = np.zeros([len(names) + 1 for names in levels])
    for label, value in entry["values"].items():
        parts = label.split("|") if by else []
        table[tuple(names.index(part) for names, part in zip(levels, parts, strict=True))] = value
    return table


def load(path: Path) -> Calibration:
    """Read a calibration file."""
    return parse(json.loads(path.read_text(encoding="utf-8")))


@cache
def shipped() -> Calibration:
    """Return the calibration of the shipped catalogue."""
    return load(data_root() / "catalog" / "calibration" / "inference.json")
