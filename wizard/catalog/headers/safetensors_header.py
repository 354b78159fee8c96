"""The header of a ``*.safetensors`` file: names, types, shapes and places of its weights.

Format: https://huggingface.co/docs/safetensors. Eight bytes hold the header's length, JSON follows, then the data.
Only the header is read.
"""

from __future__ import annotations

from math import prod
from pathlib import Path

from wizard.catalog.headers.strict_json import parse_object, unreadable
from wizard.errors import InputError

_LARGEST_HEADER = 100_000_000
_LARGEST_ELEMENTS = 10**15
_MEND = "The file is damaged or incomplete: download it again."

BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6,
    "F6_E3M2": 6, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32, "U16": 16, "U8": 8, "BOOL": 8,
    "C64": 64, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
}
"""Bits per element of the format's types."""


def read_safetensors(path: Path) -> list[tuple[str, int, int]]:
    """Return ``(dtype, elements, bytes)`` of every weight of a file.

    Raises:
        InputError: the file is no safetensors file, is cut short, or its header contradicts itself.
    """
    where = str(path)
    try:
        with path.open("rb") as f:
            size = path.stat().st_size
            length = int.from_bytes(f.read(8), "little")
            if size < 8 or length > min(_LARGEST_HEADER, size - 8):
                raise InputError(
                    "the header claims {claimed} bytes but the file has {size}", where=where, mend=_MEND,
                    claimed=length, size=size,
                )
            header = parse_object(f.read(length), where)
    except OSError as error:
        raise unreadable(path, error) from error
    header.pop("__metadata__", None)
    weights = [_weight(name, entry, where) for name, entry in header.items()]
    _check_places([(begin, end) for _, _, begin, end in weights], size - 8 - length, where)
    return [(dtype, elements, end - begin) for dtype, elements, begin, end in weights]


def _weight(name: str, entry: object, where: str) -> tuple[str, int, int, int]:
    if not isinstance(entry, dict):
        raise _fault("it is no object", name, where)
    dtype = str(entry.get("dtype"))
    bits = BITS.get(dtype)
    if bits is None:
        raise _fault(f"no such type: {dtype[:40]}", name, where)
    shape, offsets = _counts(entry.get("shape")), _counts(entry.get("data_offsets"))
    if shape is None or offsets is None or len(offsets) != 2:
        raise _fault("its shape or its place is not a list of whole numbers", name, where)
    elements = prod(shape)
    begin, end = offsets
    if elements > _LARGEST_ELEMENTS or end - begin != -(-elements * bits // 8):
        raise _fault("its shape does not fill its place", name, where)
    return dtype, elements, begin, end


def _counts(value: object) -> list[int] | None:
    """Return a short list of non-negative integers, ``None`` if it is anything else."""
    if not isinstance(value, list) or len(value) > 16:
        return None
    good = all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= _LARGEST_ELEMENTS for n in value)
    return value if good else None


def _check_places(places: list[tuple[int, int]], size: int, where: str) -> None:
    """Refuse weights that overlap, leave holes, or do not fill the file."""
    expected = 0
    for begin, end in sorted(places):
        if begin != expected:
            raise InputError(
                "two weights overlap or leave a gap at byte {place} of the data", where=where, mend=_MEND, place=begin
            )
        expected = end
    if expected != size:
        raise InputError(
            "the header describes {expected} bytes of weights but the file holds {size}", where=where, mend=_MEND,
            expected=expected, size=size,
        )


def _fault(reason: str, name: str, where: str) -> InputError:
    return InputError(
        "weight \"{name}\" is described wrongly: {reason}", where=where, mend=_MEND, name=name[:80], reason=reason
    )
