"""Why this plan, in the order in which people ask: what decides, whom it rules out, what speaks for it. No Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from wizard.i18n import Translator
from wizard.planner.plan import Option, Plan, Rejection
from wizard.ui.limits import at_least, limit_figure, limit_title
from wizard.ui.say import reason_words

WELL_KNOWN = (
    "h100_sxm_80",
    "l40s",
    "rtx_4090",
    "a100_sxm_80",
    "h200_nvl_141",
    "mi300x",
    "rtx_5090",
    "b200_sxm_180",
    "ascend_910b2",
    "gaudi3",
    "l4",
)
"""Accelerators that people ask about first, by how often they stand in public questions; a choice, not a fact."""
LINKS = 4


def decides(tr: Translator, option: Option) -> str:
    """Say which promise is the tightest; empty where none binds."""
    limit = option.binding
    if limit is None or limit.margin < 0:
        return ""
    have, need = limit_figure(tr, limit, limit.have), limit_figure(tr, limit, limit.need)
    name = limit_title(tr, limit.code)
    if at_least(limit):
        return tr("{name} decides: {have} where {need} are needed.", name=name, have=have, need=need)
    return tr("{name} decides: {have} of the {need} allowed.", name=name, have=have, need=need)


def rules_out(tr: Translator, plan: Plan, names: Callable[[str], str], most: int = 2) -> list[str]:
    """Say whom the promises rule out that rule out most."""
    groups: dict[str, list[Rejection]] = defaultdict(list)
    for rejected in plan.rejected:
        if rejected.need is not None and rejected.reason != "purchasable":
            groups[rejected.reason].append(rejected)
    made = []
    for reason, members in sorted(groups.items(), key=lambda item: -len(item[1]))[:most]:
        who = sorted(members, key=lambda r: _fame(r.what))[:3]
        shown = tr(", ").join(names(r.what) for r in who)
        title = limit_title(tr, reason)
        if len(members) == len(who):
            made.append(tr("{name} rules out {who}.", name=title, who=shown))
            continue
        made.append(tr("{name} rules out {n} accelerators, such as {who}.", name=title, n=len(members), who=shown))
    return made


def asked_about(plan: Plan) -> tuple[str, ...]:
    """Return the accelerators whose absence people wonder about first."""
    chosen = {option.accelerator for option in plan.options}
    out = {rejected.what for rejected in plan.rejected}
    return tuple(a for a in WELL_KNOWN if a in out and a not in chosen)[:LINKS]


def speaks_for(tr: Translator, option: Option) -> list[str]:
    """Return the reasons of the option itself."""
    return [reason_words(tr, reason) for reason in option.reasons]


def warned(tr: Translator, plan: Plan, option: Option) -> list[str]:
    """Return what to beware of, each once."""
    return list(dict.fromkeys(reason_words(tr, reason) for reason in (*plan.warnings, *option.warnings)))


def _fame(accelerator: str) -> int:
    return WELL_KNOWN.index(accelerator) if accelerator in WELL_KNOWN else len(WELL_KNOWN)
