"""Where the shipped data lies: beside the package in a checkout, inside it in a wheel or an installer."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """Return the folder that holds ``catalog/`` and ``resources/``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_shipped", package.parent]
    if frozen:
        candidates.insert(0, Path(frozen))
    for root in candidates:
        if (root / "catalog" / "accelerators.csv").is_file():
            return root
    raise FileNotFoundError(f"the catalogue is missing; looked in {', '.join(map(str, candidates))}")


def catalog_dir() -> Path:
    """Return the folder of the shipped catalogue."""
    return data_root() / "catalog"


def resource(*parts: str) -> Path:
    """Return the path of a shipped resource, e.g. ``resource("fonts", "NotoSansSC-Regular.ttf")``."""
    return data_root().joinpath("resources", *parts)
