"""What is asked: every answer of the wizard as one immutable, validated value.

A NEEDS file is this value as YAML or JSON. Every field has a valid default, so that the first page of the wizard
already has a plan. Blank (``None``) means "no wish": the engine chooses and says what it chose.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from wizard.catalog.overrides import Overrides
from wizard.i18n import Message, mark
from wizard.needs.lengths import MOST_P95, TemplateName, cv_of_p95, longest, template
from wizard.needs.logo import logo_bytes

UseCase = Literal["inference", "fine_tuning", "training", "edge"]
Currency = Literal["USD", "CNY", "EUR"]
Acquisition = Literal["own", "cloud", "either"]
Availability = Literal["n", "n+1", "2n", "second_site"]
Engine = Literal["auto", "vllm", "sglang", "tensorrt-llm", "llama.cpp"]
WeightPrecision = Literal["auto", "native", "bf16", "fp8", "int8", "fp4", "int4"]
KvPrecision = Literal["auto", "bf16", "fp8"]
Method = Literal["full", "lora", "qlora"]
Optimizer = Literal["adamw", "adamw_8bit", "adafactor", "sgd"]
SizeClass = Literal["lite", "pro", "advanced", "enterprise"]
Drafting = Literal["none", "mtp", "eagle", "draft"]
Offloading = Literal["none", "layers", "experts"]

Percentile = Literal[50, 90, 95, 99]

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Tokens = Annotated[int, Field(ge=1, le=100_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Variation = Annotated[float, Field(ge=0, le=10)]
Positive = Annotated[float, Field(gt=0, lt=1e15)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Amount = Annotated[Decimal, Field(gt=0, lt=Decimal("1e12"))]


class Part(BaseModel):
    """Base of every part of the needs: immutable, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_max_length=4000)


class Workload(Part):
    """What the users do. Give users, or requests per second, or tokens per day; users win if several are given.

    Lengths are means. They vary as a lognormal with the coefficient of variation ``prompt_cv`` and ``output_cv`` (0 is
    fixed), or so that 95 of 100 stay below ``prompt_p95_tokens`` and ``output_p95_tokens``, which win where given. A
    ``template`` fills the lengths that a file does not state. ``arrival_scv`` is the squared coefficient of variation
    of the time between requests that arrive by themselves: 0 like a clock, 1 independent users (Poisson), more in
    waves. ``batch_share`` of the requests have time: they yield to the others and no latency is promised to them.
    """

    template: TemplateName = ""
    concurrent_users: Count | None = None
    requests_per_s: Positive | None = None
    tokens_per_day: Positive | None = None
    think_time_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    prompt_tokens: Tokens = 1000
    output_tokens: Tokens = 300
    prompt_cv: Variation = 0.0
    output_cv: Variation = 0.0
    prompt_p95_tokens: Tokens | None = None
    output_p95_tokens: Tokens | None = None
    prefix_cache_share: Share = 0.0
    arrival_scv: Annotated[float, Field(ge=0, le=1000)] = 1.0
    batch_share: Share = 0.0
    growth_per_year: Annotated[float, Field(ge=0, le=10)] = 0.0
    peak_factor: Annotated[float, Field(ge=1, le=1000)] = 1.0
    peak_hours_per_day: Annotated[float, Field(ge=0, le=24)] = 0.0

    @property
    def context_tokens(self) -> int:
        """Tokens in the cache when an answer is complete."""
        return self.prompt_tokens + self.output_tokens

    @property
    def longest_tokens(self) -> int:
        """Tokens that all but about one request in a thousand stay below, where lengths vary."""
        prompt = longest(self.prompt_tokens, self.prompt_variation)
        return max(self.context_tokens, ceil(prompt + longest(self.output_tokens, self.output_variation)))

    @property
    def prompt_variation(self) -> float:
        """Coefficient of variation of the prompts, whichever way it was stated."""
        stated = self.prompt_p95_tokens
        return self.prompt_cv if stated is None else cv_of_p95(self.prompt_tokens, stated)

    @property
    def output_variation(self) -> float:
        """Coefficient of variation of the answers, whichever way it was stated."""
        stated = self.output_p95_tokens
        return self.output_cv if stated is None else cv_of_p95(self.output_tokens, stated)

    @model_validator(mode="before")
    @classmethod
    def _template_fills_the_lengths(cls, data: Any) -> Any:
        code = data.get("template") if isinstance(data, dict) else None
        if code not in ("chat", "rag", "code", "agents", "summarise"):
            return data
        filled = template(code).fields
        for name in ("prompt", "output"):
            if data.get(f"{name}_p95_tokens") is not None:
                del filled[f"{name}_cv"]
        return filled | data

    @model_validator(mode="after")
    def _percentiles_are_those_of_a_lognormal(self) -> Workload:
        for name in ("prompt", "output"):
            mean, p95 = getattr(self, f"{name}_tokens"), getattr(self, f"{name}_p95_tokens")
            if p95 is not None and not mean <= p95 <= MOST_P95 * mean:
                said = mark("{name}_p95_tokens must lie between {name}_tokens and 3.87 times {name}_tokens")
                raise ValueError(Message(said, {"name": name}))
        return self


class Speculation(Part):
    """Speculative decoding: ``draft_tokens`` are guessed ahead and checked in one step; each is taken with
    ``acceptance``, independently (blank: typical of the method).

    ``mtp`` guesses with the model's own extra layers, ``eagle`` with a small head trained for the model, ``draft`` with
    the smaller model ``draft_model``.
    """

    method: Drafting = "none"
    draft_tokens: Annotated[int, Field(ge=1, le=16)] = 3
    acceptance: Annotated[float, Field(ge=0, lt=1)] | None = None
    draft_model: Line = ""

    @model_validator(mode="after")
    def _a_draft_has_a_model(self) -> Speculation:
        if self.method == "draft" and not self.draft_model:
            raise ValueError(mark("draft_model must name the smaller model"))
        return self


