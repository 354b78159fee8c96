"""The engines' command lines carry the plan's numbers under each engine's names."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.deploy import plans
from wizard.deploy.bundle import build
from wizard.deploy.checks import check_bundle
from wizard.deploy.commands import command, llama_pool, trtllm_config
from wizard.deploy.facts import Deployment, Role, deployment, formats_of
from wizard.deploy.flags import problems
from wizard.deploy.rule_records import value_of
from wizard.i18n import Translator
from wizard.planner.plan import Estimate, Parallel, Plan

EVERY = {name: plan for name, plan in plans.every().items() if plan.needs.use_case == "inference"}


def made(plan: Plan) -> Deployment:
    found = deployment(plan)
    assert found is not None
    return found


@pytest.mark.parametrize("name", EVERY)
def test_the_engine_knows_every_flag(name: str) -> None:
    d = made(EVERY[name])
    roles: tuple[Role, ...] = ("head", "worker") if d.multi_node else ("single",)
    for role in roles:
        assert problems(command(d, role)) == ()


@pytest.mark.parametrize(("name", "flags"), [
    ("vllm-lws", {"--tensor-parallel-size": "8", "--pipeline-parallel-size": "2", "--max-model-len": "4096",
                  "--gpu-memory-utilization": "0.92", "--kv-cache-dtype": "auto", "--nnodes": "2", "--node-rank": "0",
                  "--served-model-name": "DeepSeek-R1"}),
    ("vllm-tp8", {"--tensor-parallel-size": "8", "--kv-cache-dtype": "fp8", "--quantization": "fp8",
                  "--max-num-seqs": "63"}),
    ("vllm-experts", {"--tensor-parallel-size": "1", "--data-parallel-size": "8", "--max-num-seqs": "8"}),
    ("sglang-lws", {"--tp-size": "8", "--pp-size": "2", "--context-length": "4096", "--max-running-requests": "63",
                    "--mem-fraction-static": "0.85", "--dist-init-addr": "${MASTER_ADDR}:29500"}),
    ("tensorrt-llm", {"--tp_size": "4", "--max_seq_len": "4096", "--max_batch_size": "63", "--host": "0.0.0.0",
                      "--free_gpu_memory_fraction": "0.84"}),
    ("ascend", {"--quantization": "ascend", "--tensor-parallel-size": "8"}),
    ("llama.cpp", {"--cache-type-k": "q8_0", "--parallel": "63", "--split-mode": "none"}),
])
def test_flags_equal_the_plan(name: str, flags: dict[str, str]) -> None:
    d = made(EVERY[name])
    words = command(d, "head" if d.multi_node else "single")
    assert {f: value_of(words, f) for f in flags} == flags


def test_a_prequantised_checkpoint_has_no_quantization_flag() -> None:
    words = command(made(EVERY["vllm-lws"]), "head")
    assert "--quantization" not in words
    assert "--enable-expert-parallel" in command(made(EVERY["vllm-experts"]))


@pytest.mark.parametrize(("native", "wanted", "flag", "needed"), [
    ("", "bf16", None, False), ("", "fp8", "fp8", False), ("", "int4", None, True), ("", "int8", None, True),
    ("fp8 block 128x128", "fp8", None, False), ("fp8 block 128x128", "int4", None, True), ("mxfp4", "fp4", None, False),
    ("compressed-tensors pack-quantized", "int4", None, False), ("fp8", "native", None, False),
])
def test_quantization_follows_the_checkpoint(native: str, wanted: str, flag: str | None, needed: bool) -> None:
    d = made(plans.plan(weight_precision=wanted, model={"heads": 40, "native_quant": native}))
    assert (d.quantization, d.needs_checkpoint) == (flag, needed)


def test_formats_of_a_mixed_checkpoint() -> None:
    assert formats_of("fp8 block 128x128 scale ue8m0 experts fp4") == {"fp8", "fp4"}
    assert formats_of("compressed-tensors mxfp4-pack-quantized") == {"fp4"}
    assert formats_of("") == frozenset()


def test_sequences_at_once_stay_within_the_cautious_bound() -> None:
    bound = {"max_concurrency": Estimate(value=120, low=104, high=130, ceiling=140, basis="memory")}
    assert made(plans.plan(batch=50, replicas=2, estimates=bound)).max_num_seqs == 52
    assert made(plans.plan(batch=50, replicas=2, estimates={})).max_num_seqs == math.ceil(50 * 1.25)
    assert made(plans.plan(batch=60, replicas=2, estimates=bound)).max_num_seqs == 60


def test_the_cache_of_llama_cpp_holds_one_context_and_no_more_than_the_plan() -> None:
    d = made(plans.plan(engine="llama.cpp", kv_tokens=100_000, kv_precision="bf16"))
    assert llama_pool(d) == 100_000
    assert llama_pool(made(plans.plan(engine="llama.cpp", kv_tokens=100_000, kv_precision="fp8"))) == 94_117
    assert llama_pool(made(plans.plan(engine="llama.cpp", kv_tokens=100))) == 4096


def test_memory_shares_follow_from_the_plan() -> None:
    d = made(plans.plan())
    memory = d.option.memory
    assert d.memory_share == pytest.approx(memory.usable / memory.capacity, abs=0.01)
    assert d.memory_share <= memory.usable / memory.capacity
    left = memory.usable - memory.weights - memory.activations - memory.overhead
    assert d.free_share <= left / (memory.capacity - memory.weights - memory.overhead)
    assert trtllm_config(d)["kv_cache_config"] == {"enable_block_reuse": True, "free_gpu_memory_fraction": d.free_share}


def test_silicon_without_bf16_runs_in_fp16() -> None:
    assert value_of(command(made(plans.plan(accelerator="t4"))), "--dtype") == "float16"


def test_spares_run_where_their_hardware_is_bought() -> None:
    six: dict[str, Any] = {"accelerators": 6, "accelerators_per_node": 6, "parallel": Parallel(tp=2)}
    bought = made(plans.plan(**six, replicas=2, spare_replicas=1))
    assert (bought.replicas, bought.replicas_on_node) == (3, 3)
    assert made(plans.plan(accelerators=4, parallel=Parallel(tp=2), replicas=2, spare_replicas=1)).replicas == 2


def test_a_shared_prefix_is_cached() -> None:
    d = made(plans.plan(needs={"workload": {"concurrent_users": 50, "prefix_cache_share": 0.5}}))
    assert "--enable-prefix-caching" in command(d)


@pytest.mark.parametrize(("engine", "method", "words"), [
    ("vllm", "mtp", ("--speculative-config", '{"num_speculative_tokens":2,"method":"mtp"}')),
    ("vllm", "draft", ("--speculative-config", '{"num_speculative_tokens":2,"model":"/models/draft"}')),
    ("sglang", "eagle", ("--speculative-algorithm", "EAGLE")), ("llama.cpp", "draft", ("--model-draft",)),
])
def test_speculation_and_adapters_reach_the_engine(engine: str, method: str, words: tuple[str, ...]) -> None:
    d = made(plans.plan(engine=engine, needs={
        "speculation": {"method": method, "draft_tokens": 2, "draft_model": "Qwen/Qwen2.5-0.5B-Instruct"},
        "adapters": {"count": 3, "rank": 48}}))
    line = command(d)
    assert set(words) <= set(line)
    assert problems(line) == ()
    if engine == "vllm":
        assert line[line.index("--max-lora-rank") + 1] == "64", "vLLM takes certain ranks only"
        assert line[line.index("--max-loras") + 1] == "3"
    bundle = build(d.plan, Translator("en"))
    readme = bundle["README.md"].text
    assert ("models/draft" in readme) == (method != "mtp")
    assert "3 adapters of rank 48" in readme
    assert not [r for r in check_bundle(bundle) if not r.ok], "JSON in a command survives shell, compose and Kubernetes"


def test_tensorrt_llm_takes_speculation_from_its_file() -> None:
    config = trtllm_config(made(plans.plan(engine="tensorrt-llm", needs={
        "speculation": {"method": "mtp", "draft_tokens": 3}, "adapters": {"count": 2, "rank": 16}})))
    assert config["speculative_config"] == {"decoding_type": "MTP", "num_nextn_predict_layers": 3}
    assert config["lora_config"] == {"max_lora_rank": 16, "max_loras": 2}
