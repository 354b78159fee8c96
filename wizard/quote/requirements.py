"""The requirements as they were understood: the first page that a technical buyer disputes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from wizard.planner.plan import late_code
from wizard.quote.flow import Beside, Block, Group, Section, Text
from wizard.quote.paper import Paper
from wizard.quote.promises import is_training
from wizard.quote.style import BODY, CAPTION, H1, H2
from wizard.quote.tables import Cell, pairs

Item = tuple[str, Cell]


def section(paper: Paper) -> Section:
    """Return the part that echoes what was asked; blanks that the engine filled in say so."""
    tr = paper.tr
    left = [(tr("Model"), _model(paper)), (tr("Targets"), _targets(paper))]
    right = [(tr("Workload"), _workload(paper)), (tr("Budget and limits"), _limits(paper)),
             (tr("Economics"), _economics(paper))]
    blocks: list[Block] = [
        Text(tr("Requirements as understood"), H1),
        Text(tr("What is not listed was left open; the plan chose it and says what it chose."), CAPTION.but(keep=True)),
        Beside((_column(left), _column(right)), (1, 1), gap=22),
    ]
    notes = paper.plan.needs.document.notes.strip()
    if notes:
        blocks += [Text(tr("Notes"), H2), Text(notes, BODY)]
    return Section("requirements", tr("Requirements as understood"), blocks, new_page=False)


def _column(parts: list[tuple[str, Iterator[Item]]]) -> Group:
    blocks: list[Block] = []
    for name, items in parts:
        shown = list(items)
        if shown:
            blocks += [Text(name, H2), pairs(shown, share=0.46)]
    return Group(blocks)


def _model(paper: Paper) -> Iterator[Item]:
    tr, needs, model = paper.tr, paper.plan.needs, paper.plan.model
    yield tr("Use case"), paper.label(needs.use_case)
    yield tr("Model"), model.id
    size = tr("{n} parameters", n=paper.params(model.total_params))
    if model.active_params != model.total_params:
        size = tr("{n} parameters, {active} active per token", n=paper.params(model.total_params),
                  active=paper.params(model.active_params))
    yield tr("Size"), size
    yield tr("Attention"), paper.label(model.attention)
    if model.max_context:
        yield tr("Longest context of the model"), tr("{n} tokens", n=paper.count(model.max_context))
    if needs.max_context_tokens:
        yield tr("Longest context asked"), tr("{n} tokens", n=paper.count(needs.max_context_tokens))
    yield tr("Weights"), paper.answer(needs.precision.weights)
    yield tr("KV cache"), paper.answer(needs.precision.kv_cache)
    yield tr("Engine"), paper.answer(needs.engine)
    if needs.speculation.method != "none":
        yield tr("Speculative decoding"), tr("{method}, {n} tokens ahead", method=paper.label(needs.speculation.method),
                                             n=paper.count(needs.speculation.draft_tokens))
    if needs.adapters.count:
        yield tr("LoRA adapters"), tr("{n} of rank {rank}", n=paper.count(needs.adapters.count),
                                      rank=paper.count(needs.adapters.rank))
    if needs.host.offload != "none":
        yield tr("In the host's memory"), paper.label(f"place_{needs.host.offload}")


def _workload(paper: Paper) -> Iterator[Item]:
    return _training(paper) if is_training(paper) else _serving(paper)


def _serving(paper: Paper) -> Iterator[Item]:
    tr, load = paper.tr, paper.plan.needs.workload
    if load.concurrent_users:
        yield tr("Users at once"), paper.count(load.concurrent_users)
    if load.requests_per_s:
        yield tr("Requests per second"), paper.figure(load.requests_per_s)
    if load.tokens_per_day:
        yield tr("Tokens a day"), paper.count(load.tokens_per_day)
    if load.think_time_s:
        yield tr("Pause between requests"), paper.with_unit(load.think_time_s, "s")
    yield tr("Prompt / answer"), tr("{prompt} / {answer} tokens", prompt=paper.count(load.prompt_tokens),
                                    answer=paper.count(load.output_tokens))
    yield from _varied(paper)
    if load.prefix_cache_share:
        yield tr("Prompt found in the prefix cache"), paper.share(load.prefix_cache_share)
    if load.growth_per_year:
        yield tr("Growth a year"), paper.share(load.growth_per_year)
    if load.peak_factor > 1:
        yield tr("Peak against average"), tr("{factor} × for {hours} h a day", factor=paper.figure(load.peak_factor),
                                             hours=paper.figure(load.peak_hours_per_day))


def _varied(paper: Paper) -> Iterator[Item]:
    tr, load = paper.tr, paper.plan.needs.workload
    if load.prompt_variation or load.output_variation:
        yield tr("Variation of the lengths"), tr(
            "{prompt} / {answer} (standard deviation)", prompt=paper.share(load.prompt_variation),
            answer=paper.share(load.output_variation))
    if load.arrival_scv != 1 and not load.concurrent_users:
        scv = paper.figure(load.arrival_scv)
        yield tr("Arrivals"), (tr("in waves (c² = {scv})", scv=scv) if load.arrival_scv > 1 else
                               tr("evenly (c² = {scv})", scv=scv))
    if load.batch_share:
        yield tr("Requests without hurry"), paper.share(load.batch_share)


def _training(paper: Paper) -> Iterator[Item]:
    tr, train = paper.tr, paper.plan.needs.training
    if paper.plan.needs.use_case == "fine_tuning":
        yield tr("Method"), paper.answer(train.method)
    if train.tokens:
        yield tr("Training tokens"), paper.count(train.tokens)
    if train.deadline_hours:
        yield tr("Deadline"), paper.with_unit(train.deadline_hours, "h")
    yield tr("Sequence length"), tr("{n} tokens", n=paper.count(train.sequence_length))
    if train.global_batch_tokens:
        yield tr("Global batch"), tr("{n} tokens", n=paper.count(train.global_batch_tokens))
    yield tr("Optimizer"), paper.answer(train.optimizer)
    if train.method != "full":
        yield tr("LoRA rank"), paper.count(train.lora_rank)
    yield tr("Activation checkpointing"), tr("yes") if train.activation_checkpointing else tr("no")
    yield tr("Number format"), paper.answer(train.precision)


def _targets(paper: Paper) -> Iterator[Item]:
    targets = paper.plan.needs.targets
    for code, sign in (("ttft_ms", "≤"), ("tpot_ms", "≤"), ("e2e_ms", "≤"), ("output_tok_s", "≥"),
                       ("requests_per_s", "≥")):
        value = getattr(targets, code)
        if value is not None:
            name = paper.label("requests_s" if code == "requests_per_s" else late_code(paper.plan.needs, code))
            yield name, f"{sign} {paper.metric(code, value)}"


def _limits(paper: Paper) -> Iterator[Item]:
    tr, budget, rules = paper.tr, paper.plan.needs.budget, paper.plan.needs.constraints
    if budget.purchase is not None:
        yield tr("Purchase, at most"), paper.money(Decimal(budget.purchase), budget.currency)
    if budget.per_month is not None:
        yield tr("Per month, at most"), paper.money(Decimal(budget.per_month), budget.currency)
    yield tr("Own or rent"), paper.answer(rules.acquisition)
    yield tr("Availability"), paper.answer(rules.availability)
    for name, values in ((tr("Only these accelerators"), rules.accelerators),
                         (tr("None of these accelerators"), rules.exclude_accelerators),
                         (tr("Only these vendors"), rules.vendors)):
        if values:
            yield name, ", ".join(values)
    yield from _counts(paper)
    if rules.ups:
        yield tr("UPS"), tr("carries the whole plan")
    yield from _premises(paper)
    yield from _storage(paper)
    if rules.software:
        yield tr("Subscriptions"), ", ".join(rules.software)
    if rules.private_data:
        yield tr("Private data"), tr("stays on the customer's premises")


def _premises(paper: Paper) -> Iterator[Item]:
    tr, rules = paper.tr, paper.plan.needs.constraints
    if rules.owned:
        yield tr("Owned already"), ", ".join(f"{mine.count} × {mine.accelerator}" for mine in rules.owned)
    if rules.maker_countries:
        yield tr("Makers seated in"), ", ".join(rules.maker_countries)
    if rules.max_delivery_weeks:
        yield tr("Delivery, at most"), tr("{n} weeks", n=paper.figure(rules.max_delivery_weeks))
    if rules.quiet:
        yield tr("Place"), tr("beside people: no rack servers")


def _storage(paper: Paper) -> Iterator[Item]:
    tr, storage = paper.tr, paper.plan.needs.storage
    if storage.shared != "auto":
        yield tr("Storage servers"), tr("yes") if storage.shared == "yes" else tr("no")
    if storage.dataset_tb:
        yield tr("Data to keep"), paper.with_unit(storage.dataset_tb, "TB")
    if storage.load_s:
        yield tr("Loading the weights, at most"), paper.with_unit(storage.load_s, "s")


def _counts(paper: Paper) -> Iterator[Item]:
    tr, rules = paper.tr, paper.plan.needs.constraints
    for name, count in ((tr("Accelerators, exactly"), rules.accelerator_count),
                        (tr("Tensor parallelism, exactly"), rules.tensor_parallel),
                        (tr("Accelerators, at most"), rules.max_accelerators), (tr("Nodes, at most"), rules.max_nodes)):
        if count:
            yield name, paper.count(count)
    if rules.max_power_w:
        yield tr("Power, at most"), paper.power(rules.max_power_w)
    if rules.max_rack_w:
        yield tr("Power of one rack, at most"), paper.power(rules.max_rack_w)
    if rules.power_feeds == 1:
        yield tr("Power feeds of a rack"), tr("one (N)")
    if rules.max_rack_units:
        yield tr("Rack units, at most"), paper.figure(rules.max_rack_units)


def _economics(paper: Paper) -> Iterator[Item]:
    tr, money = paper.tr, paper.plan.needs.economics
    yield tr("Country"), money.country
    yield tr("Horizon"), paper.years(money.horizon_years)
    yield tr("Utilisation"), paper.share(money.utilization)
    yield tr("Discount rate"), paper.share(money.discount_rate, 1)
    if money.hardware_life_years is not None:
        yield tr("Life of the hardware"), paper.years(money.hardware_life_years)
    for name, value, unit in (
        (tr("Electricity"), money.electricity_usd_per_kwh, "USD/kWh"), (tr("PUE"), money.pue, ""),
        (tr("Staff"), money.staff_usd_per_year or None, tr("USD a year")),
        (tr("Benefit"), money.benefit_usd_per_year or None, tr("USD a year")),
        (tr("API price, input"), money.api_usd_per_million_input_tokens, tr("USD per million tokens")),
        (tr("API price, output"), money.api_usd_per_million_output_tokens, tr("USD per million tokens")),
        (tr("Colocation"), money.colocation_usd_per_kw_month, tr("USD per kW and month")),
        (tr("Rent compared with"), money.cloud_usd_per_month, tr("USD a month")),
    ):
        if value is not None:
            yield name, paper.with_unit(value, unit)
    if money.tax_rate is not None:
        yield tr("Tax rate"), paper.share(money.tax_rate, 1)
    shares = ((tr("Shipping and insurance"), money.shipping_rate), (tr("Contingency"), money.contingency_rate))
    for name, share in shares:
        if share:
            yield name, tr("{share} of the hardware", share=paper.share(share, 1))
    if money.discounts.given:
        yield tr("Discounts"), ", ".join(f"{paper.label(category)} {paper.share(float(share), 1)}"
                                         for category, share in money.discounts.given.items())
