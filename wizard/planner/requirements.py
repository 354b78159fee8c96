"""Requirements as masks: every candidate knows which promise it breaks, and by how much.

Times are judged at the high end of their band, rates at the low end: a promise is kept at the conservative end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from types import MappingProxyType

import numpy as np

from wizard.needs.needs import Needs
from wizard.planner.builds import Builds
from wizard.planner.candidates import Candidates
from wizard.planner.demand import Demand
from wizard.planner.plan import RATES, SPEED
from wizard.sizing.cases import Band, Bools, Floats, Ints, ServingColumns
from wizard.units import GIB

ASSUMED_TTFT_MS = 60_000.0
"""A minute: whoever waits longer for the first word has gone."""
ASSUMED_TPOT_MS = 200.0
"""Five tokens a second, about the speed of fast silent reading (250 words a minute, 1.3 tokens a word)."""
RATE_UNITS = MappingProxyType({"output_tok_s": "tok/s", "requests_s": "req/s"})


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise over all candidates. ``key`` names the answer that made it; ``at_most`` its direction.

    ``have`` is at the conservative end; ``likely`` is the estimate itself, where it only gets worse with more users.
    """

    code: str
    key: str
    need: Floats
    have: Floats
    unit: str
    at_most: bool
    likely: Floats | None = None

    @property
    def margin(self) -> Floats:
        """Share left (negative: missed by that share); -inf where nothing is known to meet it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = 1 - self.have / self.need if self.at_most else self.have / self.need - 1
        return np.where(np.isnan(ratio), -np.inf, ratio)

    @property
    def met(self) -> Bools:
        """Which candidates keep the promise."""
        return self.margin >= -1e-9

    @property
    def hopeless(self) -> Bools:
        """Where even the estimate itself breaks the promise: so does that of more users."""
        if self.likely is None:
            return np.zeros(self.have.shape, dtype=np.bool_)
        slack = 1 + 1e-9
        return self.likely > self.need * slack if self.at_most else self.likely * slack < self.need


def loosened(value: float, *, at_most: bool) -> float:
    """Round what is there to a target one would type, which it keeps: times up, rates down."""
    whole = ceil if at_most else floor
    return float(whole(value)) if value >= 10 else whole(value * 10) / 10


def load(needs: Needs, builds: Builds, wanted: Floats) -> tuple[Requirement, ...]:
    """Return the load that a stated number of accelerators must carry, as replicas needed against replicas there."""
    if needs.constraints.accelerator_count is None:
        return ()
    return (Requirement("load", "constraints.accelerator_count", wanted, builds.replicas, "", at_most=False),)


def resources(
    needs: Needs, builds: Builds, budget_usd: float | None, month_usd: float | None
) -> tuple[Requirement, ...]:
    """Return the limits on machines and money, which hang on the build alone."""
    shape = builds.cost_usd.shape
    found: list[Requirement] = []
    wishes = needs.constraints

    def add(code: str, key: str, need: float | None, have: Floats, unit: str) -> None:
        if need is not None:
            found.append(Requirement(code, key, np.full(shape, float(need)), have, unit, at_most=True))

    add("max_accelerators", "constraints.max_accelerators", wishes.max_accelerators, builds.accelerators, "")
    add("max_nodes", "constraints.max_nodes", wishes.max_nodes, builds.nodes, "")
    found += owned_limit(needs, builds.owned, builds.accelerators)
    add("power_w", "constraints.max_power_w", wishes.max_power_w, builds.power_w, "W")
    add("rack_units", "constraints.max_rack_units", wishes.max_rack_units, builds.rack_units, "U")
    obtainable = np.isfinite(builds.cost_usd)
    if wishes.accelerators and wishes.acquisition != "cloud":
        # Whoever names the hardware may know a price that we do not; the bill then says which line has none.
        obtainable = obtainable | np.isfinite(builds.power_w)
    found.append(Requirement("purchasable", "constraints.acquisition", np.ones(shape), obtainable.astype(np.float64),
                             "", at_most=False))
    add("budget", "budget.purchase", budget_usd, builds.capex_usd, "USD")
    add("budget_month", "budget.per_month", month_usd, builds.month_usd, "USD")
    return tuple(found)


def owned_limit(needs: Needs, owned: Floats, accelerators: Floats) -> tuple[Requirement, ...]:
    """Return the limit on hardware that is there already: it is used up to its number, and not bought in addition."""
    if not needs.constraints.owned:
        return ()
    most = np.where(np.isnan(owned), np.inf, owned)
    return (Requirement("owned", "constraints.owned", most, accelerators, "", at_most=True),)


def memory_limits(candidates: Candidates, columns: ServingColumns) -> tuple[Requirement, ...]:
    """Return what the memory must hold: weights and working memory, and a sequence for each user."""
    memory = columns.memory
    fixed = (memory.weights + memory.activations + memory.overhead) / GIB
    held = columns.max_concurrency.low
    return (
        Requirement("weights_memory", "model", memory.capacity / GIB, fixed, "GiB", at_most=True),
        Requirement("kv_memory", "workload.concurrent_users", candidates.users.astype(np.float64), held, "",
                    at_most=False),
    )


def speed_targets(needs: Needs) -> tuple[float | None, float | None, float | None]:
    """Return the targets for TTFT, TPOT and end to end in ms; assumed ones where the user states none.

    Without any, the cheapest plan would be one that nobody can use: an answer that begins after minutes, or comes more
    slowly than one reads. Who asks for throughput alone has a batch job, and no patience is assumed.
    """
    asked = needs.targets
    if assumes_no_speed(needs):
        return asked.ttft_ms, asked.tpot_ms, asked.e2e_ms
    return asked.ttft_ms or ASSUMED_TTFT_MS, asked.tpot_ms or ASSUMED_TPOT_MS, None


def assumes_no_speed(needs: Needs) -> bool:
    """Tell whether every speed target is the user's own."""
    asked = needs.targets
    batch = asked.output_tok_s is not None and asked.ttft_ms is asked.tpot_ms is None
    return batch or asked.e2e_ms is not None or (asked.ttft_ms is not None and asked.tpot_ms is not None)


def promised(columns: ServingColumns, code: str) -> Band:
    """Return the times that a promise is about: means, or those of late requests where the needs ask for them."""
    times = getattr(columns, "late", columns)
    band: Band = getattr(times, code)
    return band


def speed(needs: Needs, columns: ServingColumns) -> tuple[Requirement, ...]:
    """Return the targets on times, each judged at the slow end of its band."""
    targets = zip(SPEED, speed_targets(needs), (promised(columns, code) for code in SPEED), strict=True)
    return tuple(
        Requirement(code, f"targets.{code}", np.full(band.high.shape, float(need)), band.high, "ms", at_most=True,
                    likely=band.value)
        for code, need, band in targets if need is not None
    )


def rates(needs: Needs, demand: Demand, users: Ints, columns: ServingColumns) -> tuple[Requirement, ...]:
    """Return the targets on rates that the stated users must make together, each judged at the low end of its band."""
    asked = {code: need for code, key in RATES.items() if (need := getattr(needs.targets, key)) is not None}
    if demand.users is None or not asked:
        return ()
    ends = [demand.made(users.astype(np.float64), end) for end in (columns.requests_s.low, columns.requests_s.value)]
    found = []
    for code, need in asked.items():
        times = needs.workload.output_tokens if code == "output_tok_s" else 1
        have, likely = (end * times for end in ends)
        found.append(Requirement(code, f"targets.{RATES[code]}", np.full(have.shape, float(need)), have,
                                 RATE_UNITS[code], at_most=False, likely=likely))
    return tuple(found)
