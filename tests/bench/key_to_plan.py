"""From a key press to the updated plan at the side: `python tests/bench/key_to_plan.py [KEYS]` prints, never judges.

A window on the whole catalogue gets Up presses in a number's field, as a user gives them, and the clock stops when the
side has been painted with the plan of exactly these answers. A 1 ms tick on the main thread counts what blocks it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.ui.app import application, build
from wizard.ui.shell import Shell
from wizard.ui.store import Settings
from wizard.ui.tour import wait_for_plan

FIFTY = {
    "model": "DeepSeek-R1-Distill-Qwen-32B",
    "workload": {"concurrent_users": 50, "prompt_tokens": 2000, "output_tokens": 500},
    "targets": {"ttft_ms": 1500, "tpot_ms": 50}, "budget": {"purchase": "200000", "currency": "USD"},
}
TIGHT = FIFTY | {"budget": {"purchase": "40000", "currency": "USD"}}
QUESTIONS: dict[str, tuple[Needs, str]] = {
    "50 users, feasible": (Needs.model_validate(FIFTY), "workload.concurrent_users"),
    "50 users, infeasible": (Needs.model_validate(TIGHT), "workload.prompt_tokens"),
    "S04, 671B": (preset("S04").needs, "workload.prompt_tokens"),
    "S09, named hardware": (preset("S09").needs, "workload.concurrent_users"),
    "S13, edge": (preset("S13").needs, "workload.prompt_tokens"),
}


class Ticks:
    """Counts how long the main thread did not come round."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self.timer = QTimer()
        self.timer.timeout.connect(self._tick)
        self.timer.start(10)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def reset(self) -> None:
        """Begin to count anew."""
        self.longest, self._last = 0.0, time.perf_counter()


def press(shell: Shell, field: QWidget, key: Qt.Key) -> tuple[float, float, float]:
    """Press a key; return the ms until the side shows the answer, the CPU ms of it, and the ms of the whole plan."""
    session, start, cpu = shell.session, time.perf_counter(), time.process_time()
    loop = QEventLoop()
    side: list[tuple[float, float]] = []

    def announced() -> None:
        shell.summary.repaint()
        side.append(((time.perf_counter() - start) * 1e3, (time.process_time() - cpu) * 1e3))

    def arrived() -> None:
        if session.plan is not None and session.plan.needs == session.needs and not session.planning:
            shell.summary.repaint()
            announced()
            loop.quit()

    session.early_changed.connect(announced)
    session.plan_changed.connect(arrived)
    QTimer.singleShot(20_000, loop, loop.quit)
    QTest.keyClick(field, key)
    loop.exec()
    session.early_changed.disconnect(announced)
    session.plan_changed.disconnect(arrived)
    whole = (time.perf_counter() - start) * 1e3
    return (*side[0], whole)


def rest(ms: int) -> None:
    """Let the window come to rest, as between two thoughts."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def main(keys: int) -> None:
    """Print the median and the 95th percentile of each question and of all."""
    application()
    shell = build(None, Settings(language="en", theme="light"))
    shell.resize(1280, 820)
    shell.show()
    ticks, every, wholes, cpus, stalls = Ticks(), [], [], [], []
    for name, (needs, key) in QUESTIONS.items():
        shell.session.replace(needs)
        wait_for_plan(shell)
        shell.session.go("workload")
        field = shell.page("workload").findChild(QWidget, key)
        assert field is not None
        field.setFocus()
        taken, whole, busy, worst = [], [], [], []
        for _ in range(keys + 1):
            rest(60)
            ticks.reset()
            at_side, cpu, at_all = press(shell, field, Qt.Key.Key_Up)
            taken.append(at_side)
            whole.append(at_all)
            busy.append(cpu)
            worst.append(ticks.longest * 1e3)
        _say(name, taken[1:], whole[1:], busy[1:], worst[1:])
        every += taken[1:]
        wholes += whole[1:]
        cpus += busy[1:]
        stalls += worst[1:]
    _say("all", every, wholes, cpus, stalls)
    ticks.timer.stop()
    shell.close()


def _say(name: str, taken: list[float], whole: list[float], cpu: list[float], worst: list[float]) -> None:
    p95 = statistics.quantiles(taken, n=20)[-1]
    sys.stdout.write(f"{name:22s} side: median {statistics.median(taken):5.0f} ms, p95 {p95:5.0f} ms; "
                     f"CPU {statistics.median(cpu):4.0f} ms; whole plan: median {statistics.median(whole):5.0f} ms; "
                     f"main thread held at most {statistics.median(worst):4.0f} ms (median)\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
