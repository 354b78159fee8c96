"""One replica per case: what each device stores, at which peak it computes, over which link it talks.

These are facts of model, format and layout; no constant of a calibration enters here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from wizard.sizing import formats
from wizard.sizing.cases import KV_FORMATS, Floats, Ints
from wizard.sizing.device_columns import LINKS, default_network
from wizard.sizing.traffic import RUNTIMES, ServingInputs

_KV_BYTES: Floats = np.array([2.0, 1.0])
_FP8, _FP4, _MXFP4 = formats.code("fp8"), formats.code("fp4"), formats.code("mxfp4")
_SWITCHED = 8
"""Devices of a domain that fills a machine with switches: beyond it lies a network, beyond bridged cards the bus."""
_PCIE = LINKS.index("pcie")
_LLAMA_CPP = RUNTIMES.index("llama.cpp")


@dataclass(frozen=True, slots=True)
class Replica:
    """Derived columns of a case. Bytes and FLOP/s are per device; elements per model."""

    devices: Floats
    """Devices of one pipeline stage: ``tp x dp``."""
    dense: Floats
    """Elements multiplied for every token, without experts and head."""
    routed: Floats
    """Elements of the routed experts that one token uses."""
    dense_bytes: Floats
    """Bytes of ``dense`` (whole model)."""
    expert_bytes: Floats
    head_bytes: Floats
    dense_peak: Floats
    expert_peak: Floats
    peak_16: Floats
    bandwidth: Floats
    kv_element_bytes: Floats
    kv_split: Floats
    """Devices over which the KV heads of one sequence are split: TP, but never below one head."""
    link: Ints
    link_bandwidth: Floats
    """Bytes per second, one direction, between the devices of a stage: of the scale-up link inside its domain; beyond
    it of the host's bus, or where the domain fills a machine of the network."""
    hop_bandwidth: Floats
    """The same between two stages."""
    efficiency_class: Ints

    @classmethod
    def of(cls, x: ServingInputs) -> Replica:
        """Derive the columns from inputs."""
        return _of(x)

    def take(self, index: Ints | slice) -> Replica:
        """Return the columns of ``index``; those of one element stay as they are."""
        columns = (getattr(self, f.name) for f in fields(self))
        return Replica(*(column if column.size == 1 else column[index] for column in columns))


def stored_format(x: ServingInputs) -> Ints:
    """Return the format that the weights really have: FP8 in blocks and FP4 as MXFP4 where the model ships so."""
    stored = np.where((x.weight_format == _FP8) & x.model.native_block_fp8, formats.code("fp8_block"), x.weight_format)
    return np.where((stored == _FP4) & x.model.native_mxfp4, _MXFP4, stored)


def computed_format(x: ServingInputs) -> Ints:
    """Return the format whose kernels run: to llama.cpp MXFP4 is one of its own 4-bit types, multiplied in INT8."""
    stored = stored_format(x)
    return np.where((stored == _MXFP4) & (x.engine == _LLAMA_CPP), formats.code("gguf_q4_0"), stored)


def _of(x: ServingInputs) -> Replica:
    m, d = x.model, x.device
    stored, computed = stored_format(x), computed_format(x)
    is_moe = m.expert > 0
    share = m.experts_per_token / m.experts
    routed = m.expert * share
    dense = np.maximum(m.active - routed - m.head, 0.0)
    element = formats.BYTES_PER_ELEMENT[stored]
    dense_element = np.where(is_moe, formats.DENSE_BYTES_IN_MOE[stored], element)
    peak_16 = accumulating_peak(x)
    peak = formats.matrix_peak(computed, peak_16, d.peak_8, d.peak_int8, d.peak_4)
    dense_peak = np.where(is_moe, formats.dense_peak_in_moe(computed, peak, peak_16, d.peak_8), peak)
    beyond, far = x.tp * x.dp > d.domain, d.domain >= _SWITCHED
    network = default_network(d)
    outside = np.where(far, network, d.pcie_bandwidth)
    link_bandwidth = np.where(beyond, outside, d.link_bandwidth)
    return Replica(
        devices=x.tp * x.dp, dense=dense, routed=routed, dense_bytes=dense * dense_element,
        expert_bytes=m.expert * element, head_bytes=m.head * formats.HEAD_BYTES[stored], dense_peak=dense_peak,
        expert_peak=peak, peak_16=peak_16, bandwidth=d.bandwidth, kv_element_bytes=kv_element_bytes(x.kv_format),
        kv_split=kv_split(x), link=np.where(beyond, _PCIE, d.link),
        link_bandwidth=link_bandwidth,
        hop_bandwidth=np.where(far & (x.tp * x.dp * x.pp > d.domain), network, link_bandwidth),
        efficiency_class=formats.EFFICIENCY_CLASS[stored],
    )


def accumulating_peak(x: ServingInputs) -> Floats:
    """Return the 16-bit peak that an engine's kernels can reach.

    Peaks are stated with 32-bit accumulation, at which GeForce cards run half as fast; llama.cpp accumulates in 16 bit
    or multiplies in INT8, whose half is the full 16-bit rate on every tensor core.
    """
    half = np.nan_to_num(x.device.peak_int8, nan=0.0) / 2
    return np.where(x.engine == _LLAMA_CPP, np.maximum(x.device.peak_16, half), x.device.peak_16)


def kv_element_bytes(kv_format: Ints) -> Floats:
    """Return the bytes of one cached element; the last format of ``KV_FORMATS`` is the narrowest known."""
    return _KV_BYTES[np.minimum(kv_format, len(KV_FORMATS) - 1)]


def kv_split(x: ServingInputs) -> Floats:
    """Return over how many devices a sequence's KV is split: its heads (MLA has one latent per token), then tokens."""
    return np.minimum(x.tp, np.maximum(x.model.kv_heads, 1.0) * x.dcp)


def kv_bytes(x: ServingInputs, r: Replica, context: Floats) -> Floats:
    """Return the KV bytes of one sequence of ``context`` tokens over all layers and heads; windows stop growing."""
    m = x.model
    scales = np.where(r.kv_element_bytes == 1.0, m.kv_scales, 0.0) * context
    return r.kv_element_bytes * (m.kv_full * context + m.kv_window * np.minimum(context, m.window)) + scales


def kv_per_device(x: ServingInputs, r: Replica, context: Floats) -> Floats:
    """Return the same on one device of an attention rank: TP splits each kind of layer down to one of its heads."""
    m = x.model
    scales = np.where(r.kv_element_bytes == 1.0, m.kv_scales, 0.0)
    windowed = m.kv_window * np.minimum(context, m.window) / np.minimum(x.tp, np.maximum(m.window_kv_heads, 1.0))
    full: Floats = (r.kv_element_bytes * m.kv_full + scales) * context / r.kv_split
    return full + r.kv_element_bytes * windowed
