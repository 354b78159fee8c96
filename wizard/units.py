"""Units. A GB is 10**9 bytes, a GiB 2**30; names carry their unit and these constants are the only bridges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
BTU_H_PER_W = 3.412
"""British thermal units an hour in a watt (NIST SP 811, table B.8: 3.412142)."""

MemoryUnit = Literal["usual", "GiB", "GB"]
PaceUnit = Literal["ms", "tok/s"]
HeatUnit = Literal["kW", "BTU/h"]


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a reader likes to see; nothing is computed in them.

    Attributes:
        memory: ``usual`` is GB for weights, as model hubs give them, and GiB for what devices report.
        pace: how fast the tokens of one answer follow each other.
        heat: ``BTU/h`` adds to power what the cooling must take away.
    """

    memory: MemoryUnit = "usual"
    pace: PaceUnit = "ms"
    heat: HeatUnit = "kW"


USUAL = Units()


def gib(n_bytes: float) -> float:
    """Convert bytes to GiB."""
    return n_bytes / GIB
