"""``rackwright hardware``: what this machine has, as a NEEDS fragment. Asks the vendors' own tools, changes nothing."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections import Counter

import yaml

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_names import resolve_accelerator
from wizard.errors import InputError

QUERIES = (
    ("nvidia-smi", ("--query-gpu=name", "--format=csv,noheader")),
    ("rocm-smi", ("--showproductname", "--csv")),
    ("sysctl", ("-n", "machdep.cpu.brand_string")),
)
TIMEOUT_S = 10


def print_hardware() -> int:
    """Print ``constraints`` for the accelerators found here; a comment says so where there are none."""
    found = Counter(_found())
    if not found:
        sys.stdout.write("# no accelerator that a tool of its vendor reports\nconstraints: {}\n")
        return 0
    name, count = found.most_common(1)[0]
    if len(found) > 1:
        sys.stdout.write(f"# also here: {', '.join(sorted(set(found) - {name}))}\n")
    fragment = {"constraints": {"accelerators": [name], "accelerator_count": count, "include_legacy": True}}
    sys.stdout.write(yaml.safe_dump(fragment, sort_keys=False))
    return 0


def _found() -> list[str]:
    catalog = Catalog()
    names = []
    for program, arguments in QUERIES:
        if program == "sysctl" and platform.system() != "Darwin":
            continue
        for line in _lines(program, arguments):
            try:
                names.append(resolve_accelerator(catalog, line).id)
            except InputError:
                sys.stdout.write(f"# not in the catalogue: {line}\n")
    return names


def _lines(program: str, arguments: tuple[str, ...]) -> list[str]:
    path = shutil.which(program)
    if path is None:
        return []
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode:
        return []
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if program == "rocm-smi":
        cards = [line.split(",") for line in lines if line.startswith("card")]
        return [card[1].strip() for card in cards if len(card) > 1]
    return lines
