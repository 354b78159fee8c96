"""What is owned, where it stands, where makers are seated: each rules out with its reason; what is there is paid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wizard.catalog.catalog import Catalog
from wizard.errors import InputError
from wizard.i18n import LANGUAGES, Translator
from wizard.needs.needs import Constraints, Needs, Owned
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.plan_json import to_json
from wizard.planner.planner import plan
from wizard.planner.premises import DESK_KINDS, hosted
from wizard.words import WHY_NOT, say, why_not

CATALOG = Catalog()
LIGHT = Needs.model_validate({"workload": {"concurrent_users": 4}})


def asked(needs: Needs = LIGHT, **wishes: object) -> Plan:
    return plan(needs.model_copy(update={"constraints": Constraints.model_validate(wishes)}), CATALOG)


def reasons(found: Plan) -> dict[str, str]:
    return {r.what: r.reason for r in found.rejected}


def test_what_is_owned_is_used_and_not_bought_again() -> None:
    found = asked(owned=[Owned(accelerator="RTX 4090", count=4)])
    assert found.status == "feasible"
    assert {o.accelerator for o in found.options} == {"rtx_4090"}
    chosen = found.chosen
    assert chosen is not None
    assert chosen.accelerators <= 4
    assert chosen.bom is not None
    assert chosen.bom.total == Decimal("0.00")
    assert all(line.discount == 1 for line in chosen.bom.lines if line.unit_list is not None and not line.recurring)
    assert chosen.tco is not None
    assert chosen.tco.total > 0
    assert reasons(found)["h100_sxm_80"] == "not_owned"
    used = next(w for w in found.warnings if w.code == "owned_used")
    assert (used.fields["used"], used.fields["owned"]) == (chosen.accelerators, 4)
    to_json(found)


def test_a_machine_that_is_sold_whole_is_owned_with_its_accelerators() -> None:
    found = asked(owned=[Owned(accelerator="H100 SXM", count=8)])
    assert found.chosen is not None
    assert found.chosen.cost.capex == Decimal("0.00")


def test_where_it_does_not_suffice_the_price_of_buying_is_named() -> None:
    needs = Needs.model_validate({"workload": {"concurrent_users": 200}, "targets": {"ttft_ms": 500}})
    found = asked(needs, owned=[Owned(accelerator="RTX 4090", count=2)])
    assert found.status == "infeasible"
    assert reasons(found)["rtx_4090"] == "owned"
    change = next(c for c in found.changes if c.key == "constraints.owned")
    assert change.from_value == ["2 × RTX 4090"]
    assert change.to_value == []
    assert change.option.cost.capex is not None
    assert change.option.cost.capex > 0
    to_json(found)


def test_a_load_beyond_all_that_is_owned_is_answered_with_its_reason() -> None:
    needs = Needs.model_validate({
        "model": "Qwen/Qwen2.5-Math-7B", "use_case": "edge",
        "workload": {"concurrent_users": 100_000, "prompt_tokens": 32_000, "output_tokens": 500},
    })
    found = asked(needs, owned=[Owned(accelerator="RTX 2060", count=2)], include_legacy=True, availability="n+1")
    assert found.status == "infeasible"
    assert reasons(found)["rtx_2060"] == "owned"


def test_quiet_hardware_that_is_rented_has_no_say_in_its_power() -> None:
    found = asked(acquisition="cloud", quiet=True, max_power_w=10.0, max_nodes=1, availability="n+1", mig=True)
    assert "too_loud" not in reasons(found).values()
    to_json(found)


def test_owned_hardware_trains_too_up_to_its_number() -> None:
    needs = preset("S19").needs
    fits = asked(needs, owned=[Owned(accelerator="H100 SXM", count=8)])
    assert fits.status == "feasible"
    assert fits.chosen is not None
    assert fits.chosen.accelerators <= 8
    assert fits.chosen.cost.capex == Decimal("0.00")
    assert {o.accelerator for o in fits.options} == {"h100_sxm_80"}


def test_quiet_hardware_stands_in_machines_made_for_a_desk() -> None:
    needs = Needs.model_validate({"model": "meta-llama/Llama-3.1-70B-Instruct", "workload": {"concurrent_users": 8}})
    loud, quiet = plan(needs, CATALOG), asked(needs, quiet=True)
    assert reasons(quiet)["h100_sxm_80"] == "too_loud"
    assert "h100_sxm_80" not in {r.what for r in loud.rejected if r.reason == "too_loud"}
    for option in quiet.options:
        assert option.system is not None
        assert CATALOG.systems[option.system].kind in DESK_KINDS
    assert "rtx_4090" in hosted(CATALOG)


def test_a_short_delivery_rules_servers_out_and_says_what_is_not_known() -> None:
    needs = Needs.model_validate({"model": "meta-llama/Llama-3.1-70B-Instruct", "workload": {"concurrent_users": 8}})
    soon = asked(needs, max_delivery_weeks=6)
    assert reasons(soon)["h100_sxm_80"] == "too_late"
    assert {CATALOG.systems[o.system or ""].kind for o in soon.options} <= DESK_KINDS
    assert any(w.code == "delivery_unknown" for w in soon.warnings)
    later = asked(needs, max_delivery_weeks=26)
    assert "too_late" not in reasons(later).values()
    rent = asked(needs, max_delivery_weeks=1, acquisition="cloud")
    assert rent.status == "feasible"
    assert reasons(rent).get("h100_sxm_80") != "too_late"
    mine = asked(needs, max_delivery_weeks=1, owned=[Owned(accelerator="H100 SXM", count=8)])
    assert mine.status == "feasible"


def test_makers_of_other_countries_are_ruled_out_and_every_maker_is_on_record() -> None:
    assert {a.vendor for a in CATALOG.accelerators.values()} == set(CATALOG.makers)
    assert all(maker.country or maker.notes for maker in CATALOG.makers.values())
    needs = LIGHT.model_copy(update={"economics": LIGHT.economics.model_copy(update={"country": "CN"})})
    found = asked(needs, maker_countries=["CN"])
    kept = {CATALOG.makers[CATALOG.accelerators[o.accelerator].vendor].country for o in found.options}
    assert kept == {"CN"}
    assert reasons(found)["h100_sxm_80"] == "other_country"


@pytest.mark.parametrize("name", ["openai/whisper-tiny", "stabilityai/stable-diffusion-xl-base-1.0", "BAAI/bge-m3"])
def test_what_writes_no_text_has_no_tokens_per_second(name: str) -> None:
    with pytest.raises(InputError, match="writes no text"):
        plan(Needs(model=name), CATALOG)
    assert plan(Needs(model="google-bert/bert-base-uncased", use_case="fine_tuning"), CATALOG).options


def test_an_unknown_name_is_complained_about_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        asked(owned=[Owned(accelerator="no such card")])
    assert caught.value.where == "constraints.owned"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_new_reasons_have_words(lang: str) -> None:
    tr = Translator(lang)
    for code in ("owned", "not_owned", "other_country", "too_loud", "too_late"):
        assert code in WHY_NOT
        assert why_not(tr, code)
    found = asked(owned=[Owned(accelerator="RTX 4090", count=4)])
    assert "RTX 4090" in say(tr, next(w for w in found.warnings if w.code == "owned_used"))
