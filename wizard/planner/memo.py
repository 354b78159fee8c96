"""What one plan leaves behind for the next: the same parts of the same question are not worked out again.

A memo belongs to whoever plans repeatedly, such as a window. It changes no result, only the time it takes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Memo:
    """Keeps the last few results of each kind. Not for several threads at a time."""

    def __init__(self) -> None:
        self._kinds: dict[str, OrderedDict[Hashable, Any]] = {}

    def kept(self, kind: str) -> tuple[Any, ...]:
        """Return all that is kept of a kind."""
        return tuple(self._kinds.get(kind, {}).values())

    def forget(self, kind: str) -> None:
        """Forget all of a kind."""
        self._kinds.pop(kind, None)

    def get(self, kind: str, key: Hashable, make: Callable[[], T], *, keep: int = 4) -> T:
        """Return what was made for the key, or make it.

        Args:
            key: everything that the result hangs on.
            keep: how many results of the kind are kept; the one asked for longest ago goes first.
        """
        kept = self._kinds.setdefault(kind, OrderedDict())
        if key not in kept:
            kept[key] = make()
            while len(kept) > keep:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return cast("T", kept[key])
