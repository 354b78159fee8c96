"""Which type llama-quantize gives each weight of a mix (``Q4_K_M`` and the like).

A mix names a base type; some weights get more bits because the model suffers most from their error: the output head,
the value projection, parts of the down projection. The rules are those of llama.cpp's quantiser (``llama-quant.cpp``),
rewritten as tables: for each mix what each category of weight takes, and where a rule says "some layers", which.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.catalog.gguf_types import GGUF_MIXES, GGUF_TYPES


@dataclass(frozen=True, slots=True)
class Quantised:
    """What the rules need to know of a model.

    Attributes:
        layers: number of layers.
        gqa: query heads per KV head.
        experts: routed experts; 0 for a dense model.
        tied: head and embedding are one weight.
        is_falcon: Falcon has rules of its own.
        is_70b: 80 layers, which llama.cpp calls a 70B.
        early: made before 2024, when Q2_K gave gate and up projections three bits.
    """

    layers: int
    gqa: float
    experts: int
    tied: bool
    is_falcon: bool = False
    is_70b: bool = False
    early: bool = False


_LOW = frozenset({"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"})
_VALUE = frozenset({"attn_v", "attn_qkv", "attn_kv_b"})
_THREE_DIMENSIONS = frozenset({"attn_k_b", "attn_v_b"})
"""MLA's projections by head, which the quantiser takes for experts."""
_FALLBACK = {
    "IQ1_S": "IQ4_NL", "IQ1_M": "IQ4_NL", "IQ2_XXS": "IQ4_NL", "IQ2_XS": "IQ4_NL", "IQ2_S": "IQ4_NL",
    "IQ3_XXS": "IQ4_NL", "IQ3_S": "IQ4_NL", "IQ4_XS": "IQ4_NL", "Q2_0": "Q4_0", "Q2_K": "Q4_0", "Q3_K": "Q4_0",
    "TQ1_0": "Q4_0", "TQ2_0": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0",
}
"""What a weight takes whose rows are no whole number of 256-element blocks. (Q3_K fell back to Q4_0 as well.)"""


def more_bits(index: int, count: int) -> bool:
    """Whether the layer is one of those that mixes ``_M`` favour: the first and last eighth, and every third."""
    return index < count // 8 or index >= 7 * count // 8 or (index - count // 8) % 3 == 2


def type_of(mix: str, role: str, index: int, count: int, cols: int, model: Quantised) -> str:
    """Return the type of one weight matrix.

    Args:
        mix: the file type, a key of :data:`GGUF_MIXES`.
        role: the weight's GGUF name without layer and ``.weight``.
        index: for value projections their ordinal, else the layer.
        count: for value projections how many there are, else the number of layers.
        cols: elements in a row.
        model: the model.
    """
    base = GGUF_MIXES[mix]
    if base in {"F32", "F16", "BF16"}:
        return base
    return fitting(_wanted(mix, base, role, index, count, cols, model), cols)


def fitting(kind: str, cols: int) -> str:
    """Return ``kind``, or what a weight takes instead whose rows of ``cols`` elements are no whole number of blocks."""
    if cols % GGUF_TYPES[kind].block == 0:
        return kind
    narrow = _FALLBACK.get(kind, "F16")
    return narrow if cols % GGUF_TYPES[narrow].block == 0 else "F16"


def _wanted(mix: str, base: str, role: str, index: int, count: int, cols: int, model: Quantised) -> str:
    if role == "output" or (role == "token_embd" and model.tied):
        return _output(mix, base, cols, model)
    if mix == "MXFP4_MOE":
        return "MXFP4" if role.endswith("_exps") or role in _THREE_DIMENSIONS else "Q8_0"
    if role in {"token_embd", "per_layer_token_embd"}:
        return _EMBEDDING.get(mix, base)
    if mix in _LOW:
        return _low(mix, base, role, index, model)
    if role in _VALUE:
        return _value(mix, base, role, index, count, model)
    if role.startswith("ffn_down"):
        return _down(mix, base, index, model)
    if role == "attn_output":
        return _attention_output(mix, base, model)
    return _other(mix, base, role, index, model)


_EMBEDDING = {
    "IQ1_S": "Q2_K", "IQ1_M": "Q2_K", "IQ2_XXS": "Q2_K", "IQ2_XS": "Q2_K", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S",
    "IQ3_XXS": "IQ3_S", "TQ1_0": "Q4_K", "TQ2_0": "Q4_K", "Q2_0": "Q4_K",
}


def _output(mix: str, base: str, cols: int, model: Quantised) -> str:
    if mix == "MXFP4_MOE" or model.is_falcon or base == "Q8_0" or cols % GGUF_TYPES[base].block:
        return "Q8_0"
    return "Q5_K" if mix in _LOW or mix == "IQ3_XXS" else "Q6_K"


