"""The samples that renderers are tested with are valid values of the core."""

from __future__ import annotations

from tests import samples
from wizard.money import total


def test_sample_bom_adds_up() -> None:
    bom = samples.bom()
    assert total(x.extended for x in bom.lines if x.extended is not None) == bom.net
    assert total(amount for _, amount in bom.subtotals) == bom.net
