"""What a user's own measurements say: how far the estimates are off on that hardware, and how sure one may be.

A residual is ``log(measured speed / estimated speed)``. Two speeds are learnt: that of decoding (from TPOT, throughput
and decode rates) and that of prompts (from TTFT and prefill rates). Residuals of one machine share an offset, those of
one model on it a second one, and the rest is noise:

    residual = a[hardware, engine] + b[model] + noise,   a ~ N(0, ta^2),  b ~ N(0, tb^2),  noise ~ N(0, s^2)

The shipped 90 % band says how large all three together are (half of its width is 1.645 standard deviations); half of
that variance is taken as ``ta^2``, a quarter each as ``tb^2`` and ``s^2``, and ``s^2`` is then learnt from the rows'
own scatter (as if eight more rows had shown the prior). With normal priors the answer is a weighted mean: few rows move
the estimate a little, many move it to themselves; the band becomes that of what is still unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wizard.sizing.bands import METRICS
from wizard.sizing.cases import Bools, Floats, Ints
from wizard.sizing.traffic import ServingInputs

DECODE, PREFILL = 0, 1
SPEED_OF: Mapping[str, tuple[int, float]] = {
    "ttft": (PREFILL, -1.0), "tpot": (DECODE, -1.0), "throughput": (DECODE, 1.0), "decode": (DECODE, 1.0),
    "prefill": (PREFILL, 1.0),
}
"""Which speed each metric of the bands shows, and whether more of it is more speed."""

_OF_METRIC: Ints = np.array([SPEED_OF[name][0] for name in METRICS])
_SIGN: Floats = np.array([SPEED_OF[name][1] for name in METRICS])
_HARDWARE, _MODEL, _NOISE = 0.5, 0.25, 0.25
_PRIOR_ROWS = 8.0
_NARROWEST, _WIDEST = 0.15, 1.5
_Z90 = 1.645


@dataclass(frozen=True, slots=True)
class Offset:
    """What one group of rows says of one speed. ``model`` is 0 for any model on that hardware and engine."""

    device: int
    engine: int
    model: int
    speed: int
    shift: float
    """Logarithm of the speed over its estimate."""
    width: float
    """Width of the band, relative to the shipped one."""
    rows: int


@dataclass(frozen=True, slots=True)
class Residuals:
    """Measured rows, each of shape ``(n,)``: keys, the speed shown, its residual, and half the width of its band."""

    device: Ints
    engine: Ints
    model: Ints
    speed: Ints
    value: Floats
    half_width: Floats


@dataclass(frozen=True, slots=True)
class Own:
    """All offsets, those for any model before those of one model, so that the latter win."""

    offsets: tuple[Offset, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.offsets)

    def knows(self, x: ServingInputs) -> Bools:
        """Return which cases are answered with the help of own measurements."""
        known = np.zeros(1, dtype=bool)
        for offset in self.offsets:
            known = known | _hit(offset, x)
        return known

    def shift(self, x: ServingInputs, metric: Ints) -> Floats:
        """Return what to add to the logarithm of each estimate; ``metric`` indexes ``bands.METRICS``."""
        return _SIGN[metric] * self._pick(x, metric, "shift", 0.0)

    def width(self, x: ServingInputs, metric: Ints) -> Floats:
        """Return the factor on the width of each band."""
        return self._pick(x, metric, "width", 1.0)

    def _pick(self, x: ServingInputs, metric: Ints, name: str, default: float) -> Floats:
        found: Floats = np.full(1, default)
        for offset in self.offsets:
            hit = _hit(offset, x) & (_OF_METRIC[metric] == offset.speed)
            found = np.where(hit, getattr(offset, name), found)
        return found


NOTHING = Own()
"""No own measurements."""


def _hit(offset: Offset, x: ServingInputs) -> Bools:
    return np.asarray((x.device.key == offset.device) & (x.engine == offset.engine)
                      & ((x.model.key == offset.model) | (offset.model == 0)))


def learn(r: Residuals) -> Own:
    """Return the offsets of all groups of rows."""
    found: list[Offset] = []
    for speed in (DECODE, PREFILL):
        rows = np.flatnonzero(r.speed == speed)
        for device, engine in sorted({(int(r.device[i]), int(r.engine[i])) for i in rows}):
            found += _group(r, rows[(r.device[rows] == device) & (r.engine[rows] == engine)], device, engine, speed)
    return Own(tuple(sorted(found, key=lambda offset: offset.model != 0)))


def _group(r: Residuals, rows: Ints, device: int, engine: int, speed: int) -> list[Offset]:
    sigma = float(r.half_width[rows].mean()) / _Z90
    prior, per_model = _HARDWARE * sigma**2, _MODEL * sigma**2
    models = sorted({int(key) for key in r.model[rows]})
    parts = [r.value[rows[r.model[rows] == key]] for key in models]
    scatter = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    free = sum(part.size - 1 for part in parts)
    noise = (_PRIOR_ROWS * _NOISE * sigma**2 + scatter) / (_PRIOR_ROWS + free)
    each = [per_model + noise / part.size for part in parts]
    precision = 1 / prior + sum(1 / variance for variance in each)
    shared = sum(float(part.mean()) / variance for part, variance in zip(parts, each, strict=True)) / precision
    found = [_offset(device, engine, 0, speed, shared, 1 / precision + per_model + noise, sigma, rows.size)]
    for key, part in zip(models, parts, strict=True):
        own = 1 / per_model + part.size / noise
        shift = (shared / per_model + part.sum() / noise) / own
        known = 1 / own + (1 / per_model / own) ** 2 / precision
        found.append(_offset(device, engine, key, speed, float(shift), known + noise, sigma, part.size))
    return found


def _offset(
    device: int, engine: int, model: int, speed: int, shift: float, variance: float, sigma: float, rows: int
) -> Offset:
    width = min(max(float(np.sqrt(variance)) / sigma, _NARROWEST), _WIDEST)
    return Offset(device, engine, model, speed, shift, width, rows)
