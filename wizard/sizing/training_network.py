"""Time that parallel training spends on the wire, per optimizer step and device.

Volumes: tensor parallelism runs two collectives per layer forward and two backward (two more when the forward pass is
repeated), each moving 2·(t-1)/t of the layer's activations (Shoeybi et al. 2019, arXiv:1909.08053; with sequence
parallelism the same volume as reduce-scatter and all-gather). Data parallelism moves 2·(z-1)/z of the gradients per
step; ZeRO-3 gathers the weights twice and scatters the gradients once per micro-batch, 1.5 times as much (ZeRO paper,
section 7). Expert parallelism sends each token to k experts and back. A pipeline of p stages with m micro-batches and
v chunks idles (p-1)/(v·m) of the time (Narayanan et al. 2021, arXiv:2104.04473).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.sizing.cases import Floats
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.training_cases import QLORA, RECOMPUTE, Layout, Recipe
from wizard.sizing.training_memory import NF4_BYTES, elements
from wizard.sizing.training_shape import TrainingShape

LINK_SHARE = 0.7
"""Share of a link's one-way rate that large collectives reach (NCCL bus bandwidth on NVLink and InfiniBand)."""

DATA_OVERLAP = 0.8
"""Share of the compute time under which data-parallel traffic hides (bucketed reduction, prefetched gathers)."""

TENSOR_EXPOSED = 0.6
"""Share of tensor-parallel traffic that no computation hides."""

EXPERT_EXPOSED = 0.3
"""Share of expert-parallel traffic that neither computation nor a second micro-batch hides."""


@dataclass(frozen=True, slots=True)
class StepTraffic:
    """Seconds per optimizer step on one device; each of shape ``(n,)``."""

    exposed: Floats
    """Tensor- and expert-parallel traffic that stands in the way of computation."""
    data_parallel: Floats
    """Data-parallel traffic in all, before overlap."""
    bubble: Floats
    """Idle share of the pipeline, relative to the busy time."""


def step_traffic(
    shape: TrainingShape, lay: Layout, how: Recipe, device: DeviceColumns, network_bytes_s: Floats
) -> StepTraffic:
    """Return the wire times; ``network_bytes_s`` is each device's one-way rate beyond its scale-up domain."""
    tokens = lay.micro_batch * lay.micro_batches * how.sequence / lay.cp
    layers = shape.layers / lay.pp
    width = 2.0 * shape.hidden
    repeats = np.where(how.checkpointing == RECOMPUTE, 3.0, 2.0)
    tensor = tokens * layers * width * 2.0 * repeats * 2.0 * (lay.tp - 1.0) / lay.tp
    tensor_s = tensor / _rate(lay.tp, 1.0, device, network_bytes_s)
    copies = _copies(shape, lay, device)
    routed = tokens / lay.tp * layers * width * 2.0 * copies * repeats * (lay.ep - 1.0) / lay.ep
    expert_s = np.where(shape.experts > 0, routed / _rate(lay.expert_split, 1.0, device, network_bytes_s), 0.0)
    bubble = (lay.pp - 1.0) / (np.maximum(1.0, lay.micro_batches) * np.maximum(1.0, lay.virtual_stages))
    exposed = TENSOR_EXPOSED * tensor_s + EXPERT_EXPOSED * expert_s
    return StepTraffic(exposed, _data_parallel(shape, lay, how, device, network_bytes_s), bubble)


def _data_parallel(
    shape: TrainingShape, lay: Layout, how: Recipe, device: DeviceColumns, network_bytes_s: Floats
) -> Floats:
    held = elements(shape, lay, how)
    trained = np.where(how.trains_all, held.total, held.adapters)
    moved = 2.0 * np.where(how.trains_all, 2.0, 4.0) * trained
    frozen = np.where(how.trains_all, 2.0 * held.total, np.where(how.method == QLORA, NF4_BYTES, 2.0) * held.total)
    gathered = lay.micro_batches * (2.0 * frozen + 2.0 * trained)
    volume = np.where(lay.zero >= 3, np.maximum(gathered, moved), moved)
    neighbours = np.maximum(1.0, _node(device) / lay.tp)
    return volume * (lay.shards - 1.0) / lay.shards / _rate(lay.devices, neighbours, device, network_bytes_s)


def _copies(shape: TrainingShape, lay: Layout, device: DeviceColumns) -> Floats:
    """Times that a token crosses the slowest link: k inside a node, else once to each node it must reach.

    Of N nodes k independent choices reach N·(1 - (1 - 1/N)^k).
    """
    nodes = np.maximum(1.0, lay.expert_split / _node(device))
    return np.where(nodes > 1.0, nodes * -np.expm1(shape.experts_per_token * np.log1p(-1.0 / np.maximum(nodes, 1.01))),
                    shape.experts_per_token)


def _node(device: DeviceColumns) -> Floats:
    """Devices that meet without the network: the scale-up domain, or 8 of a host without one."""
    return np.where(device.domain > 1, device.domain, 8.0)


def _rate(group: Floats, neighbours: Floats | float, device: DeviceColumns, network_bytes_s: Floats) -> Floats:
    """One-way bytes per second of a collective over ``group`` devices, per device.

    Inside a node that is the scale-up link, or PCIe. Beyond it every byte enters a node once and is spread inside, so
    the ports of ``neighbours`` ranks of one node that take part in the same collective add up.
    """
    inside = np.where(device.domain > 1, device.link_bandwidth, device.pcie_bandwidth)
    outside = np.minimum(inside, network_bytes_s * neighbours)
    return LINK_SHARE * np.where(group <= _node(device), inside, outside)
