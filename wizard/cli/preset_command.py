"""``rackwright preset``: the shipped scenarios."""

from __future__ import annotations

import sys

from wizard.i18n import Translator
from wizard.needs.files import dump_needs
from wizard.needs.presets import preset, preset_ids


def list_presets(tr: Translator) -> int:
    """Print id, title and summary of every preset."""
    for name in preset_ids():
        found = preset(name)
        sys.stdout.write(f"{name}  {tr(found.title)}\n     {tr(found.summary)}\n")
    return 0


def show_preset(name: str) -> int:
    """Print one preset as a NEEDS file."""
    sys.stdout.write(dump_needs(preset(name).needs))
    return 0
