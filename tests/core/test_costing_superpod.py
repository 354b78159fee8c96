"""Fabrics equal NVIDIA's published component tables of DGX SuperPOD, for every size that two tiers join."""

from __future__ import annotations

import numpy as np
import pytest

from wizard.catalog.catalog import Catalog
from wizard.costing.build import build_bom
from wizard.costing.demand import BuildDemand
from wizard.costing.rules_network import leaf_and_spine, most_endpoints

# DGX SuperPOD reference architecture, DGX H100, "Network Fabrics", table 4; read 2026-11-22:
# docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-h100/latest/network-fabrics.html
# One node of each last scalable unit makes room for UFM, which takes four more ports: they are in "compute and UFM".
UFM_PORTS = 4
H100 = [(31, 8, 4, 252, 256), (63, 16, 8, 508, 512), (95, 24, 16, 764, 768), (127, 32, 16, 1020, 1024)]

# DGX SuperPOD reference architecture, DGX B200, "DGX SuperPOD Architecture", larger component counts; read 2026-11-22:
# docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-b200/latest/dgx-superpod-architecture.html
B200 = [(64, 16, 8, 512, 512), (128, 32, 16, 1024, 1024), (256, 64, 32, 2048, 2048)]

# DGX SuperPOD reference architecture, DGX B300 with XDR (144 ports a switch), table 3; read 2026-11-22:
# docs.nvidia.com/dgx-superpod/reference-architecture/scalable-infrastructure-b300-xdr/latest/ (the page
# dgx-superpod-architecture.html)
B300 = [(72, 8, 4, 576, 576), (144, 16, 8, 1152, 1152), (288, 32, 18, 2304, 2304), (576, 64, 36, 4608, 4608),
        (1296, 144, 72, 10368, 10368)]


@pytest.mark.parametrize(
    ("radix", "nodes", "leaf", "spine", "node_leaf", "leaf_spine", "more"),
    [(64, *row, UFM_PORTS) for row in H100] + [(64, *row, 0) for row in B200] + [(144, *row, 0) for row in B300],
)
def test_switches_and_cables_are_those_of_the_table(
    radix: int, nodes: int, leaf: int, spine: int, node_leaf: int, leaf_spine: int, more: int,
) -> None:
    endpoints = 8 * nodes + more
    assert endpoints == node_leaf
    found = tuple(int(x[0]) for x in leaf_and_spine(np.array([endpoints]), radix))
    assert found == (leaf, spine, leaf_spine)
    without_ufm = tuple(int(x[0]) for x in leaf_and_spine(np.array([8 * nodes]), radix))
    assert without_ufm == found


@pytest.mark.parametrize(
    ("accelerator", "nodes", "leaf", "spine", "leaf_spine"),
    [("h100_sxm_80", 31, 8, 4, 256), ("h100_sxm_80", 95, 24, 16, 768), ("h100_sxm_80", 127, 32, 16, 1024),
     ("b200_sxm_180", 64, 16, 8, 512), ("b200_sxm_180", 128, 32, 16, 1024), ("b200_sxm_180", 256, 64, 32, 2048)],
)
def test_bills_buy_the_switches_of_the_table(
    accelerator: str, nodes: int, leaf: int, spine: int, leaf_spine: int,
) -> None:
    catalog = Catalog()
    demand = BuildDemand(accelerator=accelerator, accelerators=8 * nodes, nodes=nodes, training=True, inter_node=True)
    bom = build_bom(demand, catalog)
    assert bom.fabric is not None
    assert (bom.fabric.leaf_switches, bom.fabric.spine_switches) == (leaf, spine)
    assert bom.fabric.links == 8 * nodes + leaf_spine
    kind = [line for line in bom.lines if line.reason == "fabric_leaf_spine"]
    assert [line.quantity for line in kind] == [leaf + spine]
    assert catalog.components[kind[0].part].ports == 64


def test_more_than_two_tiers_are_refused_rather_than_miscounted() -> None:
    """The B200 table's 512 nodes need a third tier of 64 core switches; two tiers end at 2,048 ports."""
    assert most_endpoints(64) == 8 * 256
    assert most_endpoints(144) == 8 * 1296
