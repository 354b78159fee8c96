"""How a figure is computed: its formula in words, the inputs with their values, and the sources it rests on. No Qt.

The formulas are those of :mod:`wizard.sizing` and :mod:`wizard.costing`, told in one or two lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wizard.catalog.catalog import Catalog
from wizard.i18n import Translator, mark
from wizard.planner.plan import MemoryUse, Option, Plan, SourceUse
from wizard.ui import figures
from wizard.ui.say import precision
from wizard.words import label, number

FORMULAS: Mapping[str, str] = {
    "ttft_ms": mark(
        "Computing the prompt (its arithmetic over the calibrated peak, in chunks of 8,192 tokens) + prompts of other"
        " users ahead + the decode steps between the chunks + queueing where memory holds fewer sequences than users."
    ),
    "tpot_ms": mark(
        "One decode step (weights and KV cache read at the calibrated bandwidth, or the arithmetic where that takes"
        " longer, + exchange between accelerators + engine overhead) + a share of the prompts that others bring."
    ),
    "e2e_ms": mark("Time to first token + answer tokens × time per output token."),
    "requests_s": mark("Replicas × users of a replica / (time to first token + answer tokens × time per token)."),
    "output_tok_s": mark("Requests per second × answer tokens."),
    "total_tok_s": mark("Requests per second × (prompt + answer tokens)."),
    "tokens_s_per_accelerator": mark("Output tokens per second / accelerators, spares included."),
    "max_concurrency": mark(
        "(Usable memory − weights − activations − runtime) / KV cache of one longest conversation, × replicas."
    ),
    "hours": mark("Tokens / tokens per second; a step takes its arithmetic at the calibrated efficiency + exchange."),
    "mfu": mark("Arithmetic of the model per second / dense peak of all accelerators."),
    "memory": mark(
        "Weights by their stored bytes, KV cache by the architecture, both split over the accelerators of a replica;"
        " activations and runtime as logs of the engines show them."
    ),
    "capex": mark("The sum of the bill's lines (quantity × net price, rounded per line) + tax where it applies."),
    "per_month": mark(
        "Rented: the hourly price of the instances × the hours of a month. Owned: energy, support and space of a month."
    ),
    "total": mark(
        "Purchase + energy + support + space + staff + subscriptions + rent, less what the hardware is still worth."
    ),
    "power_w": mark(
        "The most that is drawn at the wall: the maker's own figure of the machine, else the parts' power over the"
        " efficiency of the power supply (0.94 in servers, 0.90 in workstations)."
    ),
    "rack_units": mark("The sum of the heights of what stands in the rack."),
    "per_million": mark("Cost over the years / output tokens in that time, the median of the draws."),
    "break_even": mark("The first month in which the alternative would have cost more than buying and running."),
}
QUEUEING = mark(
    "From the mean times by three queues: sequences in the replica (birth and death chain at the calibrated step"
    " times), prompts computed between steps (gated service), and steps at the batch met; the share of requests"
    " within it."
)
GOODPUT = mark("The share of requests that keep every target at once, counted over the draws of the queues.")
NAMES: Mapping[str, str] = {
    "memory": mark("Memory per accelerator"),
    "capex": mark("Purchase"),
    "per_month": mark("A month"),
    "total": mark("Over the years"),
    "per_million": mark("Per million tokens"),
    "break_even": mark("Break-even"),
}
PARTS: Mapping[str, str] = {
    "capex": mark("purchase"),
    "energy": mark("energy"),
    "support": mark("support"),
    "space": mark("space"),
    "staff": mark("staff"),
    "subscriptions": mark("subscriptions"),
    "cloud": mark("cloud"),
    "refresh": mark("new hardware"),
    "residual": mark("residual value"),
}
MONEY = frozenset({"capex", "per_month", "total", "per_million", "break_even"})
OF_LIMIT: Mapping[str, str] = {
    "budget": "capex",
    "budget_month": "per_month",
    "weights_memory": "memory",
    "training_memory": "memory",
    "kv_memory": "max_concurrency",
    "power_w": "power_w",
    "rack_units": "rack_units",
}
"""Which figure a promise is about, where it has another code."""

Pair = tuple[str, str]
_PERCENTILE = re.compile(r"_(?:p\d+|mean)_ms$")


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure's name, value, formula, inputs and sources, ready to be shown."""

    name: str
    value: str
    formula: str
    inputs: tuple[Pair, ...]
    sources: tuple[SourceUse, ...]


def explained(tr: Translator, code: str, plan: Plan, option: Option, catalog: Catalog) -> Explained | None:
    """Explain a figure of an option by its code; ``None`` where it is none, or the option has none."""
    value, formula = _value(tr, code, option), formula_of(code)
    if not formula or value is None:
        return None
    return Explained(
        name=tr(NAMES[code]) if code in NAMES else label(tr, code),
        value=value,
        formula=tr(formula),
        inputs=tuple(_inputs(tr, code, plan, option, catalog)),
        sources=_sources(code, plan, option, catalog),
    )


def formula_of(code: str) -> str:
    """Return the formula of a figure as a message id; empty where there is none."""
    if code.startswith("goodput_"):
        return GOODPUT
    return QUEUEING if _PERCENTILE.search(code) else FORMULAS.get(code, "")


def _value(tr: Translator, code: str, option: Option) -> str | None:
    estimate, cost, tco = option.estimates.get(code), option.cost, option.tco
    if estimate is not None:
        return figures.metric(tr, code, estimate.value)
    if code == "memory":
        m = option.memory
        return tr("{used} of {usable}", used=figures.gibibytes(tr, m.used), usable=figures.gibibytes(tr, m.usable))
    if code == "power_w":
        return figures.power(tr, option.power_w)
    if code == "rack_units":
        return None if option.rack_units is None else f"{option.rack_units:g} U"
    if code == "break_even":
        month = tco.break_even_month if tco else None
        return None if month is None else tr("even in month {n}", n=month)
    amount = {
        "capex": cost.capex,
        "per_month": cost.per_month,
        "total": cost.total,
        "per_million": tco.per_million_tokens if tco else None,
    }.get(code)
    return None if amount is None else figures.money(tr, amount, cost.currency)


