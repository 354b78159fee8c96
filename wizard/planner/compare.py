"""Up to four plans side by side: what differs, what it costs, what it gains. Codes and numbers, no words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from wizard.errors import InputError
from wizard.i18n import mark
from wizard.planner.plan import Option, Plan, Status

MOST = 4
Kind = Literal["answer", "choice", "cost", "gain"]
Value = str | int | float | bool | Decimal | None
_UNASKED = frozenset({"schema", "preset", "document"})
"""Parts of the needs that ask for nothing."""

_CHOICES: tuple[tuple[str, Callable[[Option], Value]], ...] = (
    ("accelerator", lambda o: o.accelerator), ("accelerators", lambda o: o.accelerators), ("nodes", lambda o: o.nodes),
    ("system", lambda o: o.system), ("cloud_sku", lambda o: o.cloud_sku), ("replicas", lambda o: o.replicas),
    ("spare_replicas", lambda o: o.spare_replicas), ("tp", lambda o: o.parallel.tp), ("pp", lambda o: o.parallel.pp),
    ("dp", lambda o: o.parallel.dp), ("ep", lambda o: o.parallel.ep), ("dcp", lambda o: o.parallel.dcp),
    ("engine", lambda o: o.engine),
    ("weight_precision", lambda o: o.weight_precision), ("kv_precision", lambda o: o.kv_precision),
    ("max_context_tokens", lambda o: o.max_context_tokens),
)
_COSTS: tuple[tuple[str, Callable[[Option], Value]], ...] = (
    ("capex", lambda o: None if o.cloud_sku else o.cost.capex),
    ("per_month", lambda o: o.cost.per_month), ("opex_year", lambda o: o.cost.opex_year),
    ("total", lambda o: o.cost.total), ("npv", lambda o: o.tco.npv if o.tco else None),
    ("per_million_tokens", lambda o: o.tco.per_million_tokens if o.tco else None),
)
_LEAST_IS_BEST = frozenset({"ttft_ms", "tpot_ms", "e2e_ms", "hours"})
_GAINS = ("ttft_ms", "tpot_ms", "e2e_ms", "output_tok_s", "requests_s", "max_concurrency", "total_tok_s", "hours")
_UNITS: Mapping[str, str] = {
    "ttft_ms": "ms", "tpot_ms": "ms", "e2e_ms": "ms", "output_tok_s": "tok/s", "total_tok_s": "tok/s",
    "requests_s": "req/s", "hours": "h", "power_w": "W",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing of every plan.

    ``deltas`` are the differences to the first plan, ``None`` where there is no number on either side; ``best`` are the
    indices of the plans with the best value, empty where no value is better than another.
    """

    kind: Kind
    code: str
    unit: str
    values: tuple[Value, ...]
    deltas: tuple[Decimal | float | None, ...]
    best: tuple[int, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the plans do not agree on it."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Plans in the order in which they were given; speeds are those of the slow end, by which plans are promised."""

    currency: str
    statuses: tuple[Status, ...]
    rows: tuple[Row, ...]

    def differing(self, *kinds: Kind) -> tuple[Row, ...]:
        """Return the rows that differ, of some kinds or of all."""
        return tuple(row for row in self.rows if row.differs and (not kinds or row.kind in kinds))


def compare(plans: Sequence[Plan]) -> Comparison:
    """Compare two to four plans of one currency by the options that they chose.

    Answers are listed where they differ, everything else always.

    Raises:
        InputError: there are too few or too many plans, or they are reckoned in different currencies.
    """
    if not 2 <= len(plans) <= MOST:
        raise InputError(mark("two to {most} plans can be compared; these are {count}"), most=MOST, count=len(plans))
    currencies = sorted({plan.currency for plan in plans})
    if len(currencies) > 1:
        raise InputError(mark("plans in {currencies} cannot be compared"), currencies=", ".join(currencies),
                         mend=mark("Plan them again in one currency."))
    rows = (*_answers(plans), *_choices(plans), *_costs(plans, currencies[0]), *_gains(plans))
    return Comparison(currency=currencies[0], statuses=tuple(plan.status for plan in plans), rows=rows)


def _row(kind: Kind, code: str, unit: str, values: Sequence[Value], better: Literal["least", "most", ""] = "") -> Row:
    return Row(kind=kind, code=code, unit=unit, values=tuple(values), best=_best(values, better),
               deltas=tuple(_delta(value, values[0]) for value in values))


def _delta(value: Value, first: Value) -> Decimal | float | None:
    if isinstance(value, Decimal) and isinstance(first, Decimal):
        return value - first
    if isinstance(value, bool) or isinstance(first, bool):
        return None
    return value - first if isinstance(value, int | float) and isinstance(first, int | float) else None


def _best(values: Sequence[Value], better: str) -> tuple[int, ...]:
    known = [float(value) for value in values if isinstance(value, int | float | Decimal)]
    if not better or len(known) < 2 or min(known) == max(known):
        return ()
    goal = min(known) if better == "least" else max(known)
    return tuple(i for i, v in enumerate(values) if isinstance(v, int | float | Decimal) and float(v) == goal)


def _answers(plans: Sequence[Plan]) -> Iterator[Row]:
    flat = [dict(_flat(plan.needs.model_dump(mode="json", by_alias=True))) for plan in plans]
    for key in dict.fromkeys(key for answers in flat for key in answers):
        values = [answers.get(key) for answers in flat]
        if any(value != values[0] for value in values):
            yield _row("answer", key, "", values)


def _flat(part: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Value]]:
    for key, value in part.items():
        if not before and key in _UNASKED:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        elif key == "bill" and not before:
            yield key, len(value)
        else:
            yield f"{before}{key}", _listed(value) if isinstance(value, list) else value


def _listed(values: list[Any]) -> str:
    """Return a list as one value; of what has fields, such as owned hardware, the fields side by side."""
    return ", ".join(" ".join(map(str, v.values())) if isinstance(v, Mapping) else str(v) for v in values)


def _of(plans: Sequence[Plan], read: Callable[[Option], Value]) -> list[Value]:
    return [None if plan.chosen is None else read(plan.chosen) for plan in plans]


def _choices(plans: Sequence[Plan]) -> Iterator[Row]:
    for code, read in _CHOICES:
        yield _row("choice", code, "", _of(plans, read))
    yield _row("choice", "model", "", [plan.model.id for plan in plans])


def _costs(plans: Sequence[Plan], currency: str) -> Iterator[Row]:
    for code, read in _COSTS:
        yield _row("cost", code, currency, _of(plans, read), "least")
    yield _row("cost", "power_w", "W", _of(plans, lambda o: o.power_w), "least")
    yield _row("cost", "rack_units", "", _of(plans, lambda o: o.rack_units), "least")


def _gains(plans: Sequence[Plan]) -> Iterator[Row]:
    for code in _GAINS:
        values = _of(plans, lambda option, code=code: _slow_end(option, code))  # type: ignore[misc]
        if any(value is not None for value in values):
            better: Literal["least", "most"] = "least" if code in _LEAST_IS_BEST else "most"
            yield _row("gain", code, _UNITS.get(code, ""), values, better)
    yield _row("gain", "margin", "", _of(plans, lambda o: o.binding.margin if o.binding else None), "most")


def _slow_end(option: Option, code: str) -> float | None:
    estimate = option.estimates.get(code)
    if estimate is None:
        return None
    return estimate.high if code in _LEAST_IS_BEST else estimate.low
