"""Numbers with their units, as the language writes and the reader likes them."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite

from wizard.i18n import Translator
from wizard.units import GB, GIB


def number(tr: Translator, value: float, digits: int = 3) -> str:
    """Format a figure to ``digits`` significant digits with the language's separators; whole numbers stay whole."""
    from babel.numbers import format_decimal

    if not isfinite(value):
        return "–"
    if value == 0:
        return "0"
    rounded = Decimal(value) if float(value).is_integer() and abs(value) < 10**6 else Decimal(f"{value:.{digits - 1}e}")
    if abs(rounded) < 1:
        return f"{rounded:f}".rstrip("0").rstrip(".")
    return format_decimal(rounded, locale="zh_Hans_CN" if tr.lang == "zh_CN" else tr.lang)


def memory_unit(tr: Translator) -> str:
    """Return the unit of a device's memory."""
    return "GB" if tr.units.memory == "GB" else "GiB"


def memory_figure(tr: Translator, gib: float) -> str:
    """Format a device's memory in :func:`memory_unit`, without it: ``30.5``."""
    return number(tr, gib * GIB / GB if tr.units.memory == "GB" else gib)


def gibibytes(tr: Translator, gib: float) -> str:
    """Format a device's memory: ``30.5 GiB``."""
    return f"{memory_figure(tr, gib)} {memory_unit(tr)}"


def gigabytes(tr: Translator, n_bytes: float) -> str:
    """Format bytes of weights, in decimal units as model hubs do unless the reader likes others: ``65.5 GB``."""
    if tr.units.memory == "GiB":
        steps = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
    else:
        steps = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
    size, name = next((step for step in steps if n_bytes >= step[0]), steps[-1])
    return f"{number(tr, n_bytes / size)} {name}"


def duration(tr: Translator, ms: float) -> str:
    """Format milliseconds: ``19 ms``, ``0.46 s``, ``12 min``."""
    if ms < 100:
        return f"{number(tr, ms, 2)} ms"
    if ms < 120_000:
        return f"{number(tr, ms / 1e3, 3 if ms >= 10_000 else 2)} s"
    return tr("{n} min", n=number(tr, ms / 60_000))


def pace(tr: Translator, ms: float) -> str:
    """Format the time per token: ``46 ms``, or ``22 tok/s`` for who likes that better."""
    return tr("{n} tok/s", n=number(tr, 1000 / ms, 2)) if tr.units.pace == "tok/s" and ms > 0 else duration(tr, ms)
