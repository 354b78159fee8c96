"""Estimates of candidates, each made once: asked again, a row is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from wizard.planner.candidates import Candidates
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Bools, Floats, Ints, ServingColumns
from wizard.sizing.serving import Constants, SharedConstants, serve
from wizard.sizing.traffic import ServingInputs

T = TypeVar("T")
MOST_ROWS = 24_000
"""Rows that are kept from one question to the next: some 3 MB."""
KEPT = frozenset((
    "batch", "memory.weights", "memory.activations", "memory.overhead", "memory.capacity", "max_concurrency.low",
    "output_tok_s.low", "requests_s.low", "requests_s.value",
    *(f"{time}.{end}" for time in ("ttft_ms", "tpot_ms", "e2e_ms") for end in ("value", "high")),
))
"""Columns that choosing asks for; the others are not kept."""
MOST_USERS = 200
"""Different numbers of users whose rows are kept: some 4 MB of places."""
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
    constants: Callable[[], SharedConstants]
    promised: Callable[[ServingInputs, ServingColumns, Constants], ServingColumns] | None = None
    size: int = 0
    """How many rows are known."""
    _users: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Numbers of users that were asked for, ascending."""
    _line: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Line of ``_place`` of each of these numbers."""
    _place: NDArray[np.int32] = field(init=False)
    """Row of the columns at each number of users (line) and group, with room for more lines."""
    _asked: Bools | None = None
    """Which of these rows the present question asked for, where its pace counts."""
    _columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Kept columns of all rows by name, with room for more."""

    def __post_init__(self) -> None:
        self._forget()

    def of(self, group: Ints, users: Ints) -> tuple[Candidates, ServingColumns]:
        """Return the candidates of these groups at these users with their estimates, both of ``group``'s shape."""
        self.ensure(group, users)
        rows = self._place[self._line[np.searchsorted(self._users, users)], group]
        return self._candidates(group, users), cast("ServingColumns", _Rows(self._columns, rows))

    def ensure(self, group: Ints, users: Ints) -> None:
        """Estimate those of the rows that are not known yet."""
        self._make_room(users)
        line = self._line[np.searchsorted(self._users, users)]
        if self._asked is not None:
            self._asked[line, group] = True
        unknown = np.flatnonzero(self._place[line, group] == _NONE)
        if not unknown.size and self._columns:
            return
        place = line[unknown], group[unknown]
        # Of a row that is asked for twice the last one stays.
        self._place[place] = np.arange(unknown.size)
        unknown = unknown[self._place[place] == np.arange(unknown.size)]
        self._place[line[unknown], group[unknown]] = np.arange(self.size, self.size + unknown.size)
        self._add(group[unknown], users[unknown])

    def pace(self, group: Ints) -> tuple[Ints, Floats, Floats]:
        """Return what this question has found out of how fast groups are.

        Returns:
            numbers of users, ascending; and of shape ``(groups, users)`` the requests per second and user that no more
            users exceed, and the milliseconds of an answer that no more users undercut.
        """
        place = np.ascontiguousarray(self._place[self._line[:, None], group].T)
        known = np.ascontiguousarray(self._asked[self._line[:, None], group].T) if self._asked is not None else (
            np.zeros(place.shape, dtype=np.bool_))
        rate, answer = np.full(place.shape, np.inf), np.zeros(place.shape)
        if known.any():
            rows = place[known]
            rate[known] = self._columns["requests_s.value"][rows] / np.broadcast_to(self._users, place.shape)[known]
            answer[known] = self._columns["e2e_ms.value"][rows]
        return self._users, np.minimum.accumulate(rate, axis=1), np.maximum.accumulate(answer, axis=1)

    def begin(self, *, paced: bool) -> None:
        """Begin a question; forget everything once it is too much.

        ``paced``: :meth:`pace` will be asked. What former questions have found out does not count there, so that the
        same question always looks at the same rows.
        """
        if self.size > MOST_ROWS or self._users.size > MOST_USERS:
            self._forget()
        self._asked = np.zeros(self._place.shape, dtype=np.bool_) if paced else None

    def _forget(self) -> None:
        self.size, self._columns, self._users = 0, {}, np.empty(0, dtype=np.int64)
        self._line, self._place = self._users, np.empty((0, self.groups.size), dtype=np.int32)
        self._asked = None

    def _make_room(self, users: Ints) -> None:
        """Take in numbers of users that were never asked for."""
        if self._users.size:
            place = np.minimum(np.searchsorted(self._users, users), self._users.size - 1)
            if (self._users[place] == users).all():
                return
        new = np.setdiff1d(users, self._users)
        together, line = np.concatenate([self._users, new]), np.arange(self._users.size + new.size)
        order = together.argsort()
        self._users, self._line = together[order], np.concatenate([self._line, line[self._line.size:]])[order]
        if together.size > len(self._place):
            lines = together.size * 3 // 2
            self._place = _padded(self._place, lines, _NONE)
            if self._asked is not None:
                self._asked = _padded(self._asked, lines, 0)

    def _candidates(self, group: Ints, users: Ints) -> Candidates:
        return replace(self.groups.take(group), users=users)

    def _add(self, group: Ints, users: Ints) -> None:
        inputs = self.inputs(self._candidates(group, users))
        constants = self.constants().take(group)
        served = serve(inputs, self.calibration, constants)
        columns = served if self.promised is None else self.promised(inputs, served, constants)
        size = self.size + group.size
        for name, column in named(columns):
            if name.removeprefix("late.") in KEPT:
                self._columns[name] = _written(self._columns.get(name), column, self.size)
        self.size = size


