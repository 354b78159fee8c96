"""Targets held against estimates, in the order in which a reader cares."""

from __future__ import annotations

import re

from wizard.planner.plan import Limit, Option, at_load
from wizard.quote.charts.bands import Promise
from wizard.quote.paper import Paper

SERVING = ("ttft_ms", "tpot_ms", "e2e_ms", "max_concurrency", "output_tok_s", "requests_s", "total_tok_s")
TRAINING = ("hours", "tokens_s_per_accelerator", "mfu")
_AT_LEAST = frozenset({"max_concurrency", "output_tok_s", "total_tok_s", "requests_s", "requests_per_s", "mfu",
                    "tokens_s_per_accelerator", "kv_memory", "load"})
_MUCH = 2.0
_LATE = re.compile(r"_p\d+_ms$")
_ESTIMATE_OF = {"requests_per_s": "requests_s", "kv_memory": "max_concurrency", "deadline_hours": "hours"}


def promises(option: Option) -> list[Promise]:
    """Return the estimates of an option with the target that the plan held them against, percentiles apart."""
    asked = {_ESTIMATE_OF.get(limit.code, limit.code): limit.need for limit in option.limits}
    order = {code: i for i, code in enumerate((*SERVING, *TRAINING))}
    shown = (code for code in option.estimates if code in asked or not at_load(code))
    codes = sorted(shown, key=lambda code: (order.get(_LATE.sub("_ms", code), 99), code))
    return [Promise(code, option.estimates[code], asked.get(code)) for code in codes]


def is_training(paper: Paper) -> bool:
    """Whether the plan trains rather than serves."""
    return paper.plan.needs.use_case in ("fine_tuning", "training")


def limit_text(paper: Paper, limit: Limit) -> tuple[str, str]:
    """Word what a limit asks and what there is: ``("≤ 1,000 ms", "710 ms")``."""
    sign = "≥" if _at_least(limit) else "≤"
    return f"{sign} {_value(paper, limit, limit.need)}", _value(paper, limit, limit.have)


def _at_least(limit: Limit) -> bool:
    """Whether more is better: then a surplus is a margin."""
    if limit.have == limit.need:
        return limit.code in _AT_LEAST
    return (limit.have > limit.need) == (limit.margin >= 0)


def margin_text(paper: Paper, margin: float) -> str:
    """Word what is left of a limit; large surpluses need no figure."""
    return paper.share(margin) if margin <= _MUCH else f"> {paper.share(_MUCH)}"


def _value(paper: Paper, limit: Limit, value: float) -> str:
    if paper.unit(limit.code) or limit.code in ("mfu", "max_concurrency"):
        return paper.metric(limit.code, value)
    if limit.unit in ("USD", "CNY", "EUR"):
        return f"{paper.count(value)} {limit.unit}"
    if limit.unit == "W":
        return paper.power(value)
    return paper.with_unit(value, paper.label(limit.unit), 4)


def missed(option: Option) -> list[Limit]:
    """Return the limits that an option does not keep, the worst first."""
    return sorted((limit for limit in option.limits if limit.margin < 0), key=lambda limit: limit.margin)
