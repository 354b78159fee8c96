"""When versions of serving engines were released: what dates a measurement that states its version only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from wizard.catalog.tables import read_records
from wizard.paths import data_root


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRelease:
    """One release of an engine. Candidates are listed where an engine was widely used before its final release."""

    engine: str
    version: str
    released: date
    source: str


_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:\.?(rc\d+))?")


@cache
def _releases(path: Path) -> dict[tuple[str, str], date]:
    return {(r.engine, r.version): r.released for r in read_records(path, EngineRelease)}


def release_date(engine: str, version: str) -> date | None:
    """Return when a version came out; ``None`` where the engine or the version is not listed.

    Versions are read as people write them: ``v0.11.0``, ``0.5.10.post1``, ``1.2.0rc2.post2``, ``0.14``, ``0.6.x``.
    """
    found = _VERSION.match(version.strip())
    if not found:
        return None
    major, minor, patch, candidate = found.groups()
    name = f"{major}.{minor}.{patch or 0}"
    known = _releases(data_root() / "catalog" / "engine_releases.csv")
    return known.get((engine, name + (candidate or ""))) or known.get((engine, name))
