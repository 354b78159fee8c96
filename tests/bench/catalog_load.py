"""Loading the whole catalogue: `python tests/bench/catalog_load.py [RUNS]` prints medians, never a verdict.

Each run is a new process that reads every table (CPU seconds and peak memory of the process, beside those of an
interpreter that only imports the package), then turns accelerators and models into numpy columns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = """
import resource, time
from wizard.catalog.catalog import Catalog
import wizard.catalog.tables
before = time.process_time()
"""
LOAD = IMPORT + """
c = Catalog()
for name in ("accelerators", "systems", "components", "cloud", "economics", "models", "sources", "api_prices",
             "conflicts"):
    getattr(c, name)
"""
COLUMNS = LOAD + """
import numpy
from wizard.catalog.columns import columns_of
before = time.process_time()
columns_of(Catalog())
"""
REPORT = "print((time.process_time() - before) * 1e3, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"


def measured(code: str, runs: int) -> tuple[float, float]:
    """Return the medians of CPU milliseconds and peak MiB."""
    found = []
    for _ in range(runs):
        command = [sys.executable, "-c", code + REPORT]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append([float(word) for word in done.stdout.split()])
    return statistics.median(ms for ms, _ in found), statistics.median(mib for _, mib in found)


def main(runs: int) -> None:
    """Print one line per case."""
    for name, code in (("import only", IMPORT), ("every table", LOAD), ("tables and columns", COLUMNS)):
        ms, mib = measured(code, runs)
        sys.stdout.write(f"{name:<20} {ms:7.1f} ms CPU  {mib:6.1f} MiB peak\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
