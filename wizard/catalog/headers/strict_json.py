"""JSON from files that nobody vouches for: size, depth, duplicate keys and odd numbers are checked."""

from __future__ import annotations

import json
from pathlib import Path

from wizard.errors import InputError

_LARGEST_CONFIG = 64 * 2**20
_MEND = "Download the file again, or take it from the publisher."


def parse_object(data: bytes, where: str, *, finite: bool = True) -> dict[str, object]:
    """Parse a JSON object.

    Args:
        data: UTF-8 text.
        where: the file, for messages.
        finite: refuse ``NaN`` and ``Infinity`` (which some configs hold and JSON does not know).

    Raises:
        InputError: it is not UTF-8, not JSON, no object, too deep, or has a key twice.
    """

    def refuse(constant: str) -> float:
        if finite:
            raise ValueError(f"{constant} is not JSON")
        return float(constant.replace("Infinity", "inf").replace("NaN", "nan"))

    try:
        parsed = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise InputError("the header is not UTF-8 text", where=where, mend=_MEND) from error
    except RecursionError as error:
        raise InputError("the JSON is nested too deeply", where=where, mend=_MEND) from error
    except ValueError as error:
        reason = str(error)[:200]
        raise InputError("the JSON cannot be read: {reason}", where=where, mend=_MEND, reason=reason) from error
    if not isinstance(parsed, dict):
        raise InputError("the JSON is no object", where=where, mend=_MEND)
    return parsed


def read_object(path: Path, *, finite: bool = False) -> dict[str, object]:
    """Read a JSON file that holds an object.

    Raises:
        InputError: it cannot be read or parsed, or is larger than any config is.
    """
    try:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise InputError("the file is larger than any model's JSON is", where=str(path), mend=_MEND)
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return parse_object(data, str(path), finite=finite)


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be opened."""
    return InputError("the file cannot be read ({reason})", where=str(path), reason=error.strerror or str(error))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found
