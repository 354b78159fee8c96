"""Estimates of candidates, each made once: asked again, a row is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from wizard.planner.candidates import Candidates
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Ints, ServingColumns
from wizard.sizing.serving import Constants, serve
from wizard.sizing.traffic import ServingInputs

T = TypeVar("T")
MOST_ROWS = 40_000
"""Rows that are kept from one question to the next: some 15 MB."""
MOST_USERS = 400
"""Different numbers of users whose rows are kept: some 8 MB of places."""
_NONE = -1
"""Place of a row that is not known."""


@dataclass
class Estimates:
    """Grows with what is asked of it; what it returns depends on the question alone.

    ``groups`` are candidates without their users; ``inputs`` turns candidates into the engine's inputs; ``constants``
    returns those of all groups; ``promised`` adds the times of late requests where these are promised.
    """

    groups: Candidates
    inputs: Callable[[Candidates], ServingInputs]
    calibration: Calibration
    constants: Callable[[], Constants]
    promised: Callable[[ServingInputs, ServingColumns, Constants], ServingColumns] | None = None
    size: int = 0
    """How many rows are known."""
    _users: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Numbers of users that were asked for, ascending."""
    _place: NDArray[np.int32] = field(init=False)
    """Row of the columns of each group at each of these numbers of users."""
    _columns: list[NDArray[Any]] = field(default_factory=list)
    """Columns of all rows, with room for more."""
    _like: ServingColumns = field(init=False)

    def __post_init__(self) -> None:
        self._forget()

    def of(self, group: Ints, users: Ints) -> tuple[Candidates, ServingColumns]:
        """Return the candidates of these groups at these users with their estimates, both of ``group``'s shape."""
        self.ensure(group, users)
        rows = self._place[group, np.searchsorted(self._users, users)]
        return self._candidates(group, users), cast("ServingColumns", _Rows(self._like, iter(self._columns), rows))

    def ensure(self, group: Ints, users: Ints) -> None:
        """Estimate those of the rows that are not known yet."""
        self._make_room(users)
        column = np.searchsorted(self._users, users)
        unknown = np.flatnonzero(self._place[group, column] == _NONE)
        if not unknown.size and self._columns:
            return
        place = group[unknown], column[unknown]
        # Of a row that is asked for twice the last one stays.
        self._place[place] = np.arange(unknown.size)
        unknown = unknown[self._place[place] == np.arange(unknown.size)]
        self._place[group[unknown], column[unknown]] = np.arange(self.size, self.size + unknown.size)
        self._add(group[unknown], users[unknown])

    def trim(self) -> None:
        """Forget everything once it is too much."""
        if self.size > MOST_ROWS or self._users.size > MOST_USERS:
            self._forget()

    def _forget(self) -> None:
        self.size, self._columns, self._users = 0, [], np.empty(0, dtype=np.int64)
        self._place = np.empty((self.groups.size, 0), dtype=np.int32)

    def _make_room(self, users: Ints) -> None:
        """Take in numbers of users that were never asked for."""
        together = np.union1d(self._users, users)
        if together.size > self._users.size:
            place = np.full((self.groups.size, together.size), _NONE, dtype=np.int32)
            place[:, np.searchsorted(together, self._users)] = self._place
            self._users, self._place = together, place

    def _candidates(self, group: Ints, users: Ints) -> Candidates:
        return replace(self.groups.take(group), users=users)

    def _add(self, group: Ints, users: Ints) -> None:
        inputs = self.inputs(self._candidates(group, users))
        constants = self.constants().take(group)
        served = serve(inputs, self.calibration, constants)
        self._like = served if self.promised is None else self.promised(inputs, served, constants)
        columns, size = list(_leaves(self._like)), self.size + group.size
        if not self._columns:
            self._columns = [np.empty(0, column.dtype) for column in columns]
        if size > self._columns[0].size:
            self._columns = [np.resize(column, 2 * size) for column in self._columns]
        for known, column in zip(self._columns, columns, strict=True):
            known[self.size:size] = column
        self.size = size


class _Rows:
    """Rows of a dataclass of columns, nested ones included: a column is looked up when it is first asked for."""

    def __init__(self, like: object, columns: Iterator[NDArray[Any]], rows: NDArray[np.int32]) -> None:
        self._rows = rows
        self._all = {
            name: next(columns) if isinstance(getattr(like, name), np.ndarray)
            else _Rows(getattr(like, name), columns, rows) for name in _names(like)
        }

    def __getattr__(self, name: str) -> object:
        if name not in self._all:
            raise AttributeError(name)
        column = self._all[name]
        found = column if isinstance(column, _Rows) else column[self._rows]
        setattr(self, name, found)
        return found


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


def _names(columns: object) -> tuple[str, ...]:
    kind: Any = type(columns)
    return _names_of(kind)


@cache
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def _leaves(columns: object) -> Iterator[NDArray[Any]]:
    for name in _names(columns):
        value = getattr(columns, name)
        if isinstance(value, np.ndarray):
            yield value
        else:
            yield from _leaves(value)


def _filled(like: T, columns: Iterator[NDArray[Any]]) -> T:
    """Return a dataclass like the one given with other columns."""
    def one(value: object) -> object:
        return next(columns) if isinstance(value, np.ndarray) else _filled(value, columns)
    return type(like)(*[one(getattr(like, name)) for name in _names(like)])
