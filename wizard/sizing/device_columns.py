"""Accelerators as columns: memory, bandwidth, dense peaks, links and the hardware family they are calibrated with.

Rates are SI per second and per device, for one direction of a link. A peak that the silicon lacks is NaN.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from wizard.catalog.records import Accelerator
from wizard.sizing.cases import Bools, Floats, Ints
from wizard.sizing.model_columns import stable_key

FAMILIES = (
    "volta", "turing", "ampere-dc", "ampere", "ada", "hopper", "blackwell-dc", "blackwell", "nvidia-unified", "cdna2",
    "cdna3", "cdna4", "rdna", "amd-unified", "intel-gpu", "apple", "gaudi", "neuron", "tpu", "ascend", "tenstorrent",
    "sambanova", "cpu", "other",
)
"""Hardware that behaves alike."""

CLASSES = ("nvidia-dc", "nvidia-client", "amd-dc", "unified", "client", "accelerator", "cpu")
"""Hardware whose errors behave alike; wider than a family."""

_CLASS_OF = {
    "volta": 0, "turing": 1, "ampere-dc": 0, "ampere": 1, "ada": 1, "hopper": 0, "blackwell-dc": 0, "blackwell": 1,
    "nvidia-unified": 3, "cdna2": 2, "cdna3": 2, "cdna4": 2, "rdna": 4, "amd-unified": 3, "intel-gpu": 4, "apple": 3,
    "gaudi": 5, "neuron": 5, "tpu": 5, "ascend": 5, "tenstorrent": 5, "sambanova": 5, "cpu": 6, "other": 5,
}
FAMILY_CLASS: Ints = np.array([_CLASS_OF[name] for name in FAMILIES])
"""Index in :data:`CLASSES` of each family."""

MAKERS = ("nvidia", "amd", "intel", "apple", "other")
"""Whose silicon and whose libraries: what a family that was never measured has in common with its relatives."""

_MAKER_OF = {
    **dict.fromkeys(("volta", "turing", "ampere-dc", "ampere", "ada", "hopper", "blackwell-dc", "blackwell",
                     "nvidia-unified"), "nvidia"),
    **dict.fromkeys(("cdna2", "cdna3", "cdna4", "rdna", "amd-unified"), "amd"),
    **dict.fromkeys(("intel-gpu", "gaudi"), "intel"), "apple": "apple",
}
FAMILY_MAKER: Ints = np.array([MAKERS.index(_MAKER_OF.get(name, "other")) for name in FAMILIES])
"""Index in :data:`MAKERS` of each family."""

LINKS = ("nvlink", "xgmi", "other", "pcie")
"""Kinds of scale-up link."""


@dataclass(frozen=True, slots=True)
class DeviceColumns:
    """Devices as arrays of shape ``(d,)``; index with :meth:`take` to broadcast over cases."""

    key: Ints
    """:func:`~wizard.sizing.model_columns.stable_key` of the catalogue id."""
    family: Ints
    """Index in :data:`FAMILIES`."""
    memory_bytes: Floats
    bandwidth: Floats
    peak_16: Floats
    peak_8: Floats
    peak_int8: Floats
    peak_4: Floats
    link: Ints
    """Index in :data:`LINKS` of the fastest path between devices of one node."""
    link_bandwidth: Floats
    """Bytes per second, one direction, of that path."""
    domain: Floats
    """Devices that the scale-up link joins; 1 without one."""
    pcie_bandwidth: Floats
    """Bytes per second, one direction, of the host bus: the path beyond the domain of the scale-up link."""
    unified: Bools
    release_year: Floats

    @classmethod
    def of(cls, accelerator: Accelerator) -> DeviceColumns:
        """Return the columns of one accelerator, each of shape ``(1,)``."""
        return _of(accelerator)

    def take(self, index: Ints) -> DeviceColumns:
        """Return the columns of ``index``, each of ``index``'s shape."""
        return DeviceColumns(*(getattr(self, f.name)[index] for f in fields(self)))


def stack(devices: Iterable[DeviceColumns]) -> DeviceColumns:
    """Join columns of several devices into one."""
    parts = list(devices)
    return DeviceColumns(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(DeviceColumns)))


_BY_ARCHITECTURE = (
    ("volta", "volta"), ("turing", "turing"), ("pascal", "turing"), ("ada", "ada"), ("hopper", "hopper"),
    ("cdna2", "cdna2"), ("cdna3", "cdna3"), ("cdna4", "cdna4"), ("rdna3.5", "amd-unified"), ("rdna", "rdna"),
    ("gaudi", "gaudi"), ("neuroncore", "neuron"), ("tpu", "tpu"), ("davinci", "ascend"), ("xe", "intel-gpu"),
    ("alchemist", "intel-gpu"), ("battlemage", "intel-gpu"), ("ponte", "intel-gpu"),
    ("gcn", "rdna"), ("polaris", "rdna"), ("tensix", "tenstorrent"), ("wormhole", "tenstorrent"),
    ("blackhole", "tenstorrent"), ("rdu", "sambanova"),
)


