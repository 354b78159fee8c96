"""Figures as people read and write them: formatting for the screen, and the reading of what was typed. No Qt."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal

from wizard.i18n import Translator
from wizard.units import BTU_H_PER_W
from wizard.words.quantities import duration as duration
from wizard.words.quantities import gibibytes as gibibytes
from wizard.words.quantities import gigabytes as gigabytes
from wizard.words.quantities import memory_figure as memory_figure
from wizard.words.quantities import memory_unit as memory_unit
from wizard.words.quantities import number
from wizard.words.quantities import pace as pace

SYMBOLS = {"USD": "$", "CNY": "¥", "EUR": "€"}
UNKNOWN = "–"
_SCALES = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "b": 10**9,
    "g": 10**9,
    "t": 10**12,
    "千": 10**3,
    "万": 10**4,
    "百万": 10**6,
    "亿": 10**8,
    "万亿": 10**12,
}
_TYPED = re.compile(r"([+-]?\d*\.?\d+(?:e[+-]?\d+)?)\s*(\D*)")


def _locale(tr: Translator) -> str:
    return "zh_Hans_CN" if tr.lang == "zh_CN" else tr.lang


def parse(text: str) -> float | None:
    """Read a number as people type it: ``2,000``, ``80 000``, ``2k``, ``1.5M``, ``8万``, full-width digits.

    Returns:
        the number, or ``None`` where nothing was typed.

    Raises:
        ValueError: the text is no number.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain:
        return None
    plain = re.sub(r"[$¥€%]|usd|cny|eur", "", plain)
    plain = re.sub(r"(?<=\d)[,\s_'](?=\d{3}(?!\d))", "", plain).strip()
    match = _TYPED.fullmatch(plain)
    if not match or match[2].strip() not in _SCALES:
        raise ValueError(text)
    value = float(match[1]) * _SCALES[match[2].strip()]
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def plain(tr: Translator, value: float, decimals: int = 6) -> str:
    """Format a number as it stands in an input field: exact, with group separators."""
    from babel.numbers import format_decimal

    rounded = round(value, decimals)
    pattern = "#,##0" if float(rounded).is_integer() else "#,##0." + "#" * decimals
    return format_decimal(Decimal(repr(rounded)), format=pattern, locale=_locale(tr))


def money(tr: Translator, amount: Decimal | None, currency: str, *, exact: bool = False) -> str:
    """Format an amount: ``$71,400``; with cents where ``exact`` or below 100."""
    from babel.numbers import format_currency

    if amount is None:
        return UNKNOWN
    sign = SYMBOLS.get(currency, currency)
    digits = "#,##0.00" if exact or (abs(amount) < 100 and amount != amount.to_integral_value()) else "#,##0"
    return format_currency(
        amount, currency, format=f"{sign}{digits};-{sign}{digits}", locale=_locale(tr), currency_digits=False
    )


def money_short(tr: Translator, amount: Decimal, currency: str) -> str:
    """Format an amount to three figures: ``$71.4k``, ``¥51.2万``."""
    value = float(amount)
    units = ((1e8, "亿"), (1e4, "万")) if tr.lang == "zh_CN" else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
    sign = ("-" if value < 0 else "") + SYMBOLS.get(currency, currency)
    for size, name in units:
        if abs(value) >= size:
            return f"{sign}{number(tr, abs(value) / size)}{name}"
    return f"{sign}{number(tr, abs(value))}"


def hours(tr: Translator, value: float) -> str:
    """Format hours: ``18 h``, ``6.2 days``."""
    return tr("{n} h", n=number(tr, value)) if value < 96 else tr("{n} days", n=number(tr, value / 24))


def power(tr: Translator, watt: float) -> str:
    """Format watts: ``450 W``, ``2.4 kW``, ``1.3 MW``."""
    if watt < 1000:
        return f"{number(tr, watt)} W"
    return f"{number(tr, watt / 1e3)} kW" if watt < 1e6 else f"{number(tr, watt / 1e6)} MW"


def heat(tr: Translator, watt: float) -> str:
    """Format what the cooling must take away, for who counts it: ``34,800 BTU/h``; else empty."""
    return f"{number(tr, watt * BTU_H_PER_W)} BTU/h" if tr.units.heat == "BTU/h" else ""


def params(tr: Translator, count: float) -> str:
    """Format a count of parameters as engineers of both languages say it: ``32.8B``."""
    for size, name in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if count >= 0.9995 * size:
            return f"{number(tr, count / size)}{name}"
    return number(tr, count)


def tokens(tr: Translator, count: float) -> str:
    """Format a count of tokens: ``2,000``, ``128k``, ``129.6 million`` shortened to ``130M``; ``1.3亿`` in Chinese."""
    if tr.lang == "zh_CN" and count >= 1e4:
        size, name = (1e8, "亿") if count >= 1e8 else (1e4, "万")
        return f"{number(tr, count / size)}{name}"
    for size, name in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if count >= size:
            return f"{number(tr, count / size)}{name}"
    return plain(tr, round(count)) if count >= 10 else number(tr, count)


def percent(tr: Translator, share: float) -> str:
    """Format a share: ``30%`` / ``30 %``."""
    return tr("{n} %", n=number(tr, round(share * 100, 1)))


def metric(tr: Translator, code: str, value: float) -> str:
    """Format the value of an estimate or a limit by its code."""
    if code.startswith("tpot"):
        return pace(tr, value)
    if code.endswith("_ms"):
        return duration(tr, value)
    if code.startswith("hours") or code.endswith("_hours"):
        return hours(tr, value)
    if code.endswith("_w"):
        return power(tr, value)
    if code in ("mfu", "goodput_share"):
        return percent(tr, value)
    if code in ("output_tok_s", "total_tok_s", "tokens_s_per_accelerator"):
        return tr("{n} tok/s", n=number(tr, value))
    if code in ("requests_s", "goodput_requests_s"):
        return tr("{n} /s", n=number(tr, value))
    return number(tr, value)


def ends(tr: Translator, code: str, low: float, high: float) -> tuple[str, str]:
    """Format the ends of a band, the smaller figure first."""
    found = metric(tr, code, low), metric(tr, code, high)
    return found[::-1] if code.startswith("tpot") and tr.units.pace == "tok/s" else found


def higher_is_better(code: str) -> bool:
    """Return whether more of it is better; times, power and money are better small."""
    return code in (
        "output_tok_s",
        "total_tok_s",
        "requests_s",
        "goodput_share",
        "goodput_requests_s",
        "max_concurrency",
        "tokens_s_per_accelerator",
        "mfu",
        "requests_per_s",
        "concurrent_users",
        "context_tokens",
        "memory",
        "load",
        "kv_memory",
    )
