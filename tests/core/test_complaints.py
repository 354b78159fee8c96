"""What is wrong with a value is said in the user's language, whatever found it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.core.plans import CATALOG
from wizard.catalog.overrides_file import read_overrides
from wizard.complaints import PROBLEMS, shown
from wizard.errors import InputError
from wizard.i18n import Message, Translator
from wizard.needs.files import parse_needs

ZH = Translator("zh_CN")


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("workload: {prompt_tokens: -5}", "it must be at least", "不能小于"),
        ("workload: {prompt_tokens: many}", "it is no whole number", "不是整数"),
        ("workload: {prompt_tokens: 1.5}", "it is no whole number", "不是整数"),
        ("workload: 5", "it is no group of keys", "不是一组键值"),
        ("use_case: gaming", "it must be one of", "只能是以下之一"),
        ("max_context_tokens: 1000\nworkload: {prompt_tokens: 5000}", "is smaller than", "小于 prompt_tokens"),
        ("workload: {prompt_tokens: 100, prompt_p95_tokens: 5}", "prompt_p95_tokens must lie", "必须在 prompt_tokens"),
        ("speculation: {method: draft}", "must name the smaller model", "较小的草稿模型"),
        ("overrides: {prices: [{part: l40s, usd: 5, as_of: someday}]}", "it is no date", "不是日期"),
        ("overrides: {prices: [{part: l40s, usd: 5, as_of: 2026-01-01, low_usd: 6}]}", "in its range", "不在其区间内"),
        ("overrides: {models: [{id: a, like: b}, {id: a, like: b}]}", "a stands there twice", "a 重复出现"),
        ("overrides: {discounts: [{item: '=x', share: 0.1}]}", "not written as it must be", "写法不符合要求"),
        ("overrides: {architectures: [{id: x, facts: {layers: yes}}]}", "is not of the kind int", "类型应为 int"),
    ],
)
def test_faults_of_needs_are_said_in_both_languages(text: str, english: str, chinese: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_needs(text)
    assert english in str(caught.value)
    assert chinese in ZH.error(caught.value)
    assert "Input should" not in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "chinese"),
    [("-5", "必须大于 0"), ("many", "不是数字"), ("nan", "不是数字"), ("1e400", "必须小于")],
)
def test_faults_of_price_books_are_said_in_both_languages(tmp_path: Path, cell: str, chinese: str) -> None:
    book = tmp_path / "own.csv"
    book.write_text(f"id,price_usd\nl40s,{cell}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_overrides(book, date(2026, 11, 29), CATALOG)
    assert chinese in ZH.error(caught.value)
    assert "row 2, column price_usd" in ZH.error(caught.value)


def test_every_problem_has_a_chinese_text() -> None:
    assert all(ZH.format(text, dict.fromkeys(("gt", "ge", "lt", "le", "max_length", "decimal_places", "expected"), 1))
               != text for text in PROBLEMS.values())


def test_a_message_within_a_message_is_translated_too() -> None:
    inner = Message("it must be more than {gt}", {"gt": 0})
    assert str(inner) == "it must be more than 0"
    assert ZH("{value} is not allowed: {problem}", value=-1, problem=inner) == "不允许 -1：必须大于 0"
    # Braces in what the user wrote are no fields.
    assert Translator()("{value} is not allowed: {problem}", value="{x}", problem=inner) == (
        "{x} is not allowed: it must be more than 0")
    assert len(shown("x" * 500)) == 60
