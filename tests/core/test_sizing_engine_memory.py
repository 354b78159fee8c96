"""What engines take of a device by default, by version."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.sizing_cases import H100, H200, case
from wizard.sizing.memory import memory
from wizard.units import GIB


def usable(device: str, engine: str, year: float, tp: float = 1.0) -> tuple[float, float]:
    """Share of the device that the engine may fill, and that weights and cache may."""
    x = case(device=device, engine=engine, tp=tp, software_year=year)
    use, whole = memory(x, np.ones(1)), float(x.device.memory_bytes[0])
    return float(use.capacity[0]) / whole, float((use.capacity - use.activations - use.overhead)[0]) / whole


def test_vllm_took_less_before_its_twentieth_version() -> None:
    assert usable(H100, "vllm", 2026.0)[0] == pytest.approx(0.90)
    assert usable(H100, "vllm", 2026.9)[0] == pytest.approx(0.92)


@pytest.mark.parametrize(("device", "tp", "reserved_mib"), [
    (H100, 1, 512 + 1.5 * 8192 + 2 * 256 + 128), (H100, 8, 512 + 1.5 * 8192 + 2 * 512 + 1024),
    (H200, 1, 512 + 1.5 * 8192 + 2 * 256 + 128), ("b200_sxm_180", 8, 512 + 1.5 * 16_384 + 2 * 512 + 1024),
    ("rtx_4090", 1, 512 + 1.5 * 2048 + 2 * 24 + 128),
])
def test_sglang_reserves_by_chunk_and_graphs(device: str, tp: float, reserved_mib: float) -> None:
    x = case(device=device, engine="sglang", tp=float(tp))
    whole, static = usable(device, "sglang", 2026.5, float(tp))
    assert (1 - static) * float(x.device.memory_bytes[0]) == pytest.approx(reserved_mib * GIB / 1024)
    assert static < whole <= 1


def test_older_sglang_reserved_by_the_devices_of_a_replica() -> None:
    assert [round(usable(H100, "sglang", 2025.2, tp)[1], 2) for tp in (1.0, 2.0, 4.0, 8.0)] == [0.88, 0.87, 0.85, 0.81]


def test_a_stated_share_is_taken_at_its_word() -> None:
    x = case(engine="sglang", memory_share=0.7)
    assert memory(x, np.ones(1)).capacity[0] == pytest.approx(0.7 * x.device.memory_bytes[0])