def default_network(device: DeviceColumns) -> Floats:
    """Return the usual one-way rate per device between nodes, bytes/s, where the plan names no network.

    One 200 Gb/s port per A100-class device, one 400 Gb/s port per newer datacentre device (HGX and DGX reference
    designs of those generations); other devices share one 100 GbE port among eight.
    """
    return _PORTS[device.family]


_NEWER = ("hopper", "blackwell-dc", "cdna3", "cdna4", "gaudi", "tpu", "ascend", "neuron")
_OLDER = ("ampere-dc", "cdna2", "volta")
_PORTS: Floats = np.array([50e9 if f in _NEWER else 25e9 if f in _OLDER else 12.5e9 / 8 for f in FAMILIES])


def family_of(accelerator: Accelerator) -> str:
    """Return the family that an accelerator is calibrated with."""
    vendor, text = accelerator.vendor.lower(), f"{accelerator.architecture} {accelerator.name}".lower()
    if accelerator.id.startswith(("cpu_", "raspberry_")):
        return "cpu"
    if vendor == "apple":
        return "apple"
    if vendor == "nvidia":
        return _nvidia_family(accelerator, text)
    if vendor == "amd" and accelerator.unified_memory and "cdna" not in text:
        return "amd-unified"
    if "tenstorrent" in vendor:
        return "tenstorrent"
    return next((family for part, family in _BY_ARCHITECTURE if part in text), "other")


def _nvidia_family(accelerator: Accelerator, text: str) -> str:
    if accelerator.unified_memory and accelerator.scaleup_domain < 8:
        return "nvidia-unified"
    if "blackwell" in text:
        return "blackwell-dc" if accelerator.arch_code.startswith("10") else "blackwell"
    if "ampere" in text:
        return "ampere-dc" if accelerator.arch_code == "8.0" else "ampere"
    return next((family for part, family in _BY_ARCHITECTURE if part in text), "other")


@lru_cache(maxsize=1024)
def _of(accelerator: Accelerator) -> DeviceColumns:
    link, bandwidth = _link(accelerator)
    values: dict[str, float | int | bool] = {
        "key": stable_key(accelerator.id), "family": FAMILIES.index(family_of(accelerator)),
        "memory_bytes": float(accelerator.memory_bytes), "bandwidth": _si(accelerator.bandwidth_gb_s, 1e9),
        "peak_16": _peak_16(accelerator), "peak_8": _si(accelerator.fp8_tflops, 1e12),
        "peak_int8": _si(accelerator.int8_tops, 1e12), "peak_4": _si(accelerator.fp4_tflops, 1e12),
        "link": LINKS.index(link), "link_bandwidth": bandwidth, "domain": float(accelerator.scaleup_domain or 1),
        "pcie_bandwidth": _pcie(accelerator),
        "unified": accelerator.unified_memory, "release_year": float(accelerator.release_year or 2024),
    }
    return DeviceColumns(**{name: np.array([value]) for name, value in values.items()})


def _si(value: float | None, unit: float) -> float:
    return np.nan if value is None else value * unit


def _peak_16(accelerator: Accelerator) -> float:
    """Return the 16-bit peak in FLOP/s.

    Where nobody publishes it: half of the 8-bit peak, else the FP32 rate, else 30 FLOP per byte of bandwidth, which is
    what unified-memory chips have (Apple M1 to M4: 26-38); the calibration of such families absorbs the difference.
    """
    for value, factor in (
        (accelerator.fp16_tflops, 1e12), (accelerator.fp8_tflops, 0.5e12), (accelerator.int8_tops, 0.5e12),
        (accelerator.fp32_tflops, 1e12), (accelerator.bandwidth_gb_s, 30e9),
    ):
        if value:
            return value * factor
    return np.nan


def _link(accelerator: Accelerator) -> tuple[str, float]:
    kind = accelerator.scaleup_kind.lower()
    if accelerator.scaleup_gb_s and kind not in {"", "none"}:
        name = "nvlink" if "nvlink" in kind else "xgmi" if "xgmi" in kind or "infinity" in kind else "other"
        return name, accelerator.scaleup_gb_s * 1e9 / 2
    return "pcie", _pcie(accelerator)


def _pcie(accelerator: Accelerator) -> float:
    """8 GT/s with 128b/130b per lane in generation 3, doubled by each later one; generation 4 x8 if not known."""
    return 0.985e9 * 2 ** ((accelerator.pcie_gen or 4) - 3) * (accelerator.pcie_lanes or 8)
