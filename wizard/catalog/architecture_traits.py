"""What an architecture class fixes that its ``config.json`` does not say: biases, norms, gating.

The table is keyed by the class in ``config.json``'s ``architectures`` and follows the layer definitions of the
``transformers`` library. A field of the same name in :attr:`Model.details` overrides the table for one model
(``attention_bias`` and the like are choices of the config in some architectures).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache

from wizard.catalog.records import Model


@dataclass(frozen=True, slots=True)
class Traits:
    """Yes/no (1/0) and counted properties of an architecture.

    Attributes:
        qkv_bias: query, key and value projections have biases.
        o_bias: so does the output projection.
        ffn_bias: so do the dense FFN's matrices.
        gated: the FFN has a gate matrix (SwiGLU, GeGLU); 0 for a plain two-matrix FFN.
        norms: norms of the hidden size per layer.
        norm_bias: norms are LayerNorms with a bias.
        final_norm: norms of the hidden size after the last layer.
        head_norm: query and key are normed per head (weights of one head's size each).
        full_norm: query and key are normed over all heads.
        sinks: one learned attention sink per head.
        router_bias: the router has a bias per expert.
        expert_bias: experts' matrices have biases.
        shared_gate: the shared expert's output is gated by a vector of the hidden size.
        output_gate: the query projection also yields a gate of the same size.
        head_gate: a gate per head, from a projection of the hidden state.
        head_bias: the output head has a bias.
        latent_norm: routed experts that work in a smaller space norm their input there.
        fused_qkv: GGUF keeps query, key and value in one matrix.
        fused_gate: GGUF keeps gate and up in one matrix.
    """

    qkv_bias: int = 0
    o_bias: int = 0
    ffn_bias: int = 0
    gated: int = 1
    norms: int = 2
    norm_bias: int = 0
    final_norm: int = 1
    head_norm: int = 0
    full_norm: int = 0
    sinks: int = 0
    router_bias: int = 0
    expert_bias: int = 0
    shared_gate: int = 0
    output_gate: int = 0
    head_gate: int = 0
    head_bias: int = 0
    latent_norm: int = 0
    fused_qkv: int = 0
    fused_gate: int = 0


_PLAIN = Traits()
_QWEN2 = Traits(qkv_bias=1)
_QWEN3 = Traits(head_norm=1)
_QWEN3_NEXT = Traits(head_norm=1, output_gate=1, shared_gate=1)
_ENCODER = Traits(qkv_bias=1, o_bias=1, ffn_bias=1, gated=0, norm_bias=1, final_norm=0)
_LAYER_NORM = Traits(qkv_bias=1, o_bias=1, ffn_bias=1, gated=0, norm_bias=1)
_ROUTER_BIAS = Traits(router_bias=1)
_QWEN3_VL = Traits(head_norm=1)

_BY_ARCHITECTURE: dict[str, Traits] = {
    "Qwen2ForCausalLM": _QWEN2,
    "Qwen2VLForConditionalGeneration": _QWEN2,
    "Qwen2_5_VLForConditionalGeneration": _QWEN2,
    "Qwen2_5OmniForConditionalGeneration": _QWEN2,
    "Qwen2MoeForCausalLM": Traits(qkv_bias=1, shared_gate=1),
    "QWenLMHeadModel": Traits(qkv_bias=1, fused_qkv=1),
    "Qwen3ForCausalLM": _QWEN3,
    "Qwen3MoeForCausalLM": _QWEN3,
    "Qwen3VLForConditionalGeneration": _QWEN3_VL,
    "Qwen3VLMoeForConditionalGeneration": _QWEN3_VL,
    "Qwen3OmniMoeForConditionalGeneration": _QWEN3,
    "Qwen3NextForCausalLM": _QWEN3_NEXT,
    "Qwen3_5ForConditionalGeneration": Traits(head_norm=1, output_gate=1),
    "Qwen3_5ForCausalLM": Traits(head_norm=1, output_gate=1),
    "Qwen3_5MoeForConditionalGeneration": _QWEN3_NEXT,
    "Qwen3_5MoeForCausalLM": _QWEN3_NEXT,
    "DeepseekV3ForCausalLM": _ROUTER_BIAS,
    "DeepseekV32ForCausalLM": _ROUTER_BIAS,
    "DeepseekV4ForCausalLM": Traits(router_bias=1, sinks=1),
    "DeepseekV41ForCausalLM": Traits(router_bias=1, sinks=1),
    "GlmMoeDsaForCausalLM": _ROUTER_BIAS,
    "Glm4MoeLiteForCausalLM": _ROUTER_BIAS,
    "Glm4MoeForCausalLM": Traits(qkv_bias=1, router_bias=1),
    "KimiK25ForConditionalGeneration": _ROUTER_BIAS,
    "KimiLinearForCausalLM": _ROUTER_BIAS,
    "KimiK3ForConditionalGeneration": _ROUTER_BIAS,
    "MiniMaxM2ForCausalLM": Traits(full_norm=1, router_bias=1),
    "MiniMaxM3SparseForConditionalGeneration": Traits(head_norm=1, router_bias=1),
    "HYV3ForCausalLM": Traits(head_norm=1, router_bias=1),
    "MiMoV2FlashForCausalLM": Traits(router_bias=1),
    "BailingMoeV2ForCausalLM": Traits(head_norm=1, router_bias=1, fused_qkv=1),
    "Ernie4_5_MoeForCausalLM": _ROUTER_BIAS,
    "GptOssForCausalLM": Traits(qkv_bias=1, o_bias=1, sinks=1, router_bias=1, expert_bias=1),
    "SeedOssForCausalLM": _QWEN2,
    "GlmForCausalLM": Traits(qkv_bias=1, fused_gate=1),
    "ChatGLMModel": Traits(qkv_bias=1, fused_qkv=1, fused_gate=1),
    "Glm4ForCausalLM": Traits(qkv_bias=0, norms=4, fused_gate=1),
    "Phi3ForCausalLM": Traits(fused_qkv=1, fused_gate=1),
    "Phi3VForCausalLM": Traits(fused_qkv=1, fused_gate=1),
    "Phi3SmallForCausalLM": Traits(qkv_bias=1, o_bias=1, ffn_bias=1, norm_bias=1, fused_qkv=1, fused_gate=1),
    "Qwen2Model": _QWEN2,
    "Qwen2ForRewardModel": _QWEN2,
    "Qwen2ForSequenceClassification": _QWEN2,
    "Qwen3ForSequenceClassification": _QWEN3,
    "Qwen3Model": _QWEN3,
    "Gemma2Model": Traits(norms=4),
    "Gemma3TextModel": Traits(norms=4, head_norm=1),
    "PhiForCausalLM": Traits(qkv_bias=1, o_bias=1, ffn_bias=1, gated=0, norms=1, norm_bias=1, head_bias=1, fused_qkv=1),
    "PhiMoEForCausalLM": Traits(qkv_bias=1, o_bias=1, norm_bias=1, head_bias=1),
    "Gemma2ForCausalLM": Traits(norms=4),
    "Gemma3ForCausalLM": Traits(norms=4, head_norm=1),
    "Gemma3ForConditionalGeneration": Traits(norms=4, head_norm=1),
    "Gemma3nForConditionalGeneration": Traits(norms=4, head_norm=1),
    "Gemma4ForConditionalGeneration": Traits(norms=4, head_norm=1),
    "Gemma4ForCausalLM": Traits(norms=4, head_norm=1),
    "Gemma4UnifiedForConditionalGeneration": Traits(norms=4, head_norm=1),
    "Olmo2ForCausalLM": Traits(full_norm=1),
    "Olmo3ForCausalLM": Traits(full_norm=1),
    "Exaone4ForCausalLM": Traits(head_norm=1),
    "HunYuanDenseV1ForCausalLM": Traits(head_norm=1),
    "HunYuanMoEV1ForCausalLM": Traits(head_norm=1),
    "NemotronHForCausalLM": Traits(gated=0, norms=1, router_bias=1),
    "FalconForCausalLM": Traits(gated=0, norms=1, norm_bias=1, fused_qkv=1),
    "BaichuanForCausalLM": _PLAIN,
    "BloomForCausalLM": replace(_LAYER_NORM, fused_qkv=1),
    "GPTNeoXForCausalLM": replace(_LAYER_NORM, fused_qkv=1),
    "GPTBigCodeForCausalLM": replace(_LAYER_NORM, fused_qkv=1),
    "GPT2LMHeadModel": replace(_LAYER_NORM, fused_qkv=1),
    "OPTForCausalLM": _LAYER_NORM,
    "Starcoder2ForCausalLM": _LAYER_NORM,
    "MPTForCausalLM": Traits(gated=0, fused_qkv=1),
    "GPTJForCausalLM": Traits(gated=0, ffn_bias=1, norms=1, norm_bias=1, head_bias=1),
    "StableLmForCausalLM": Traits(norm_bias=1),
    "CohereForCausalLM": Traits(norms=1),
    "Cohere2ForCausalLM": Traits(norms=1),
    "DbrxForCausalLM": Traits(fused_qkv=1),
    "InternLMForCausalLM": Traits(qkv_bias=1, o_bias=1),
    "NemotronForCausalLM": Traits(gated=0, norm_bias=1),
    "ArceeForCausalLM": Traits(gated=0),
    "ApertusForCausalLM": Traits(gated=0, head_norm=1),
    "Lfm2ForCausalLM": Traits(head_norm=1),
    "Lfm2MoeForCausalLM": Traits(head_norm=1, router_bias=1),
    "Step3p5ForCausalLM": Traits(head_norm=1, head_gate=1, router_bias=1),
    "Step3p7FlashForCausalLM": Traits(head_norm=1, head_gate=1, router_bias=1),
    "MistralLarge3ForCausalLM": _PLAIN,
    "OlmoForCausalLM": Traits(norms=0, final_norm=0),
    "OlmoeForCausalLM": Traits(full_norm=1),
    "MiMoForCausalLM": _QWEN2,
    "Dots1ForCausalLM": Traits(head_norm=1, router_bias=1),
    "AfmoeForCausalLM": Traits(norms=4, head_norm=1, output_gate=1, router_bias=1),
    "NomicBertModel": Traits(norm_bias=1, final_norm=0, fused_qkv=1),
    "Glm5NextForConditionalGeneration": _ROUTER_BIAS,
    "LagunaForCausalLM": Traits(head_norm=1, head_gate=1, router_bias=1),
    "Cohere2MoeForCausalLM": Traits(norms=1),
    "MuseGlimmerForConditionalGeneration": Traits(norms=4, output_gate=1),
    "BailingMoeForCausalLM": Traits(fused_qkv=1),
    "BertModel": _ENCODER,
    "XLMRobertaModel": _ENCODER,
    "XLMRobertaForSequenceClassification": _ENCODER,
}

_NAMES = frozenset(f.name for f in fields(Traits))


_PLAIN_CLASSES = frozenset({
    "LlamaForCausalLM", "MistralForCausalLM", "MixtralForCausalLM", "Mistral3ForConditionalGeneration",
    "Ministral3ForCausalLM", "MllamaForConditionalGeneration", "Llama4ForConditionalGeneration", "Llama4ForCausalLM",
    "GemmaForCausalLM", "InternLM2ForCausalLM", "InternLM3ForCausalLM", "GraniteForCausalLM", "GraniteMoeForCausalLM",
    "GraniteMoeHybridForCausalLM", "SmolLM3ForCausalLM", "MiniCPMForCausalLM", "MiniCPM3ForCausalLM",
    "MambaForCausalLM",
    "JambaForCausalLM", "Ernie4_5ForCausalLM", "DeepseekForCausalLM", "DeepseekV2ForCausalLM", "DeepseekOCRForCausalLM",
    "LlavaForConditionalGeneration", "MiniMaxM1ForCausalLM", "WhisperForConditionalGeneration", "ExaoneForCausalLM",
    "Idefics3ForConditionalGeneration", "MistralModel", "LlamaForSequenceClassification",
    "MistralForSequenceClassification", "LlamaModel", "GemmaModel", "InternLM2ForRewardModel",
    "LlavaLlamaForCausalLM", "LlavaMistralForCausalLM",
    "LlavaNextForConditionalGeneration", "XverseForCausalLM", "DeciLMForCausalLM", "AquilaForCausalLM", "YiForCausalLM",
})
"""Classes without any of these traits."""


def is_listed(architecture: str) -> bool:
    """Whether the weights of this class are known."""
    return architecture in _BY_ARCHITECTURE or architecture in _PLAIN_CLASSES


def traits_of(model: Model) -> Traits:
    """Return the traits of a model: those of its class, with what its own config says instead."""
    own = tuple((name, value) for name, value in model.details if name in _NAMES)
    return _with(model.hf_architecture, own)


@cache
def _with(architecture: str, own: tuple[tuple[str, int], ...]) -> Traits:
    return replace(_BY_ARCHITECTURE.get(architecture, _PLAIN), **dict(own))
