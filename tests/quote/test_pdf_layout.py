"""How the paper looks, checked by the place of every sign: nothing overlaps, nothing leaves the page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import samples
from tests.quote import papers
from wizard.catalog.catalog import Catalog
from wizard.costing.records import Bom
from wizard.needs.presets import preset
from wizard.planner import planner
from wizard.quote.style import MARGIN

KINDS = dict(papers.every_kind())


def _check(content: bytes) -> None:
    for number, (wide, high), boxes in papers.char_boxes(content):
        assert boxes, f"page {number} is empty"
        outside = [b for b in boxes if b[0] < MARGIN - 2 or b[2] > wide - MARGIN + 2 or b[1] < 20 or b[3] > high - 20]
        assert outside == [], f"page {number}"
        assert papers.collisions(boxes) == [], f"page {number}"


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_overlaps_or_leaves_the_page(kind: str, lang: str) -> None:
    _check(papers.paper(KINDS[kind], lang))


@pytest.mark.parametrize("scenario", ["S02", "S05", "S12"])
def test_real_plans_fit_too(scenario: str) -> None:
    _check(papers.paper(planner.plan(preset(scenario).needs, Catalog()), "zh_CN"))


def _huge() -> Bom:
    price = "99999999999.99"
    line = samples.line(1, "accelerator", "x" * 64, "A" * 90, 999_999, price, discount=Decimal("0.125"))
    total = Decimal(price) * 999_999
    return replace(samples.bom(), lines=(line, replace(line, number=2)), unpriced=(), net=total, tax=total,
                   tax_rate=Decimal("0.13"), total=total * 2, low=total, high=total * 3)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_huge_figures_and_long_part_numbers_stay_in_their_cells(lang: str) -> None:
    _check(papers.paper(papers.with_bom(_huge()), lang))


def test_many_lines_fill_pages_and_lose_none() -> None:
    holds_every_line(500, "43,190.00")


def holds_every_line(lines: int, total: str) -> None:
    content = papers.paper(papers.long_bill(lines))
    text = papers.text_of(content)
    assert all(f"Cable {n} of" in text for n in (1, lines // 2, lines))
    assert text.count("86.38") == lines + 4  # the cover names the four dearest
    assert total in text
    _check(content)


@pytest.mark.parametrize("words", [
    "A" * 4000, "word " * 800, "字" * 4000, "，。" * 2000, "\n" * 300 + "end", "a\tb\u2028c" * 300,
])
def test_notes_of_any_shape_flow_over_pages(words: str) -> None:
    _check(papers.paper(papers.saying(notes=words[:4000])))


def test_a_cell_higher_than_a_page_is_split() -> None:
    line = samples.line(1, "software", "x", "long words of a description " * 400, 1, "1.00")
    content = papers.paper(papers.with_bom(replace(samples.bom(), lines=(line,), unpriced=())))
    assert papers.text_of(content).count("description") >= 400
    _check(content)


def test_many_options_and_rejections_stay_readable() -> None:
    plan = samples.plan()
    options = tuple(replace(samples.option("alternative", n), id=f"o{n}", accelerators=10**n) for n in range(1, 7))
    rejected = tuple(replace(plan.rejected[0], what=f"card_{n}") for n in range(40))
    content = papers.paper(replace(plan, options=(*plan.options, *options), rejected=rejected))
    text = papers.squeezed(papers.text_of(content))
    assert "CARD9" in text
    assert "and24more" in text
    assert "4moreinplan.json" in text
    assert text.count("1,960–3,200") >= 5
    _check(content)


def test_a_very_long_list_of_wishes_leaves_its_column_and_flows() -> None:
    plan = samples.plan()
    names = tuple(f"accelerator {n} " * 9 for n in range(200))
    rules = plan.needs.constraints.model_copy(update={"accelerators": names})
    content = papers.paper(replace(plan, needs=plan.needs.model_copy(update={"constraints": rules})))
    assert "accelerator 199" in papers.text_of(content)
    _check(content)
