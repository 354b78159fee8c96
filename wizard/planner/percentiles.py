"""What requests see at the load that was stated: mean, percentiles, and the share that keeps every target.

Promises are checked with every place of a replica taken (``ttft_ms`` and its like). Where requests arrive by
themselves or users think, fewer places are taken most of the time; these figures are for what really comes. Means are
those of the calibrated formulas, their spread over requests that of :mod:`wizard.sizing.queueing`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wizard.needs.needs import Needs
from wizard.planner.demand import Demand
from wizard.planner.plan import Estimate
from wizard.planner.requirements import speed_targets
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Band, Floats, ServingColumns
from wizard.sizing.late import WIDER
from wizard.sizing.pace import pace_of
from wizard.sizing.queueing import Arrivals, Latency, latency, uniform_draws
from wizard.sizing.serving import serve
from wizard.sizing.traffic import ServingInputs

SHARES = (50, 95, 99)
"""Of 100 requests, how many see at most the figure."""

@dataclass(frozen=True, slots=True)
class Seen:
    """Draws in milliseconds of what requests of one replica see, with the bands of their means."""

    draws: Latency
    columns: ServingColumns
    replicas: int

    def estimates(self, promised: int | None = None) -> dict[str, Estimate]:
        """Return mean, p50, p95, p99 and a ``promised`` percentile of the times, and the gaps between tokens."""
        shares = tuple(sorted({*SHARES, *([promised] if promised else [])}))
        d, c = self.draws, self.columns
        found: dict[str, Estimate] = {}
        for name, draws, band in (("ttft", d.ttft, c.ttft_ms), ("tpot", d.tpot, c.tpot_ms), ("e2e", d.e2e, c.e2e_ms)):
            found[f"{name}_mean_ms"] = _scaled(float(draws.mean()), band, 1.0)
            found |= _percentiles(name, draws, band, shares)
        return found | _percentiles("itl", d.itl, c.tpot_ms, SHARES[1:])

    def goodput(self, needs: Needs) -> dict[str, Estimate]:
        """Return the share of the requests that keep all targets, and their rate; empty where there is no target."""
        limits = [None if target is None else target / 1e3 for target in speed_targets(needs)]
        if not any(limits):
            return {}
        bands = (self.columns.ttft_ms, self.columns.tpot_ms, self.columns.e2e_ms)
        share = {
            end: self.draws.goodput(*(limit and limit / _ratio(band, end) for limit, band in zip(
                limits, bands, strict=True)))
            for end in ("value", "low", "high")
        }
        # Slow times keep fewer promises: the high end of the times is the low end of the share.
        values = {"value": share["value"], "low": share["high"], "high": share["low"]}
        rate = self.draws.rate * self.replicas
        return {
            "goodput_share": Estimate(basis="queueing", ceiling=1.0, **values),
            "goodput_requests_s": Estimate(basis="queueing", ceiling=rate, **{k: v * rate for k, v in values.items()}),
        }


def seen(
    needs: Needs, demand: Demand, inputs: ServingInputs, columns: ServingColumns, calibration: Calibration,
    replicas: int,
) -> Seen | None:
    """Return what requests of one replica see; ``None`` where the load is more than it carries."""
    load = needs.workload
    is_open = demand.users is None and demand.requests_s is not None
    varies = is_open or load.think_time_s > 0
    arrivals = Arrivals(
        rate=(demand.requests_s or np.nan) / replicas if is_open else np.nan, scv=load.arrival_scv,
        users=np.nan if is_open else _users(demand, inputs, replicas), think_s=0.0 if is_open else load.think_time_s,
        output=float(load.output_tokens), output_cv=load.output_variation, prompt_cv=load.prompt_variation,
        batch_share=load.batch_share,
    )
    drawn = latency(pace_of(inputs, calibration), arrivals)
    if not drawn.carried:
        return None
    if varies:
        columns = serve(replace(inputs, concurrency=np.full(1, max(drawn.batch, 1.0))), calibration)
    ttft = _at_least(drawn.ttft, float(columns.ttft_ms.value[0]) / 1e3)
    even = 1.0 if varies else float(columns.tpot_ms.value[0]) / 1e3 / float(drawn.tpot.mean())
    tpot, itl = drawn.tpot * even, drawn.itl * even
    answer = (drawn.e2e - drawn.ttft) / drawn.tpot
    return Seen(replace(drawn, ttft=ttft, tpot=tpot, itl=itl, e2e=ttft + answer * tpot), columns, replicas)


def _users(demand: Demand, inputs: ServingInputs, replicas: int) -> float:
    """People of one replica: those who think beside those who wait."""
    return float(inputs.concurrency[0]) if demand.users is None else max(demand.users / replicas, 1.0)


def _at_least(draws: Floats, mean: float) -> Floats:
    """Lift draws to a mean: the calibrated wait of users in step, who on average let half of the others go first."""
    missing = mean - float(draws.mean())
    return draws + 2 * missing * uniform_draws() if missing > 0 else draws


def _ratio(band: Band, end: str) -> float:
    value = float(band.value[0])
    return float(getattr(band, end)[0]) / value if value > 0 else 1.0


def _scaled(seconds: float, band: Band, wider: float) -> Estimate:
    """Return a time with the band of its mean, ``wider`` at both ends, never below the mean's floor."""
    value = seconds * 1e3
    floor = min(float(band.ceiling[0]), value)
    low = min(max(value * _ratio(band, "low") / wider, floor), value)
    return Estimate(value=value, low=low, high=value * _ratio(band, "high") * wider, ceiling=floor, basis="queueing")


def _percentiles(name: str, draws: Floats, band: Band, shares: tuple[int, ...]) -> dict[str, Estimate]:
    """Return percentiles whose ends grow like their values."""
    found: dict[str, Estimate] = {}
    low = 0.0
    for q in shares:
        one = _scaled(float(np.quantile(draws, q / 100)), band, WIDER[q])
        low = max(low, one.low)
        found[f"{name}_p{q}_ms"] = replace(one, low=low)
    return found
