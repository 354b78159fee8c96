"""What those who know their load may say: spread, arrival, speculation, adapters; each reaches the answers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import find, planned, press, typed
from wizard.catalog.catalog import Catalog
from wizard.needs import flow
from wizard.needs.lengths import BURSTY, p95_of_cv
from wizard.ui import answers
from wizard.ui.shell import Shell
from wizard.ui.widgets.speed_fold import smaller


def test_the_spread_of_a_template_is_shown_and_can_be_overruled(shell: Shell) -> None:
    shell.session.go("workload")
    assert shell.page("workload").spread.inside.text() == "every request alike"  # type: ignore[attr-defined]  # its page
    find(shell, "template=chat").click()
    load = shell.session.needs.workload
    line = find(shell, "workload.prompt_p95_tokens")
    assert line.placeholderText() == f"{round(p95_of_cv(load.prompt_tokens, load.prompt_cv)):,}"
    find(shell, "fold-spread").click()
    typed(line, "3000")
    press(line, Qt.Key.Key_Return)
    assert shell.session.needs.workload.prompt_p95_tokens == 3000
    shell.session.go("workload")
    typed(line, "100")
    line.editingFinished.emit()
    assert "3.87" in shell.session.problem("workload.prompt_p95_tokens")
    assert shell.session.needs.workload.prompt_p95_tokens == 3000


def test_arrival_and_patience_are_answers(shell: Shell) -> None:
    shell.session.go("workload")
    find(shell, f"workload.arrival_scv={BURSTY}").click()
    find(shell, "workload.batch_share").setValue(25)
    load = shell.session.needs.workload
    assert (load.arrival_scv, load.batch_share) == (BURSTY, 0.25)
    assert shell.page("workload").arrival.inside.text() == "In waves · 25 % have time"  # type: ignore[attr-defined]  # its page


def test_a_smaller_model_comes_along_with_the_method_that_needs_one(shell: Shell) -> None:
    shell.session.put({"model": "Qwen/Qwen2.5-72B-Instruct"})
    shell.session.go("model")
    find(shell, "fold-speed").click()
    find(shell, "speculation.method=draft").click()
    spec = shell.session.needs.speculation
    assert spec.method == "draft"
    assert spec.draft_model.startswith("Qwen/")
    assert find(shell, "speculation.draft_model").isVisible()
    find(shell, "speculation.method=none").click()
    assert not find(shell, "speculation.draft_tokens").isVisible()
    typed(find(shell, "adapters.count"), "40")
    find(shell, "adapters.count").editingFinished.emit()
    assert shell.session.needs.adapters.count == 40
    assert flow.step_of("adapters.count") == "model"


def test_the_smaller_model_speaks_the_same_words() -> None:
    models = Catalog().models
    big = models["meta-llama/Llama-3.1-70B-Instruct"]
    small = models[smaller(big, list(models.values()))]
    assert small.vocab_size == big.vocab_size
    assert small.total_params * 15 <= big.total_params
    assert smaller(None, []) in models


def test_a_look_at_another_measure_keeps_the_load(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("workload")
    typed(find(shell, "workload.concurrent_users"), "200")
    press(find(shell, "workload.concurrent_users"), Qt.Key.Key_Tab)
    planned(qtbot, shell.session)
    option = shell.session.option
    assert option is not None
    find(shell, "measure=requests_per_s").click()
    rate = shell.session.needs.workload.requests_per_s
    assert rate is not None
    assert rate == pytest.approx(200 / (option.estimates["e2e_ms"].value / 1e3), rel=0.05)
    find(shell, "measure=tokens_per_day").click()
    load = shell.session.needs.workload
    assert load.tokens_per_day == pytest.approx(rate * load.context_tokens * 86_400, rel=0.05)
    find(shell, "measure=concurrent_users").click()
    assert shell.session.needs.workload.concurrent_users == 200
    find(shell, "measure=requests_per_s").click()
    typed(find(shell, "workload.requests_per_s"), "3")
    press(find(shell, "workload.requests_per_s"), Qt.Key.Key_Tab)
    planned(qtbot, shell.session)
    find(shell, "measure=concurrent_users").click()
    assert shell.session.needs.workload.concurrent_users not in (None, 200)
    assert "requests/s" in find(shell, "other-measures").text()
    planned(qtbot, shell.session)


def test_data_that_must_stay_is_not_sent_to_rented_machines(shell: Shell) -> None:
    shell.session.put({"constraints.acquisition": "either"})
    shell.session.go("budget")
    find(shell, "constraints.private_data").click()
    assert shell.session.needs.constraints.private_data
    assert shell.session.needs.constraints.acquisition == "own"
    assert not find(shell, "outside").isVisible()
    find(shell, "acquisition=cloud").click()
    assert find(shell, "outside").isVisible()
    shell.session.undo.undo()
    shell.session.undo.undo()
    assert shell.session.value("constraints.acquisition") == "either"


def test_times_can_be_promised_to_the_late(shell: Shell) -> None:
    shell.session.go("targets")
    combo = find(shell, "targets.percentile")
    assert combo.currentText() == "the average request"
    combo.setCurrentIndex(3)
    combo.activated.emit(3)
    assert combo.currentText() == "95 % of the requests"
    assert shell.session.needs.targets.percentile == 95
    assert "P95" in answers.describe(shell.ctx.tr, "targets", shell.session.needs)
    shell.session.undo.undo()
    assert shell.session.needs.targets.percentile is None
