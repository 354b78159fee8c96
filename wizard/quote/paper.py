"""One quote in one language: the plan, the translator, and every figure in that language's dress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from wizard import words
from wizard.costing.records import BomLine
from wizard.i18n import Translator, mark
from wizard.money import cents
from wizard.planner.plan import Estimate, Fact, Option, Plan, Reason
from wizard.quote.codes import CHOICES, NAMES, ORIGINS, worded

NBSP = "\u00a0"
BLANK = "—"
VALID_DAYS = 30
"""A budgetary quotation holds for a month; prices of accelerators move faster than the customary quarter."""


def quotation_number(issued: date, plan_sha256: str) -> str:
    """Return a quotation's number: day of issue and the plan's fingerprint."""
    tail = f"-{plan_sha256[:8].upper()}" if plan_sha256 else ""
    return f"RW-{issued:%Y%m%d}{tail}"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that travels inside the PDF or beside it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What every section reads. Formats only; it decides nothing."""

    plan: Plan
    tr: Translator
    issued: date
    plan_sha256: str = ""
    files: tuple[Attached, ...] = ()
    sources: Mapping[str, int] = field(default_factory=dict)
    """Number of each source in the list of sources."""

    @property
    def chosen(self) -> Option | None:
        """The option that the paper is about: the recommended or, where none is feasible, the nearest."""
        plan = self.plan
        found = next((o for o in plan.options if o.id == plan.recommended), plan.chosen)
        return found or (plan.options[0] if plan.options else None)

    @property
    def feasible(self) -> bool:
        """Whether the plan meets everything that was asked."""
        return self.plan.status == "feasible"

    @property
    def chinese(self) -> bool:
        """Whether the paper is in Chinese."""
        return self.tr.lang == "zh_CN"

    @property
    def valid_until(self) -> date:
        """The last day on which the budgetary figures hold."""
        return self.issued + timedelta(days=VALID_DAYS)

    @property
    def number(self) -> str:
        """The quotation's number: day of issue and the plan's fingerprint."""
        return quotation_number(self.issued, self.plan_sha256)

    def label(self, code: str) -> str:
        """Word a code."""
        return words.label(self.tr, NAMES.get(code, code))

    def answer(self, code: str) -> str:
        """Word an answer of the user."""
        return worded(self.tr, CHOICES, code) if code in CHOICES else self.label(code)

    def say(self, reason: Reason | Fact) -> str:
        """Word a reason; one without a sentence shows its code rather than losing the page."""
        try:
            return words.say(self.tr, reason)
        except KeyError:
            shown = ", ".join(f"{self.label(k)}: {v}" for k, v in reason.fields.items())
            return self.label(reason.code).replace("_", " ") + (f" ({shown})" if shown else "")

    def describe(self, line: BomLine) -> str:
        """Name a line of the bill."""
        return words.describe(self.tr, line)

    def money(self, amount: Decimal | None, currency: str, *, whole: bool = False) -> str:
        """Format an amount with its currency: cents for prices, whole units for modelled values."""
        if amount is None:
            return BLANK
        return _money(_rounded(amount, whole=whole), currency, self._locale, 0 if whole else 2)

    def amount(self, amount: Decimal | None, *, whole: bool = False) -> str:
        """Format an amount whose currency stands in the column's head."""
        if amount is None:
            return BLANK
        return _decimal(_rounded(amount, whole=whole), self._locale, "#,##0" if whole else "#,##0.00")

    def unit_price(self, amount: Decimal | None, currency: str) -> str:
        """Format a modelled price per unit to three significant digits, cents at least."""
        if amount is None:
            return BLANK
        places = 0 if abs(amount) >= 1000 else 2 if abs(amount) >= 1 or not amount else min(6, 2 - amount.adjusted())
        return _money(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), currency, self._locale, places)

    def plural(self, n: int, one: str, many: str, **fields: object) -> str:
        """Choose between two marked messages with ``{n}`` or without."""
        return self.tr(one if n == 1 else many, **{"n": self.count(n), **fields})

    def years(self, n: int) -> str:
        """Word a number of years."""
        return self.plural(n, mark("{n} year"), mark("{n} years"))

    def whole_cost(self, years: int) -> str:
        """Name the cost over the horizon."""
        return self.tr("Whole cost over {years}, without tax", years=self.years(years))

    def count(self, value: float) -> str:
        """Format a whole number."""
        return _decimal(Decimal(round(value)), self._locale, "#,##0")

    def figure(self, value: float, digits: int = 3) -> str:
        """Format a figure to significant digits."""
        return words.number(self.tr, value, digits)

    def share(self, value: float | Decimal, places: int = 0) -> str:
        """Format a share as a percentage."""
        exact = Decimal(str(value)).scaleb(2).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return _decimal(exact, self._locale, "#,##0." + "0" * places if places else "#,##0") + "%"

    def day(self, day: date | None) -> str:
        """Format a date."""
        if day is None:
            return BLANK
        return f"{day.year}年{day.month}月{day.day}日" if self.chinese else _day(day)

    def with_unit(self, value: float, unit: str, digits: int = 3) -> str:
        """Format a figure with its unit; the two stay on one line."""
        return f"{self.figure(value, digits)}{NBSP}{unit}" if unit else self.figure(value, digits)

    def unit(self, code: str) -> str:
        """The unit of a metric."""
        tr = self.tr
        return {
            "output_tok_s": tr("tok/s"), "total_tok_s": tr("tok/s"),
            "requests_s": tr("req/s"), "requests_per_s": tr("req/s"), "tokens_s_per_accelerator": tr("tok/s"),
            "goodput_requests_s": tr("req/s"), "hours": "h",
        }.get(code, "ms" if code.endswith("_ms") else "")

    def metric(self, code: str, value: float) -> str:
        """Format a metric with its unit."""
        if code in ("mfu", "goodput_share"):
            return self.share(value, 1)
        if code == "max_concurrency":
            return self.count(value)
        if code.endswith("_ms") and abs(value) >= 10_000:
            return self.with_unit(value / 1000, "s")
        return self.with_unit(value, self.unit(code))

    def band(self, code: str, estimate: Estimate) -> str:
        """Format an estimate's 90 % band; the unit is said once where both ends share it."""
        low, high = self.metric(code, estimate.low), self.metric(code, estimate.high)
        if low == high:
            return low
        (first, _, unit), (_, _, other) = low.rpartition(NBSP), high.rpartition(NBSP)
        if unit and unit == other and not unit[0].isdigit():
            low = first
        return f"{low}{NBSP}–{NBSP}{high}"

    def bare_band(self, code: str, estimate: Estimate) -> str:
        """Format a band below its value: without the unit where both ends have the value's."""
        low, high = self.metric(code, estimate.low), self.metric(code, estimate.high)
        unit = self.metric(code, estimate.value).rpartition(NBSP)[2]
        tail = NBSP + unit
        if low.endswith(tail) and high.endswith(tail):
            low, high = low.removesuffix(tail), high.removesuffix(tail)
        return low if low == high else f"{low}{NBSP}–{NBSP}{high}"

    def power(self, watts: float) -> str:
        """Format power in kW, small ones in W."""
        return self.with_unit(watts / 1000, "kW") if watts >= 1000 else self.with_unit(watts, "W")

    def gib(self, value: float) -> str:
        """Format GiB; no more than two decimals."""
        return self.with_unit(round(value, 2) if value < 1 else value, "GiB")

    def params(self, count: int) -> str:
        """Format a number of parameters in billions, as models are named."""
        return self.tr("{n} B", n=self.figure(count / 1e9))

    def hardware(self, option: Option) -> str:
        """Name an option's hardware: ``2 × H200 NVL 141GB``."""
        return f"{self.count(option.accelerators)}{NBSP}×{NBSP}{option.accelerator_name}"

    def part(self, key: str) -> str:
        """Name an accelerator by its catalogue id: as an option names it, else its id made readable."""
        plan = self.plan
        options = (*plan.options, *(change.option for change in plan.changes))
        known = {option.accelerator: option.accelerator_name for option in options}
        return known.get(key, key.upper().replace("_", " ") if key.islower() else key)

    def source(self, key: str) -> str:
        """Refer to sources by their numbers in the list; a key that is none is worded or shown as it is."""
        return " ".join(self._one_source(part) for part in key.split(";") if part)

    def _one_source(self, key: str) -> str:
        if key in self.sources:
            return f"[{self.sources[key]}]"
        return self.tr("catalogue: {row}", row=key) if "/" in key else worded(self.tr, ORIGINS, key)

    def has_source(self, key: str) -> bool:
        """Whether a reference leads to the list of sources."""
        return any(part in self.sources for part in key.split(";"))

    @property
    def _locale(self) -> str:
        return "zh_Hans_CN" if self.chinese else "en_US"


def _rounded(amount: Decimal, *, whole: bool) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP) if whole else cents(amount)


@lru_cache(maxsize=4096)
def _decimal(value: Decimal, locale: str, pattern: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=locale)


def _money(value: Decimal, currency: str, locale: str, places: int) -> str:
    from babel.numbers import format_currency

    digits = "." + "0" * places if places else ""
    return format_currency(value, currency, format=f"¤#,##0{digits};-¤#,##0{digits}", locale=locale,
                           currency_digits=False)


def _day(day: date) -> str:
    from babel.dates import format_date

    return format_date(day, format="d MMM y", locale="en_US")
