"""Small parts of the paper: capital figures, scales, figures in words, speed."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from tests.quote import papers
from wizard.i18n import Translator
from wizard.paths import data_root
from wizard.quote.capital import rmb_capital
from wizard.quote.charts.scale import Scale, enclosing, log_ticks, ticks
from wizard.quote.paper import Paper


@pytest.mark.parametrize(("amount", "capital"), [
    ("0", "人民币零元整"), ("0.05", "人民币伍分"), ("0.50", "人民币伍角整"), ("1.00", "人民币壹元整"),
    ("10.03", "人民币壹拾元零叁分"), ("10050.30", "人民币壹万零伍拾元叁角整"),
    ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
    ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"), ("325000.14", "人民币叁拾贰万伍仟元壹角肆分"),
    ("100000000", "人民币壹亿元整"), ("100000001", "人民币壹亿零壹元整"), ("120000000", "人民币壹亿贰仟万元整"),
    ("100010000", "人民币壹亿零壹万元整"), ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ("1234567890123.45", "人民币壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分"),
    ("1000000000000", "人民币壹万亿元整"), ("-12.30", "人民币负壹拾贰元叁角整"), ("0.995", "人民币壹元整"),
])
def test_capital_figures(amount: str, capital: str) -> None:
    assert rmb_capital(Decimal(amount)) == capital


_VALUES = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000, "万": 10**4, "亿": 10**8}


def _read(text: str) -> int:
    """Read whole yuan in capital figures, the way one is taught to."""
    total = section = digit = 0
    for char in text:
        if char in _VALUES:
            digit = _VALUES[char]
        elif _UNITS[char] < 10**4:
            section += digit * _UNITS[char]
            digit = 0
        elif char == "万":
            section = (section + digit) * 10**4
            digit = 0
        else:
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit


@given(st.integers(1, 10**15))
def test_capital_figures_read_back(yuan: int) -> None:
    text = rmb_capital(Decimal(yuan))
    assert _read(text.removeprefix("人民币").removesuffix("元整")) == yuan
    assert "零零" not in text


@given(st.floats(-1e6, 1e6), st.floats(1.0, 1e12))
def test_ticks_enclose_and_rise(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert found[0] <= low + span * 1e-6
    assert found[-1] >= low + span * (1 - 1e-6)
    assert all(a < b for a, b in pairwise(found))
    assert len(found) <= 13


@given(st.floats(1e-3, 1e9), st.floats(1.0, 1e6))
def test_log_ticks_enclose(low: float, factor: float) -> None:
    found = log_ticks(low, low * factor)
    assert found[0] <= low * 1.001
    assert found[-1] >= low * factor * 0.999
    assert found == sorted(found)


def test_scales_keep_within_the_drawing() -> None:
    linear, log = Scale(0, 10, 100, 200), Scale(1, 100, 0, 20, log=True)
    assert [linear(v) for v in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]
    assert [round(log(v), 6) for v in (0, 1, 10, 100)] == [0, 0, 10, 20]
    assert Scale(3, 3, 0, 9)(3) == 0
    assert enclosing([3.0, 900.0], log=True)[0] <= 3.0


@pytest.fixture
def paper() -> Paper:
    return Paper(plan=samples.plan(), tr=Translator("en"), issued=papers.DAY)


def test_money_is_rounded_half_up_before_it_is_shown(paper: Paper) -> None:
    assert paper.money(Decimal("2.665"), "USD") == "$2.67"
    assert paper.money(Decimal("-1234567.5"), "USD", whole=True) == "-$1,234,568"
    assert paper.money(None, "USD") == "—"
    assert Paper(plan=samples.plan(), tr=Translator("zh_CN"), issued=papers.DAY).money(Decimal(5), "CNY") == "¥5.00"


def test_shares_keep_their_half_percent(paper: Paper) -> None:
    assert paper.share(0.125, 1) == "12.5%"
    assert paper.share(0.125) == "13%"
    assert paper.share(Decimal("0.13"), 1) == "13.0%"


def test_small_prices_keep_three_digits(paper: Paper) -> None:
    assert paper.unit_price(Decimal("0.012345"), "USD") == "$0.0123"
    assert paper.unit_price(Decimal("1.6649"), "USD") == "$1.66"
    assert paper.unit_price(Decimal("12345.6"), "USD") == "$12,346"


_COLD = """
import pathlib, sys
from tests.quote import papers
from tests import samples
papers.paper(samples.plan(), "zh_CN")
# Not getrusage: its maximum begins with what the forking test run had before this program was loaded.
status = pathlib.Path("/proc/self/status").read_text()
print(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
assert not {"PySide6", "numpy", "pandas", "matplotlib", "reportlab.platypus", "reportlab.graphics"} & set(sys.modules)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of a process is read from /proc")
def test_a_paper_is_built_without_heavy_modules_and_within_its_memory() -> None:
    done = subprocess.run([sys.executable, "-c", _COLD], cwd=data_root(), check=True, capture_output=True, text=True,
                          env=dict(os.environ))
    assert int(done.stdout) / 1024 < 160
