"""A bill of thousands of lines on paper."""

from __future__ import annotations

import pytest

from tests.quote.test_pdf_layout import holds_every_line

pytestmark = pytest.mark.slow


def test_two_thousand_lines_fill_pages_and_lose_none() -> None:
    holds_every_line(2000, "172,760.00")
