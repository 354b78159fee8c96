"""Figures as people write and read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.i18n import Translator
from wizard.ui import figures

EN, ZH = Translator("en"), Translator("zh_CN")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2,000", 2000),
        ("80 000", 80_000),
        ("2k", 2000),
        ("1.5M", 1_500_000),
        ("8万", 80_000),
        ("1.2亿", 120_000_000),
        ("１２３", 123),
        ("$71,400", 71_400),
        ("15%", 15),
        (" 0.5 ", 0.5),
        (".5", 0.5),
        ("1e6", 1e6),
        ("3 B", 3e9),
        ("", None),
        ("1,234,567.5", 1_234_567.5),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, value: float | None) -> None:
    assert figures.parse(typed) == value


@pytest.mark.parametrize("typed", ["abc", "1,2,3", "--5", "nan", "inf", "1e999", "5 apples", "½x", "１，２"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        figures.parse(typed)


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False))
def test_what_a_field_shows_reads_back_as_the_same_number(value: float) -> None:
    shown = figures.plain(EN, value)
    assert figures.parse(shown) == pytest.approx(round(value, 6), rel=1e-12, abs=1e-6)
    assert figures.parse(figures.plain(ZH, value)) == figures.parse(shown)


@given(st.text(max_size=30))
def test_reading_never_breaks(typed: str) -> None:
    try:
        value = figures.parse(typed)
    except ValueError:
        return
    assert value is None or abs(value) <= 1e308


def test_money_has_its_sign_and_groups() -> None:
    assert figures.money(EN, Decimal("71400.40"), "USD") == "$71,400"
    assert figures.money(EN, Decimal("71400.40"), "USD", exact=True) == "$71,400.40"
    assert figures.money(EN, Decimal("0.41"), "EUR") == "€0.41"
    assert figures.money(ZH, Decimal(-1200), "CNY") == "-¥1,200"
    assert figures.money(EN, None, "USD") == figures.UNKNOWN


def test_short_money_speaks_the_language() -> None:
    assert figures.money_short(EN, Decimal(71_400), "USD") == "$71.4k"
    assert figures.money_short(ZH, Decimal(512_000), "CNY") == "¥51.2万"


@pytest.mark.parametrize(
    ("ms", "words"), [(19, "19 ms"), (4.62, "4.6 ms"), (460, "0.46 s"), (9960, "10 s"), (180_000, "3 min")]
)
def test_durations_take_the_unit_that_reads_best(ms: float, words: str) -> None:
    assert figures.duration(EN, ms) == words


def test_counts_of_tokens_and_parameters() -> None:
    assert figures.tokens(EN, 2000) == "2,000"
    assert figures.tokens(EN, 1.296e8) == "130M"
    assert figures.tokens(ZH, 1.296e8) == "1.3亿"
    assert figures.params(EN, 32_763_876_352) == "32.8B"
    assert figures.params(EN, 999_885_952) == "1B"
    assert figures.power(EN, 2400) == "2.4 kW"
    assert figures.percent(EN, 0.29) == "29 %"
