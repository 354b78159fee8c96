"""A user's own measurements: they move the estimates of that hardware, narrow its bands, and touch nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.core.sizing_cases import H100, H200, LLAMA_8B, LLAMA_70B, answer, calibration, case, catalog
from wizard.catalog.measurements import OwnMeasurement
from wizard.catalog.overrides import Overrides
from wizard.catalog.overrides_file import read_overrides
from wizard.costing.terms import catalog_date
from wizard.errors import InputError
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs
from wizard.planner.planner import plan
from wizard.sizing.calibration import Calibration
from wizard.sizing.own_rows import Understood, calibrated, understand
from wizard.sizing.serving import serve

HEAD = "model,gpu,n_gpus,tp,engine,isl,osl,concurrency_or_batch,metric,value\n"


def rows(factor: float, users: tuple[int, ...] = (1, 4, 16, 64), model: str = LLAMA_8B) -> list[Understood]:
    """Rows whose measured time per token is ``factor`` times the estimate."""
    found = []
    for n in users:
        value = float(answer(case(model, users=n, prompt=2000, output=500)).tpot_ms.value[0]) * factor
        row = {"model": model, "gpu": H100, "n_gpus": "1", "tp": "1", "engine": "vLLM 0.12", "isl": "2000",
               "osl": "500", "concurrency_or_batch": str(n), "metric": "tpot_ms", "value": f"{value}",
               "date": "2026-07-01"}
        found.append(understand(row, f"row {n}", catalog()))
    return found


def tpot(own: Calibration, model: str = LLAMA_8B, device: str = H100, **more: object) -> tuple[float, float]:
    """Value in ms and the width of its band in logarithms."""
    # Keywords of several types.
    band = serve(case(model, device, users=16, prompt=2000, output=500, **more), own).tpot_ms  # type: ignore[arg-type]
    return float(band.value[0]), float(np.log(band.high[0] / band.low[0]))


def test_the_estimate_moves_towards_the_data_and_the_band_narrows() -> None:
    before, wide = tpot(calibration())
    few, many = calibrated(calibration(), rows(1.3, (16,))), calibrated(calibration(), rows(1.3) * 6)
    assert before < tpot(few)[0] < tpot(many)[0]
    assert tpot(many)[0] == pytest.approx(1.3 * before, rel=0.1)
    assert tpot(many)[1] < tpot(few)[1] < wide


def test_scattered_measurements_narrow_less() -> None:
    steady, wild = rows(1.2) * 4, [
        replace(row, value=row.value * factor) for row in rows(1.2) for factor in (0.5, 0.8, 1.25, 2.0)]
    assert tpot(calibrated(calibration(), steady))[1] < tpot(calibrated(calibration(), wild))[1]


def test_other_hardware_engines_and_the_shipped_value_stay_as_they_are() -> None:
    own = calibrated(calibration(), rows(1.5) * 4)
    assert tpot(own, device=H200) == tpot(calibration(), device=H200)
    assert tpot(own, engine="sglang") == tpot(calibration(), engine="sglang")
    assert not calibration().own
    assert calibrated(calibration(), []) is calibration()


def test_another_model_on_the_same_machine_learns_less() -> None:
    own = calibrated(calibration(), rows(1.4) * 6)
    same, other = (tpot(own, m)[0] / tpot(calibration(), m)[0] for m in (LLAMA_8B, "Qwen/Qwen2.5-14B-Instruct"))
    assert 1.0 < other < same


def test_a_measured_time_beyond_physics_never_passes_the_floor() -> None:
    own = calibrated(calibration(), rows(0.1) * 20)
    columns = serve(case(users=16, prompt=2000, output=500), own)
    assert columns.tpot_ms.low[0] >= columns.tpot_ms.ceiling[0]


def test_plans_use_them_and_say_so(tmp_path: Path) -> None:
    measured = OwnMeasurement(model=LLAMA_70B, gpu="H100 SXM", n_gpus=4, tp=4, engine="vLLM", isl=2000, osl=500,
                              concurrency_or_batch=16, metric="tpot_ms", value=60.0, date="2026-07-01")
    asked = {"model": LLAMA_70B, "engine": "vllm", "precision": {"weights": "bf16"},
             "workload": {"concurrent_users": 16, "prompt_tokens": 2000, "output_tokens": 500},
             "constraints": {"accelerators": ["h100_sxm_80"], "accelerator_count": 4}}
    plain = plan(needs_from(asked), catalog())
    own = plan(needs_from(asked).model_copy(update={"overrides": Overrides(measurements=(measured,) * 1)}), catalog())
    assert own.chosen is not None
    assert plain.chosen is not None
    assert own.chosen.estimates["tpot_ms"].basis == "yours"
    assert plain.chosen.estimates["tpot_ms"].basis == "serving"
    assert own.chosen.estimates["tpot_ms"].value > 1.2 * plain.chosen.estimates["tpot_ms"].value
    said = next(f for f in own.facts if f.code == "own_measurements").fields
    assert said["rows"] == 1
    # Fields of a sentence are objects; these two are numbers.
    assert said["change"] > 20  # type: ignore[operator]
    assert said["width"] < 100  # type: ignore[operator]
    assert Needs.model_validate_json(own.needs.model_dump_json()).overrides.measurements == (measured,)


def test_a_table_is_read_where_prices_are(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,9.5\n", encoding="utf-8")
    found = read_overrides(path, catalog_date(catalog()), catalog())
    assert found.measurements[0].value == 9.5
    assert found
    assert found.merged(found).measurements == found.measurements


@pytest.mark.parametrize(("line", "said"), [
    (f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,-1", "row 2, column value"),
    (f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,nan", "row 2, column value"),
    (f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,1e12", "row 2, column value"),
    (f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,speed,5", "row 2, column metric"),
    (f"{LLAMA_8B},,1,1,vLLM,1000,200,8,tpot_ms,5", "row 2, column gpu"),
    (f"{LLAMA_8B},H100 SXM,-4,1,vLLM,1000,200,8,tpot_ms,5", "row 2, column n_gpus"),
    (f"{LLAMA_8B},H100 SXM,1,1,vLLM,1000,200,8,tpot_ms,=1+1", "row 2, column value"),
])
def test_hostile_rows_are_refused_with_their_place(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_overrides(path, catalog_date(catalog()), catalog())
    assert said in str(refused.value)


@pytest.mark.parametrize(("changed", "said"), [
    ({"model": "no such model 7B"}, "column model"), ({"gpu": "RTX 9999"}, "column gpu"),
    ({"value": "90000"}, "column value"),
])
def test_what_cannot_be_understood_says_where(changed: dict[str, str], said: str) -> None:
    row = {"model": LLAMA_8B, "gpu": H100, "n_gpus": "1", "tp": "1", "engine": "vLLM", "isl": "1000", "osl": "200",
           "concurrency_or_batch": "8", "metric": "tpot_ms", "value": "9"} | changed
    with pytest.raises(InputError, match=said):
        calibrated(calibration(), [understand(row, "mine.csv row 2", catalog())])