def _low(mix: str, base: str, role: str, index: int, model: Quantised) -> str:
    """Mixes of two bits and less."""
    wider = "IQ3_S" if mix in {"IQ2_S", "IQ2_M"} else "Q2_K"
    if role in _VALUE:
        return "Q4_K" if model.gqa >= 4 or model.experts >= 4 else wider
    if role == "attn_k" and model.experts == 8:
        return "Q4_K"
    if role.startswith("ffn_down") and index < model.layers // 8:
        return wider
    if role == "attn_output":
        if model.experts == 8:
            return "Q5_K"
        return {"IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}.get(mix, base)
    return base


def _value(mix: str, base: str, role: str, index: int, count: int, model: Quantised) -> str:
    kind = _FUSED.get(mix, base) if role == "attn_qkv" else _plain_value(mix, base, index, count, model.gqa >= 4)
    if model.is_70b and kind in {"Q3_K", "Q4_K"} and role == "attn_v":
        kind = "Q5_K"
    return "Q8_0" if model.experts == 8 and role == "attn_v" else kind


_FUSED = {"Q3_K_M": "Q4_K", "Q3_K_L": "Q4_K", "IQ3_M": "Q4_K", "Q4_K_M": "Q5_K", "Q5_K_M": "Q6_K"}


def _plain_value(mix: str, base: str, index: int, count: int, grouped: bool) -> str:
    if mix in {"Q4_K_M", "Q5_K_M"}:
        return "Q6_K" if more_bits(index, count) else base
    if mix == "Q3_K_M":
        return "Q5_K" if index < 2 else "Q4_K"
    if mix == "Q4_K_S":
        return "Q5_K" if index < 4 else base
    always = {"Q3_K_L": "Q5_K", "IQ3_M": "Q4_K", "Q2_K": "Q3_K"}
    if_grouped = {
        "Q2_K": "Q4_K", "Q2_K_S": "Q4_K", "IQ3_XXS": "Q4_K", "IQ3_XS": "Q4_K", "IQ3_S": "Q4_K", "IQ4_NL": "Q5_K",
        "IQ4_XS": "Q5_K",
    }
    return (if_grouped.get(mix) if grouped else None) or always.get(mix, base)


def _down(mix: str, base: str, index: int, model: Quantised) -> str:
    first_eighth, some = index < model.layers // 8, more_bits(index, model.layers)
    first_sixteenth = index < model.layers // 16
    if model.is_falcon and mix in {"Q3_K_M", "Q4_K_M", "Q3_K_L", "Q4_K_S"}:
        return _falcon_down(mix, base, first_sixteenth, some)
    choice = {
        "Q2_K": "Q3_K", "Q3_K_M": "Q5_K" if first_sixteenth else "Q4_K", "Q3_K_L": "Q5_K",
        "Q2_K_S": "Q4_K" if first_eighth else base,
        "IQ3_M": "Q4_K" if first_eighth or (model.experts == 8 and some) else base,
        "Q4_K_M": "Q6_K" if some else base, "Q5_K_M": "Q6_K" if some else base,
        "Q4_K_S": "Q5_K" if first_eighth else base,
    }
    return choice.get(mix, base)


def _falcon_down(mix: str, base: str, first: bool, some: bool) -> str:
    if mix == "Q4_K_M":
        return "Q6_K" if first else "Q5_K" if some else "Q4_K"
    if mix == "Q3_K_M":
        return "Q5_K" if first else "Q4_K" if some else "Q3_K"
    return "Q4_K" if mix == "Q3_K_L" else base


def _attention_output(mix: str, base: str, model: Quantised) -> str:
    if model.is_falcon:
        return "Q4_K" if mix == "Q3_K_L" else base
    if model.experts == 8:
        return "Q5_K" if base in {"Q2_K", "Q3_K", "Q4_K", "IQ3_S", "IQ3_XXS", "IQ4_NL", "IQ4_XS"} else base
    wider = {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}
    return wider.get(mix, base)


def _other(mix: str, base: str, role: str, index: int, model: Quantised) -> str:
    if role == "attn_k" and model.experts == 8:
        return "Q8_0"
    if mix == "Q2_K" and model.early and role in {"ffn_gate", "ffn_up"}:
        return "Q3_K"
    if role in {"attn_q", "attn_k"}:
        return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base)
    middle = model.layers // 8 <= index < 7 * model.layers // 8
    return "IQ3_XXS" if mix == "IQ3_XS" and middle and role.startswith(("ffn_gate", "ffn_up")) else base
