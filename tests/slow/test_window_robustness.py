"""The window under ill-treatment: killed while it saves, and used at random for thousands of events."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import (  # noqa: F401 (fixtures)
    Engine,
    engine,
    files,
    no_leaks,
    open_shell,
    planned,
    quiet_desktop,
    store,
)
from tests.ui.test_random import act
from wizard.ui.shell import Shell

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
DEATHS = 200
EVENTS = 20_000


def test_killed_during_autosave_loses_at_most_the_last_second(tmp_path: Path) -> None:
    victim = ROOT / "tests" / "slow" / "autosave_victim.py"
    done = subprocess.run(
        [sys.executable, str(victim), str(tmp_path), str(DEATHS), "7"], capture_output=True, text=True, check=True
    )
    deaths = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(deaths) == DEATHS
    for death in deaths:
        assert (death["on_disk"] or 0) >= death["owed"], death
        assert death["left"] == 0
    assert sum(death["owed"] > 0 for death in deaths) > 10
    assert sum(death["caught"] for death in deaths) > DEATHS / 10
    kept = [death["on_disk"] or 0 for death in deaths]
    assert kept == sorted(kept)


@pytest.mark.qt_log_ignore("^This plugin does not support")
@pytest.mark.usefixtures("quiet_desktop")
def test_twenty_thousand_random_events_raise_nothing_and_leave_nothing(
    open_shell: Callable[..., Shell], qtbot: QtBot, engine: Engine  # noqa: F811 (fixtures)
) -> None:
    dice = random.Random(20_000)
    threads = threading.active_count()
    engine.delay_s = 0.005
    shell = open_shell()
    for n in range(EVENTS):
        act(shell, qtbot, dice)
        if n % 100 == 0:
            qtbot.wait(5)
    shell.session.refused.clear()
    planned(qtbot, shell.session)
    assert shell.isVisible()
    assert shell.close()
    qtbot.wait(50)
    assert threading.active_count() <= threads
