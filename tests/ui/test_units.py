"""Units are a liking of the reader: the screen follows at once, the plan and its figures stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import find, planned
from wizard import words
from wizard.i18n import Translator
from wizard.planner.plan import Fact, Limit
from wizard.ui import figures, limits
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
    assert limits.bound(Translator("en"), limit) == "≤ 50 ms"
    assert limits.bound(tr, limit) == "≥ 20 tok/s"
    assert figures.ends(tr, "tpot_ms", 20, 40) == ("25 tok/s", "50 tok/s")
    assert figures.metric(tr, "ttft_ms", 50) == "50 ms"
    assert limits.bound(tr, replace(limit, code="ttft_ms")) == "≤ 50 ms"


@pytest.mark.parametrize(("code", "fields", "usual", "liked"), [
    ("adapters", {"count": 4, "rank": 16, "gib": 10.0}, "take 10 GiB per", "take 10.7 GB per"),
    ("keeps_tpot", {"model": "m", "target": 50.0, "tpot": 25.0, "high": 40.0},
     "of 50 ms on it: about 25 ms, 40 ms at", "of 20 tok/s on it: about 40 tok/s, 25 tok/s at"),
    ("assumed_tpot", {"tpot_ms": 100.0}, "0.1 s at the slow", "10 tok/s at the slow"),
    ("memory_of_machine", {"need_gib": 512}, "512 GiB needed", "512 GiB needed"),
])
def test_sentences_follow_too(code: str, fields: dict[str, object], usual: str, liked: str) -> None:
    fact = Fact(code=code, fields=fields)
    assert usual in words.say(Translator("en"), fact).replace("\u00a0", " ")
    assert liked in words.say(Translator("en", Units(memory="GB", pace="tok/s")), fact).replace("\u00a0", " ")


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
