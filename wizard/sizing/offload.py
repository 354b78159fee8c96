"""Models that no accelerator holds: part of the weights stays in the host's memory and is computed by its cores.

* ``layers``: whole layers on either side, as ``-ngl`` of llama.cpp. A token passes all of them one after the other, so
  its time is the share of the layers on the accelerator times its whole step there, plus the rest at the host's.
* ``experts``: the routed experts of a mixture on the host, everything else and the cache on the accelerator
  (KTransformers, ``--n-cpu-moe`` of llama.cpp). Only ``k`` of ``E`` experts are read per token, which is why a mixture
  bears it. What is left of the accelerator's memory holds some of the experts too.

Times on either side are those of the calibrated formulas for that hardware; only the arithmetic of experts runs on
kernels of their own, faster than the calibration of processors says. Prompts of whole layers are computed where the
weights are, or the weights are sent over the bus once for every piece of the prompt, whichever is faster. Experts are
sent as llama.cpp does it: from 32 tokens on, those that the piece uses. Engines that compute them on the host instead
(KTransformers, ik_llama.cpp with repacked weights) answer prompts of 500 tokens two to five times sooner.

``python -m tests.bench.hybrid_runs`` holds this against published runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wizard.sizing.bands import METRICS
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats
from wizard.sizing.coefficients import Coefficients
from wizard.sizing.device_columns import FAMILIES, LINKS, DeviceColumns
from wizard.sizing.engine_memory import usable_memory
from wizard.sizing.memory import activations, longest_context, overhead, stored_bytes
from wizard.sizing.operators import decode_step, expert_time, experts_touched, fresh_tokens, mean_context, prefill_work
from wizard.sizing.replica import Replica, kv_bytes
from wizard.sizing.traffic import ServingInputs
from wizard.units import GIB

Place = Literal["layers", "experts"]

HOST_MEMORY_BYTES = 512 * GIB
HOST_BANDWIDTH = 307.2e9
"""Eight channels of DDR5-4800, one socket. A second one counts for nothing: llama.cpp is no faster on two, and
KTransformers gains two fifths by keeping all weights twice."""

CORE_PEAK = 0.225e12
"""16-bit FLOP/s of a server core without matrix units (EPYC 9354: 7.2e12 of 32); AMX is several times faster."""

HOST_CORES = 32

COMPUTE_SHARE = 0.28
"""Share of the cores' peak that experts reach on the host: DeepSeek-V3 Q4_K_M, prompts of 500 tokens, at 54.2 tokens/s
on 32 cores and 82.9 on 64 (KTransformers 0.2), less the time of the accelerator: 0.32 and 0.25."""

BUS_SHARE = 0.8
"""Share of the bus that copies from pinned memory reach: 25 of 31.5 GB/s in generation 4 x16."""

COPY_BANDWIDTH = 20e9
"""Bytes per second at which experts come out of the host's memory: the median of seven machines of published runs (14
to 25e9; whichever one is left out, 19 to 21e9), in generation 5 no more than in generation 4."""

SENT_FROM_TOKENS = 32.0
"""Tokens of a piece from which llama.cpp sends weights to the accelerator instead of computing on the host."""

_HOST_SHARE = 0.9
"""Share of the host's memory that weights may take."""

_EXCHANGE_S = 50e-6
"""Time to hand a token's state to the cores and back, per mixture layer: two bus transfers and two launches."""

EXPERTS_BAND = (0.65, 1.8)
"""Ends of the time per token with experts on the host.

Of 46 published decode rates on 20 machines, none of which chose a constant, the times are 0.73 to 1.51 of the estimate,
nine in ten 0.74 to 1.39. Runs that went wrong are seldom published: the slow end is wider."""

PROMPT_BAND = (0.6, 2.0)
"""The same for a prompt whose experts are sent: 11 published rates on 7 machines are at 0.68 to 1.33."""

PIECE_TOKENS = 4096
"""Prompt tokens computed at a time (``--ubatch-size``), so that experts are sent over the bus but once for them."""

