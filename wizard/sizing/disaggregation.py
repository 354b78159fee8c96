"""Prefill and decode on machines of their own, with the KV cache handed over a stated link.

Prompts no longer interrupt answers: a token takes the bare decode step of its worker's batch. A request passes three
stations: a prefill worker (queue and service), the link, and a decode worker; users in closed loop are shared out over
them by approximate mean value analysis (Schweitzer 1979): who arrives sees the others in proportion ``(C - 1) / C``.

    TTFT = alone + own x queue seen + transfer,   transfer = KV bytes of the prompt per device / link per device

Each device of a worker sends its own part of the cache over its own link; the transfer is counted in full, for not
every engine overlaps it with the layers' computing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats
from wizard.sizing.composition import prefill, prompt_work, running_batch
from wizard.sizing.memory import memory
from wizard.sizing.operators import decode_step, fresh_tokens, mean_context
from wizard.sizing.replica import Replica, kv_per_device
from wizard.sizing.traffic import ServingInputs

NIC_BYTES_S = 50e9
"""One 400 Gb/s network port per device, one way: what HGX machines are sold with (NVIDIA DGX H100/H200/B200)."""

_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Split:
    """Seconds and rates of a whole deployment, each of shape ``(n,)``."""

    ttft: Floats
    tpot: Floats
    transfer: Floats
    requests: Floats
    """Requests per second of all workers."""
    batch: Floats
    """Sequences that decode together on one decode worker."""
    prefill_load: Floats
    """Share of the time that prefill workers compute."""


def disaggregated(
    first: ServingInputs, then: ServingInputs, prefill_workers: Floats, decode_workers: Floats,
    calibration: Calibration, link_bytes_s: Floats | float = NIC_BYTES_S,
) -> Split:
    """Return what ``concurrency`` users in closed loop see of ``first`` (prefill) and ``then`` (decode) workers.

    Both are cases of the same traffic; their layouts, devices and formats may differ. ``link_bytes_s`` is per device of
    the prefill worker, one way.
    """
    rp, rd = Replica.of(first), Replica.of(then)
    cp, cd = calibration.coefficients(first, rp), calibration.coefficients(then, rd)
    users = np.maximum(then.concurrency, 1.0)
    alone = (cp.ttft_fixed_s + prefill(first, rp, cp, fresh_tokens(first))) * calibration.own_factor(first, "ttft")
    own = prompt_work(first, rp, cp) * calibration.own_factor(first, "ttft")
    transfer = handed_over(first, rp) / link_bytes_s
    budget = np.maximum(memory(then, np.minimum(users, 1024.0)).kv_budget, 0.0)
    held = running_batch(then, rd, cd, budget, np.full(1, np.inf))
    ttft, batch = alone, users / decode_workers
    for _ in range(_ROUNDS):
        batch = np.clip(batch, 1.0, held)
        step = decode_step(then, rd, cd, np.maximum(batch / then.pp, 1.0), mean_context(then))
        tpot = step * calibration.own_factor(then, "tpot")
        answer = then.output_tokens * tpot
        # Neither group can do more than its workers can; who waits for them waits before the first token.
        most = np.minimum(prefill_workers / own, held * decode_workers / answer)
        rate = np.minimum(users / (ttft + transfer + answer), most)
        seen = rate * ttft / prefill_workers * (users - 1) / users
        ttft = np.maximum((ttft + alone + own * seen) / 2, alone)
        ttft = np.where(rate >= most, np.maximum(users / rate - transfer - answer, ttft), ttft)
        batch = (batch + rate * answer / decode_workers) / 2
    return Split(ttft=ttft + transfer, tpot=tpot, transfer=transfer, requests=rate, batch=batch,
                 prefill_load=rate * own / prefill_workers)


def handed_over(x: ServingInputs, r: Replica) -> Floats:
    """Return the KV bytes of one prompt that each device of a prefill worker sends."""
    return (kv_per_device(x, r, x.prompt_tokens) + x.model.state_bytes / x.tp) / x.pp


def splits(x: ServingInputs, devices: int) -> list[tuple[int, int]]:
    """Return the counts of prefill and decode workers that ``devices`` of the single case ``x`` can be split into.

    Of very many workers only some splits, evenly spread: neighbours differ by less than one worker in a hundred.
    """
    workers = int(devices // float((x.tp * x.pp * x.dp)[0]))
    if workers < 2:
        return []
    first = np.unique(np.linspace(1, workers - 1, min(workers - 1, _SPLITS)).round().astype(np.int64)).tolist()
    return [(n, workers - n) for n in first]


def best_split(
    x: ServingInputs, devices: int, calibration: Calibration, ttft: float, tpot: float,
    link_bytes_s: float = NIC_BYTES_S,
) -> tuple[int, int, Split] | None:
    """Return the split of a single case, and a load, that keep both limits (seconds) at the most requests per second.

    ``concurrency`` of ``x`` is the most users that are tried, all workers together; fewer are tried too. ``None`` where
    nothing keeps the limits.
    """
    pairs = [(*pair, share) for pair in splits(x, devices) for share in _LOADS]
    if not pairs:
        return None
    first, then, share = (np.array([pair[i] for pair in pairs], dtype=np.float64) for i in (0, 1, 2))
    many = replace(x, concurrency=np.maximum(x.concurrency * share, 1.0))
    found = disaggregated(many, many, first, then, calibration, link_bytes_s)
    keeps = (found.ttft <= ttft) & (found.tpot <= tpot)
    if not keeps.any():
        return None
    k = int(np.flatnonzero(keeps)[np.argmax(found.requests[keeps])])
    one = Split(*(np.broadcast_to(getattr(found, name), first.shape)[k:k + 1] for name in (
        "ttft", "tpot", "transfer", "requests", "batch", "prefill_load")))
    return pairs[k][0], pairs[k][1], one


_SPLITS = 128
"""Splits that are tried at most."""
_LOADS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1)
"""Shares of the users that are tried: fewer wait less."""
