"""How fast one replica of a case works, as the queues of :mod:`wizard.sizing.queueing` need it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wizard.sizing.calibration import Calibration
from wizard.sizing.composition import interference, prefill, prompt_work, running_batch
from wizard.sizing.memory import memory
from wizard.sizing.operators import chunk_of, decode_step, fresh_tokens, mean_context, prefill_work
from wizard.sizing.queueing import Pace
from wizard.sizing.replica import Replica
from wizard.sizing.traffic import ServingInputs

_BATCHES = 24
_LENGTHS = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 25.0])


def pace_of(x: ServingInputs, calibration: Calibration) -> Pace:
    """Return the pace of a single case (every column of shape ``(1,)``)."""
    r = Replica.of(x)
    c = calibration.coefficients(x, r)
    budget = np.maximum(memory(x, np.maximum(np.nan_to_num(x.concurrency, nan=256.0), 1.0)).kv_budget, 0.0)
    most = max(int(running_batch(x, r, c, budget, np.full(1, np.inf))[0]), 1)
    batch = np.unique(np.round(np.geomspace(1, most, _BATCHES)))
    step = decode_step(x, r, c, np.maximum(batch / x.pp, 1.0), mean_context(x))
    one = replace(x, prompt_tokens=np.maximum(_LENGTHS * x.prompt_tokens, 1.0), prompt_cv=np.zeros(1))
    alone = prefill(one, r, c, fresh_tokens(one))
    step = step * calibration.own_factor(x, "tpot")
    slower = calibration.own_factor(x, "ttft")
    chunk = prefill_work(x, r, c, chunk_of(x)) / x.pp
    return Pace(
        batch=batch, step=np.broadcast_to(step, batch.shape), length=_LENGTHS,
        alone=np.broadcast_to(alone * slower, _LENGTHS.shape),
        prompt=float((prompt_work(x, r, c) * slower)[0]),
        interference=float(interference(x, c)[0]), fixed=float(c.ttft_fixed_s[0]), chunk=float(chunk[0]), most=most,
    )
