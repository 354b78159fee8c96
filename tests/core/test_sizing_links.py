"""Over which link the devices of a replica talk: the scale-up domain, the host's bus, or the network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H100, H200, LLAMA_70B, answer, case
from wizard.sizing.device_columns import LINKS
from wizard.sizing.replica import Replica


@pytest.mark.parametrize(("device", "layout", "link", "gb_s", "hop_gb_s"), [
    (H100, {"tp": 8}, "nvlink", 450, 450),
    (H100, {"tp": 4, "pp": 2}, "nvlink", 450, 450),
    (H100, {"tp": 8, "pp": 2}, "nvlink", 450, 50),
    (H100, {"tp": 16}, "pcie", 50, 50),
    ("a100_sxm_80", {"tp": 16}, "pcie", 25, 25),
    ("gb200_gpu", {"tp": 64}, "nvlink", 900, 900),
    ("h100_nvl_94", {"tp": 2}, "nvlink", 300, 300),
    ("h100_nvl_94", {"tp": 4}, "pcie", 63, 63),
    ("h200_nvl_141", {"tp": 4}, "nvlink", 450, 450),
    ("h200_nvl_141", {"tp": 8}, "pcie", 63, 63),
    ("rtx_pro_6000_bw_ws", {"tp": 2}, "pcie", 63, 63),
])
def test_each_layout_talks_over_the_link_that_reaches(
    device: str, layout: dict[str, int], link: str, gb_s: float, hop_gb_s: float
) -> None:
    laid: dict[str, Any] = {name: float(n) for name, n in layout.items()}
    r = Replica.of(case(LLAMA_70B, device, **laid))
    assert LINKS[int(r.link[0])] == link
    assert r.link_bandwidth[0] / 1e9 == pytest.approx(gb_s, rel=0.01)
    assert r.hop_bandwidth[0] / 1e9 == pytest.approx(hop_gb_s, rel=0.01)


def test_experts_over_the_network_cost_time_that_a_larger_domain_saves() -> None:
    wide = case(DEEPSEEK, H200, weights="fp8", users=256, dp=16.0, ep=16.0)
    joined = replace(wide, device=replace(wide.device, domain=np.array([72.0])))
    assert answer(wide).tpot_ms.value[0] > 1.03 * answer(joined).tpot_ms.value[0]


def test_stages_in_other_machines_are_no_faster_than_the_network() -> None:
    two = case(LLAMA_70B, H100, users=64, prompt=8000, tp=8.0, pp=2.0)
    one = replace(two, device=replace(two.device, domain=np.array([16.0])))
    assert answer(two).ttft_ms.value[0] > answer(one).ttft_ms.value[0]
