"""How much of a device an engine takes, by engine and version, as its own defaults say."""

from __future__ import annotations

import numpy as np

from wizard.sizing.cases import ENGINES, Floats
from wizard.sizing.traffic import ServingInputs
from wizard.units import GIB

_VLLM, _SGLANG = ENGINES.index("vllm"), ENGINES.index("sglang")

_SHARE: Floats = np.array([0.92, 0.88, 0.93, 0.95, 0.90])
"""Default share of the device that vLLM, SGLang, TensorRT-LLM, llama.cpp and other engines use."""

_VLLM_SHARE_BEFORE = 0.90
_VLLM_CHANGED = 2026.32
"""``--gpu-memory-utilization`` rose to 0.92 with vLLM 0.20 (27 April 2026)."""

_SGLANG_CHANGED = 2025.82
"""SGLang 0.5.4 reserves by what the device holds (sgl-project/sglang pull request 10975); before, by the devices."""

_UNIFIED_SHARE = 0.75
"""Share of unified memory that the GPU part may use: the default limit of Metal; the rest is the system's."""

_MIB = 2.0**20


def usable_memory(x: ServingInputs, taken: Floats) -> Floats:
    """Return the bytes that weights, cache and what the engine has ``taken`` for itself may fill on each device.

    vLLM's share holds all three. SGLang's static share is for weights and cache alone, and the rest is left for what it
    takes beside them.
    """
    share = _SHARE[np.minimum(x.engine, len(_SHARE) - 1)]
    share = np.where((x.engine == _VLLM) & (x.software_year < _VLLM_CHANGED), _VLLM_SHARE_BEFORE, share)
    share = np.where(x.device.unified, np.minimum(share, _UNIFIED_SHARE), share)
    usable: Floats = x.device.memory_bytes * np.where(x.memory_share > 0, x.memory_share, share)
    sglang = (x.engine == _SGLANG) & (x.memory_share <= 0) & ~x.device.unified
    if not sglang.any():
        return usable
    static = x.device.memory_bytes - _sglang_reserve(x)
    return np.where(sglang, np.minimum(static + taken, x.device.memory_bytes), usable)


def _sglang_reserve(x: ServingInputs) -> Floats:
    """Return the bytes that SGLang keeps free of weights and cache.

    Half a GiB, 1.5 MiB for each token of a chunk, 2 MiB for each sequence of its CUDA graphs, an eighth of a GiB for
    each device of a replica, more for copies of the attention; at least 10 GiB on devices of more than 60. Chunks and
    graphs grow with the device.
    """
    gib, devices = x.device.memory_bytes / GIB, x.tp * x.dp * x.pp
    steps = (gib < 20, gib < 35, gib < 60, gib < 160)
    chunk = np.select(steps, (2048.0, 2048.0, 4096.0, 8192.0), 16384.0)
    few = np.select(steps, (8.0, 24.0, 32.0, 256.0), 512.0)
    graphs = np.where(x.tp * x.dp < 4, few, np.select(steps, (8.0, 80.0, 160.0, 512.0), 512.0))
    copies = np.where(x.dp > 1, graphs * x.dp * np.where(graphs > 300, 4.5, 3.0), 0.0)
    reserve = 512 + 1.5 * chunk + 2 * graphs + 128 * devices + copies
    reserve = np.where(gib > 60, np.maximum(reserve, 10 * 1024), reserve) * _MIB
    by_devices = np.select((x.tp >= 16, x.tp >= 8, x.tp >= 4, x.tp >= 2), (0.21, 0.19, 0.15, 0.13), 0.12)
    return np.where(x.software_year < _SGLANG_CHANGED, by_devices * x.device.memory_bytes, reserve)
