"""Fabrics join every port, without oversubscription, wired evenly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.costing.rules_network import leaf_and_spine, most_endpoints


@given(st.sampled_from([24, 32, 40, 48, 64, 144]), st.data())
def test_any_size_is_non_blocking(radix: int, data: st.DataObject) -> None:
    endpoints = data.draw(st.integers(1, most_endpoints(radix)))
    leaf, spine, up = (int(x[0]) for x in leaf_and_spine(np.array([endpoints]), radix))
    if endpoints <= radix:
        assert (leaf, spine, up) == (1, 0, 0)
        return
    down = radix // 2
    assert leaf * down >= endpoints > (leaf - 1) * down
    assert up == leaf * down
    assert down % spine == 0
    assert leaf * (down // spine) <= radix


@pytest.mark.parametrize(
    ("endpoints", "leaf", "spine", "links"),
    [(0, 0, 0, 0), (1, 1, 0, 0), (64, 1, 0, 0), (65, 3, 2, 96), (128, 4, 2, 128), (160, 5, 4, 160),
     (1024, 32, 16, 1024), (2048, 64, 32, 2048)],
)
def test_worked_by_hand_for_64_ports(endpoints: int, leaf: int, spine: int, links: int) -> None:
    assert tuple(int(x[0]) for x in leaf_and_spine(np.array([endpoints]), 64)) == (leaf, spine, links)
