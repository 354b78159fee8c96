"""The window is there at once: heavy rooms wait, and the first paint comes in time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage

from wizard.needs import flow
from wizard.ui import tour as tour_module
from wizard.ui.shell import Shell

SCRIPT = """
import sys, time
from wizard.ui.app import application, build
from wizard.ui.store import Settings
app = application([])
shell = build(None, Settings(language="en", theme="light"))
shell.show()
shell.grab()
heavy = {"numpy", "reportlab", "pikepdf", "xlsxwriter", "pypdfium2", "wizard.planner.planner"} & set(sys.modules)
shell.close()
print("heavy:", sorted(heavy))
"""


def test_the_first_paint_needs_neither_numpy_nor_paper() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "heavy: []"


def test_pages_are_made_when_they_are_first_seen(shell: Shell) -> None:
    assert set(shell.middle.pages) == {"use_case"}
    shell.session.go("model")
    assert set(shell.middle.pages) == {"use_case", "model"}


def test_a_picture_of_a_page_is_sharp_at_both_scales(shell: Shell, tmp_path: Path) -> None:
    shell.session.go("targets")
    tour_module.save(shell, str(tmp_path / "en-light-04-targets"))
    one, two = (QImage(str(tmp_path / f"en-light-04-targets{scale}.png")) for scale in ("", "@2x"))
    assert (one.width(), one.height()) == (shell.width(), shell.height())
    assert (two.width(), two.height()) == (2 * one.width(), 2 * one.height())


def test_the_tour_pictures_every_page_of_both_kinds() -> None:
    from wizard.needs.presets import preset

    assert flow.steps(preset(tour_module.SERVING).needs) == flow.SERVING
    assert flow.steps(preset(tour_module.LEARNING).needs) == flow.LEARNING