def _padded(lines: NDArray[Any], size: int, fill: int) -> NDArray[Any]:
    """Return the lines with more behind them, filled."""
    found = np.full((size, lines.shape[1]), fill, lines.dtype)
    found[: len(lines)] = lines
    return found


def _written(known: NDArray[Any] | None, column: NDArray[Any], start: int) -> NDArray[Any]:
    """Write a column behind the first ``start`` rows of what is known, which is moved where it has no room left."""
    end = start + column.size
    if known is None or end > known.size:
        room = np.empty(end + end // 2, column.dtype)
        if known is not None:
            room[:start] = known[:start]
        known = room
    known[start:end] = column
    return known


class _Rows:
    """Rows of named columns, as attributes like those of a dataclass: each is looked up when it is first asked for."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], rows: NDArray[np.int32], prefix: str = "") -> None:
        self._columns, self._rows, self._prefix = columns, rows, prefix

    def __getattr__(self, name: str) -> object:
        path = self._prefix + name
        found: object
        if path in self._columns:
            found = self._columns[path][self._rows]
        elif any(known.startswith(path + ".") for known in self._columns):
            found = _Rows(self._columns, self._rows, path + ".")
        else:
            raise AttributeError(path)
        setattr(self, name, found)
        return found


def take(columns: T, index: Ints) -> T:
    """Return the rows ``index`` of a dataclass of columns, nested ones included."""
    return filled(columns, (column[index] for column in leaves(columns)))


def join(first: T, *others: T) -> T:
    """Return the rows of dataclasses of columns, one after the other."""
    columns = zip(leaves(first), *(leaves(other) for other in others), strict=True)
    return filled(first, (np.concatenate(column) for column in columns))


def fingerprint(columns: object) -> tuple[bytes, ...]:
    """Return all values of a dataclass of columns, nested ones included, as one key."""
    return tuple(np.asarray(column).tobytes() for column in leaves(columns))


def _names(columns: object) -> tuple[str, ...]:
    kind: Any = type(columns)
    return _names_of(kind)


@cache
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def leaves(columns: object) -> Iterator[NDArray[Any]]:
    """Yield all columns of a dataclass, nested ones included, in order."""
    return (column for _, column in named(columns))


def named(columns: object, prefix: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield all columns of a dataclass by name, those of nested ones as ``outer.inner``, in order."""
    for name in _names(columns):
        value = getattr(columns, name)
        if isinstance(value, np.ndarray):
            yield prefix + name, value
        else:
            yield from named(value, f"{prefix}{name}.")


def filled(like: T, columns: Iterator[NDArray[Any]]) -> T:
    """Return a dataclass like the one given with other columns."""
    def one(value: object) -> object:
        return next(columns) if isinstance(value, np.ndarray) else filled(value, columns)
    return type(like)(*[one(getattr(like, name)) for name in _names(like)])
