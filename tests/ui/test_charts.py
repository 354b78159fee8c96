"""Charts say in words what they draw, and draw within their frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import find, press
from wizard.costing.records import Swing
from wizard.i18n import Translator
from wizard.planner.plan import Estimate, MemoryUse, ParetoPoint
from wizard.ui.app import application
from wizard.ui.charts.band import BandBar
from wizard.ui.charts.bars import Bar, Bars
from wizard.ui.charts.base import Chart, log_ticks, nice_ticks
from wizard.ui.charts.curve import CurveChart
from wizard.ui.charts.memory import MemoryBar
from wizard.ui.charts.money import BreakEvenChart, TcoChart, Tornado
from wizard.ui.charts.pareto import ParetoChart
from wizard.ui.theme import DARK, LIGHT, Tokens

EN = Translator("en")


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_ticks_are_few_round_and_rise(a: float, b: float) -> None:
    ticks = nice_ticks(min(a, b), max(a, b))
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(ticks)


@given(st.floats(1e-6, 1e9), st.floats(1.01, 1e6))
def test_logarithmic_ticks_lie_within(low: float, factor: float) -> None:
    ticks = log_ticks(low, low * factor)
    assert len(ticks) <= 7
    assert all(low * 0.99 <= t <= low * factor * 1.01 for t in ticks)


def painted(qtbot: QtBot, chart: Chart, width: int = 420) -> Chart:
    qtbot.addWidget(chart)
    chart.resize(width, chart.sizeHint().height())
    chart.grab()
    chart.resize(width, chart.sizeHint().height())
    chart.grab()
    return chart


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_chart_draws_and_describes_its_figures(qtbot: QtBot, tokens: Tokens) -> None:
    application()
    plan = samples.plan()
    option = plan.options[1]
    pareto = ParetoChart(tokens, EN, names=str, picked=lambda _id: None)
    pareto.show_points(
        plan.pareto, currency="USD", target=50, chosen="recommended-1", years=3, options=plan.options
    )
    curve = CurveChart(tokens, EN)
    curve.show_curve(plan.curve, target=50, batch=50)
    tco, tornado, even = TcoChart(tokens, EN), Tornado(tokens, EN), BreakEvenChart(tokens, EN)
    assert option.tco is not None
    tco.show_years(option.tco.years, "USD")
    tornado.show_swings(option.tco.swings, option.tco.per_million_tokens, "USD")
    even.show_lines([Decimal(100), Decimal(110)], [Decimal(0), Decimal(120)], 1, "USD", ("own", "cloud"))
    memory = MemoryBar(tokens, EN, "Memory")
    memory.show_memory(option.memory)
    for chart, words in (
        (pareto, "2 × h200_nvl_141 · $105k · 19 ms"),
        (curve, "batch 128"),
        (tco, "year 0: $75,800"),
        (tornado, "$1.04"),
        (even, "month 1"),
        (memory, "Weights 30.5 GiB"),
    ):
        painted(qtbot, chart)
        assert words in chart.accessibleDescription()
        assert chart.clipped == []


def test_empty_charts_draw_nothing_and_do_not_break(qtbot: QtBot) -> None:
    application()
    for make in (CurveChart, TcoChart, Tornado, BreakEvenChart):
        painted(qtbot, make(LIGHT, EN))
    painted(qtbot, MemoryBar(LIGHT, EN, "Memory"))
    bars = Bars(LIGHT, EN, "Bars")
    bars.show_bars([Bar("BF16", 1, "1 GB", chosen=True), Bar("INT4", 0, "0 GB")])
    assert "BF16 1 GB (chosen)" in painted(qtbot, bars).accessibleDescription()


@pytest.mark.parametrize(
    ("code", "low", "high", "target", "missed"),
    [
        ("ttft_ms", 300, 710, 1000, False),
        ("ttft_ms", 300, 1100, 1000, True),
        ("output_tok_s", 900, 1100, 1000, True),
        ("output_tok_s", 1001, 1100, 1000, False),
    ],
)
def test_a_band_misses_its_target_at_the_slow_end(
    qtbot: QtBot, code: str, low: float, high: float, target: float, missed: bool
) -> None:
    application()
    bar = BandBar(LIGHT, EN, "x")
    bar.show_band(code, Estimate(value=(low + high) / 2, low=low, high=high, ceiling=None, basis="b"), target)
    painted(qtbot, bar)
    assert bar.missed is missed
    assert "target" in bar.accessibleDescription()


def test_memory_over_its_capacity_stays_in_the_bar(qtbot: QtBot) -> None:
    application()
    bar = MemoryBar(LIGHT, EN, "Memory")
    bar.show_memory(MemoryUse(weights=200, kv_cache=10, activations=0, overhead=2, capacity=80, usable=72))
    painted(qtbot, bar)
    assert dict(bar.parts())["free"] == 0


def test_names_leave_the_front_the_chosen_dots_and_each_other_in_sight(qtbot: QtBot) -> None:
    application()
    shown = samples.plan().options
    near = [replace(made, cost=replace(made.cost, total=Decimal(60_000 + 4_000 * n))) for n, made in enumerate(shown)]
    front = [ParetoPoint(option_id=None, accelerator="x", accelerators=1, cost=Decimal(20_000 + 9_000 * n),
                         tpot_ms=200 / (n + 1), feasible=True, on_front=True) for n in range(20)]
    long = "An Accelerator of a Very Long Name, Workstation Edition"
    chart = ParetoChart(LIGHT, EN, names=lambda _id: long, picked=lambda _id: None)
    chart.show_points(front, currency="USD", target=12, chosen="recommended-1", years=3, options=near)
    for width in (320, 480, 760):
        painted(qtbot, chart, width)
        boxes = chart.named.taken
        assert len(boxes) >= 2, "the target and what is chosen"
        spots = [chart.place(float(p.cost), p.tpot_ms) for p in (*chart.front, *chart.options)]
        assert not any(box.contains(spot) for box in boxes for spot in spots)
        assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_arrow_keys_walk_along_the_front(qtbot: QtBot) -> None:
    application()
    plan = samples.plan()
    picked: list[str] = []
    chart = ParetoChart(LIGHT, EN, names=str, picked=picked.append)
    chart.show_points(plan.pareto, currency="USD", target=None, chosen="", years=3, options=plan.options[1:2])
    painted(qtbot, chart)
    press(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("4 × l40s")
    assert "breaks a promise" in chart.accessibleDescription()
    press(chart, Qt.Key.Key_Right)
    press(chart, Qt.Key.Key_Space)
    assert picked == ["recommended-1"]


def test_the_widest_swing_comes_first(qtbot: QtBot) -> None:
    application()
    chart = Tornado(LIGHT, EN)
    small = Swing(name="pue", low_input=1, high_input=2, at_low=1, at_high=1.1)
    large = Swing(name="utilization", low_input=0, high_input=1, at_low=3, at_high=1)
    chart.show_swings([small, large], Decimal("1.05"), "USD")
    assert [s.name for s in chart.swings] == ["utilization", "pue"]
    painted(qtbot, chart)


def test_the_bill_is_sorted_on_numbers_and_copied_as_a_table(open_shell: Callable[..., object], qtbot: QtBot) -> None:
    from PySide6.QtGui import QGuiApplication

    from wizard.ui.shell import Shell

    shell = open_shell()
    assert isinstance(shell, Shell)
    shell.session.go("bill")
    table = find(shell, "bom")
    table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    amounts = [table.sorted.index(row, 3).data() for row in range(4)]
    assert amounts == ["–", "$800", "$7,400", "$31,000"]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    press(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t") == ["No.", "Item", "Qty", "Unit", "Discount", "Amount", "Price"]
    assert lines[1].split("\t")[:3] == ["1", "NVIDIA H200 NVL 141GB", "2"]
    assert len(lines) == 5
