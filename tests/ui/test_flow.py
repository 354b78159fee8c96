"""The order of questions."""

from __future__ import annotations

import pytest

from wizard.needs import flow
from wizard.needs.needs import Needs
from wizard.needs.presets import preset, preset_ids


@pytest.mark.parametrize("use_case", ["inference", "edge", "training", "fine_tuning"])
def test_every_use_case_leads_from_the_first_question_to_the_export_and_back(use_case: str) -> None:
    needs = Needs.model_validate({"use_case": use_case})
    there: list[flow.Step] = []
    step: flow.Step | None = flow.steps(needs)[0]
    while step is not None:
        there.append(step)
        step = flow.after(needs, step)
    assert there == list(flow.steps(needs))
    assert there[0] == "use_case"
    assert there[-1] == "export"
    back: list[flow.Step] = []
    step = there[-1]
    while step is not None:
        back.append(step)
        step = flow.before(needs, step)
    assert back == there[::-1]


def test_training_asks_for_data_and_serving_for_promises() -> None:
    assert "training" in flow.steps(Needs(use_case="training"))
    assert "targets" not in flow.steps(Needs(use_case="training"))
    assert "targets" in flow.steps(Needs(use_case="edge"))
    assert "training" not in flow.steps(Needs(use_case="edge"))


def test_a_step_that_vanishes_has_a_neighbour_to_stand_on() -> None:
    for use_case in ("inference", "training"):
        needs = Needs.model_validate({"use_case": use_case})
        for step in (*flow.SERVING, *flow.LEARNING):
            assert flow.nearest(needs, step) in flow.steps(needs)


def test_a_faulty_step_locks_those_behind_it_but_not_itself_nor_those_before() -> None:
    needs = Needs()
    assert flow.reachable(needs, "export", frozenset())
    assert flow.reachable(needs, "model", {"model"})
    assert flow.reachable(needs, "use_case", {"model"})
    assert not flow.reachable(needs, "workload", {"model"})
    assert not flow.reachable(needs, "training", frozenset())


def test_a_missing_or_unknown_model_is_a_problem_of_the_model_step() -> None:
    assert flow.problems(Needs()) == ()
    assert flow.problems(Needs(model="")) == (flow.Problem("model", "model", "model_missing"),)
    assert flow.problems(Needs(model="", size_class="pro")) == ()
    assert flow.problems(Needs(model="x"), lambda _name: False)[0].code == "model_unknown"


def test_every_answer_belongs_to_a_step() -> None:
    known = {*flow.SERVING, *flow.LEARNING}
    for key, value in Needs().model_dump().items():
        keys = [f"{key}.{part}" for part in value] if isinstance(value, dict) else [key]
        assert {flow.step_of(k) for k in keys} <= known


def test_every_preset_can_be_walked() -> None:
    for name in preset_ids():
        needs = preset(name).needs
        assert flow.problems(needs) == ()
        assert flow.reachable(needs, "export", frozenset())