_LAYER_PIECE_TOKENS = 512.0
"""The same where whole layers are sent: llama.cpp's default."""


@dataclass(frozen=True, slots=True)
class Hybrid:
    """One case in bytes and seconds; ``share`` of the layers, or of the experts, lies on the accelerators.

    ``low`` and ``high`` are the 90 % interval of ``tpot``, ``first_low`` and ``first_high`` that of ``ttft``: those of
    processors which the fit has not seen, since sockets, threads and kernels of a host are never known; for experts on
    the host :data:`EXPERTS_BAND` and :data:`PROMPT_BAND`.
    ``cache_bytes`` are part of ``accelerator_bytes``; ``working_bytes`` come on top of what any prompt takes.
    """

    share: float
    accelerator_bytes: float
    host_bytes: float
    tpot: float
    low: float
    high: float
    floor: float
    ttft: float
    first_low: float
    first_high: float
    first_floor: float
    cache_bytes: float
    working_bytes: float


def host_columns(
    memory_bytes: float = HOST_MEMORY_BYTES, bandwidth: float = HOST_BANDWIDTH, cores: float | None = None,
) -> DeviceColumns:
    """Return a host as a device, each column of shape ``(1,)``; ``bandwidth`` and ``cores`` are those of one socket.

    Where the ``cores`` are not known there are as many for the bandwidth as in the usual host.
    """
    cores = HOST_CORES * bandwidth / HOST_BANDWIDTH if cores is None else cores
    values: dict[str, float | int | bool] = {
        "key": 0, "family": FAMILIES.index("cpu"), "memory_bytes": memory_bytes, "bandwidth": bandwidth,
        "peak_16": cores * CORE_PEAK, "peak_8": np.nan, "peak_int8": np.nan, "peak_4": np.nan,
        "link": LINKS.index("pcie"), "link_bandwidth": 25e9, "domain": 1.0, "pcie_bandwidth": 25e9, "unified": False,
        "release_year": 2023.0,
    }
    return DeviceColumns(**{name: np.array([value]) for name, value in values.items()})


def hybrid(
    x: ServingInputs, host: DeviceColumns, place: Place, accelerators: int, calibration: Calibration,
    most_share: float = 1.0,
) -> Hybrid | None:
    """Return what a single case (one device per replica) does with the host's help; ``None`` where it does not fit.

    ``concurrency`` sequences run together; ``accelerators`` hold layers one after the other, and of what can move at
    most ``most_share``, as ``--n-cpu-moe`` says.
    """
    there = replace(x, device=host)
    r, rh = Replica.of(x), Replica.of(there)
    c, ch = calibration.coefficients(x, r), calibration.coefficients(there, rh)
    users, context = np.maximum(x.concurrency, 1.0), mean_context(x)
    total, experts = float(stored_bytes(x)[0]), float(np.minimum(r.expert_bytes, stored_bytes(x))[0])
    cache = float((users * (kv_bytes(x, r, longest_context(x)) + x.model.state_bytes))[0])
    taken = activations(x, users) + overhead(x)
    room = accelerators * float((usable_memory(x, taken) - taken)[0])
    movable = total + cache if place == "layers" else experts
    working = 0.0 if place == "layers" else _working_bytes(x, experts)
    fixed = 0.0 if place == "layers" else total - experts + cache
    room -= working
    if movable <= 0 or room < fixed or (place == "layers" and room <= 0):
        return None
    share = min((room - fixed) / movable, most_share)
    on_host = (1 - share) * movable
    if on_host > _HOST_SHARE * float(host.memory_bytes[0]):
        return None
    tokens = fresh_tokens(x)
    here_step, here_prompt = decode_step(x, r, c, users, context), prefill_work(x, r, c, tokens)
    if place == "layers":
        there_step = decode_step(there, rh, ch, users, context)
        sent = np.ceil(tokens / _LAYER_PIECE_TOKENS) * total / x.device.pcie_bandwidth + here_prompt
        there_prompt = np.minimum(prefill_work(there, rh, ch, tokens), sent)
        step, prompt = _mix(share, here_step, there_step), _mix(share, here_prompt, there_prompt)
    else:
        moved = _host_experts(there, rh, ch, users) - expert_time(x, r, c, users)
        step = here_step + (1 - share) * moved + x.model.moe_layers * _EXCHANGE_S
        computed = _host_experts(there, rh, ch, tokens) - expert_time(x, r, c, tokens)
        prompt = here_prompt + np.where(
            tokens < SENT_FROM_TOKENS, (1 - share) * computed, _sending_time(x, on_host, tokens))
    ends, first_ends = (
        (_band(calibration, there, "decode"), _band(calibration, there, "prefill")) if place == "layers"
        else (EXPERTS_BAND, PROMPT_BAND))
    value, floor = float(step[0]), _floor(x, r, host.bandwidth, place, share, users)
    # A prompt's weights are read where they are or come over the bus, whichever is wider.
    first_floor = _floor(x, r, np.maximum(host.bandwidth, x.device.pcie_bandwidth), place, share, tokens)
    first = max(float((c.ttft_fixed_s + prompt)[0]), first_floor)
    return Hybrid(
        share=share, accelerator_bytes=fixed + share * movable, host_bytes=on_host, tpot=max(value, floor),
        low=max(value * ends[0], floor), floor=floor,
        high=value * ends[1], ttft=first,
        first_low=max(first * first_ends[0], first_floor), first_floor=first_floor,
        first_high=first * first_ends[1], cache_bytes=cache, working_bytes=working,
    )


