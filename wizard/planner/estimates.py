"""Estimates of candidates, each made once: asked again, a row is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TypeVar

import numpy as np

from wizard.planner.candidates import Candidates
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Ints, ServingColumns
from wizard.sizing.serving import serve
from wizard.sizing.traffic import ServingInputs

T = TypeVar("T")
_USERS_BITS = 32


@dataclass
class Estimates:
    """Grows with what is asked of it; what it returns depends on the question alone.

    ``groups`` are candidates without their users; ``inputs`` turns candidates into the engine's inputs.
    """

    groups: Candidates
    inputs: Callable[[Candidates], ServingInputs]
    calibration: Calibration
    _keys: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Sorted keys of the rows that are known."""
    _places: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Row in ``_columns`` of each key."""
    _columns: ServingColumns = field(init=False)

    def of(self, group: Ints, users: Ints) -> tuple[Candidates, ServingColumns]:
        """Return the candidates of these groups at these users with their estimates, both of ``group``'s shape."""
        keys = (group << _USERS_BITS) | users
        missing = np.setdiff1d(keys, self._keys)
        if missing.size:
            self._add(missing)
        rows = self._places[np.searchsorted(self._keys, keys)]
        return self._candidates(keys), take(self._columns, rows)

    def _candidates(self, keys: Ints) -> Candidates:
        return replace(self.groups.take(keys >> _USERS_BITS), users=keys & ((1 << _USERS_BITS) - 1))

    def _add(self, keys: Ints) -> None:
        found = serve(self.inputs(self._candidates(keys)), self.calibration)
        places = np.arange(keys.size) + self._keys.size
        self._columns = join(self._columns, found) if self._keys.size else found
        merged = np.concatenate([self._keys, keys])
        order = np.argsort(merged, kind="stable")
        self._keys, self._places = merged[order], np.concatenate([self._places, places])[order]


def take(columns: T, index: Ints) -> T:
    """Return the rows ``index`` of a dataclass of columns, nested ones included."""
    return _each(columns, lambda name: _taken(getattr(columns, name), index))


def join(first: T, second: T) -> T:
    """Return the rows of two dataclasses of columns, the second's after the first's."""
    return _each(first, lambda name: _joined(getattr(first, name), getattr(second, name)))


def _taken(value: object, index: Ints) -> object:
    return take(value, index) if is_dataclass(value) else value[index]  # type: ignore[index]


def _joined(first: object, second: object) -> object:
    return join(first, second) if is_dataclass(first) else np.concatenate([first, second])


def _each(like: T, value: Callable[[str], object]) -> T:
    return type(like)(*(value(f.name) for f in fields(like)))  # type: ignore[arg-type]
