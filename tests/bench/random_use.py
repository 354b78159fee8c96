"""Memory of the window in random use: `python tests/bench/random_use.py [SECONDS]` prints, never judges.

The real engine over the whole catalogue; clicks, keys, texts, resizes, drops, languages and themes as in the tests.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEventLoop, QTimer

from tests.ui.quiet import silence
from tests.ui.test_random import act
from wizard.ui.app import application, build
from wizard.ui.store import Settings

PAGE = os.sysconf("SC_PAGE_SIZE")


def megabytes() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6


def turn(ms: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def main(seconds: float) -> None:
    """Print the memory at the start, every ten seconds, and at most."""
    silence()
    application()
    shell = build(None, Settings(language="en", theme="light"))
    shell.resize(1280, 820)
    shell.show()
    shell.session.schedule()
    while shell.session.planning:
        turn(20)
    dice, start, events = random.Random(1), time.monotonic(), 0
    marks: list[float] = []
    sys.stdout.write(f"first plan: {megabytes():.0f} MB\n")
    while (passed := time.monotonic() - start) < seconds:
        act(shell, None, dice)  # type: ignore[arg-type]  # it waits for nothing
        events += 1
        if events % 20 == 0:
            turn(10)
        if passed > 10 * (len(marks) + 1):
            marks.append(megabytes())
            sys.stdout.write(f"after {passed:3.0f} s, {events} events: {marks[-1]:.0f} MB\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    sys.stdout.write(f"{events} events in {seconds:.0f} s: at the end {megabytes():.0f} MB, at most {peak:.0f} MB\n")
    shell.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
