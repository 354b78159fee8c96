"""Which layouts, formats and engines are possible at all, and why not: a bit mask of broken rules per case.

Rules, in words: TP splits attention heads evenly, and KV heads too or copies each equally often (vLLM and others
refuse otherwise); expert parallelism needs experts
to spread, in equal numbers; TP and attention-DP stay inside one scale-up domain or one node; a number format must exist
in silicon to be worth storing, except weight-only formats, which every GPU unpacks; software must support both chip
and model.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wizard.catalog.kv import kv_shape
from wizard.catalog.records import Accelerator, Model
from wizard.sizing.cases import Floats, Ints
from wizard.sizing.device_columns import family_of
from wizard.sizing.traffic import ServingInputs

RULES = (
    "heads_not_divisible", "experts_not_divisible", "no_experts", "outside_domain", "more_stages_than_layers",
    "kv_heads_not_divisible",
)
"""Names of the bits of :func:`broken_rules`, lowest first."""


def broken_rules(x: ServingInputs, devices_per_node: Floats) -> Ints:
    """Return a bit mask of :data:`RULES` per case; 0 is a legal layout.

    ``devices_per_node`` broadcasts to the cases.
    """
    m = x.model
    reach = np.maximum(x.device.domain, devices_per_node)
    broken = (
        np.mod(m.heads, x.tp) != 0,
        (m.expert > 0) & (np.mod(m.experts, x.ep) != 0),
        (m.expert <= 0) & (x.ep > 1),
        x.tp * x.dp > reach,
        x.pp > np.maximum(m.layers, 1),
        (np.mod(m.kv_heads, x.tp) != 0) & (np.mod(x.tp, np.maximum(m.kv_heads, 1)) != 0),
    )
    mask = np.zeros(1, dtype=np.int64)
    for bit, breaks in enumerate(broken):
        mask = mask + (breaks.astype(np.int64) << bit)
    return mask


def formats_supported(accelerator: Accelerator) -> tuple[str, ...]:
    """Return the weight formats that are worth storing on an accelerator: those its arithmetic or kernels know.

    INT4 (weight-only) runs wherever 16-bit matrix products do; 8-bit and FP4 need the silicon.
    """
    formats = ["bf16"]
    if accelerator.fp8_tflops:
        formats.append("fp8")
    if accelerator.int8_tops:
        formats.append("int8")
    if accelerator.fp4_tflops:
        formats.append("fp4")
    return (*formats, "int4")


_ENGINES_OF_FAMILY: dict[str, tuple[str, ...]] = {
    "volta": ("llama.cpp",), "turing": ("vllm", "llama.cpp"),
    "ampere-dc": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"),
    "ampere": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"), "ada": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"),
    "hopper": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"),
    "blackwell-dc": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"),
    "blackwell": ("vllm", "sglang", "tensorrt-llm", "llama.cpp"), "nvidia-unified": ("vllm", "llama.cpp"),
    "cdna2": ("vllm", "llama.cpp"), "cdna3": ("vllm", "sglang", "llama.cpp"), "cdna4": ("vllm", "sglang", "llama.cpp"),
    "rdna": ("vllm", "llama.cpp"), "amd-unified": ("llama.cpp",), "intel-gpu": ("vllm", "llama.cpp"),
    "apple": ("llama.cpp",), "gaudi": ("vllm",), "neuron": ("vllm",), "tpu": ("vllm",), "ascend": ("vllm", "sglang"),
    "tenstorrent": ("vllm",), "cpu": ("llama.cpp",),
}
"""Engines whose documentation lists the family (vLLM, SGLang, TensorRT-LLM support matrices; llama.cpp backends)."""


ENGINE_FORMATS: dict[str, tuple[str, ...]] = {
    "vllm": ("bf16", "fp8", "int8", "fp4", "int4"), "sglang": ("bf16", "fp8", "int8", "fp4", "int4"),
    "tensorrt-llm": ("bf16", "fp8", "fp4", "int4"), "llama.cpp": ("bf16", "int8", "int4"),
    "other": ("bf16", "fp8", "int8", "fp4", "int4"),
}
"""Weight formats that each engine loads: TensorRT-LLM's PyTorch backend has no INT8, GGUF no FP8 (Q8_0 is INT8)."""

FP8_KV_ENGINES = frozenset({"vllm", "sglang", "tensorrt-llm"})
"""Engines whose KV cache can be kept in FP8."""


def caches_fp8(engine: str, accelerator: Accelerator, model: Model) -> bool:
    """Tell whether an engine computes on an FP8 cache in silicon.

    With latent attention only FlashMLA (Hopper) and CUTLASS MLA (Blackwell for data centres) do; vLLM's Triton kernel
    turns the cache back into 16 bit, if it takes it at all (vllm-project/vllm issue 35577).
    """
    if engine not in FP8_KV_ENGINES or not accelerator.fp8_tflops:
        return False
    return not model.kv_lora_rank or family_of(accelerator) in {"hopper", "blackwell-dc"}


def shares_tokens(accelerator: Accelerator, model: Model) -> bool:
    """Tell whether devices that hold the same KV heads may share the tokens instead (decode context parallelism).

    vLLM does for plain and latent attention where a kernel returns its log-sum-exp: FlashAttention, FlashMLA and
    CUTLASS MLA of Hopper and Blackwell for data centres. Windows, states and sparse indexes stay whole.
    """
    return family_of(accelerator) in {"hopper", "blackwell-dc"} and _caches_all(model)


@lru_cache(maxsize=256)
def _caches_all(model: Model) -> bool:
    """Tell whether every layer keeps all tokens of a sequence."""
    cache = kv_shape(model)
    return not (cache.window_layers or cache.linear_layers or cache.index_elements)


def runs_layout(engine: str, *, dp: int, tp: int, ep: int, spans_nodes: bool, dcp: int = 1) -> bool:
    """Tell whether an engine knows the layout.

    llama.cpp splits by layer or tensor inside one machine; TensorRT-LLM copies the attention on every rank or on none;
    replicas over several machines are run with vLLM or SGLang; only vLLM shares the tokens of plain attention.
    """
    if dcp > 1 and engine != "vllm":
        return False
    if engine == "llama.cpp":
        return dp == 1 and ep == 1 and not spans_nodes
    if engine == "tensorrt-llm":
        return (dp == 1 or tp == 1) and not spans_nodes
    return True


def engines_for(accelerator: Accelerator, model: Model) -> tuple[str, ...]:
    """Return the engines that run this model on this accelerator; a blank in the model's row is not a "no"."""
    listed = {
        "vllm": model.vllm, "sglang": model.sglang, "tensorrt-llm": model.tensorrt_llm, "llama.cpp": model.llama_cpp,
    }
    return tuple(
        engine for engine in _ENGINES_OF_FAMILY.get(family_of(accelerator), ("other",))
        if not listed.get(engine, "").lower().startswith(("no", "not"))
    )