def _inputs(tr: Translator, code: str, plan: Plan, option: Option, catalog: Catalog) -> list[Pair]:
    if code in MONEY:
        return _money(tr, code, option)
    if code == "memory":
        return _memory(tr, option.memory)
    if code in ("power_w", "rack_units"):
        return _lines(tr, code, option)
    return [*_model(tr, plan, option), *_hardware(tr, option, catalog), *_load(tr, code, plan, option)]


def _model(tr: Translator, plan: Plan, option: Option) -> list[Pair]:
    model, weights = plan.model, plan.model.weight_bytes.get(option.weight_precision)
    made = [(tr("Active parameters"), figures.params(tr, model.active_params))]
    if weights:
        name = tr("{precision} weights", precision=precision(tr, option.weight_precision))
        made.append((name, figures.gigabytes(tr, weights)))
    if option.kv_tokens and model.kv_bytes_per_token:
        made.append((tr("KV cache per token"), tr("{n} bytes", n=figures.plain(tr, round(model.kv_bytes_per_token)))))
    return made


def _hardware(tr: Translator, option: Option, catalog: Catalog) -> list[Pair]:
    made, known = [], catalog.accelerators.get(option.accelerator)
    if known is not None and known.bandwidth_gb_s:
        made.append((tr("Memory bandwidth"), f"{number(tr, known.bandwidth_gb_s)} GB/s"))
    if known is not None and known.fp16_tflops:
        made.append((tr("Dense 16-bit peak"), f"{number(tr, known.fp16_tflops)} TFLOP/s"))
    layout = option.parallel
    split = f"TP {layout.tp} · PP {layout.pp}"
    words = tr("{n} accelerators, {split}", n=layout.devices, split=split) if layout.devices > 1 else split
    return [*made, (tr("Replica"), words)]


def _load(tr: Translator, code: str, plan: Plan, option: Option) -> list[Pair]:
    load = plan.needs.workload
    if code in ("hours", "mfu"):
        return [(tr("Sequences together"), figures.plain(tr, option.batch))]
    return [
        (tr("Replicas"), figures.plain(tr, option.replicas)),
        (tr("Sequences together"), figures.plain(tr, option.batch)),
        (tr("Prompt length"), figures.tokens(tr, load.prompt_tokens)),
        (tr("Answer length"), figures.tokens(tr, load.output_tokens)),
        *([(tr("Prefix cache"), figures.percent(tr, load.prefix_cache_share))] if load.prefix_cache_share else []),
    ]


def _memory(tr: Translator, memory: MemoryUse) -> list[Pair]:
    parts = ("weights", "gradients", "optimizer", "kv_cache", "activations", "overhead", "free")
    sizes = [(name, float(getattr(memory, name))) for name in parts]
    made = [(label(tr, name), figures.gibibytes(tr, size)) for name, size in sizes if size > 0.005]
    return [*made, (tr("As the device reports it"), figures.gibibytes(tr, memory.capacity))]


def _money(tr: Translator, code: str, option: Option) -> list[Pair]:
    bom, tco, currency = option.bom, option.tco, option.cost.currency
    if code == "capex" and bom is not None:
        made = [(label(tr, category), figures.money(tr, amount, currency)) for category, amount in bom.subtotals]
        if bom.tax:
            made.append((tr("Tax"), figures.money(tr, bom.tax, currency)))
        return made
    if tco is None:
        return [(tr("Cloud instance"), option.cloud_sku)] if option.cloud_sku else []
    sums: dict[str, Decimal] = {}
    for year in tco.years:
        for part in PARTS:
            sums[part] = sums.get(part, Decimal(0)) + getattr(year, part)
    made = [(tr(PARTS[part]), figures.money(tr, amount, currency)) for part, amount in sums.items() if amount]
    if code == "per_million" and tco.tokens_year:
        made.append((tr("Output tokens a year"), figures.tokens(tr, tco.tokens_year)))
    if code == "break_even" and tco.cloud_on_demand_month is not None:
        made.append((tr("Rent a month"), figures.money(tr, tco.cloud_on_demand_month, currency)))
    return made


def _lines(tr: Translator, code: str, option: Option) -> list[Pair]:
    if option.bom is None:
        return []
    found = [(line, getattr(line, code)) for line in option.bom.lines]
    shown = [(line.description, value * line.quantity) for line, value in found if value]
    if code == "power_w":
        return [(name, figures.power(tr, value)) for name, value in shown]
    return [(name, f"{value:g} U") for name, value in shown]


def _sources(code: str, plan: Plan, option: Option, catalog: Catalog) -> tuple[SourceUse, ...]:
    """Return the sources of this figure among those of the plan."""
    wanted: set[str] = set()
    if code in MONEY:
        if option.bom is not None:
            wanted |= {key for line in option.bom.lines for key in line.price_source.split(";")}
        if option.tco is not None and code != "capex":
            wanted |= {key for _, _, source in option.tco.assumptions for key in source.split(";")}
        if option.cloud_sku and option.cloud_sku in catalog.cloud:
            wanted |= set(catalog.cloud[option.cloud_sku].sources)
    else:
        for part in (catalog.accelerators.get(option.accelerator), catalog.models.get(plan.model.id)):
            wanted |= set(part.sources) if part is not None else set()
    return tuple(source for source in plan.sources if source.id in wanted)
