"""Memory handed back: searches and drafts need much for a moment, and glibc keeps what is freed, per thread.

Without this a minute of random use grows by some 60 MB that nobody holds. Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from itertools import count
from typing import Any

EVERY = 8
"""Jobs after which memory is handed back; it takes a few milliseconds off the main thread."""
_M_ARENA_MAX = -8
_ARENAS = 2
_jobs = count(1)


@cache
def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        found = ctypes.CDLL("libc.so.6", use_errno=False)
        return found if hasattr(found, "malloc_trim") and hasattr(found, "mallopt") else None
    except OSError:
        return None


def settle() -> None:
    """Let all threads share few arenas; called once, before there are threads."""
    libc = _libc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


def tidy() -> None:
    """Hand back what is free, now and then; called by a worker when its job is done."""
    libc = _libc()
    if libc is not None and next(_jobs) % EVERY == 0:
        libc.malloc_trim(0)
