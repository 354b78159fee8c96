"""plan.json holds the whole plan as plain data, in the form that others rely on."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest

from tests import samples
from wizard.needs.files import needs_from
from wizard.planner.plan_json import plain, to_json


def test_the_contract() -> None:
    plan = samples.plan()
    data = json.loads(to_json(plan))
    assert data["schema"] == 1
    assert data["status"] == "feasible"
    assert needs_from(data["needs"]) == plan.needs
    option = next(o for o in data["options"] if o["id"] == data["recommended"])
    assert option["accelerator"] == "h200_nvl_141"
    assert option["parallel"] == {"tp": 2, "pp": 1, "dp": 1, "ep": 1, "cp": 1, "dcp": 1}
    assert set(option["memory_gib"]) >= {"weights", "kv_cache", "activations", "overhead", "capacity", "gradients"}
    assert option["estimates"]["tpot_ms"].keys() == {"value", "low", "high", "ceiling", "basis"}
    assert option["cost"]["capex"] == "75800.00"
    assert data["bom"]["total"] == "75800.00"
    assert data["bom"]["lines"][3]["unit_list"] is None
    assert data["tco"]["years"][0]["capex"] == "75800.00"


def test_plain_values() -> None:
    assert plain(np.float64("nan")) is None
    assert plain(np.int64(3)) == 3
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(1234567.89) == 1234570.0
    with pytest.raises(TypeError):
        plain(object())
