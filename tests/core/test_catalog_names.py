from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.catalog.names import nearest, normalise


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ＲＴＸ－4090®", "rtx 4090"),
        ("NVIDIA(R) H100-SXM5_80GB", "nvidia h100 sxm5 80gb"),
        ("Tesla™ T4", "tesla t4"),
        ("  昇腾 910B ", "昇腾 910b"),
        ("Qwen/Qwen2.5-7B", "qwen qwen2 5 7b"),
    ],
)
def test_one_spelling(text: str, same: str) -> None:
    assert normalise(text) == same


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_nearest_is_best_first_and_limited() -> None:
    names = ("h100_sxm_80", "h100_pcie_80", "h200_sxm_141", "rtx_4090")
    assert nearest("H100 SMX 80", names)[0] == "h100_sxm_80"
    assert len(nearest("h100", names, limit=2)) == 2


def test_nothing_close_is_nothing() -> None:
    assert nearest("xyzzy", ("h100_sxm_80", "rtx_4090")) == ()
