"""Rows of runs with prefill and decode on machines of their own: their notes name the workers of either kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from wizard.sizing.bands import METRICS as BAND_METRICS
from wizard.sizing.calibration import Calibration
from wizard.sizing.disaggregation import disaggregated
from wizard.sizing.experiments import BAND_OF, METRICS
from wizard.sizing.inference_rows import Setting, inputs_of

_WORKERS = re.compile(r"(\d+) (prefill|decode) workers x \d+ GPU \(tp(\d+) dp(\d+) ep(\d+)\)")

WIDER = 1.3
"""How much wider than the calibrated band the interval is: nothing was fitted on such runs, links and overlap are not
stated (median error of 38 published ones 17 %, 80 of 100 within 29 %)."""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers of each kind, and what one of each is."""

    first: Setting
    then: Setting
    prefill: float
    decode: float


def workers_of(setting: Setting, row: Mapping[str, str]) -> Workers | None:
    """Return the workers that a row's notes name; ``None`` where prompts and answers share machines."""
    found = {
        kind: (float(count), replace(setting, tp=int(tp), dp=int(dp), ep=int(ep), pp=1, replicas=1.0))
        for count, kind, tp, dp, ep in _WORKERS.findall(row.get("notes", ""))
    }
    if set(found) != {"prefill", "decode"}:
        return None
    return Workers(found["prefill"][1], found["decode"][1], found["prefill"][0], found["decode"][0])


def answer(w: Workers, metric: int, calibration: Calibration) -> tuple[float, float, float]:
    """Return value and ends of the interval of a metric (index in :data:`wizard.sizing.experiments.METRICS`)."""
    x, y = inputs_of([w.first]), inputs_of([w.then])
    found = disaggregated(x, y, np.array([w.prefill]), np.array([w.decode]), calibration)
    name, tokens = METRICS[metric], {
        "throughput_total_tok_s": w.then.output_tokens + w.then.prompt_tokens, "prefill_tok_s": w.then.prompt_tokens}
    times = {"ttft_ms": float(found.ttft[0]) * 1e3, "tpot_ms": float(found.tpot[0]) * 1e3,
             "per_user_tok_s": 1 / float(found.tpot[0])}
    value = times.get(name, float(found.requests[0]) * tokens.get(name, w.then.output_tokens))
    kind = "tpot" if name.startswith("throughput") else BAND_METRICS[int(BAND_OF[metric])]
    low, high = calibration.interval(y, np.full(1, BAND_METRICS.index(kind)))
    return value, value * float(np.exp(WIDER * low[0])), value * float(np.exp(WIDER * high[0]))
