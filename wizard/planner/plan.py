"""The answer: every number, unit, source and reason that a renderer may show. Values only, never formatted text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from wizard.costing.records import Bom, Tco
from wizard.needs.needs import Needs

Role = Literal["minimum", "recommended", "headroom", "alternative"]
Status = Literal["feasible", "infeasible"]
Metric = Literal[
    "ttft_ms", "tpot_ms", "e2e_ms", "output_tok_s", "total_tok_s", "requests_s", "max_concurrency",
    "tokens_s_per_accelerator", "hours", "mfu",
    "ttft_mean_ms", "ttft_p50_ms", "ttft_p90_ms", "ttft_p95_ms", "ttft_p99_ms",
    "tpot_mean_ms", "tpot_p50_ms", "tpot_p90_ms", "tpot_p95_ms", "tpot_p99_ms", "itl_p95_ms", "itl_p99_ms",
    "e2e_mean_ms", "e2e_p50_ms", "e2e_p90_ms", "e2e_p95_ms", "e2e_p99_ms", "goodput_share", "goodput_requests_s",
]

SPEED = ("ttft_ms", "tpot_ms", "e2e_ms")
"""Times that may be promised."""
RATES = MappingProxyType({"output_tok_s": "output_tok_s", "requests_s": "requests_per_s"})
"""Rates that may be promised, each with the name of its target."""


def late_code(needs: Needs, code: str) -> str:
    """Return the name of the estimate that a target on a time is about, e.g. ``ttft_p95_ms`` for ``ttft_ms``."""
    percentile = needs.targets.percentile
    return f"{code.removesuffix('_ms')}_p{percentile}_ms" if percentile and code in SPEED else code


def at_load(code: str) -> bool:
    """Whether an estimate is for the stated load (means, percentiles, goodput) and not for a full replica."""
    return code.startswith("goodput") or any(part in code for part in ("_mean_", "_p50_", "_p90_", "_p95_", "_p99_"))


def _no_fields() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 90 % band, the best the hardware could physically do, and what it rests on."""

    value: float
    low: float
    high: float
    ceiling: float | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is so: a code that :mod:`wizard.words` words, and the numbers for its sentence."""

    code: str
    fields: Mapping[str, object] = field(default_factory=_no_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A requirement against an estimate: ``margin`` is the share left (negative: missed by that share)."""

    code: str
    need: float
    have: float
    unit: str
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Something that was not chosen, and the requirement that it broke."""

    what: str
    reason: str
    need: float | None
    have: float | None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """How a replica is laid over its accelerators."""

    tp: int = 1
    pp: int = 1
    dp: int = 1
    ep: int = 1
    cp: int = 1
    dcp: int = 1
    """Accelerators of ``tp`` that share the tokens of a sequence while answers are computed."""

    @property
    def devices(self) -> int:
        """Accelerators of one replica (expert parallelism reuses those of TP and DP)."""
        return self.tp * self.pp * self.dp * self.cp


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse:
    """GiB per accelerator. ``capacity`` is what the device reports; ``usable`` what the engine may take of it."""

    weights: float
    kv_cache: float
    activations: float
    overhead: float
    capacity: float
    usable: float
    gradients: float = 0.0
    optimizer: float = 0.0

    @property
    def used(self) -> float:
        """Sum of all parts."""
        return self.weights + self.kv_cache + self.activations + self.overhead + self.gradients + self.optimizer

    @property
    def free(self) -> float:
        """What is left of the usable memory."""
        return max(0.0, self.usable - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The option's money in the plan's currency; ``None`` where it cannot be said."""

    currency: str
    capex: Decimal | None
    opex_year: Decimal | None
    total: Decimal | None
    per_month: Decimal | None
    usd_per_million_tokens: Decimal | None
    spares: Decimal | None = None
    """What spare replicas take of ``capex``, or of ``per_month`` where it is rented; ``None`` without spares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to do it. ``accelerators`` is the number bought or rented, spares included."""

    id: str
    role: Role
    accelerator: str
    accelerator_name: str
    accelerators: int
    nodes: int
    accelerators_per_node: int
    system: str | None
    cloud_sku: str | None
    parallel: Parallel
    replicas: int
    spare_replicas: int
    weight_precision: str
    kv_precision: str
    engine: str
    batch: int
    max_context_tokens: int
    memory: MemoryUse
    kv_tokens: int
    estimates: Mapping[str, Estimate]
    power_w: float
    rack_units: float | None
    binding: Limit | None
    limits: tuple[Limit, ...]
    cost: Cost
    bom: Bom | None
    tco: Tco | None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    mig_profile: str = ""
    """Where a replica lives in a slice of the accelerator: the slice's profile, e.g. ``1g.10gb``."""
    prefill_share: float | None = None
    """Share of the accelerators' time that prompts take, which splits the cost between prompt and answer tokens."""
    host_gib: float | None = None
    """GiB of weights that lie in the machine's own memory and are computed by its cores; ``None`` where none do."""
    host_share: float | None = None
    """Share of the routed experts among them."""
    piece_tokens: int | None = None
    """Prompt tokens that are computed at a time, where that is not left to the engine."""
    zero_stage: int | None = None
    micro_batch: int | None = None
    """Sequences of one forward pass on a data-parallel rank, in training."""
    accumulation_steps: int | None = None
    """Forward passes of one optimizer step, in training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """What is known of a plan on its way: the recommended option, or that nothing keeps every promise.

    Where nothing does, ``option`` is the candidate that comes closest, with the limits that it breaks, if there is one.
    """

    status: Status
    option: Option | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed answer that makes an infeasible wish feasible, with what it would then cost."""

    key: str
    from_value: object
    to_value: object
    option: Option


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One point of the batch/latency curve of the recommended option, per replica."""

    batch: int
    tpot_ms: float
    output_tok_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPoint:
    """One candidate in the plane of cost and speed."""

    option_id: str | None
    accelerator: str
    accelerators: int
    cost: Decimal
    tpot_ms: float
    feasible: bool
    on_front: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure that answers the question beside the options, e.g. memory of full training against LoRA."""

    code: str
    fields: Mapping[str, object] = field(default_factory=_no_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummary:
    """What the model is, as the plan used it."""

    id: str
    name: str
    total_params: int
    active_params: int
    weight_bytes: Mapping[str, int]
    """Exact or computed bytes of the weights at each precision that was considered."""
    kv_bytes_per_token: float
    attention: str
    max_context: int | None
    layers: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    experts: int | None = None
    native_quant: str = ""
    """How the published checkpoint is quantised already; blank where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUse:
    """A source that a number of this plan rests on."""

    id: str
    publisher: str
    document: str
    address: str
    as_of: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole answer to one :class:`~wizard.needs.needs.Needs`."""

    needs: Needs
    catalog_version: str
    calibration_version: str
    status: Status
    model: ModelSummary
    options: tuple[Option, ...]
    recommended: str | None
    rejected: tuple[Rejection, ...]
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...]
    curve: tuple[CurvePoint, ...]
    pareto: tuple[ParetoPoint, ...]
    warnings: tuple[Reason, ...]
    sources: tuple[SourceUse, ...]
    considered: int
    currency: str
    asked: Option | None = None
    """Where nothing is feasible: the candidate that comes closest to what was asked, with the limits that it breaks."""
    chosen: Option | None = field(default=None)
    """The recommended option itself, or the nearest plan where none is feasible."""
