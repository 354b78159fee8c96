"""Models that no accelerator holds: part of the weights stays in the host's memory and is computed by its cores.

* ``layers``: whole layers on either side, as ``-ngl`` of llama.cpp. A token passes all of them one after the other, so
  its time is the share of the layers on the accelerator times its whole step there, plus the rest at the host's.
* ``experts``: the routed experts of a mixture on the host, everything else and the cache on the accelerator
  (KTransformers, ``--n-cpu-moe`` of llama.cpp). Only ``k`` of ``E`` experts are read per token, which is why a mixture
  bears it. What is left of the accelerator's memory holds some of the experts too.

Prompts are computed where the weights are; whole layers of llama.cpp may instead be sent over the bus in pieces of
512 tokens, whichever is faster. Times on either side are those of the calibrated formulas for that hardware.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wizard.sizing.bands import METRICS
from wizard.sizing.calibration import Calibration
from wizard.sizing.cases import Floats
from wizard.sizing.device_columns import FAMILIES, LINKS, DeviceColumns
from wizard.sizing.memory import activations, longest_context, overhead, stored_bytes, usable_memory
from wizard.sizing.operators import decode_step, expert_time, experts_touched, fresh_tokens, mean_context, prefill_work
from wizard.sizing.replica import Replica, kv_bytes
from wizard.sizing.traffic import ServingInputs
from wizard.units import GIB

Place = Literal["layers", "experts"]

HOST_MEMORY_BYTES = 512 * GIB
HOST_BANDWIDTH = 307.2e9
"""Eight channels of DDR5-4800, one socket: a second socket's memory is reached at a fraction of its bandwidth."""

_HOST_PEAK = 7.2e12
"""16-bit multiplications of 32 server cores without matrix units (EPYC 9354); AMX is several times faster."""

_HOST_SHARE = 0.9
"""Share of the host's memory that weights may take."""

_EXCHANGE_S = 50e-6
"""Time to hand a token's state to the cores and back, per mixture layer: two bus transfers and two launches."""

_PIECE_TOKENS = 512.0


@dataclass(frozen=True, slots=True)
class Hybrid:
    """One case in bytes and seconds; ``share`` of the layers, or of the experts, lies on the accelerators.

    ``low`` and ``high`` are the 90 % interval of ``tpot``: that of processors which the fit has not seen, since
    sockets, threads and kernels of a host are never known.
    """

    share: float
    accelerator_bytes: float
    host_bytes: float
    tpot: float
    low: float
    high: float
    floor: float
    ttft: float


def host_columns(memory_bytes: float = HOST_MEMORY_BYTES, bandwidth: float = HOST_BANDWIDTH) -> DeviceColumns:
    """Return a host as a device, each column of shape ``(1,)``."""
    values: dict[str, float | int | bool] = {
        "key": 0, "family": FAMILIES.index("cpu"), "memory_bytes": memory_bytes, "bandwidth": bandwidth,
        "peak_16": _HOST_PEAK, "peak_8": np.nan, "peak_int8": np.nan, "peak_4": np.nan, "link": LINKS.index("pcie"),
        "link_bandwidth": 25e9, "domain": 1.0, "pcie_bandwidth": 25e9, "unified": False, "release_year": 2023.0,
    }
    return DeviceColumns(**{name: np.array([value]) for name, value in values.items()})


def hybrid(
    x: ServingInputs, host: DeviceColumns, place: Place, accelerators: int, calibration: Calibration
) -> Hybrid | None:
    """Return what a single case (one device per replica) does with the host's help; ``None`` where it does not fit.

    ``concurrency`` sequences run together; ``accelerators`` hold layers one after the other.
    """
    there = replace(x, device=host)
    r, rh = Replica.of(x), Replica.of(there)
    c, ch = calibration.coefficients(x, r), calibration.coefficients(there, rh)
    users, context = np.maximum(x.concurrency, 1.0), mean_context(x)
    total, experts = float(stored_bytes(x)[0]), float(np.minimum(r.expert_bytes, stored_bytes(x))[0])
    cache = float((users * (kv_bytes(x, r, longest_context(x)) + x.model.state_bytes))[0])
    room = accelerators * float((usable_memory(x) - activations(x, users) - overhead(x))[0])
    movable = total + cache if place == "layers" else experts
    fixed = 0.0 if place == "layers" else total - experts + cache
    if movable <= 0 or room < fixed or (place == "layers" and room <= 0):
        return None
    share = min((room - fixed) / movable, 1.0)
    on_host = (1 - share) * movable
    if on_host > _HOST_SHARE * float(host.memory_bytes[0]):
        return None
    tokens = fresh_tokens(x)
    here_step, here_prompt = decode_step(x, r, c, users, context), prefill_work(x, r, c, tokens)
    if place == "layers":
        there_step = decode_step(there, rh, ch, users, context)
        sent = np.ceil(tokens / _PIECE_TOKENS) * total / x.device.pcie_bandwidth + here_prompt
        there_prompt = np.minimum(prefill_work(there, rh, ch, tokens), sent)
        step, prompt = _mix(share, here_step, there_step), _mix(share, here_prompt, there_prompt)
    else:
        moved = expert_time(there, rh, ch, users) - expert_time(x, r, c, users)
        step = here_step + (1 - share) * moved + x.model.moe_layers * _EXCHANGE_S
        prompt = here_prompt + (1 - share) * (expert_time(there, rh, ch, tokens) - expert_time(x, r, c, tokens))
    low, high = calibration.interval(there, np.full(1, METRICS.index("decode")))
    value, floor = float(step[0]), _floor(x, r, host, place, share)
    return Hybrid(
        share=share, accelerator_bytes=fixed + share * movable, host_bytes=on_host, tpot=max(value, floor),
        low=max(value * float(np.exp(-high[0])), floor), floor=floor,
        high=value * float(np.exp(-low[0])), ttft=float((c.ttft_fixed_s + prompt)[0]),
    )


def _mix(share: float, here: Floats, there: Floats) -> Floats:
    return share * here + (1 - share) * there


def _floor(x: ServingInputs, r: Replica, host: DeviceColumns, place: Place, share: float) -> float:
    """Return the least time per token: what must be read on each side at its full bandwidth, one after the other."""
    touched = r.expert_bytes * experts_touched(x, np.maximum(x.concurrency, 1.0))
    rest = r.dense_bytes + r.head_bytes
    if place == "layers":
        whole = rest + touched
        return float((share * whole / x.device.bandwidth + (1 - share) * whole / host.bandwidth)[0])
    return float((rest / x.device.bandwidth + touched * (share / x.device.bandwidth + (1 - share) / host.bandwidth))[0])
