"""Tokens per second, model FLOPs utilisation (MFU), step time and hours of a training run.

Per step and device: busy = hardware FLOPs / (peak x efficiency) + exposed traffic, stretched by the pipeline bubble,
plus the data-parallel traffic that does not hide behind it, plus the optimizer's pass over the states. The efficiency
of the matrix products is calibrated on measured runs (see :mod:`wizard.sizing.training_efficiency`); everything else
is counted. The ceiling is the dense peak spent on model FLOPs alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Band, Floats
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.training_cases import FP4, FP8, QLORA, RECOMPUTE, Layout, Recipe, TrainingSpeed
from wizard.sizing.training_efficiency import MAX_EFFICIENCY
from wizard.sizing.training_flops import TokenFlops, token_flops
from wizard.sizing.training_memory import NF4_BYTES, elements
from wizard.sizing.training_network import DATA_OVERLAP, step_traffic
from wizard.sizing.training_shape import TrainingShape

STATE_TRAFFIC_BYTES = 32.0
"""Bytes that the optimizer step moves per trained parameter: states read and written, gradient read, copy written."""

UNPACK_SHARE = 0.08
"""Share of the memory bandwidth at which 4-bit weights are unpacked: Qwen's Q-LoRA tables (github.com/QwenLM/Qwen,
README) have a floor of 0.37 s per micro-batch for 7B and 0.62 s for 14B on an A100, however short the sequence."""

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Seconds per optimizer step at efficiency 1, and what comes on top; each of shape ``(n,)``."""

    compute: Floats
    exposed: Floats
    data_parallel: Floats
    bubble: Floats
    optimizer: Floats
    tokens: Floats
    """Tokens per step over all devices."""
    flops: TokenFlops
    best_s_per_token: Floats
    """Device seconds per token at the dense peak, model FLOPs only."""

    layer_passes: Floats
    """Layers that a device launches per step, over its micro-batches."""
    unpack: Floats
    """Unpacking a quantised base to 16 bit, each pass of each micro-batch anew."""

    def seconds(self, efficiency: Floats, layer_s: Floats) -> Floats:
        """Return seconds per step at an efficiency of the matrix products.

        ``layer_s`` is the time the host needs to launch one layer forward and backward; it hides behind the device's
        work and the longer of the two counts, joined smoothly by a square sum.
        """
        work = np.hypot(self.compute / efficiency + self.unpack, self.layer_passes * layer_s)
        busy = (work + self.exposed) * (1.0 + self.bubble)
        hidden = DATA_OVERLAP * work
        return busy + np.maximum(0.0, self.data_parallel - hidden) + self.optimizer


def peak_flops(device: DeviceColumns, how: Recipe) -> Floats:
    """Return the dense peak in FLOP/s of the training precision; NaN where the silicon lacks it."""
    return np.select([how.precision == FP4, how.precision == FP8], [device.peak_4, device.peak_8], device.peak_16)


def step_times(
    shape: TrainingShape, lay: Layout, how: Recipe, device: DeviceColumns, network_bytes_s: Floats
) -> StepTimes:
    """Return the counted parts of one optimizer step."""
    flops, peak = token_flops(shape, how), peak_flops(device, how)
    wide = device.peak_16
    rank_tokens = lay.micro_batch * lay.micro_batches * how.sequence
    tokens = rank_tokens * lay.dp
    per_device = tokens / lay.devices
    linear = (flops.model_linear + flops.recompute_linear) / peak
    rest = (flops.model_wide + flops.recompute_wide) / wide
    traffic = step_traffic(shape, lay, how, device, network_bytes_s)
    held = elements(shape, lay, how)
    trained = np.where(how.trains_all, held.total, held.adapters)
    shards = np.where(lay.zero >= 1, lay.shards, 1.0)
    return StepTimes(
        compute=per_device * (linear + rest), exposed=traffic.exposed, data_parallel=traffic.data_parallel,
        bubble=traffic.bubble, optimizer=STATE_TRAFFIC_BYTES * trained / shards / device.bandwidth, tokens=tokens,
        flops=flops, best_s_per_token=flops.model_linear / peak + flops.model_wide / wide,
        layer_passes=shape.layers / lay.pp * lay.micro_batches,
        unpack=_unpack_seconds(held.dense, lay, how, device),
    )


def _unpack_seconds(weights: Floats, lay: Layout, how: Recipe, device: DeviceColumns) -> Floats:
    """Forward, backward and (recomputing) another forward pass each read the packed weights and write 16 bit."""
    passes = np.where(how.checkpointing == RECOMPUTE, 3.0, 2.0) * lay.micro_batches
    moved = passes * weights * (NF4_BYTES + 2.0)
    return np.where(how.method == QLORA, moved / (UNPACK_SHARE * device.bandwidth), 0.0)


def speed_columns(
    times: StepTimes, lay: Layout, peak: Floats, efficiency: Floats, layer_s: Floats, low: Floats, high: Floats,
    run_tokens: Floats,
) -> TrainingSpeed:
    """Return the speed with its band; ``low`` and ``high`` multiply tokens/s, ``run_tokens`` is the whole job."""
    rate = times.tokens / times.seconds(efficiency, layer_s) / lay.devices
    best = times.tokens / times.seconds(np.array([MAX_EFFICIENCY]), layer_s) / lay.devices
    ceiling = np.broadcast_to(1.0 / times.best_s_per_token, rate.shape)
    value = np.minimum(rate, ceiling)
    upper = np.maximum(value, np.minimum(value * high, np.minimum(best, ceiling)))
    tokens_s = Band(value, value * low, upper, ceiling)
    mfu_scale = times.flops.model / peak
    floor = times.tokens / lay.devices / ceiling
    step_s = Band(times.tokens / lay.devices / value, times.tokens / lay.devices / tokens_s.high,
                  times.tokens / lay.devices / tokens_s.low, floor)
    return TrainingSpeed(
        tokens_s=tokens_s, mfu=Band(*(x * mfu_scale for x in (value, tokens_s.low, tokens_s.high, ceiling))),
        step_s=step_s, hours=hours_band(tokens_s, lay.devices, run_tokens),
        model_flops_per_token=times.flops.model, hardware_flops_per_token=times.flops.hardware,
    )


def hours_band(tokens_s: Band, devices: Floats, run_tokens: Floats) -> Band:
    """Return hours for ``run_tokens`` tokens (NaN where not asked); low and high swap, the ceiling is a floor."""
    scale = run_tokens / (devices * SECONDS_PER_HOUR)
    return Band(scale / tokens_s.value, scale / tokens_s.high, scale / tokens_s.low, scale / tokens_s.ceiling)
