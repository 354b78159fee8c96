"""Software versions and export rules of accelerators."""

from __future__ import annotations

import pytest

from tests.core.plans import CATALOG
from wizard.catalog.availability import CONTROLLED, needs_licence, stack_of, total_processing_performance
from wizard.needs.needs import Needs
from wizard.planner.facts import software
from wizard.planner.planner import plan


@pytest.mark.parametrize(
    ("id_", "performance"),
    # As BIS and the makers count them: dense operations times operand length.
    [("a100_sxm_80", 4992), ("h100_sxm_80", 15_832), ("rtx_4090", 5285), ("h20_96", 2368), ("mi300x", 20_918)],
)
def test_total_processing_performance(id_: str, performance: float) -> None:
    found = total_processing_performance(CATALOG.accelerators[id_])
    assert found == pytest.approx(performance, rel=0.001)


def test_parts_made_for_china_stay_below_the_limit() -> None:
    for id_ in ("rtx_4090d", "h20_96", "h20_141", "l20", "l2", "rtx_5090d", "rtx_5090d_v2", "mi308x"):
        assert not needs_licence(CATALOG.accelerators[id_], "CN"), id_
    for id_ in ("a800_sxm_80", "h800_sxm_80", "rtx_4090", "l40s", "b200_sxm_180"):
        assert needs_licence(CATALOG.accelerators[id_], "CN"), id_
        assert not needs_licence(CATALOG.accelerators[id_], "DE"), id_
    assert not needs_licence(CATALOG.accelerators["ascend_910c"], "CN")


def test_every_nvidia_part_knows_its_versions() -> None:
    for accelerator in CATALOG.accelerators.values():
        if accelerator.vendor == "NVIDIA" and accelerator.arch_code != "CPU":
            assert stack_of(CATALOG, accelerator) is not None, accelerator.id
    volta = stack_of(CATALOG, CATALOG.accelerators["v100_sxm2_32"])
    assert volta is not None
    assert (volta.min_version, volta.last_version) == ("9.0", "12.9")
    assert stack_of(CATALOG, CATALOG.accelerators["apple_m3_max"]) is None


def test_a_plan_says_versions_and_licences() -> None:
    needs = Needs.model_validate({"constraints": {"accelerators": ["h100_sxm_80"]}, "economics": {"country": "CN"}})
    found = plan(needs, CATALOG)
    assert found.chosen is not None
    facts = {f.code: f.fields for f in found.facts}
    assert facts["software_since"]["first"] == "11.8"
    assert facts["export_licence"]["performance"] == 15_831
    assert facts["export_licence"]["limit"] == CONTROLLED
    options = plan(Needs.model_validate({"constraints": {"accelerators": ["v100_sxm2_32"]}}), CATALOG).options
    assert {f.code for f in software(CATALOG, options, "CN")} == {"software_until"}
