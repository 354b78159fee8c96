"""Cold start, as a user feels it: `python tests/bench/cold_start.py [RUNS]` prints medians, never a verdict.

Each run is a new process: planning preset S11 with all outputs, planning without outputs, and opening the window
until it is shown (offscreen). Peak memory is that of the process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINDOW = """
from PySide6.QtCore import QTimer
from wizard.ui import app
qt = app.application([])
shell = app.window()
shell.show()
QTimer.singleShot(0, qt.quit)
qt.exec()
"""


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Return wall seconds and peak memory in MB of one process."""
    before = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
                          stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - before, usage.ru_maxrss / 1e3


def main(runs: int) -> None:
    """Print the median and the range of each case."""
    launch = [sys.executable, str(ROOT / "packaging" / "launch.py")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        needs = folder / "S11.yaml"
        needs.write_bytes(subprocess.run([*launch, "preset", "show", "S11"], capture_output=True, check=True).stdout)
        cases = {
            "plan, all outputs": [*launch, "plan", str(needs), "--out", "out"],
            "plan, JSON only": [*launch, "plan", str(needs), "--json", "-"],
            "window shown": [sys.executable, "-c", f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{WINDOW}"],
        }
        for case, command in cases.items():
            timed(command, folder)
            seconds, megabytes = zip(*(timed(command, folder) for _ in range(runs)), strict=True)
            middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
            sys.stdout.write(f"{case:20s} {middle:5.2f} s ({least:.2f} to {most:.2f}), {max(megabytes):.0f} MB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
