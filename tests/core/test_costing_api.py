"""Prices by the token from the catalogue: whose, when they are used, and that they say where they come from."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.core.plans import CATALOG
from wizard.costing.alternatives import alternative_of, api_inputs, api_month
from wizard.costing.api import api_price_of
from wizard.costing.usage import Usage
from wizard.needs.needs import Economics, Needs
from wizard.needs.presets import preset
from wizard.planner.planner import plan

MODEL = "openai/gpt-oss-120b"


@pytest.mark.parametrize("ratio", [0.0, 1.0, 10.0])
def test_half_of_the_hosts_are_not_dearer(ratio: float) -> None:
    chosen = api_price_of(CATALOG, MODEL, ratio)
    assert chosen is not None

    def cost(input_usd: Decimal, output_usd: Decimal) -> Decimal:
        return input_usd * Decimal(str(ratio)) + output_usd

    offers = [cost(p.input_usd_per_million, p.output_usd_per_million)
              for p in CATALOG.api_prices.values() if p.model == MODEL]
    mine = cost(chosen.input_usd_per_million, chosen.output_usd_per_million)
    assert sum(offer <= mine for offer in offers) * 2 >= len(offers)
    assert sum(offer >= mine for offer in offers) * 2 >= len(offers)


def test_a_model_that_nobody_hosts_has_no_price() -> None:
    assert api_price_of(CATALOG, "huggyllama/llama-65b") is None


def test_the_months_bill_by_hand() -> None:
    price = api_price_of(CATALOG, "deepseek-ai/DeepSeek-R1-Distill-Llama-70B")
    assert price is not None
    usage = Usage(output_tok_s=100.0, input_per_output=2.0, api=price)
    # 12 million output tokens a year are one million a month, with two million of prompts, at 0.80 USD each.
    assert api_month(Economics(), usage, 12e6, Decimal(1)) == Decimal("2.40")
    assert {source for _, _, source in api_inputs(Economics(), usage)} == {"models-dev"}


def test_the_users_own_price_goes_first() -> None:
    usage = Usage(api=api_price_of(CATALOG, MODEL), input_per_output=1.0)
    named = Economics(api_usd_per_million_output_tokens=9.0)
    assert [(value, source) for _, value, source in api_inputs(named, usage)] == [(0.0, "yours"), (9.0, "yours")]
    assert alternative_of(usage, named, 12e6, Decimal(1)).month == Decimal("9.00")
    assert api_inputs(Economics(), Usage()) == ()


def test_a_plan_compares_with_an_api_without_typed_prices() -> None:
    needs = preset("S13").needs
    asked = needs.economics.model_copy(
        update={"api_usd_per_million_input_tokens": None, "api_usd_per_million_output_tokens": None})
    found = plan(needs.model_copy(update={"economics": asked}), CATALOG)
    assert found.chosen is not None
    assert found.chosen.tco is not None
    assert found.chosen.tco.api_month is not None
    inputs = {name: source for name, _, source in found.chosen.tco.assumptions}
    assert inputs["api_usd_per_million_output_tokens"] == "models-dev"
    assert "models-dev" in {source.id for source in found.sources}
    codes = {fact.code: fact for fact in found.facts}
    assert codes["api_price_stale"].fields["provider"] == "Novita AI"
    assert "advice" in codes


def test_private_data_is_compared_with_no_api() -> None:
    needs = preset("S13").needs
    private = Needs.model_validate(needs.model_dump(by_alias=True) | {
        "economics": {"country": "US"}, "constraints": {"private_data": True}})
    found = plan(private, CATALOG)
    assert found.chosen is not None
    assert found.chosen.tco is None or found.chosen.tco.api_month is None
    assert not {"api_price", "api_price_stale"} & {fact.code for fact in found.facts}
