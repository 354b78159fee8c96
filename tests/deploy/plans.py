"""Plans of every kind that has its own files; figures are invented, nothing here is a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from tests import samples
from wizard.deploy.bundle import DeployBundle, build
from wizard.i18n import Translator
from wizard.planner.plan import Estimate, Parallel, Plan


def plan(
    *, model: Mapping[str, Any] | None = None, needs: Mapping[str, Any] | None = None, **option: Any
) -> Plan:
    """The sample plan with other values for its chosen option, model and needs."""
    base = samples.plan()
    assert base.chosen is not None
    changed = replace(base.chosen, **option)
    asked = base.needs.model_dump() | dict(needs or {})
    return replace(
        base, chosen=changed, options=(changed,), recommended=changed.id, model=replace(base.model, **(model or {})),
        needs=type(base.needs).model_validate(asked, by_alias=False, by_name=True),
    )


def training(use_case: str, method: str, **option: Any) -> Plan:
    hours = {"hours": Estimate(value=20, low=17, high=24, ceiling=9, basis="training"),
             "tokens_s_per_accelerator": Estimate(value=4000, low=3300, high=4700, ceiling=9000, basis="training")}
    usual: dict[str, Any] = {"accelerator": "h100_sxm_80", "accelerators_per_node": 8, "engine": "other"}
    return plan(
        needs={"use_case": use_case, "training": {"method": method, "tokens": 1e9, "sequence_length": 2048}},
        **(usual | {"estimates": hours} | option),
    )


R1 = {"id": "deepseek-ai/DeepSeek-R1", "name": "DeepSeek-R1", "heads": 128, "kv_heads": 128, "experts": 256,
      "native_quant": "fp8 block 128x128", "attention": "mla"}
EIGHT: dict[str, Any] = {"accelerator": "h100_sxm_80", "accelerators": 8, "accelerators_per_node": 8}
SIXTEEN: dict[str, Any] = {"accelerator": "h100_sxm_80", "accelerators": 16, "nodes": 2, "accelerators_per_node": 8}
ONE: dict[str, Any] = {"accelerators": 1, "accelerators_per_node": 1, "parallel": Parallel()}


@cache
def built(name: str, lang: str = "en") -> DeployBundle:
    """The bundle of one of the plans; bundles are immutable, so tests share them."""
    return build(every()[name], Translator(lang))


@cache
def every() -> dict[str, Plan]:
    """One plan for each kind of bundle."""
    return {
        "vllm": plan(),
        "vllm-tp8": plan(**SIXTEEN | {"nodes": 2}, parallel=Parallel(tp=8), replicas=2, weight_precision="fp8",
                         kv_precision="fp8"),
        "vllm-lws": plan(**SIXTEEN, parallel=Parallel(tp=8, pp=2), weight_precision="fp8", model=R1),
        "vllm-experts": plan(**EIGHT, parallel=Parallel(dp=8, ep=8), weight_precision="fp8", model=R1),
        "vllm-mig": plan(**ONE | {"accelerator": "a100_sxm_80"}, replicas=7, mig_profile="1g.10gb"),
        "sglang": plan(**EIGHT, parallel=Parallel(tp=8), engine="sglang"),
        "sglang-lws": plan(**SIXTEEN, parallel=Parallel(tp=8, pp=2), engine="sglang"),
        "tensorrt-llm": plan(**EIGHT, parallel=Parallel(tp=4), replicas=2, engine="tensorrt-llm", kv_precision="fp8"),
        "llama.cpp": plan(**ONE, accelerator="rtx_4090", engine="llama.cpp", weight_precision="int4",
                          kv_precision="fp8"),
        "rocm": plan(**EIGHT | {"accelerator": "mi300x"}, parallel=Parallel(tp=4), replicas=2),
        "ascend": plan(**EIGHT | {"accelerator": "ascend_910b2"}, parallel=Parallel(tp=8), weight_precision="int8"),
        "gaudi": plan(**EIGHT | {"accelerator": "gaudi3"}, parallel=Parallel(tp=8)),
        "jetson": plan(**ONE, accelerator="jetson_thor_t5000", weight_precision="fp8"),
        "jetson-llama": plan(**ONE, accelerator="jetson_agx_orin_64", engine="llama.cpp", weight_precision="int4"),
        "apple": plan(**ONE, accelerator="apple_m3_ultra", engine="llama.cpp", weight_precision="int4"),
        "unknown": plan(**EIGHT | {"accelerator": "cambricon_mlu590"}, parallel=Parallel(tp=8)),
        "lora": training("fine_tuning", "lora", accelerators=1, accelerators_per_node=1, parallel=Parallel()),
        "qlora": training("fine_tuning", "qlora", accelerators=4, parallel=Parallel(dp=4), zero_stage=2),
        "full": training("training", "full", accelerators=32, nodes=4, parallel=Parallel(dp=32), zero_stage=3,
                         micro_batch=2, accumulation_steps=4),
        "full-tp": training("training", "full", accelerators=32, nodes=4, parallel=Parallel(tp=4, dp=8),
                            zero_stage=3, micro_batch=1, accumulation_steps=16),
        "full-pp": training("training", "full", accelerators=32, nodes=4, parallel=Parallel(pp=4, dp=8),
                            zero_stage=1, micro_batch=1, accumulation_steps=16),
    }
