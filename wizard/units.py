"""Units. A GB is 10**9 bytes, a GiB 2**30; names carry their unit and these constants are the only bridges."""

from __future__ import annotations

KB = 10**3
MB = 10**6
GB = 10**9
TB = 10**12
KIB = 2**10
MIB = 2**20
GIB = 2**30

TERA = 1e12
"""FLOPs in a TFLOP."""

MS_PER_S = 1e3
HOURS_PER_YEAR = 8760
SECONDS_PER_YEAR = 31_536_000


def gib(n_bytes: float) -> float:
    """Convert bytes to GiB."""
    return n_bytes / GIB
