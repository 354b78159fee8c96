"""Markdown for people: user text is escaped, tables and commands are built, never pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def plain(text: object) -> str:
    """Escape a value so that Markdown shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Show a value as code."""
    return f"`{str(text).replace('`', chr(39))}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def commands(*lines: str) -> str:
    """Return a block of shell commands."""
    return "```bash\n" + "\n".join(lines) + "\n```"


def page(*blocks: str) -> str:
    """Join blocks by blank lines, leaving out empty ones."""
    return "\n\n".join(b for b in blocks if b) + "\n"
