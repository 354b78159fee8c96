"""NEEDS files: good ones round-trip, bad ones say what, where and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.needs.files import dump_needs, load_needs, needs_from, parse_needs
from wizard.needs.needs import Needs


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("modle: x", "f: modle", 'no key "modle". Did you mean model?'),
        ("targets: {tft_ms: 3}", "f: targets.tft_ms", "Did you mean ttft_ms?"),
        ("workload: {prompt_tokens: -5}", "f: workload.prompt_tokens", "-5 is not allowed"),
        ("budget: {purchase: .nan}", "f: budget.purchase", "not allowed"),
        ("budget: {purchase: 100, currency: GBP}", "f: budget.currency", "'GBP' is not allowed"),
        ("use_case: dancing", "f: use_case", "not allowed"),
        ("a: [1", "f:2", "malformed"),
        ('{"model": "x', "f:1", "breaks off"),
        ("", "f", "not nothing"),
        ("- 1", "f", "not list"),
        ("model: a\nmodel: b", "f:2", "given twice"),
        ("max_context_tokens: 10", "f", "smaller than"),
        ("schema: 2", "f: schema", "not allowed"),
        ("!!python/object/apply:os.system ['true']", "f:1", "malformed"),
    ],
)
def test_bad_needs_are_refused_with_place_and_mend(text: str, where: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_needs(text, "f")
    assert caught.value.where == where
    assert said in str(caught.value)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_needs(tmp_path / "none.yaml")
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_needs(binary)


def test_json_and_yaml_mean_the_same() -> None:
    data = {"model": "m", "targets": {"ttft_ms": 1000}, "budget": {"purchase": 80000}}
    assert parse_needs(json.dumps(data)) == parse_needs("model: m\ntargets: {ttft_ms: 1000}\nbudget: {purchase: 80000}")


@given(
    users=st.one_of(st.none(), st.integers(1, 10**6)),
    prompt=st.integers(1, 10**6),
    budget=st.one_of(st.none(), st.decimals("0.01", "1e9", places=2)),
    project=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80),
)
def test_what_is_written_is_read_again(users: int | None, prompt: int, budget: object, project: str) -> None:
    needs = needs_from(
        {
            "workload": {"concurrent_users": users, "prompt_tokens": prompt},
            "budget": {"purchase": budget},
            "document": {"project": project},
        }
    )
    assert parse_needs(dump_needs(needs)) == needs


@given(st.text(max_size=300))
def test_any_text_is_needs_or_a_clear_complaint(text: str) -> None:
    said = ""
    try:
        needs = parse_needs(text)
    except InputError as error:
        needs, said = None, str(error)
    assert isinstance(needs, Needs) or said
