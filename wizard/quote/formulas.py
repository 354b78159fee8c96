"""Formulas with the plan's figures in them.

A worked line is printed only if it gives the plan's own figure (within 3 %); otherwise the plan's model has more terms
than the formula, and a line that does not come out would be worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.planner.plan import Option
from wizard.quote.paper import Paper
from wizard.quote.promises import is_training
from wizard.units import GIB, gib

Worked = tuple[str, str, str]
_CLOSE = 0.03


def formulas(paper: Paper, option: Option) -> Iterator[Worked]:
    """Return name, formula and worked line of each that holds."""
    yield from _weights(paper, option)
    if not is_training(paper):
        yield from _kv_cache(paper, option)
        yield from _end_to_end(paper, option)
        yield from _throughput(paper, option)
    yield from _sum(paper, option)
    yield from _per_million(paper, option)


def _close(worked: float, planned: float) -> bool:
    return planned > 0 and abs(worked / planned - 1) <= _CLOSE


def _weights(paper: Paper, option: Option) -> Iterator[Worked]:
    tr = paper.tr
    total = paper.plan.model.weight_bytes.get(option.weight_precision)
    devices = option.parallel.tp * option.parallel.pp
    if total and _close(gib(total) / devices, option.memory.weights):
        yield (tr("Weights"), tr("bytes of the weights ÷ (tensor × pipeline parallelism)"),
               f"{paper.count(total)} B ÷ ({option.parallel.tp} × {option.parallel.pp}) ÷ 2^30 = "
               f"{paper.gib(option.memory.weights)}")


def _kv_cache(paper: Paper, option: Option) -> Iterator[Worked]:
    tr, per_token = paper.tr, paper.plan.model.kv_bytes_per_token
    tokens = paper.plan.needs.workload.context_tokens
    devices = option.parallel.tp * option.parallel.pp
    for share, name in ((devices, f"{option.parallel.tp} × {option.parallel.pp}"), (option.parallel.pp, None)):
        worked = per_token * tokens * option.batch / share / GIB
        if _close(worked, option.memory.kv_cache):
            yield (tr("KV cache"),
                   tr("bytes per token × tokens of a request × requests at once ÷ devices that share it"),
                   f"{paper.count(per_token)} B × {paper.count(tokens)} × {paper.count(option.batch)} ÷ "
                   f"({name or share}) ÷ 2^30 = {paper.gib(option.memory.kv_cache)}")
            return


def _end_to_end(paper: Paper, option: Option) -> Iterator[Worked]:
    estimates, answer = option.estimates, paper.plan.needs.workload.output_tokens
    if not {"ttft_ms", "tpot_ms", "e2e_ms"} <= set(estimates):
        return
    ttft, tpot, whole = (estimates[code].value for code in ("ttft_ms", "tpot_ms", "e2e_ms"))
    if _close(ttft + tpot * (answer - 1), whole):
        yield (paper.label("e2e_ms"), paper.tr("first token + (answer tokens - 1) × time per output token"),
               f"{paper.figure(ttft)} + {paper.count(answer - 1)} × {paper.figure(tpot)} = "
               f"{paper.metric('e2e_ms', whole)}")


def _throughput(paper: Paper, option: Option) -> Iterator[Worked]:
    estimates, answer = option.estimates, paper.plan.needs.workload.output_tokens
    if not {"requests_s", "output_tok_s"} <= set(estimates):
        return
    requests, tokens = estimates["requests_s"].value, estimates["output_tok_s"].value
    if _close(requests * answer, tokens):
        yield (paper.label("output_tok_s"), paper.tr("requests per second × answer tokens"),
               f"{paper.figure(requests)} × {paper.count(answer)} = {paper.metric('output_tok_s', tokens)}")


def _sum(paper: Paper, option: Option) -> Iterator[Worked]:
    memory = option.memory
    parts = [(code, getattr(memory, code)) for code in
             ("weights", "kv_cache", "activations", "overhead", "gradients", "optimizer")]
    shown = [(paper.label(code), paper.figure(value)) for code, value in parts if value > 0]
    sign = "≤" if memory.used <= memory.usable else ">"
    yield (paper.tr("Memory in all"), " + ".join(name for name, _ in shown),
           " + ".join(value for _, value in shown) + f" = {paper.gib(memory.used)} {sign} {paper.gib(memory.usable)}")


def _per_million(paper: Paper, option: Option) -> Iterator[Worked]:
    tr, tco = paper.tr, option.tco
    if tco is None or not tco.tokens_year or tco.per_million_tokens is None:
        return
    worked = float(tco.total) / (tco.tokens_year * tco.horizon_years) * 1e6
    base = tco.per_million_base or tco.per_million_tokens
    if _close(worked, float(base)):
        yield (tr("Per million output tokens"), tr("whole cost ÷ output tokens over the horizon × 1,000,000"),
               f"{paper.money(tco.total, tco.currency, whole=True)} ÷ ({paper.figure(tco.tokens_year)} × "
               f"{tco.horizon_years}) × 1,000,000 = {paper.unit_price(base, tco.currency)}")
