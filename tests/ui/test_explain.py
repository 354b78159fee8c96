"""Every figure can be asked where it comes from: formula, inputs, band and its own sources."""

from __future__ import annotations

from functools import cache

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import find, press
from wizard.catalog.catalog import Catalog
from wizard.i18n import Translator
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.planner import plan
from wizard.ui.formulas import FORMULAS, OF_LIMIT, explained, formula_of
from wizard.ui.shell import Shell

EN, CATALOG = Translator("en"), Catalog()
PRESETS = ("S04", "S06", "S09", "S19")


@cache
def planned_preset(name: str) -> Plan:
    return plan(preset(name).needs, CATALOG)


@pytest.mark.parametrize("name", PRESETS)
def test_every_estimate_promise_and_amount_has_a_formula_inputs_and_sources(name: str) -> None:
    made = planned_preset(name)
    assert made.chosen is not None
    option = made.chosen
    codes = {*option.estimates, "memory", "total", "capex" if option.cost.capex else "per_month"}
    codes |= {OF_LIMIT.get(limit.code, limit.code) for limit in option.limits} & FORMULAS.keys()
    for code in codes:
        found = explained(EN, code, made, option, CATALOG)
        assert found is not None, code
        assert found.value
        assert found.formula == EN(formula_of(code))
        assert found.inputs, code
        assert found.sources or code in ("power_w", "rack_units"), code


def test_the_inputs_of_an_amount_add_up_to_it() -> None:
    made = planned_preset("S06")
    assert made.chosen is not None
    found = explained(EN, "capex", made, made.chosen, CATALOG)
    assert found is not None
    amounts = [float(value.replace("$", "").replace("¥", "").replace(",", "")) for _, value in found.inputs]
    total = float(found.value.replace("$", "").replace("¥", "").replace(",", ""))
    assert sum(amounts) == pytest.approx(total, abs=len(amounts))


def test_what_is_no_figure_has_no_explanation() -> None:
    made = planned_preset("S09")
    assert made.chosen is not None
    assert explained(EN, "nonsense", made, made.chosen, CATALOG) is None
    assert explained(EN, "hours", made, made.chosen, CATALOG) is None


def test_every_figure_with_a_link_is_explained_at_the_side(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("plan")
    asked = [w for w in shell.findChildren(QAbstractButton) if w.property("explains") and w.isVisible()]
    assert {w.property("explains") for w in asked} >= {"capex", "total", "ttft_ms", "tpot_ms", "power_w", "break_even"}
    for code in {str(w.property("explains")) for w in asked}:
        shell.explain(code)
        qtbot.wait(1)
        heads = [label.text() for label in shell.explanation.findChildren(QLabel)]
        assert "Formula" in heads, code
    find(shell, "summary-figure").setFocus()
    press(find(shell, "summary-figure"), Qt.Key.Key_Space)
    assert shell.side.currentWidget() is shell.explanation
    assert shell.explanation.code == "capex"
