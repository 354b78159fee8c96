"""Estimates of candidates, each made once: asked again, a row is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wizard.planner.candidates import Candidates
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats, Ints, ServingColumns
from wizard.sizing.serving import serve
from wizard.sizing.traffic import ServingInputs

T = TypeVar("T")
MOST_ROWS = 40_000
"""Rows that are kept from one question to the next: some 15 MB."""
_USERS_BITS = 32


def _no_keys() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass
class Estimates:
    """Grows with what is asked of it; what it returns depends on the question alone.

    ``groups`` are candidates without their users; ``inputs`` turns candidates into the engine's inputs.
    """

    groups: Candidates
    inputs: Callable[[Candidates], ServingInputs]
    calibration: Calibration
    _keys: Ints = field(default_factory=_no_keys)
    """Sorted keys of the rows that are known."""
    _places: Ints = field(default_factory=_no_keys)
    """Row of ``_table`` of each key."""
    _table: Floats = field(default_factory=lambda: np.empty((0, 0)))
    """All columns of a row side by side, with room for more rows."""
    _like: ServingColumns = field(init=False)

    @property
    def size(self) -> int:
        """How many rows are known."""
        return int(self._keys.size)

    def of(self, group: Ints, users: Ints) -> tuple[Candidates, ServingColumns]:
        """Return the candidates of these groups at these users with their estimates, both of ``group``'s shape."""
        keys = (group << _USERS_BITS) | users
        places = np.searchsorted(self._keys, keys)
        known = places < self._keys.size
        known[known] = self._keys[places[known]] == keys[known]
        if not known.all():
            self._add(np.unique(keys[~known]))
            places = np.searchsorted(self._keys, keys)
        rows = np.ascontiguousarray(self._table[self._places[places]].T)
        return self._candidates(keys), _filled(self._like, iter(rows))

    def trim(self) -> None:
        """Forget everything once it is too much."""
        if self._keys.size > MOST_ROWS:
            self._keys, self._places = _no_keys(), _no_keys()

    def _candidates(self, keys: Ints) -> Candidates:
        return replace(self.groups.take(keys >> _USERS_BITS), users=keys & ((1 << _USERS_BITS) - 1))

    def _add(self, keys: Ints) -> None:
        self._like = serve(self.inputs(self._candidates(keys)), self.calibration)
        columns, known = list(_leaves(self._like)), self._keys.size
        size = known + keys.size
        if size > len(self._table):
            room = np.empty((2 * size, len(columns)))
            room[:known] = self._table[:known] if known else 0.0
            self._table = room
        self._table[known:size] = np.stack(columns, axis=1)
        before = np.searchsorted(self._keys, keys)
        self._keys = np.insert(self._keys, before, keys)
        self._places = np.insert(self._places, before, np.arange(known, size))


def take(columns: T, index: Ints) -> T:
    """Return the rows ``index`` of a dataclass of columns, nested ones included."""
    return _filled(columns, (column[index] for column in _leaves(columns)))


def join(first: T, second: T) -> T:
    """Return the rows of two dataclasses of columns, the second's after the first's."""
    pairs = zip(_leaves(first), _leaves(second), strict=True)
    return _filled(first, (np.concatenate(pair) for pair in pairs))


def fingerprint(columns: object) -> tuple[bytes, ...]:
    """Return all values of a dataclass of columns, nested ones included, as one key."""
    return tuple(np.asarray(column).tobytes() for column in _leaves(columns))


def _leaves(columns: object) -> Iterator[NDArray[Any]]:
    for f in fields(columns):  # type: ignore[arg-type]
        value = getattr(columns, f.name)
        if is_dataclass(value):
            yield from _leaves(value)
        else:
            yield value


def _filled(like: T, columns: Iterator[NDArray[Any]]) -> T:
    """Return a dataclass like the one given with other columns, of the same types."""
    def one(value: Any) -> object:
        return _filled(value, columns) if is_dataclass(value) else next(columns).astype(value.dtype, copy=False)
    return type(like)(*[one(getattr(like, f.name)) for f in fields(like)])  # type: ignore[arg-type]
