"""Versions of engines are dated as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from wizard.catalog.engine_releases import release_date
from wizard.sizing.inference_terms import year_of


@pytest.mark.parametrize(("engine", "version", "released"), [
    ("vllm", "0.12.0", date(2025, 12, 3)), ("vllm", "v0.11.0", date(2025, 10, 4)),
    ("sglang", "0.5.10.post1", date(2026, 4, 5)), ("tensorrt-llm", "1.0.0rc3", date(2025, 7, 16)),
    ("tensorrt-llm", "1.2.0rc2.post2", date(2025, 11, 7)), ("tensorrt-llm", "1.0", date(2025, 9, 24)),
    ("vllm", "0.6.x", date(2024, 9, 5)),
])
def test_a_version_has_its_release_date(engine: str, version: str, released: date) -> None:
    assert release_date(engine, version) == released


@pytest.mark.parametrize(("engine", "version"), [
    ("vllm", ""), ("vllm", "nightly-dev"), ("vllm", "99.1.0"), ("llama.cpp", "b6918"), ("", "0.11.0"),
])
def test_what_is_not_a_listed_version_has_no_date(engine: str, version: str) -> None:
    assert release_date(engine, version) is None


def test_the_software_counts_before_the_date_of_the_table() -> None:
    assert year_of("2026", "tensorrt-llm", "1.0.0rc3") == pytest.approx(2025.54, abs=0.01)
    assert year_of("2026-03", "vllm", "nightly") == pytest.approx(2026.21, abs=0.01)
    assert year_of("", "vllm", "") == pytest.approx(2026.3)
