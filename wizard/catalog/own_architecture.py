"""A model that the catalogue does not know, described in full: by its own files, or dimension by dimension.

Only what an architecture states is kept; every size that follows from it is computed when it is laid over a catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from wizard.catalog.architecture import is_known, parameter_groups
from wizard.catalog.kv import kv_shape, state_bytes
from wizard.catalog.own_base import Name
from wizard.catalog.prices import OWN_SOURCE
from wizard.catalog.records import Model
from wizard.errors import CatalogFault
from wizard.i18n import Message, mark

Fact = bool | Annotated[int, Field(ge=0, le=10**15)] | Annotated[str, Field(max_length=4000)]
MOST_LAYERS = 10_000
DETAIL = "details."
"""Facts that only some architectures have bear this prefix."""

_COMPUTED = frozenset({
    "id", "sources", "aliases", "release_date", "active_params", "active_params_excl_input_embedding",
    "state_bytes_per_sequence", "kv_bytes_per_token_bf16", "kv_window_bytes_per_token_bf16", "verified", "details",
})


def _pairs(value: object) -> object:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


class OwnArchitecture(BaseModel):
    """A whole architecture under the user's own name; ``facts`` are columns of the catalogue's table of models."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: Name
    facts: Annotated[
        tuple[tuple[Annotated[str, Field(max_length=80)], Fact], ...], Field(max_length=120), BeforeValidator(_pairs),
        PlainSerializer(dict),
    ]

    @model_validator(mode="after")
    def _facts_are_columns(self) -> Self:
        for name, value in self.facts:
            kind = int if name.startswith(DETAIL) else _columns().get(name)
            if kind is None:
                raise ValueError(Message(mark("{name} is no fact of a model"), {"name": name}))
            if type(value) is not kind:
                said = mark("{name} is not of the kind {kind}")
                raise ValueError(Message(said, {"name": name, "kind": kind.__name__}))
        if int(dict(self.facts).get("layers", 0)) > MOST_LAYERS:
            raise ValueError(Message(mark("a model has at most {most} layers"), {"most": MOST_LAYERS}))
        return self


@cache
def _columns() -> dict[str, type]:
    """Return the columns that an architecture states, with their types."""
    kinds = {"int": int, "str": str, "bool": bool}
    return {f.name: kinds[str(f.type).partition(" ")[0]] for f in fields(Model) if f.name not in _COMPUTED}


def architecture_of(model: Model, name: str) -> OwnArchitecture:
    """Return what ``model`` states about itself, under another name."""
    facts = {column: value for column in _columns() if (value := getattr(model, column)) not in (None, "")}
    return OwnArchitecture(id=name, facts=facts | {DETAIL + key: value for key, value in model.details})


def described(own: OwnArchitecture, where: str = "") -> Model:
    """Return the model with everything that follows from its architecture.

    Raises:
        CatalogFault: the facts do not make a model.
    """
    facts: dict[str, Any] = {name: value for name, value in own.facts if not name.startswith(DETAIL)}
    blank = {name: None if kind is not str else "" for name, kind in _columns().items()}
    computed: dict[str, Any] = dict.fromkeys(_COMPUTED - {"id", "sources", "aliases", "details", "verified"})
    model = Model(**({**blank, **computed, "total_params": 0, "kind": "decoder"} | facts), id=own.id,
                  verified=OWN_SOURCE, sources=(OWN_SOURCE,), details=_details(own.facts))
    try:
        return _computed(model)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        where = where or f"overrides.architectures {own.id}"
        raise CatalogFault(mark("these facts make no model"), where=where) from error


def _computed(model: Model) -> Model:
    if not is_known(model):
        raise ValueError(model.layers)
    if model.linear_layers:
        model = replace(model, state_bytes_per_sequence=state_bytes(model))
    groups, shape = parameter_groups(model), kv_shape(model)
    if groups.total <= 0:
        raise ValueError(groups.total)
    return replace(model, total_params=groups.total, active_params=groups.active,
                   active_params_excl_input_embedding=groups.active_without_embedding,
                   kv_bytes_per_token_bf16=round(shape.bytes_per_token()) if shape.known else None,
                   kv_window_bytes_per_token_bf16=shape.window_elements * 2 or None)


def _details(facts: Iterable[tuple[str, Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((name.removeprefix(DETAIL), value) for name, value in facts if name.startswith(DETAIL))


def plain_architecture(
    name: str, *, layers: int, hidden_size: int, intermediate_size: int, heads: int, kv_heads: int, vocab_size: int,
    head_dim: int | None = None, max_context: int | None = None, tied_embeddings: bool = False, experts: int = 0,
    experts_per_token: int = 0, expert_intermediate_size: int = 0, shared_experts: int = 0, dense_layers: int = 0,
) -> OwnArchitecture:
    """Describe a usual decoder (grouped attention, gated feed-forward as in Llama; with experts as in Qwen3-MoE).

    Raises:
        CatalogFault: the numbers contradict each other; ``where`` is the field.
    """
    from wizard.catalog.headers.config_model import model_from_config

    if heads % kv_heads:
        raise CatalogFault(mark("{heads} heads cannot share {kv_heads} KV heads evenly"), where="kv_heads",
                           mend=mark("Take a number that divides the heads."), heads=heads, kv_heads=kv_heads)
    if head_dim is None and hidden_size % heads:
        raise CatalogFault(mark("the hidden size {hidden} does not divide by {heads} heads"), where="heads",
                           mend=mark("Give the size of a head."), hidden=hidden_size, heads=heads)
    if experts and not 0 < experts_per_token <= experts:
        raise CatalogFault(mark("a token passes 1 to {experts} experts"), where="experts_per_token", experts=experts)
    config: dict[str, object] = {
        "architectures": ["Qwen3MoeForCausalLM" if experts else "LlamaForCausalLM"], "model_type": "own",
        "num_hidden_layers": layers, "hidden_size": hidden_size, "intermediate_size": intermediate_size,
        "num_attention_heads": heads, "num_key_value_heads": kv_heads, "vocab_size": vocab_size, "head_dim": head_dim,
        "max_position_embeddings": max_context, "tie_word_embeddings": tied_embeddings, "torch_dtype": "bfloat16",
    }
    if experts:
        config |= {
            "num_experts": experts, "num_experts_per_tok": experts_per_token,
            "moe_intermediate_size": expert_intermediate_size or intermediate_size,
            "n_shared_experts": shared_experts, "first_k_dense_replace": dense_layers,
        }
    return architecture_of(model_from_config(config, name, name), name)
