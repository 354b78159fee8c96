"""Unsloth's "dynamic" GGUF files (``UD-Q4_K_XL``): types chosen weight by weight from measurements.

What published files have in common was read from the loader's counts of tensors by type and from file sizes:

* Mixtures since February 2026 keep everything but the routed experts in 8 bits; down projections get one step more
  than gate and up, and one layer a step more than the others (Qwen3.5-35B-A3B UD-Q4_K_XL, 40 layers: 312 weights
  Q8_0, 78 Q4_K, 41 Q5_K, 1 Q6_K).
* Their 8-bit files keep attention and the head in 16 bits; dense ones embedding and head, and of the layers' weights
  between 4 and 19 %.
* Dense models with linear attention keep its output projection in 8 bits (Qwen3.6-27B UD-Q4_K_XL: 48 such weights).
* Models trained in MXFP4 keep the experts as they are.

Of everything else only the mean over published files is known: a factor on the plain mix of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wizard.catalog.architecture import moe_layers
from wizard.catalog.gguf_types import GGUF_MIXES, SAME_MIX
from wizard.catalog.records import Model


@dataclass(frozen=True, slots=True)
class Mix:
    """How a file's types are chosen.

    Attributes:
        plain: the mix of llama-quantize whose rules hold, times ``factor``.
        factor: mean size of such files' layers over those of the plain mix.
        spread: how far published files differ from the estimate, relative.
        types: types of single roles, before any rule.
        better_layer: the layer whose weights of these roles take the next larger type; -1 for none.
        rest: the type of all other weights; empty where the plain mix's rules hold.
        wide_share: share of the layers' weights that are kept in 16 bits all the same.
    """

    plain: str
    factor: float = 1.0
    spread: float = 0.008
    types: Mapping[str, str] = field(default_factory=dict)
    better_layer: int = -1
    rest: str = ""
    wide_share: float = 0.0

    def fixed(self, role: str, layer: int) -> str:
        """Return the type that a weight takes before any rule; empty where the plain mix's rules decide."""
        kind = self.types.get(role, self.rest)
        return _NEXT[kind] if layer == self.better_layer >= 0 and role in self.types else kind


_NEXT = {"Q4_K": "Q5_K", "Q5_K": "Q6_K", "Q6_K": "Q8_0"}

_DENSE = {
    "Q2": 1.05, "Q3": 1.03, "Q4": 1.013, "Q5": 1.01, "Q6": 1.08, "Q8": 1.19, "IQ1": 1.1, "IQ2": 1.03, "IQ3": 1.03,
    "IQ4": 1.0,
}
_MIXTURE = {
    "Q2": 1.03, "Q3": 0.95, "Q4": 0.954, "Q5": 1.05, "Q6": 1.036, "Q8": 1.07, "IQ1": 1.2, "IQ2": 1.15, "IQ3": 1.03,
    "IQ4": 1.0,
}
"""Factors on the plain mix, fitted on the sizes of docker model cards and llama-bench lines."""

_SMALL, _MORE_FOR_SMALL = 10e9, 1.011
"""Dense models below this size are given more bits than larger ones at the same name (six files of Q4_K_XL)."""

_WIDE_HEAD = {"token_embd": "F16", "output": "F16"}
_WIDE_SHARE = 0.13

_EIGHT_BITS_SINCE = date(2026, 2, 1)
_WIDE_ATTENTION = dict.fromkeys(
    ("attn_q", "attn_k", "attn_v", "attn_qkv", "attn_gate", "attn_output", "attn_q_a", "attn_q_b", "attn_kv_a_mqa",
     "attn_k_b", "attn_v_b", "ssm_in", "ssm_out", "ssm_ba", "output"), "F16")
_EXPERTS = {"Q4": ("Q4_K", "Q5_K"), "Q5": ("Q5_K", "Q6_K")}
"""Types of routed experts: gate and up, down."""

_TRAINED_IN_MXFP4: dict[str, Mapping[str, str]] = {
    "Q4": {"token_embd": "Q5_0"}, "Q5": {"token_embd": "Q5_1"}, "Q8": _WIDE_HEAD,
}


def mix_of(name: str, model: Model) -> Mix:
    """Return how the weights of ``model`` are quantised in a file whose mix is called ``name``."""
    bare = name.removeprefix("UD-")
    plain = _plain(bare)
    if not (name.startswith("UD-") or bare.endswith("_XL")):
        return Mix(plain)
    bits = bare.split("_")[0]
    if model.native_quant == "mxfp4":
        types = _TRAINED_IN_MXFP4.get(bits)
        return Mix("MXFP4_MOE", spread=0.02) if types is None else Mix(plain, spread=0.02, types=types, rest="Q8_0")
    if bits == "Q8" and not model.experts:
        return Mix(plain, spread=0.07, types=_WIDE_HEAD, rest="Q8_0", wide_share=_WIDE_SHARE)
    recent = model.release_date is not None and model.release_date >= _EIGHT_BITS_SINCE
    if bits == "Q8" and recent:
        return Mix(plain, spread=0.06, types=_WIDE_ATTENTION, rest="Q8_0")
    if model.experts and recent and bits in _EXPERTS:
        wide, narrow = _EXPERTS[bits][::-1]
        types = {"ffn_gate_exps": narrow, "ffn_up_exps": narrow, "ffn_down_exps": wide}
        return Mix(plain, spread=0.04, types=types, rest="Q8_0", better_layer=moe_layers(model)[0])
    factors = _MIXTURE if model.experts else _DENSE
    factor = factors.get(bits, 1.0) * (_MORE_FOR_SMALL if bits == "Q4" and model.total_params < _SMALL else 1.0)
    low = bits.startswith("IQ")
    # Embedding and head are given a type of their own, which llama-quantize's rule for odd widths does not raise.
    types = {"token_embd": "Q5_K" if model.tied_embeddings else "Q2_K", "output": "Q5_K"} if low else {}
    if recent and bits in {"Q4", "Q5", "Q6"}:
        types = {"ssm_out": "Q8_0"}
    return Mix(plain, factor, 0.15 if low else 0.07, types=types)


def _plain(bare: str) -> str:
    """Return the mix of llama-quantize that a name stands for."""
    short = bare.removesuffix("_XL")
    for name in (bare, short + "_M", short + "_L", short):
        plain = SAME_MIX.get(name, name)
        if plain in GGUF_MIXES:
            return plain
    return "Q8_0" if bare.startswith("Q8") else "Q6_K" if bare.startswith("Q6") else "Q4_K_M"
