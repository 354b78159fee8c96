"""What the pages offer: templates, experience classes, arithmetic of the load, and how an answered step reads. No Qt.

Lengths and classes are suggestions that fill fields which stay editable; each names what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wizard.i18n import Translator, mark
from wizard.needs.flow import Step
from wizard.needs.lengths import TEMPLATES
from wizard.needs.needs import Needs, Workload
from wizard.planner.plan import Option
from wizard.ui import figures
from wizard.words import label, number

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Experience:
    """A class of responsiveness: longest wait for the first token and per token, in ms."""

    code: str
    title: str
    note: str
    ttft_ms: float | None
    tpot_ms: float | None


# 450 ms / 40 ms and 2 s / 200 ms are the interactive and the server limits of MLPerf Inference for Llama-2-70B; silent
# reading is about 240 words a minute (Brysbaert 2019), hence 200 ms per token keeps pace with a reader.
EXPERIENCES = (
    Experience("instant", mark("Instant"), mark("typing-speed help, voice"), 450, 40),
    Experience("conversational", mark("Conversational"), mark("a lively chat"), 1000, 50),
    Experience("interactive", mark("Interactive"), mark("keeps pace with a reader"), 2000, 200),
    Experience("batch", mark("Batch"), mark("only throughput and cost matter"), None, None),
)

SIZE_CLASSES = (
    ("lite", mark("Lite"), mark("below 1 billion parameters: classify, extract, autocomplete")),
    ("pro", mark("Pro"), mark("from 1 billion: chat, RAG, drafting on one accelerator")),
    ("advanced", mark("Advanced"), mark("from 10 billion: demanding chat, code, long documents")),
    ("enterprise", mark("Enterprise"), mark("from 100 billion: reasoning, code, agents")),
)


def template_of(load: Workload) -> str:
    """Return the code of the template whose lengths these are, or an empty text."""
    return next((t.code for t in TEMPLATES if all(getattr(load, k) == v for k, v in t.fields.items())), "")


def experience_of(needs: Needs) -> str:
    """Return the code of the experience class whose targets these are, or an empty text."""
    have = (needs.targets.ttft_ms, needs.targets.tpot_ms)
    return next((e.code for e in EXPERIENCES if (e.ttft_ms, e.tpot_ms) == have), "")


def measure_of(load: Workload) -> str:
    """Return which field of the workload counts: users win over requests, requests over tokens."""
    if load.concurrent_users is not None:
        return "concurrent_users"
    if load.requests_per_s is not None:
        return "requests_per_s"
    return "tokens_per_day" if load.tokens_per_day is not None else "concurrent_users"


def arithmetic(tr: Translator, load: Workload) -> str:
    """Show what the entered load means in the other two measures, with the sum that leads there."""
    per_request = load.context_tokens
    lengths = {"p": figures.tokens(tr, load.prompt_tokens), "o": figures.tokens(tr, load.output_tokens)}
    if load.concurrent_users is not None or measure_of(load) == "concurrent_users":
        users = load.concurrent_users or 1
        cache = figures.tokens(tr, users * per_request)
        if users == 1:
            return tr("1 conversation × ({p} + {o}) tokens = {sum} tokens in the cache", **lengths, sum=cache)
        return tr(
            "{n} conversations at once × ({p} + {o}) tokens = {sum} tokens in the cache",
            n=figures.plain(tr, users), **lengths, sum=cache,
        )
    if load.requests_per_s is not None:
        return tr(
            "{r}/s × ({p} + {o}) tokens × 86,400 s = {sum} tokens a day",
            r=number(tr, load.requests_per_s),
            **lengths,
            sum=figures.tokens(tr, load.requests_per_s * per_request * SECONDS_PER_DAY),
        )
    per_day = load.tokens_per_day or 0.0
    return tr(
        "{d} tokens a day ÷ ({p} + {o}) ÷ 86,400 s = {r} requests/s on average",
        d=figures.tokens(tr, per_day),
        **lengths,
        r=number(tr, per_day / per_request / SECONDS_PER_DAY),
    )


def same_load(load: Workload, option: Option | None) -> dict[str, float | None]:
    """Return the stated load in every measure, in round figures; ``None`` where that takes an estimate we lack.

    Users and rates are joined by Little's law: users = requests/s × (end-to-end time + pause).
    """
    rate, users = load.requests_per_s, load.concurrent_users
    whole = option.estimates.get("e2e_ms") if option else None
    cycle_s = whole.value / 1e3 + load.think_time_s if whole else None
    if rate is None and users is None and load.tokens_per_day is not None:
        rate = load.tokens_per_day / load.context_tokens / SECONDS_PER_DAY
    if rate is None and cycle_s:
        rate = (users or 1) / cycle_s
    if users is None and rate is not None and cycle_s:
        users = max(1, round(rate * cycle_s))
    per_day = rate * load.context_tokens * SECONDS_PER_DAY if rate is not None else None
    return {
        "concurrent_users": users,
        "requests_per_s": float(f"{rate:.2g}") if rate is not None else None,
        "tokens_per_day": float(f"{per_day:.2g}") if per_day is not None else None,
    }


def other_measures(tr: Translator, load: Workload, option: Option | None) -> str:
    """Say what the load is in the other measures on the plan so far; empty where that is not known."""
    stated, same = measure_of(load), same_load(load, option)
    users, rate, per_day = (same[code] if code != stated else None for code in same)
    said = [tr("{n} users at once", n=figures.plain(tr, users))] if users else []
    said += [tr("{n} requests/s", n=number(tr, rate))] if rate else []
    said += [tr("{n} tokens a day", n=figures.tokens(tr, per_day))] if per_day else []
    return tr("On the plan so far about {what}.", what=tr(", ").join(said)) if said else ""


def describe(tr: Translator, step: Step, needs: Needs, names: Callable[[str], str] = str) -> str:
    """Say in a few words what was answered on a step; empty for steps that show the answer.

    Args:
        names: words an accelerator's id.
    """
    describers = {
        "use_case": lambda: label(tr, needs.use_case),
        "model": lambda: _model(tr, needs),
        "workload": lambda: _workload(tr, needs.workload),
        "targets": lambda: _targets(tr, needs),
        "training": lambda: _training(tr, needs),
        "budget": lambda: _budget(tr, needs),
        "hardware": lambda: _hardware(tr, needs, names),
    }
    return describers[step]() if step in describers else ""


def _model(tr: Translator, needs: Needs) -> str:
    if needs.model:
        return needs.model.rpartition("/")[2]
    titles = {code: title for code, title, _ in SIZE_CLASSES}
    return tr(titles[needs.size_class]) if needs.size_class else ""


def _workload(tr: Translator, load: Workload) -> str:
    lengths = f"{figures.tokens(tr, load.prompt_tokens)} → {figures.tokens(tr, load.output_tokens)}"
    if load.concurrent_users is not None and load.concurrent_users > 1:
        return tr("{n} users", n=figures.plain(tr, load.concurrent_users)) + " · " + lengths
    if load.concurrent_users is not None:
        return tr("1 user") + " · " + lengths
    if load.requests_per_s is not None:
        return tr("{n} requests/s", n=number(tr, load.requests_per_s)) + " · " + lengths
    if load.tokens_per_day is not None:
        return tr("{n} tokens a day", n=figures.tokens(tr, load.tokens_per_day)) + " · " + lengths
    return tr("1 user") + " · " + lengths


def _targets(tr: Translator, needs: Needs) -> str:
    t = needs.targets
    late = f"P{t.percentile} " if t.percentile else ""
    parts = [
        f"{name} {late}{figures.metric(tr, code, target)}"
        for name, code in (("TTFT", "ttft_ms"), ("TPOT", "tpot_ms"), ("E2E", "e2e_ms"))
        if (target := getattr(t, code)) is not None
    ]
    if t.output_tok_s is not None:
        parts.append(tr("{n} tok/s", n=number(tr, t.output_tok_s)))
    if t.requests_per_s is not None:
        parts.append(tr("{n} requests/s", n=number(tr, t.requests_per_s)))
    return " · ".join(parts[:2]) if parts else tr("no promise on speed")


def _training(tr: Translator, needs: Needs) -> str:
    t = needs.training
    parts = [tr(METHODS[t.method])]
    if t.tokens is not None:
        parts.append(tr("{n} tokens", n=figures.tokens(tr, t.tokens)))
    if t.deadline_hours is not None:
        parts.append(figures.hours(tr, t.deadline_hours))
    return " · ".join(parts)


METHODS = {"full": mark("All weights"), "lora": "LoRA", "qlora": "QLoRA"}
SECOND_SITE = mark("Second site")
ACQUISITIONS = {"own": mark("Own"), "cloud": mark("Cloud"), "either": mark("Either")}


def _budget(tr: Translator, needs: Needs) -> str:
    b = needs.budget
    if b.purchase is not None:
        return tr("up to {x}", x=figures.money(tr, b.purchase, b.currency))
    if b.per_month is not None:
        return tr("up to {x} a month", x=figures.money(tr, b.per_month, b.currency))
    return tr("open, in {currency}", currency=b.currency)


def _hardware(tr: Translator, needs: Needs, names: Callable[[str], str]) -> str:
    c = needs.constraints
    parts = [tr(ACQUISITIONS[c.acquisition])]
    if c.owned:
        what = tr(", ").join(f"{o.count} × {names(o.accelerator)}" for o in c.owned[:2])
        parts = [tr("owned: {what}", what=what)]
    elif c.accelerators:
        count = f"{c.accelerator_count} × " if c.accelerator_count else ""
        parts.append(count + ", ".join(map(names, c.accelerators[:2])))
    elif c.vendors:
        parts.append(", ".join(c.vendors[:2]))
    if c.availability != "n":
        parts.append(tr(SECOND_SITE) if c.availability == "second_site" else c.availability.upper())
    return " · ".join(parts)
