"""Changing the bill by hand: in its cells, in the line below, by another part; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.samples import line
from tests.ui.conftest import find, press, typed
from wizard.catalog.catalog import Catalog
from wizard.costing.records import Bom, BomLine
from wizard.needs.needs import LineEdit
from wizard.needs.presets import preset
from wizard.ui import bill_edits
from wizard.ui.app import engine as real_engine
from wizard.ui.shell import Shell

MEMORY = line(3, "memory", "rdimm_64", "DDR5 RDIMM 64 GB", 8, "800.00", reason="memory")


def test_a_change_is_added_widened_and_taken_back() -> None:
    one = bill_edits.with_change((), MEMORY, "CNY", quantity=16)
    assert one == (LineEdit(part="rdimm_64", reason="memory", quantity=16),)
    edited = line(3, "memory", "rdimm_64", "x", 16, "800.00", reason="memory", edited=True)
    two = bill_edits.with_change(one, edited, "CNY", unit_price="5000")
    assert two == (LineEdit(part="rdimm_64", reason="memory", quantity=16, unit_price=Decimal(5000), currency="CNY"),)
    assert bill_edits.without(two, edited) == ()
    assert bill_edits.with_change(two, edited, "CNY", quantity=None, unit_price=None) == ()


def test_a_part_in_anothers_place_is_still_the_same_line() -> None:
    bill = bill_edits.with_change((), MEMORY, "USD", alternative="rdimm_96")
    placed = line(3, "memory", "rdimm_96", "x", 8, "900.00", reason="memory", edited=True)
    assert bill_edits.edit_of(bill, placed) == bill[0]
    assert bill_edits.with_change(bill, placed, "USD", alternative="rdimm_64") == ()
    assert bill_edits.edit_of(bill, MEMORY) is None


def test_struck_lines_are_known_by_their_names() -> None:
    bill = bill_edits.with_change((), MEMORY, "USD", quantity=0)
    assert bill_edits.struck(bill) == bill
    catalog = Catalog()
    known = next(iter(catalog.components.values()))
    assert bill_edits.part_name(catalog, known.id) == known.name
    assert bill_edits.part_name(catalog, "hardware_support") == "hardware support"


@pytest.fixture
def priced(open_shell: Callable[..., Shell], qtbot: QtBot) -> Shell:
    shell = open_shell(needs=preset("S08").needs, planner=real_engine(Catalog()))
    shell.session.go("bill")
    return shell


def bom(shell: Shell) -> Bom:
    option = shell.session.option
    assert option is not None
    assert option.bom is not None
    return option.bom


def look(shell: Shell, category: str, column: int = 2) -> BomLine:
    table = find(shell, "bom")
    row, found = next((n, x) for n, x in enumerate(bom(shell).lines) if x.category == category)
    table.setCurrentIndex(table.sorted.mapFromSource(table.lines.index(row, column)))
    return found


def planned(shell: Shell, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not shell.session.planning, timeout=20_000)


def test_every_total_follows_a_change_and_undo_takes_it_back(priced: Shell, qtbot: QtBot) -> None:
    before = bom(priced)
    memory = look(priced, "memory")
    typed(find(priced, "line-quantity"), str(memory.quantity * 2))
    press(find(priced, "line-quantity"), Qt.Key.Key_Return)
    planned(priced, qtbot)
    after = bom(priced)
    changed = next(x for x in after.lines if x.category == "memory")
    assert changed.edited
    assert changed.quantity == 2 * memory.quantity
    assert after.net == sum((x.extended for x in after.lines if x.extended is not None), Decimal(0))
    assert after.total > before.total
    words = [label.text() for label in priced.page("bill").findChildren(type(priced.kept))]
    assert any("by hand" in w for w in words)
    priced.session.undo.undo()
    assert priced.session.needs.bill == ()
    priced.session.undo.redo()
    find(priced, "line-restore").click()
    planned(priced, qtbot)
    assert bom(priced).total == before.total


def test_figures_are_typed_straight_into_the_table(priced: Shell, qtbot: QtBot) -> None:
    look(priced, "accelerator", 4)
    table = find(priced, "bom")
    table.setFocus()
    press(table, Qt.Key.Key_1)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.setText("12.5")
    press(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: priced.session.needs.bill != ())
    planned(priced, qtbot)
    gpu = next(x for x in bom(priced).lines if x.category == "accelerator")
    assert gpu.discount == Decimal("0.125")
    assert priced.session.step == "bill"
    assert not table.model().flags(table.model().index(0, 5)) & Qt.ItemFlag.ItemIsEditable


def test_a_line_is_struck_out_and_put_back(priced: Shell, qtbot: QtBot) -> None:
    before = bom(priced)
    rack = look(priced, "rack")
    find(priced, "line-strike").click()
    planned(priced, qtbot)
    assert rack.part not in {x.part for x in bom(priced).lines}
    find(priced, "put-back=0").click()
    planned(priced, qtbot)
    assert bom(priced).total == before.total


def test_putting_back_what_undo_has_put_back_changes_nothing(priced: Shell, qtbot: QtBot) -> None:
    before = bom(priced)
    look(priced, "rack")
    find(priced, "line-strike").click()
    planned(priced, qtbot)
    priced.session.undo.undo()
    assert priced.session.needs.bill == ()
    find(priced, "put-back=0").click()
    planned(priced, qtbot)
    assert bom(priced).total == before.total


def test_another_part_takes_its_place(priced: Shell, qtbot: QtBot) -> None:
    cpu = look(priced, "cpu")
    other = find(priced, "line-alternative")
    assert other.count() > 1
    other.setCurrentIndex(1)
    other.activated.emit(1)
    planned(priced, qtbot)
    placed = next(x for x in bom(priced).lines if x.category == "cpu")
    assert placed.part != cpu.part
    look(priced, "cpu")
    assert cpu.part in {other.itemData(n) for n in range(other.count())}


def test_what_cannot_be_meant_is_refused_in_place(priced: Shell) -> None:
    look(priced, "memory")
    typed(find(priced, "line-discount"), "250")
    press(find(priced, "line-discount"), Qt.Key.Key_Return)
    assert priced.session.needs.bill == ()
    assert priced.page("bill").editor.fault.isVisible()  # type: ignore[attr-defined]  # the bill page has it


def test_only_the_quoted_option_can_be_changed(priced: Shell) -> None:
    plan = priced.session.plan
    assert plan is not None
    other = next(o for o in plan.options if o is not plan.chosen and o.bom is not None)
    priced.session.pick(other.id)
    look(priced, "memory")
    assert not priced.page("bill").editor.isVisible()  # type: ignore[attr-defined]  # as above
    assert "quoted" in find(priced, "bill-hint").text()
