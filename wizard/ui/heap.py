"""Memory handed back: searches and drafts need much for a moment, and glibc keeps what is freed, per thread.

Without this a minute of random use grows by some 60 MB that nobody holds. Elsewhere than on glibc nothing is done.
PySide reads the source of every module that is imported, and Python would keep it: 20 MB.
"""

from __future__ import annotations

import ctypes
import linecache
import sys
from functools import cache
from itertools import count
from typing import Any

EVERY = 2
"""Jobs after which memory is handed back; it takes a few milliseconds off the main thread."""
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_ARENAS = 1
_LARGE = 1 << 17
"""Blocks from this size on, the columns of a search, go back to the system when freed; glibc would raise the bound."""
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


def _forget_sources() -> None:
    """Let go of sources that were read; those that are only announced may be read by an import at this moment."""
    for name, entry in list(linecache.cache.items()):
        if len(entry) > 1:
            linecache.cache.pop(name, None)


def settle() -> None:
    """Let all threads share one arena; called once, before there are threads."""
    _forget_sources()
    libc = _libc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def tidy() -> None:
    """Hand back what is free, now and then; called by a worker when its job is done."""
    if next(_jobs) % EVERY:
        return
    _forget_sources()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)
