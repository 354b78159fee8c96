"""``rackwright open``: the question inside a project or a quote."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from wizard.errors import InputError
from wizard.needs.files import dump_needs, load_needs, needs_from
from wizard.needs.needs import Needs


def print_needs(path: Path) -> int:
    """Print the NEEDS stored in ``path``."""
    sys.stdout.write(dump_needs(needs_in(path)))
    return 0


def needs_in(path: Path) -> Needs:
    """Return the needs of a project, NEEDS or ``plan.json`` file, or of the plan inside a quote PDF.

    Raises:
        InputError: the file is none of these, or damaged.
    """
    if path.suffix.lower() != ".pdf":
        return load_needs(path) if path.suffix.lower() != ".json" else _from_json(path.read_bytes(), str(path))
    from wizard.quote.readback import read_attachment

    return _from_json(read_attachment(path, "plan.json"), str(path))


def _from_json(data: bytes, where: str) -> Needs:
    try:
        stored = json.loads(data)
    except ValueError as error:
        raise InputError("the stored plan is damaged", where=where, mend="Open another copy of the file.") from error
    if isinstance(stored, dict) and isinstance(stored.get("needs"), dict):
        stored = stored["needs"]
    return needs_from(stored, where)
