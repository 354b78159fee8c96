"""What the paper says: every figure of the plan, in both languages, whatever kind of plan it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest

from tests import samples
from tests.quote import papers
from wizard.planner.plan import Limit, Plan, Reason

LANGUAGES = ("en", "zh_CN")
KINDS = dict(papers.every_kind())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_plan_becomes_a_paper(kind: str, lang: str) -> None:
    content = papers.paper(KINDS[kind], lang)
    text = papers.squeezed(papers.text_of(content))
    assert ("BUDGETARY" if lang == "en" else "非正式要约") in text
    assert "\x00" not in text
    assert "\ufffd" not in text
    assert "□" not in text.replace("Passed", "") or kind != "empty"


def test_the_bill_says_every_line_and_what_the_total_omits() -> None:
    text = papers.text_of(papers.paper(samples.plan()))
    for line in samples.bom().lines:
        assert line.description in text
    for amount in ("31,000.00", "62,000.00", "7,400.00", "6,400.00", "$75,800.00"):
        assert amount in text
    assert "noprice:notinthetotal" in papers.squeezed(text)
    assert "Thetotalomits:42Urack" in papers.squeezed(text)
    assert "without 1 unpriced line" in text


def test_the_cover_has_the_total_and_the_bands() -> None:
    first = papers.plain(pypdf.PdfReader(BytesIO(papers.paper(samples.plan()))).pages[0].extract_text())
    for part in ("$75,800.00", "$1.66", "$1.20 to $2.70", "460 ms", "300 – 710 ms", "target 1,000 ms", "2.4 kW, 2 U",
                 "22 Nov 2026", "22 Dec 2026", "1 line unpriced"):
        assert part in first, part


def test_chinese_papers_hold_the_same_figures() -> None:
    text = papers.text_of(papers.paper(samples.plan(), "zh_CN"))
    for part in ("US$75,800.00", "62,000.00", "2026年11月22日", "物料清单", "签字盖章", "预算报价"):
        assert part in text, part


def test_yuan_are_written_in_capital_figures_in_chinese_only() -> None:
    plan = papers.yuan()
    assert "人民币陆拾壹万零贰佰元零伍分" in papers.squeezed(papers.text_of(papers.paper(plan, "zh_CN")))
    assert "人民币" not in papers.text_of(papers.paper(plan, "en"))


def test_tax_is_said_with_its_rate() -> None:
    text = papers.text_of(papers.paper(papers.yuan()))
    assert "Tax 13.0%" in text
    assert "70,200.00" in text
    assert "Converted at 7.1234 CNY per USD" in text


def test_an_infeasible_plan_says_so_first_and_offers_its_mend_with_the_price() -> None:
    first = papers.plain(pypdf.PdfReader(BytesIO(papers.paper(papers.infeasible()))).pages[0].extract_text())
    assert "No plan meets every requirement" in first
    assert "asked ≤ 100 ms, reached 710 ms" in first
    assert "100 → 710" in first
    assert "$75,800.00" in first


def test_what_the_nearest_candidate_breaks_comes_before_what_would_mend_it() -> None:
    plan = papers.infeasible()
    limit = Limit(code="power_w", need=1000, have=2400, unit="W", margin=-1.4)
    asked = replace(samples.option(), limits=(limit,))
    first = papers.plain(pypdf.PdfReader(BytesIO(papers.paper(replace(plan, asked=asked)))).pages[0].extract_text())
    assert "Power: asked ≤ 1 kW, reached 2.4 kW" in first
    assert "The figures of this paper are those of the first change." in first


def test_training_shows_hours_and_the_memory_of_training() -> None:
    text = papers.text_of(papers.paper(papers.training()))
    for part in ("61 h", "41.0%", "Gradients 8.2 GiB", "Optimizer states 49 GiB", "target 72 h"):
        assert part in text, part


def test_a_rented_option_has_no_bill_but_a_rent() -> None:
    text = papers.text_of(papers.paper(papers.rented()))
    assert "p5.48xlarge" in text
    assert "$5,900.00 a month" in text
    assert "room, power and cooling are the provider's" in text


def test_formulas_come_out_or_are_left_out() -> None:
    text = papers.text_of(papers.paper(samples.plan()))
    assert "65,527,752,704 B ÷ (2 × 1) ÷ 2^30 = 30.5 GiB" in text
    wrong = replace(samples.option(), memory=replace(samples.option().memory, weights=44.0))
    assert "65,527,752,704 B ÷" not in papers.text_of(papers.paper(papers.with_option(samples.plan(), wrong)))


def test_a_warning_without_words_does_not_lose_the_paper() -> None:
    plan = replace(samples.plan(), warnings=(Reason(code="never_heard_of", fields={"n": 3}),))
    assert "never heard of" in papers.text_of(papers.paper(plan))


def test_sources_are_numbered_and_cited() -> None:
    line = samples.line(1, "accelerator", "x", "Part X", 1, "10.00", price_source="ecb", price_kind="list")
    bom = replace(samples.bom(), lines=(line,), unpriced=(), net=Decimal("10.00"), total=Decimal("10.00"), subtotals=())
    text = papers.text_of(papers.paper(papers.with_bom(bom)))
    assert "[1]" in text
    assert "European Central Bank" in text


@pytest.mark.parametrize("plan", [samples.plan(), papers.training(), papers.rented()])
def test_no_english_sentence_of_ours_is_left_in_a_chinese_paper(plan: Plan) -> None:
    text = papers.text_of(papers.paper(plan, "zh_CN"))
    for word in (" the ", " and ", "Options", "Requirements", "Budgetary", "Total", "target "):
        assert word not in text, word
