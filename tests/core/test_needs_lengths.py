"""Lengths as distributions: templates, percentiles, and what a NEEDS file may say about them."""

from __future__ import annotations

import numpy as np
import pytest

from wizard.errors import InputError
from wizard.needs.files import parse_needs
from wizard.needs.flow import step_of
from wizard.needs.lengths import MOST_P95, TEMPLATES, cv_of_p95, p95_of_cv
from wizard.needs.needs import Needs, Workload


def test_the_spread_is_that_of_a_lognormal() -> None:
    draws = np.random.default_rng(7).lognormal(0.0, 0.8, 400_000)
    mean, cv, p95 = draws.mean(), draws.std() / draws.mean(), np.quantile(draws, 0.95)
    assert p95_of_cv(mean, cv) == pytest.approx(p95, rel=0.01)
    assert cv_of_p95(mean, p95) == pytest.approx(cv, rel=0.02)


@pytest.mark.parametrize("cv", [0.0, 0.3, 1.0, 2.5])
def test_percentile_and_spread_are_inverse(cv: float) -> None:
    assert cv_of_p95(1000.0, p95_of_cv(1000.0, cv)) == pytest.approx(cv, abs=1e-7)


def test_a_template_fills_what_a_file_leaves_out() -> None:
    load = parse_needs("workload: {template: rag, output_tokens: 500, concurrent_users: 5}").workload
    assert (load.prompt_tokens, load.output_tokens, load.prompt_cv, load.prefix_cache_share) == (2944, 500, 0.34, 0.32)
    again = Needs.model_validate(Needs(workload=load).model_dump())
    assert again.workload == load, "what was filled must not be filled again"


def test_a_stated_percentile_wins_over_the_template() -> None:
    load = Workload(template="chat", prompt_p95_tokens=2000)
    assert load.prompt_variation == pytest.approx(cv_of_p95(1155, 2000))
    assert load.output_variation == 0.77


def test_templates_name_their_source_and_hold_possible_figures() -> None:
    for one in TEMPLATES:
        load = Workload(template=one.code)
        assert one.source
        assert load.output_variation == one.output_cv
        assert 0 <= load.prefix_cache_share < 1


@pytest.mark.parametrize(("text", "said"), [
    ("workload: {prompt_tokens: 100, prompt_p95_tokens: 90}", "prompt_p95_tokens must lie between"),
    (f"workload: {{output_tokens: 100, output_p95_tokens: {int(100 * MOST_P95) + 2}}}", "3.87 times"),
    ("workload: {prompt_cv: -1}", "prompt_cv"),
    ("workload: {template: bank}", "template"),
    ("speculation: {method: draft}", "draft_model must name"),
    ("speculation: {method: mtp, acceptance: 1}", "acceptance"),
    ("adapters: {count: -1}", "count"),
    ("host: {offload: layers, memory_gib: .nan}", "memory_gib"),
    ("workload: {arrival_scv: .inf}", "arrival_scv"),
])
def test_impossible_lengths_are_refused_with_their_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_needs(text)
    assert said in f"{refused.value.where} {refused.value}"


def test_each_new_answer_has_a_step() -> None:
    assert {step_of(key) for key in ("speculation.method", "adapters.count")} == {"model"}
    assert step_of("host.offload") == "hardware"
    assert step_of("workload.output_cv") == "workload"
