"""Which other models a device serves within the same targets: the question of every edge box."""

from __future__ import annotations

import numpy as np

from wizard.needs.needs import Needs
from wizard.planner.candidates import Candidates, serving_inputs
from wizard.planner.facts import fact
from wizard.planner.plan import Fact, Option
from wizard.planner.requirements import speed_targets
from wizard.planner.serving_plan import Context, Outcome
from wizard.sizing.cases import ENGINES, KV_FORMATS, WEIGHT_FORMATS
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.serving import serve

COMPARED = (
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
)
"""One family in six sizes: the distilled DeepSeek-R1 models."""


def other_models(needs: Needs, context: Context, outcome: Outcome, option: Option) -> list[Fact]:
    """Say for each compared model whether one user gets it within the TPOT target on the option's device."""
    target = speed_targets(needs)[1]
    if needs.use_case != "edge" or target is None or outcome.judged is None:
        return []
    market = outcome.judged.space.market
    device = next(d.accelerator for d in market.devices if d.whole.id == option.accelerator)
    ones = np.ones(1, dtype=np.int64)
    row = Candidates(
        device=0 * ones, tp=ones, pp=ones, dp=ones, ep=ones, dcp=ones, users=ones,
        weights=WEIGHT_FORMATS.index(option.weight_precision) * ones, kv=KV_FORMATS.index(option.kv_precision) * ones,
        engine=ENGINES.index(option.engine) * ones,
    )
    found = []
    for name in COMPARED:
        model = context.catalog.models[name]
        columns = serve(serving_inputs(needs, model, DeviceColumns.of(device), row, context.year), context.calibration)
        band = columns.tpot_ms
        if not columns.fits[0]:
            found.append(fact("does_not_fit", model=model.name))
            continue
        code = "keeps_tpot" if band.high[0] <= target else "misses_tpot"
        found.append(fact(code, model=model.name, target=target, tpot=float(band.value[0]), high=float(band.high[0])))
    return found

