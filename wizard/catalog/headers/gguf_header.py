"""The header of a GGUF file: metadata, and type, shape and place of every weight.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian. The file is mapped,
so only the pages that hold the header are read.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path

from wizard.catalog.gguf_types import BY_CODE
from wizard.catalog.headers.strict_json import unreadable
from wizard.errors import InputError

_MEND = "The file is damaged or incomplete: download it again."
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_SCALARS = {
    0: struct.Struct("<B"), 1: struct.Struct("<b"), 2: struct.Struct("<H"), 3: struct.Struct("<h"),
    4: struct.Struct("<I"), 5: struct.Struct("<i"), 6: struct.Struct("<f"), 7: struct.Struct("<?"),
    10: struct.Struct("<Q"), 11: struct.Struct("<q"), 12: struct.Struct("<d"),
}
_STRING, _ARRAY = 8, 9
_MOST_TENSORS, _MOST_KEYS, _MOST_TEXT, _MOST_KEPT = 1_000_000, 100_000, 16 * 2**20, 4096
_MOST_DEPTH = 4

Value = int | float | bool | str | list["Value"] | None


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """A GGUF file's header.

    ``lengths`` holds the length of every array; ``metadata`` the values, of arrays only those of up to 4096 numbers.
    ``tensors`` are ``(name, type, shape, bytes)``.
    """

    metadata: dict[str, Value]
    lengths: dict[str, int]
    tensors: list[tuple[str, str, tuple[int, ...], int]]


def read_gguf(path: Path) -> GgufHeader:
    """Read a GGUF file's header.

    Raises:
        InputError: the file is no GGUF file, of a version we do not know, cut short, or contradicts itself.
    """
    try:
        with path.open("rb") as f:
            if path.stat().st_size < 24:
                raise InputError("the file is too short for a GGUF file", where=str(path), mend=_MEND)
            with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data, str(path)).header()
    except OSError as error:
        raise unreadable(path, error) from error


class _Reader:
    """Walks over the mapped file; ``at`` is the next byte."""

    def __init__(self, data: mmap.mmap, where: str) -> None:
        self.data, self.where, self.at, self.size = data, where, 0, len(data)

    def header(self) -> GgufHeader:
        try:
            return self._header()
        except (struct.error, OverflowError) as error:
            # An offset beyond the file, or beyond what a machine can address.
            raise self._fault("it ends at byte {at}, inside its header", at=self.at) from error

    def _header(self) -> GgufHeader:
        if self.data[:4] != b"GGUF":
            raise InputError("this is no GGUF file", where=self.where, mend="Give a *.gguf file.")
        self.at = 4
        version = self._number(_U32)
        if version not in (2, 3):
            raise InputError(
                "GGUF version {version} cannot be read", where=self.where,
                mend="Convert the file to version 3, little-endian, with llama.cpp.", version=version,
            )
        tensors = self._count(_MOST_TENSORS, "tensors")
        keys = self._count(_MOST_KEYS, "metadata keys")
        metadata, lengths = self._metadata(keys)
        places = [self._tensor() for _ in range(tensors)]
        alignment = metadata.get("general.alignment", 32)
        self._check(places, alignment)
        return GgufHeader(metadata, lengths, [place[:4] for place in places])

    def _metadata(self, keys: int) -> tuple[dict[str, Value], dict[str, int]]:
        metadata: dict[str, Value] = {}
        lengths: dict[str, int] = {}
        for _ in range(keys):
            name = self._text(65_535)
            if name in metadata:
                raise self._fault("metadata \"{name}\" occurs twice", name=name[:80])
            kind = self._number(_U32)
            metadata[name], length = self._value(kind, 0)
            if length is not None:
                lengths[name] = length
        return metadata, lengths

    def _value(self, kind: int, depth: int) -> tuple[Value, int | None]:
        scalar = _SCALARS.get(kind)
        if scalar:
            return self._scalar(scalar), None
        if kind == _STRING:
            return self._text(_MOST_TEXT), None
        if kind != _ARRAY or depth >= _MOST_DEPTH:
            raise self._fault("there is no metadata type {kind}", kind=kind)
        return self._array(depth)

    def _array(self, depth: int) -> tuple[Value, int]:
        kind, length = self._number(_U32), self._number(_U64)
        scalar = _SCALARS.get(kind)
        if scalar:
            return self._numbers(scalar, length), length
        if length > self.size:
            raise self._fault("an array of {length} entries does not fit the file", length=length)
        if kind == _STRING:
            self._skip_texts(length)
        else:
            for _ in range(length):
                self._value(kind, depth + 1)
        return None, length

    def _numbers(self, scalar: struct.Struct, length: int) -> Value:
        end = self.at + length * scalar.size
        if end > self.size:
            raise self._fault("an array of {length} entries does not fit the file", length=length)
        begin, self.at = self.at, end
        if length > _MOST_KEPT:
            return None
        return [value[0] for value in scalar.iter_unpack(self.data[begin:end])]

    def _skip_texts(self, length: int) -> None:
        # Vocabularies have 10**5 to 10**6 entries: this loop is the cost of reading a header.
        at, data, unpack = self.at, self.data, _U64.unpack_from
        for _ in range(length):
            at += 8 + unpack(data, at)[0]
        if at > self.size:
            raise self._fault("a text does not fit the file")
        self.at = at

    def _tensor(self) -> tuple[str, str, tuple[int, ...], int, int]:
        name = self._text(1024)
        dimensions = self._number(_U32)
        if dimensions > 8:
            raise self._fault("weight \"{name}\" has {n} dimensions", name=name[:80], n=dimensions)
        shape = tuple(self._number(_U64) for _ in range(dimensions))
        kind, offset = BY_CODE.get(self._number(_U32)), self._number(_U64)
        elements = prod(shape)
        if kind is None or elements > 10**15 or (shape and shape[0] % kind.block):
            raise self._fault("weight \"{name}\" is of no known type or does not fill its blocks", name=name[:80])
        return name, kind.name, shape, elements // kind.block * kind.block_bytes, offset

    def _check(self, places: list[tuple[str, str, tuple[int, ...], int, int]], alignment: Value) -> None:
        if not isinstance(alignment, int) or not 1 <= alignment <= 2**20 or alignment & (alignment - 1):
            raise self._fault("general.alignment is {alignment}", alignment=str(alignment)[:40])
        start = -(-self.at // alignment) * alignment
        expected = 0
        for name, _, _, size, offset in sorted(places, key=lambda p: (p[4], p[3])):
            if offset < expected or offset % alignment:
                raise self._fault("weight \"{name}\" overlaps another", name=name[:80])
            expected = offset + size
            if start + expected > self.size:
                raise self._fault("weight \"{name}\" lies beyond the file's end", name=name[:80])

    def _count(self, most: int, things: str) -> int:
        count = self._number(_U64)
        if count > min(most, self.size):
            raise self._fault("it claims {count} {things}", count=count, things=things)
        return count

    def _number(self, form: struct.Struct) -> int:
        value: int = form.unpack_from(self.data, self.at)[0]
        self.at += form.size
        return value

    def _scalar(self, form: struct.Struct) -> int | float | bool:
        value: int | float | bool = form.unpack_from(self.data, self.at)[0]
        self.at += form.size
        return value

    def _text(self, most: int) -> str:
        length = self._number(_U64)
        end = self.at + length
        if length > most or end > self.size:
            raise self._fault("a text of {length} bytes does not fit", length=length)
        text = self.data[self.at:end].decode("utf-8", "replace")
        self.at = end
        return text

    def _fault(self, what: str, **fields: object) -> InputError:
        return InputError("the GGUF header is wrong: " + what, where=self.where, mend=_MEND, **fields)