def _working_bytes(x: ServingInputs, experts: float) -> float:
    """Return what large pieces of a prompt take beside the usual working memory: buffers that grow with the piece, and
    one of the three matrices of a layer's experts on its way to the accelerator."""
    buffers = float(activations(x, np.ones(1))[0]) * (PIECE_TOKENS / _LAYER_PIECE_TOKENS - 1)
    return buffers + experts / max(float(x.model.moe_layers[0]), 1.0) / 3


def _host_experts(x: ServingInputs, r: Replica, c: Coefficients, tokens: Floats) -> Floats:
    """Return the time of so many tokens' experts on the host: each that is used is read once, at the efficiency of the
    calibration, and computed at :data:`COMPUTE_SHARE`; as long as the slower of the two, as in ``operators``."""
    reading = np.minimum(c.bandwidth * c.expert_bandwidth, 1.0)
    read = r.expert_bytes * experts_touched(x, tokens) / (r.bandwidth * reading)
    return np.hypot(read, 2 * r.routed * tokens / (COMPUTE_SHARE * r.peak_16))


def _sending_time(x: ServingInputs, on_host: float, tokens: Floats) -> Floats:
    """Return the time of the bus: every piece of a prompt takes those of the host's experts that it uses."""
    bandwidth = np.minimum(BUS_SHARE * x.device.pcie_bandwidth, COPY_BANDWIDTH)
    pieces = np.ceil(tokens / PIECE_TOKENS)
    return pieces * on_host * experts_touched(x, tokens / pieces) / bandwidth


def _band(calibration: Calibration, x: ServingInputs, metric: str) -> tuple[float, float]:
    """Return the ends of a time's 90 % interval, relative to its estimate."""
    low, high = calibration.interval(x, np.full(1, METRICS.index(metric)))
    return float(np.exp(-high[0])), float(np.exp(-low[0]))


def _mix(share: float, here: Floats, there: Floats) -> Floats:
    return share * here + (1 - share) * there


def _floor(x: ServingInputs, r: Replica, there: Floats, place: Place, share: float, tokens: Floats) -> float:
    """Return the least time of so many tokens: what must be read on each side at its full bandwidth, one after the
    other; ``there`` is the bandwidth at which the host's part is reached."""
    touched = r.expert_bytes * experts_touched(x, tokens)
    rest = r.dense_bytes + r.head_bytes
    if place == "layers":
        whole = rest + touched
        return float((share * whole / x.device.bandwidth + (1 - share) * whole / there)[0])
    return float((rest / x.device.bandwidth + touched * (share / x.device.bandwidth + (1 - share) / there))[0])
