"""A model described in full: what the catalogue's rows state is enough to weigh them; what is no model is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wizard.catalog.architecture import is_known
from wizard.catalog.catalog import Catalog
from wizard.catalog.overrides import Overrides
from wizard.catalog.own_architecture import OwnArchitecture, architecture_of, described, plain_architecture
from wizard.errors import CatalogFault
from wizard.needs.needs import Needs

CATALOG = Catalog()


def test_every_known_architecture_survives_being_stated() -> None:
    seen = 0
    for model in CATALOG.models.values():
        if not is_known(model):
            continue
        again = described(architecture_of(model, "own"))
        assert again.total_params == pytest.approx(model.total_params, rel=1e-3), model.id
        assert (again.kv_bytes_per_token_bf16 or 0) == (model.kv_bytes_per_token_bf16 or 0), model.id
        assert (again.layers, again.layer_pattern, again.details) == (model.layers, model.layer_pattern, again.details)
        seen += 1
    assert seen > 500


def test_the_usual_shapes_have_exactly_the_published_sizes() -> None:
    dense = plain_architecture("a", layers=32, hidden_size=4096, intermediate_size=14_336, heads=32, kv_heads=8,
                               vocab_size=128_256)
    sparse = plain_architecture("b", layers=48, hidden_size=2048, intermediate_size=6144, heads=32, kv_heads=4,
                                vocab_size=151_936, head_dim=128, experts=128, experts_per_token=8,
                                expert_intermediate_size=768)
    assert described(dense).total_params == 8_030_261_248
    assert described(sparse).total_params == 30_532_122_624


def test_it_lies_over_the_catalogue_and_travels_in_the_needs() -> None:
    own = plain_architecture("our/model", layers=2, hidden_size=64, intermediate_size=256, heads=4, kv_heads=2,
                             vocab_size=1000)
    needs = Needs(model="our/model", overrides=Overrides(architectures=(own,)))
    again = Needs.model_validate_json(needs.model_dump_json(by_alias=True))
    assert again == needs
    assert hash(again.overrides) == hash(needs.overrides)
    assert CATALOG.with_overrides(again.overrides).models["our/model"].layers == 2
    assert "our/model" not in CATALOG.models


@pytest.mark.parametrize(
    ("change", "where"),
    [({"kv_heads": 3}, "kv_heads"), ({"heads": 5, "kv_heads": 5}, "heads"),
     ({"experts": 4, "experts_per_token": 5}, "experts_per_token")],
)
def test_numbers_that_contradict_each_other_are_refused(change: dict[str, int], where: str) -> None:
    usual: dict[str, Any] = {
        "layers": 2, "hidden_size": 64, "intermediate_size": 256, "heads": 4, "kv_heads": 2, "vocab_size": 1000,
    }
    with pytest.raises(CatalogFault) as caught:
        plain_architecture("x", **(usual | change))
    assert caught.value.where == where


@pytest.mark.parametrize(
    "facts", [{"layers": "two"}, {"colour": 1}, {"layers": 20_000}, {"layers": -1}, {"tied_embeddings": 1},
              {"family": "x" * 5000}, {"details.x": "y"}, {"sources": "vendor"}, {"total_params": True}],
)
def test_facts_that_no_model_has_are_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OwnArchitecture.model_validate({"id": "x", "facts": facts})


NUMBER = st.integers(0, 10**6)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([
    "layers", "hidden_size", "heads", "kv_heads", "head_dim", "vocab_size", "intermediate_size", "experts",
    "experts_per_token", "kv_lora_rank", "qk_rope_head_dim", "sliding_window", "linear_layers", "window_layers",
    "details.linear_num_value_heads", "details.mamba_d_state",
]), NUMBER, max_size=12), st.sampled_from(["gqa", "mla", "mha+swa", "hybrid(linear+gqa)", "ssm", ""]),
    st.sampled_from(["LlamaForCausalLM", "DeepseekV3ForCausalLM", "Qwen3NextForCausalLM", "NoSuchClass", ""]))
def test_hostile_facts_make_a_model_or_a_fault(facts: dict[str, int], attention: str, architecture: str) -> None:
    facts["layers"] = facts.get("layers", 0) % 200
    own = OwnArchitecture.model_validate(
        {"id": "x", "facts": facts | {"attention": attention, "hf_architecture": architecture}})
    with contextlib.suppress(CatalogFault):
        assert described(own).total_params > 0
