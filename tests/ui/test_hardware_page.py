"""What one has, typed as people say it; makers by country; folds that say what is set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import find, press, typed
from wizard.needs.needs import Owned
from wizard.ui.answers import describe
from wizard.ui.shell import Shell
from wizard.ui.widgets.owned import read


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4 x RTX 4090", (4, "RTX 4090")),
        ("4× RTX 4090", (4, "RTX 4090")),
        ("2 H100 SXM", (2, "H100 SXM")),
        ("RTX 4090 x 4", (4, "RTX 4090")),
        ("RTX 4090", (1, "RTX 4090")),
        ("0 x RTX 4090", (1, "RTX 4090")),
    ],
)
def test_number_and_name_are_told_apart(words: str, expected: tuple[int, str]) -> None:
    assert read(words) == expected


def test_owned_hardware_is_added_changed_and_taken_off(shell: Shell) -> None:
    shell.session.go("hardware")
    line = find(shell, "constraints.owned")
    line.setText("4 x rtx 4090")
    press(line, Qt.Key.Key_Return)
    assert shell.session.needs.constraints.owned == (Owned(accelerator="rtx_4090", count=4),)
    assert line.text() == ""
    assert shell.session.step == "hardware"
    line.setText("rtx 4090 x 2")
    press(line, Qt.Key.Key_Return)
    assert shell.session.needs.constraints.owned == (Owned(accelerator="rtx_4090", count=2),)
    words = describe(shell.ctx.tr, "hardware", shell.session.needs, shell.session.accelerator_name)
    assert words == "owned: 2 × GeForce RTX 4090"
    line.setText("nothing of the kind")
    press(line, Qt.Key.Key_Return)
    assert shell.session.problem("constraints.owned")
    find(shell, "constraints.owned=rtx_4090").click()
    assert not shell.session.value("constraints.owned")


def test_countries_and_places_are_answers(shell: Shell) -> None:
    shell.session.go("hardware")
    find(shell, "constraints.maker_countries=US").click()
    find(shell, "constraints.maker_countries=CN").click()
    assert shell.session.needs.constraints.maker_countries == ("CN", "US")
    assert find(shell, "constraints.maker_countries=CN").text() == "China"
    find(shell, "constraints.quiet").click()
    assert shell.session.needs.constraints.quiet
    find(shell, "host.offload=experts").click()
    assert shell.page("hardware").host.inside.text() == "Experts only"  # type: ignore[attr-defined]  # the hardware page
    find(shell, "constraints.vendors=NVIDIA").click()
    assert shell.page("hardware").makers.inside.text() == "NVIDIA"  # type: ignore[attr-defined]  # as above


def test_discounts_are_typed_by_category_and_told(shell: Shell) -> None:
    shell.session.go("budget")
    find(shell, "fold-discounts").click()
    typed(find(shell, "economics.discounts.accelerator"), "12.5")
    find(shell, "economics.discounts.accelerator").editingFinished.emit()
    assert shell.session.needs.economics.discounts.accelerator == 0.125
    assert shell.page("budget").discounts.inside.text() == "Accelerator 12.5 %"  # type: ignore[attr-defined]  # its page