class Adapters(Part):
    """LoRA adapters that are held beside the model and switched per request, of one rank on all linear layers."""

    count: Annotated[int, Field(ge=0, le=10_000)] = 0
    rank: Annotated[int, Field(ge=1, le=4096)] = 16


class Host(Part):
    """The machine's own memory as a place for weights, for models that the accelerators cannot hold.

    ``layers`` puts whole layers there (``-ngl`` of llama.cpp), ``experts`` the routed experts of a mixture and nothing
    else. The bandwidth is that of one socket. Blank memory and bandwidth are those of a server with eight channels of
    DDR5-4800.
    """

    offload: Offloading = "none"
    memory_gib: Positive | None = None
    bandwidth_gb_s: Positive | None = None


class Targets(Part):
    """What is promised. Each is met at the conservative end of the estimate's band.

    Times are promised to the mean request, or with ``percentile`` to so many of 100 requests.
    """

    ttft_ms: Positive | None = None
    tpot_ms: Positive | None = None
    e2e_ms: Positive | None = None
    output_tok_s: Positive | None = None
    requests_per_s: Positive | None = None
    percentile: Percentile | None = None


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


class Owned(Part):
    """Accelerators that are there already, with the machines that they sit in and what lies around those."""

    accelerator: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    count: Count = 1


class Constraints(Part):
    """What the hardware must be. Lists hold names as people write them; they are resolved against the catalogue.

    Where something is ``owned`` the plan makes do with it, up to its number, and buys none. ``maker_countries`` (ISO
    3166) are those that a maker may be seated in; ``quiet`` hardware stands beside people: no rack server.

    ``kv_link_gb_s`` is the link over which a prefill group hands the KV cache to a decode group, in GB/s one way.
    """

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
    max_rack_w: Positive | None = None
    power_feeds: Literal[1, 2] = 2
    availability: Availability = "n"
    mig: bool = False
    include_legacy: bool = False
    private_data: bool = False
    kv_link_gb_s: Positive | None = None
    ups: bool = False
    owned: Annotated[tuple[Owned, ...], Field(max_length=50)] = ()
    maker_countries: Annotated[tuple[Country, ...], Field(max_length=50)] = ()
    quiet: bool = False
    max_delivery_weeks: Annotated[float, Field(gt=0, le=520)] | None = None
    software: tuple[Line, ...] = ()


class Storage(Part):
    """What is kept beside the weights, and on storage servers that all machines share.

    ``shared`` left to ``auto`` has storage servers where one training job spans machines; ``load_s`` is the time in
    which every machine may load the weights from them.
    """

    shared: Literal["auto", "yes", "no"] = "auto"
    dataset_tb: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    load_s: Annotated[float, Field(gt=0, le=86_400)] | None = None


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

    country: Country = "US"
    horizon_years: Annotated[int, Field(ge=1, le=7)] = 3
    electricity_usd_per_kwh: Annotated[float, Field(ge=0, le=10)] | None = None
    pue: Annotated[float, Field(ge=1, le=5)] | None = None
    utilization: Share = 0.5
    hardware_life_years: Annotated[int, Field(ge=1, le=20)] | None = None
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


class LineEdit(Part):
    """A change of one line of the quoted bill of materials by hand. Blank values stay those of the rules.

    ``part`` is the id of the part that the rules chose, ``reason`` the code why it is there, which tells two lines of
    one part apart (blank: every line of the part). ``quantity`` zero strikes the line out; ``unit_price`` is the list
    price of a piece in ``currency``; ``alternative`` is the id of the component that takes the part's place.
    """

    part: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reason: Line = ""
    quantity: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    unit_price: Annotated[Decimal, Field(ge=0, lt=Decimal("1e12"))] | None = None
    currency: Currency = "USD"
    discount: Share | None = None
    alternative: Line = ""


class Seller(Part):
    """Who quotes, for the cover. ``logo`` is a small PNG or JPEG in base64 (:mod:`wizard.needs.logo`)."""

    name: Line = ""
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    contact: Line = ""
    tax_id: Line = ""
    logo: Annotated[str, StringConstraints(max_length=400_004)] = ""

    model_config = ConfigDict(str_max_length=400_004)

    @field_validator("logo")
    @classmethod
    def _logo_is_a_small_picture(cls, text: str) -> str:
        if text:
            logo_bytes(text)
        return text


class Document(Part):
    """Words for the cover of the quote."""

    project: Line = ""
    customer: Line = ""
    prepared_by: Line = ""
    notes: Text = ""
    seller: Seller = Seller()


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
    speculation: Speculation = Speculation()
    adapters: Adapters = Adapters()
    host: Host = Host()
    training: Training = Training()
    budget: Budget = Budget()
    constraints: Constraints = Constraints()
    storage: Storage = Storage()
    economics: Economics = Economics()
    bill: Annotated[tuple[LineEdit, ...], Field(max_length=1000)] = ()
    document: Document = Document()
    overrides: Overrides = Overrides()

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _context_holds_the_conversation(self) -> Needs:
        if self.max_context_tokens is not None and self.max_context_tokens < self.workload.context_tokens:
            raise ValueError(mark("max_context_tokens is smaller than prompt_tokens + output_tokens"))
        return self
