"""Forks windows' sessions that answer without a pause, and kills each: `python autosave_victim.py FOLDER TIMES SEED`.

Half of them die the moment a file is being written, the others at any time. Prints one JSON object per death: what
was on disk afterwards, and what had been answered more than a second before.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QTimer

from wizard.needs.needs import Needs
from wizard.ui.session import Session
from wizard.ui.store import Store

EVERY_MS = 15
LOST_S = 1.0


def live(folder: Path, journal: int) -> None:
    """Answer every few milliseconds, writing down when; never returns."""
    app = QCoreApplication([])
    store = Store(folder)
    needs = store.recovered() or Needs()
    session = Session(lambda _needs, _cancelled: None, store=store, needs=needs)  # type: ignore[arg-type,return-value]
    users = needs.workload.concurrent_users or 0

    def answer() -> None:
        nonlocal users
        users += 1
        session.put({"workload.concurrent_users": users, "document.notes": "x" * 4000})
        os.write(journal, f"{time.monotonic()} {users}\n".encode())

    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(EVERY_MS)
    app.exec()
    os._exit(1)


def wait(folder: Path, dice: random.Random, during_writing: bool) -> bool:
    """Wait for the moment to kill; returns whether a file was being written."""
    if not during_writing:
        time.sleep(dice.uniform(0.05, 1.2))
        return False
    time.sleep(dice.uniform(0.05, 0.4))
    end = time.monotonic() + 3
    while time.monotonic() < end:
        if any(folder.glob("*.part")):
            return True
    return False


def main(folder: Path, times: int, seed: int) -> None:
    """Kill so many sessions, each going on from what the one before left."""
    dice, journal = random.Random(seed), folder / "journal"
    for n in range(times):
        journal.write_bytes(b"")
        handle = os.open(journal, os.O_WRONLY | os.O_APPEND)
        child = os.fork()
        if child == 0:
            live(folder / "config", handle)
        os.close(handle)
        (folder / "config").mkdir(exist_ok=True)
        caught = wait(folder / "config", dice, during_writing=n % 2 == 0)
        killed = time.monotonic()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [line.split() for line in journal.read_text(encoding="utf-8").splitlines() if line.count(" ") == 1]
        owed = max((int(users) for at, users in lines if float(at) < killed - LOST_S), default=0)
        found = Store(folder / "config").recovered()
        on_disk = None if found is None else found.workload.concurrent_users
        left = len(list((folder / "config").glob("*.part")))
        death = {"on_disk": on_disk, "owed": owed, "answers": len(lines), "caught": caught, "left": left}
        sys.stdout.write(json.dumps(death) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
