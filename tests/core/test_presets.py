"""Every scenario of the guides is a valid question."""

from __future__ import annotations

import pytest

from wizard.errors import UnknownName
from wizard.needs.files import dump_needs, parse_needs
from wizard.needs.presets import preset, preset_ids


def test_all_scenarios_are_there() -> None:
    assert preset_ids() == tuple(f"S{n:02d}" for n in range(1, 22))


@pytest.mark.parametrize("name", preset_ids())
def test_preset_round_trips_and_names_itself(name: str) -> None:
    needs = preset(name.lower()).needs
    assert needs.preset == name
    assert parse_needs(dump_needs(needs)) == needs


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="S11"):
        preset("S111")
