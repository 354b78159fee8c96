"""What a model's files say about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wizard.catalog.records import Model

Kind = Literal["config", "safetensors", "index", "gguf", "folder"]


@dataclass(frozen=True, slots=True)
class Stored:
    """All weights of one type: their number, elements and bytes."""

    dtype: str
    tensors: int
    elements: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What was read; nothing in it is estimated.

    Attributes:
        path: the file or folder.
        kind: what it is.
        model: the architecture, where a config or GGUF metadata describes it.
        stored: the weights by type, largest first; empty for a config alone.
        bytes: exact bytes of the weights; ``None`` for a config alone.
        elements: stored elements. Packed formats (AWQ, MXFP4) hold several weights in one element.
        files: files of weights that were read.
        warnings: message ids (English) of what is incomplete, with ``{fields}`` already filled in.
    """

    path: Path
    kind: Kind
    model: Model | None = None
    stored: tuple[Stored, ...] = ()
    bytes: int | None = None
    elements: int | None = None
    files: int = 0
    warnings: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()

    @property
    def tensors(self) -> int:
        """How many weights there are."""
        return sum(part.tensors for part in self.stored)


def warning(msgid: str, **fields: object) -> tuple[str, tuple[tuple[str, object], ...]]:
    """Return a warning: an English message id and the values of its fields."""
    return msgid, tuple(fields.items())


def summed(parts: list[tuple[str, int, int]]) -> tuple[Stored, ...]:
    """Sum ``(dtype, elements, bytes)`` of single weights by type, largest first."""
    totals: dict[str, list[int]] = {}
    for dtype, elements, size in parts:
        entry = totals.setdefault(dtype, [0, 0, 0])
        entry[0] += 1
        entry[1] += elements
        entry[2] += size
    stored = (Stored(dtype, *numbers) for dtype, numbers in totals.items())
    return tuple(sorted(stored, key=lambda s: s.bytes, reverse=True))
