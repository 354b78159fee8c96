"""Units are a liking of the reader: the screen follows at once, the plan and its figures stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import find, planned
from wizard.i18n import Translator
from wizard.planner.plan import Limit
from wizard.ui import figures, say
from wizard.ui.shell import Shell
from wizard.ui.store import Settings, Store
from wizard.units import USUAL, Units


def test_memory_is_shown_in_one_unit_or_as_is_usual() -> None:
    usual, binary, decimal = (Translator("en", Units(memory=m)) for m in ("usual", "GiB", "GB"))
    weights, gib = 65.5e9, 79.6
    assert [figures.gigabytes(tr, weights) for tr in (usual, binary, decimal)] == ["65.5 GB", "61 GiB", "65.5 GB"]
    assert [figures.gibibytes(tr, gib) for tr in (usual, binary, decimal)] == ["79.6 GiB", "79.6 GiB", "85.5 GB"]


def test_pace_turns_limits_and_bands_round() -> None:
    tr = Translator("en", Units(pace="tok/s"))
    limit = Limit(code="tpot_ms", need=50, have=20, margin=0.6, unit="ms")
    assert say.bound(Translator("en"), limit) == "≤ 50 ms"
    assert say.bound(tr, limit) == "≥ 20 tok/s"
    assert figures.ends(tr, "tpot_ms", 20, 40) == ("25 tok/s", "50 tok/s")
    assert figures.metric(tr, "ttft_ms", 50) == "50 ms"
    assert say.bound(tr, replace(limit, code="ttft_ms")) == "≤ 50 ms"


def test_heat_is_there_for_those_who_count_it() -> None:
    assert figures.heat(Translator("en"), 10_200) == ""
    assert figures.heat(Translator("en", Units(heat="BTU/h")), 10_200) == "34,800 BTU/h"


def test_the_screen_follows_at_once_and_remembers(shell: Shell, store: Store, qtbot: QtBot) -> None:
    session = shell.session
    needs, plan = session.needs, session.plan
    assert "GiB" in shell.summary.memory_head.text()
    shell.show_settings()
    find(shell, "settings-memory=GB").click()
    find(shell, "settings-pace=tok/s").click()
    assert shell.settings_page is not None
    assert find(shell, "settings-memory=GB").isChecked()
    assert "GB" in shell.summary.memory_head.text()
    assert "tok/s" in shell.summary.bands["tpot_ms"][2].text()
    assert session.needs == needs
    assert session.plan is plan
    assert store.settings().units == Units(memory="GB", pace="tok/s")
    find(shell, "settings-done").click()
    planned(qtbot, session)


@pytest.mark.parametrize("kept", ['{"units": 5}', '{"units": {"memory": "cups"}}', '{"units": null}', "{}"])
def test_units_that_nobody_knows_are_the_usual_ones(store: Store, kept: str) -> None:
    store.folder.mkdir(parents=True)
    (store.folder / "settings.json").write_text(kept, encoding="utf-8")
    assert store.settings() == Settings(units=USUAL)


def test_words_of_both_scripts_do_not_touch() -> None:
    tr = Translator("zh_CN")
    assert tr("tight {name}", name="TTFT") == "TTFT 偏紧"
    assert tr("tight {name}", name="显存") == "显存偏紧"
