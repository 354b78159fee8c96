"""What is asked: every answer of the wizard as one immutable, validated value.

A NEEDS file is this value as YAML or JSON. Every field has a valid default, so that the first page of the wizard
already has a plan. Blank (``None``) means "no wish": the engine chooses and says what it chose.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from wizard.catalog.overrides import Overrides

UseCase = Literal["inference", "fine_tuning", "training", "edge"]
Currency = Literal["USD", "CNY", "EUR"]
Acquisition = Literal["own", "cloud", "either"]
Availability = Literal["n", "n+1", "2n"]
Engine = Literal["auto", "vllm", "sglang", "tensorrt-llm", "llama.cpp"]
WeightPrecision = Literal["auto", "native", "bf16", "fp8", "int8", "fp4", "int4"]
KvPrecision = Literal["auto", "bf16", "fp8"]
Method = Literal["full", "lora", "qlora"]
Optimizer = Literal["adamw", "adamw_8bit", "adafactor", "sgd"]
SizeClass = Literal["lite", "pro", "enterprise"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Tokens = Annotated[int, Field(ge=1, le=100_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, lt=1e15)]
Amount = Annotated[Decimal, Field(gt=0, lt=Decimal("1e12"))]


class Part(BaseModel):
    """Base of every part of the needs: immutable, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_max_length=4000)


class Workload(Part):
    """What the users do. Give users, or requests per second, or tokens per day; users win if several are given."""

    concurrent_users: Count | None = None
    requests_per_s: Positive | None = None
    tokens_per_day: Positive | None = None
    think_time_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    prompt_tokens: Tokens = 1000
    output_tokens: Tokens = 300
    prefix_cache_share: Share = 0.0
    growth_per_year: Annotated[float, Field(ge=0, le=10)] = 0.0
    peak_factor: Annotated[float, Field(ge=1, le=1000)] = 1.0
    peak_hours_per_day: Annotated[float, Field(ge=0, le=24)] = 0.0

    @property
    def context_tokens(self) -> int:
        """Tokens in the cache when an answer is complete."""
        return self.prompt_tokens + self.output_tokens


class Targets(Part):
    """What is promised. Each is met at the conservative end of the estimate's band."""

    ttft_ms: Positive | None = None
    tpot_ms: Positive | None = None
    e2e_ms: Positive | None = None
    output_tok_s: Positive | None = None
    requests_per_s: Positive | None = None


class Precision(Part):
    """Number formats. ``auto`` lets the engine choose, ``native`` is the checkpoint's own."""

    weights: WeightPrecision = "auto"
    kv_cache: KvPrecision = "auto"


class Training(Part):
    """Training or fine-tuning: the data, the deadline and the method."""

    method: Method = "lora"
    tokens: Positive | None = None
    deadline_hours: Positive | None = None
    sequence_length: Tokens = 4096
    global_batch_tokens: Tokens | None = None
    optimizer: Optimizer = "adamw"
    lora_rank: Annotated[int, Field(ge=1, le=4096)] = 16
    activation_checkpointing: bool = True
    precision: Literal["bf16", "fp8"] = "bf16"


class Budget(Part):
    """What may be spent: once (``purchase``), or per month (rent, or own hardware's running cost)."""

    purchase: Amount | None = None
    per_month: Amount | None = None
    currency: Currency = "USD"


class Constraints(Part):
    """What the hardware must be. Lists hold names as people write them; they are resolved against the catalogue."""

    acquisition: Acquisition = "own"
    accelerators: tuple[Line, ...] = ()
    exclude_accelerators: tuple[Line, ...] = ()
    vendors: tuple[Line, ...] = ()
    accelerator_count: Count | None = None
    tensor_parallel: Count | None = None
    max_accelerators: Count | None = None
    max_nodes: Count | None = None
    max_power_w: Positive | None = None
    max_rack_units: Positive | None = None
    availability: Availability = "n"
    mig: bool = False
    include_legacy: bool = False
    private_data: bool = False
    ups: bool = False


class Discounts(Part):
    """What the seller takes off the list price, as a share of it, by category of the bill of materials."""

    accelerator: Share = 0.0
    system: Share = 0.0
    cpu: Share = 0.0
    memory: Share = 0.0
    storage: Share = 0.0
    nic: Share = 0.0
    switch: Share = 0.0
    optics: Share = 0.0
    cable: Share = 0.0
    rack: Share = 0.0
    pdu: Share = 0.0
    ups: Share = 0.0
    board: Share = 0.0
    psu: Share = 0.0
    case: Share = 0.0
    cooler: Share = 0.0
    software: Share = 0.0

    @property
    def given(self) -> dict[str, Decimal]:
        """The shares that are not zero, by category."""
        return {name: Decimal(str(share)) for name, share in self if share}


class Economics(Part):
    """What running it costs. Blank values come from the catalogue for the country, with their source."""

    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "US"
    horizon_years: Annotated[int, Field(ge=1, le=7)] = 3
    electricity_usd_per_kwh: Annotated[float, Field(ge=0, le=10)] | None = None
    pue: Annotated[float, Field(ge=1, le=5)] | None = None
    utilization: Share = 0.5
    discount_rate: Annotated[float, Field(ge=0, le=1)] = 0.08
    tax_rate: Share | None = None
    staff_usd_per_year: Annotated[float, Field(ge=0, lt=1e12)] = 0.0
    benefit_usd_per_year: Annotated[float, Field(ge=0, lt=1e12)] = 0.0
    api_usd_per_million_input_tokens: Positive | None = None
    api_usd_per_million_output_tokens: Positive | None = None
    cloud_usd_per_month: Positive | None = None
    colocation_usd_per_kw_month: Positive | None = None
    colocation_includes_energy: bool = False
    shipping_rate: Share = 0.0
    contingency_rate: Share = 0.0
    discounts: Discounts = Discounts()


class Document(Part):
    """Words for the cover of the quote."""

    project: Line = ""
    customer: Line = ""
    prepared_by: Line = ""
    notes: Text = ""


class Needs(Part):
    """The whole question. ``model`` is a name as people write it; blank with ``size_class`` picks a typical one."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    preset: Line = ""
    use_case: UseCase = "inference"
    model: Line = "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B"
    size_class: SizeClass | None = None
    engine: Engine = "auto"
    max_context_tokens: Tokens | None = None
    workload: Workload = Workload()
    targets: Targets = Targets()
    precision: Precision = Precision()
    training: Training = Training()
    budget: Budget = Budget()
    constraints: Constraints = Constraints()
    economics: Economics = Economics()
    document: Document = Document()
    overrides: Overrides = Overrides()

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _context_holds_the_conversation(self) -> Needs:
        if self.max_context_tokens is not None and self.max_context_tokens < self.workload.context_tokens:
            raise ValueError("max_context_tokens is smaller than prompt_tokens + output_tokens")
        return self
