"""The commands of ``rackwright`` and their exit codes."""

from __future__ import annotations

from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    raise SystemExit(f"no such command: {' '.join(argv)}")
