"""Templates, classes and the words of an answered step."""

from __future__ import annotations

import pytest

from wizard.i18n import Translator
from wizard.needs import flow
from wizard.needs.lengths import TEMPLATES
from wizard.needs.needs import Needs, Workload
from wizard.needs.presets import preset, preset_ids
from wizard.ui import answers

EN = Translator("en")


def test_the_arithmetic_adds_up() -> None:
    words = answers.arithmetic(EN, Workload(requests_per_s=5, prompt_tokens=1000, output_tokens=300))
    assert words == "5/s × (1,000 + 300) tokens × 86,400 s = 562M tokens a day"
    day = Workload(tokens_per_day=5 * 1300 * 86_400, prompt_tokens=1000, output_tokens=300)
    assert answers.arithmetic(EN, day).endswith("= 5 requests/s on average")
    users = Workload(concurrent_users=50, prompt_tokens=2000, output_tokens=500)
    assert "= 125,000 tokens in the cache" in answers.arithmetic(EN, users)


def test_a_template_recognises_itself() -> None:
    for one in TEMPLATES:
        assert answers.template_of(Workload(template=one.code)) == one.code
    assert answers.template_of(Workload(prompt_tokens=7)) == ""


def test_experience_classes_get_slower_in_their_order() -> None:
    timed = [e for e in answers.EXPERIENCES if e.ttft_ms is not None]
    assert [e.ttft_ms for e in timed] == sorted(e.ttft_ms for e in timed if e.ttft_ms)
    assert [e.tpot_ms for e in timed] == sorted(e.tpot_ms for e in timed if e.tpot_ms)
    assert answers.experience_of(Needs()) == "batch"


def test_the_measure_that_counts_follows_the_needs() -> None:
    assert answers.measure_of(Workload(requests_per_s=2, tokens_per_day=5)) == "requests_per_s"
    assert answers.measure_of(Workload(concurrent_users=2, requests_per_s=2)) == "concurrent_users"
    assert answers.measure_of(Workload(tokens_per_day=5)) == "tokens_per_day"


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_every_answered_step_of_every_preset_reads_in_few_words(lang: str) -> None:
    tr = Translator(lang)
    for name in preset_ids():
        needs = preset(name).needs
        for step in flow.steps(needs):
            words = answers.describe(tr, step, needs)
            assert bool(words) == (step not in flow.ANSWERS), (name, step)
            assert len(words) < 80
            assert "{" not in words
