"""Text from anywhere: it is shown as text, never obeyed, and never breaks the paper."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quote import papers
from wizard.quote.text import MISSING, Span, clean, width, wrap

NASTY = (
    "<b>bold</b> R&D a<b <img src='http://x/y.png'/> <a href='javascript:1'>x</a>", "😀 emoji 👩‍👩‍👧", "שלום مرحبا",
    "\x00\x07\x1b[31m red", "\u202egnp.exe", "\ud800 lone", "{tr} {0} %s %(x)s", "]] >> endstream endobj", "(\\)) Tj",
)


@pytest.mark.parametrize("words", NASTY)
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_user_text_is_shown_and_never_obeyed(words: str, lang: str) -> None:
    plan = papers.saying(project=words, customer=words, prepared_by=words, notes=words)
    content = papers.paper(plan, lang)
    text = papers.text_of(content)
    assert "\x00" not in text
    assert clean(words).split()[-1] in text
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            assert "/XObject" not in page.resources
            for annotation in page.get("/Annots", []):
                assert "/A" not in annotation
                assert str(annotation.Dest)


def test_markup_is_printed_as_it_was_typed() -> None:
    assert "<b>bold</b> R&D a<b" in papers.text_of(papers.paper(papers.saying(customer="<b>bold</b> R&D a<b")))


def test_what_the_fonts_lack_is_marked_and_explained() -> None:
    text = papers.text_of(papers.paper(papers.saying(customer="Ann 😀")))
    assert f"Ann {MISSING}" in text
    assert "stands for a sign that the fonts of this paper lack" in text
    assert "stands for a sign" not in papers.text_of(papers.paper(papers.saying(customer="Ann")))


def test_clean_keeps_what_can_be_shown() -> None:
    assert clean("é = e\u0301, 昇腾 ≤ 5 €") == "é = é, 昇腾 ≤ 5 €"
    assert clean("a\u202eb\x00c\ud800") == "abc"
    assert clean("a\r\nb\tc") == "a\nb c"


def _lines(text: str, room: float, size: float = 9.0) -> list[str]:
    return ["".join(s.text for s in line) for line in wrap((Span(text),), size, room)]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.floats(30, 400))
def test_no_line_is_wider_than_its_room_and_no_sign_is_lost(text: str, room: float) -> None:
    spans = wrap((Span(text),), 9.0, room)
    for line in spans:
        assert sum(width(s.text, s.font, 9.0) for s in line) <= room + 0.01
    kept = "".join("".join(s.text for s in line) for line in spans)
    assert papers.squeezed(kept) == papers.squeezed(clean(text))


def test_prices_and_names_are_not_split() -> None:
    for room in range(60, 300, 7):
        lines = _lines("总价为 ¥12,345.00 元，使用 TensorRT-LLM 推理", float(room))
        assert any("¥12,345.00" in line for line in lines)
        assert not any(line.startswith(("，", "。", ".", ",")) for line in lines)


def test_chinese_punctuation_never_begins_a_line() -> None:
    text = "按十次实测，有九次落在其中；来确定（区间）的。" * 6
    for room in range(40, 200, 3):
        for line in _lines(text, float(room)):
            assert line[0] not in "，。；）"
            assert line[-1] != "（"
