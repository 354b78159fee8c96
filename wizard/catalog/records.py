"""What exists: one immutable record per row of the catalogue.

Column names carry their unit. ``None`` means the fact is not known to us; it is never guessed. ``sources`` names
rows of ``catalog/sources.csv``; ``derived`` and ``estimated`` name the fields that we computed or that rest on no
retrievable publication, so that every screen and page can mark them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

SourceClass = Literal["vendor", "measured", "regulator", "market", "estimate"]
PriceClass = Literal["contract", "quote", "list", "street", "estimate", "yours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact comes from."""

    id: str
    publisher: str
    document: str
    address: str
    as_of: date | None
    kind: SourceClass
    licence: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A dated price in US dollars, with the class of confidence it deserves."""

    usd: Decimal
    kind: PriceClass
    as_of: date
    source: str
    low_usd: Decimal | None = None
    high_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One accelerator as it is sold or rented: a GPU, an NPU, a superchip's GPU part, a CPU that runs models.

    Peaks are dense; with FP32 accumulation where the silicon has two rates. ``scaleup_gb_s`` is the sum of both
    directions per device, as vendors print it; ``scaleup_domain`` the largest number of devices that one such network
    joins. ``memory_bytes`` is what the device reports. ``fp16_tflops`` holds for FP16, and for BF16 where ``bf16``.
    A part that software sees as several devices says so in ``software_devices``: each has its share of memory and
    rates. ``mig_profiles`` are ``profile:instances`` pairs such as ``1g.10gb:7``.

    ``usable_share`` is the part of ``memory_bytes`` that the platform lets the accelerator take (unified memory keeps
    some for the CPU). ``memory_options_gb`` are the sizes the part is sold with, ``bins`` its slower grades as
    ``name:bandwidth_gb_s:share of the compute rates`` (``30c:300:0.75``). ``power_modes_w`` are the limits that it can
    be set to, in W, lowest first; a range is ``low-high``. ``tdp_w`` is the one that the rates hold for.
    """

    id: str
    vendor: str
    name: str
    form_factor: str
    architecture: str
    arch_code: str
    memory_gb: float
    memory_bytes: int
    memory_type: str
    unified_memory: bool
    bandwidth_gb_s: float | None
    fp32_tflops: float | None
    tf32_tflops: float | None
    fp16_tflops: float | None
    fp8_tflops: float | None
    int8_tops: float | None
    fp4_tflops: float | None
    tdp_w: float | None
    scaleup_kind: str
    scaleup_gb_s: float | None
    scaleup_domain: int
    pcie_gen: float | None
    pcie_lanes: int | None
    mig_instances: int
    release_year: int | None
    status: str
    software: str
    price: Price | None
    sources: tuple[str, ...]
    derived: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    notes: str = ""
    bf16: bool = True
    software_devices: int = 1
    mig_profiles: tuple[str, ...] = ()
    usable_share: float = 1.0
    memory_options_gb: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()
    power_modes_w: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareStack:
    """Which versions of a software stack drive some architectures (``arch_codes`` of accelerators).

    ``last_version`` is blank where support goes on.
    """

    id: str
    stack: str
    arch_codes: tuple[str, ...]
    min_version: str
    last_version: str
    sources: tuple[str, ...]
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A server, workstation or edge box that takes accelerators.

    ``max_accelerators`` counts devices, ``accelerator_slots`` the places they sit in (a board may carry several).
    ``includes`` names the categories of components that the price already holds (``cpu``, ``memory``, ``storage``,
    ``nic``, ``psu``); the rest is bought from :class:`Component` rows. ``parts`` are component ids that a machine
    without its own price is assembled from (board, case, power supply, cooler), ``cpus`` the ids of the CPUs that fit.
    ``base_power_w`` is the machine at full load without its accelerators.
    """

    id: str
    vendor: str
    name: str
    kind: str
    accelerators: tuple[str, ...]
    max_accelerators: int
    includes_accelerators: bool
    cpu_sockets: int
    cpu: str
    dimm_slots: int | None
    memory_gb: int | None
    nics: str
    psu: str
    max_power_w: float | None
    base_power_w: float | None
    rack_units: float | None
    weight_kg: float | None
    cooling: str
    price: Price | None
    sources: tuple[str, ...]
    estimated: tuple[str, ...] = ()
    notes: str = ""
    derived: tuple[str, ...] = ()
    accelerator_form: str = ""
    accelerator_slots: int | None = None
    slot_power_w: float | None = None
    pcie_gen: float | None = None
    nic_slots: int | None = None
    rails: int | None = None
    cpu_socket: str = ""
    cpus: tuple[str, ...] = ()
    dimm_type: str = ""
    dimm_max_gb: int | None = None
    drive_bays: int | None = None
    drive_form: str = ""
    psu_w: float | None = None
    psu_count: int | None = None
    includes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part on the bill of materials that is neither accelerator nor system.

    Columns that do not apply to the category are blank. ``size_gb`` is one module's size and ``modules`` the number in
    a kit that is sold as one; ``port_gbps`` is per port; ``capacity_w`` what a power supply, PDU or UPS delivers. Of a
    storage server ``modules`` are its drive bays and ``form`` their form; of software ``form`` is what a year's
    subscription is counted by: ``accelerator``, ``machine`` or ``core``.
    """

    id: str
    category: str
    vendor: str
    name: str
    specs: str
    power_w: float | None
    price: Price | None
    sources: tuple[str, ...]
    estimated: tuple[str, ...] = ()
    notes: str = ""
    derived: tuple[str, ...] = ()
    cores: int | None = None
    socket: str = ""
    max_sockets: int | None = None
    memory_type: str = ""
    memory_channels: int | None = None
    memory_speed_mt_s: int | None = None
    size_gb: int | None = None
    modules: int | None = None
    capacity_tb: float | None = None
    form: str = ""
    pcie_gen: float | None = None
    pcie_lanes: int | None = None
    ports: int | None = None
    port_gbps: float | None = None
    protocols: tuple[str, ...] = ()
    connector: str = ""
    length_m: float | None = None
    capacity_w: float | None = None
    rack_units: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSku:
    """An instance that can be rented; prices are per instance and hour."""

    id: str
    provider: str
    instance: str
    region: str
    accelerator: str
    count: int
    vcpu: int | None
    ram_gib: float | None
    network_gbps: float | None
    on_demand_usd_h: Decimal | None
    spot_usd_h: Decimal | None
    reserved_1y_usd_h: Decimal | None
    reserved_3y_usd_h: Decimal | None
    as_of: date
    sources: tuple[str, ...]
    notes: str = ""
    estimated: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPrice:
    """What a host asks for a model by the token, in US dollars per million tokens. ``model`` is a hub id.

    ``id`` is ``provider/model``; ``cached_input_usd_per_million`` holds for prompt tokens that the host still knows.
    """

    id: str
    provider: str
    model: str
    input_usd_per_million: Decimal
    output_usd_per_million: Decimal
    cached_input_usd_per_million: Decimal | None
    as_of: date
    sources: tuple[str, ...]
    notes: str = ""
    estimated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who makes accelerators. ``id`` is the name in their ``vendor`` column, ``country`` where the company is seated
    (ISO 3166), blank where no single country can be named. Where parts are made is another question."""

    id: str
    country: str
    sources: tuple[str, ...]
    estimated: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Sources that contradict each other about one fact, and which of them the catalogue follows.

    ``id`` is the first row it is about and the field, as ``row:field``. ``chosen`` is what these rows of the catalogue
    hold, ``others`` what other sources print; ``sources`` support what was chosen.
    """

    id: str
    table: str
    rows: tuple[str, ...]
    field: str
    chosen: str
    others: tuple[str, ...]
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Economic:
    """A cost of running things: tariff, PUE, tax, exchange rate, ..."""

    id: str
    category: str
    item: str
    country: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    unit: str
    as_of: date | None
    sources: tuple[str, ...]
    notes: str = ""
    estimated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model's architecture, as its ``config.json`` states it. ``id`` is the hub id.

    ``total_params`` counts the main model without multi-token-prediction modules and vision tower;
    ``checkpoint_bytes`` is the exact size of the published weights where it is known.
    """

    id: str
    family: str
    kind: str
    licence: str
    release_date: date | None
    total_params: int
    active_params: int | None
    active_params_excl_input_embedding: int | None
    layers: int | None
    hidden_size: int | None
    intermediate_size: int | None
    heads: int | None
    kv_heads: int | None
    head_dim: int | None
    vocab_size: int | None
    tied_embeddings: bool | None
    max_context: int | None
    attention: str
    q_lora_rank: int | None
    kv_lora_rank: int | None
    qk_nope_head_dim: int | None
    qk_rope_head_dim: int | None
    v_head_dim: int | None
    experts: int | None
    experts_per_token: int | None
    shared_experts: int | None
    expert_intermediate_size: int | None
    shared_expert_intermediate_size: int | None
    dense_layers: int | None
    sliding_window: int | None
    layer_pattern: str
    full_layers: int | None
    window_layers: int | None
    linear_layers: int | None
    state_bytes_per_sequence: int | None
    index_heads: int | None
    index_head_dim: int | None
    index_topk: int | None
    mtp_layers: int | None
    native_dtype: str
    native_quant: str
    checkpoint_bytes: int | None
    vision_params: int | None
    mtp_params: int | None
    kv_bytes_per_token_bf16: int | None
    kv_window_bytes_per_token_bf16: int | None
    hf_architecture: str
    vllm: str
    sglang: str
    tensorrt_llm: str
    llama_cpp: str
    verified: str
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    notes: str = ""
    details: tuple[tuple[str, int], ...] = ()
    """Numbers that only some architectures have (linear-attention heads, Mamba state, ...), named as in config.json."""

    @property
    def name(self) -> str:
        """The id without its owner, as people say it."""
        return self.id.rpartition("/")[2]

    @property
    def is_moe(self) -> bool:
        """Whether tokens are routed to a part of the experts."""
        return bool(self.experts)

    def detail(self, name: str, default: int = 0) -> int:
        """Return a number of :attr:`details`, ``default`` where the architecture does not have it."""
        return next((value for key, value in self.details if key == name), default)
