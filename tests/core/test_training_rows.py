"""What benchmark rows say, and the estimates of them."""

from __future__ import annotations

import math

import pytest

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_rows import Prediction
from wizard.cli.estimate_training import MEMORY_METRIC, SPEED_METRIC, predict_memory, predict_speed
from wizard.sizing.training_cases import (
    FP4,
    FP8,
    FULL,
    LORA,
    MIXED,
    NONE,
    OFFLOADED,
    PURE_16BIT,
    QLORA,
    RECOMPUTE,
    SELECTIVE,
)
from wizard.sizing.training_rows import Run, benchmark_shapes, read_run
from wizard.sizing.training_software import software_of, stack_of, year_of

Row = dict[str, str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def row(**cells: str) -> Row:
    return {"model": "meta-llama/Llama-2-7b-hf", "gpu": "A100 80GB", "n_gpus": "8", "seq_len": "4096"} | cells


def run(catalog: Catalog, **cells: str) -> Run:
    found = read_run(1, row(**cells), catalog)
    assert isinstance(found, Run)
    return found


@pytest.mark.parametrize(
    ("method", "precision", "code"),
    [("full", "BF16", FULL), ("pretrain", "", FULL), ("lora r16", "", LORA), ("q-lora", "int4", QLORA),
     ("lora", "bnb.nf4+bf16", QLORA), ("peft:ia3", "bfloat16", LORA), ("ZeRO-1 full", "FP16 mixed", FULL)],
)
def test_methods(catalog: Catalog, method: str, precision: str, code: int) -> None:
    assert run(catalog, method=method, precision=precision).method == code


@pytest.mark.parametrize(
    ("text", "code"), [("BF16+Float8", FP8), ("MXFP8", FP8), ("per-tensor/current scaling", FP8), ("NVFP4", FP4)]
)
def test_precisions(catalog: Catalog, text: str, code: int) -> None:
    assert run(catalog, precision=text).precision == code


@pytest.mark.parametrize(
    ("text", "code"), [("no", NONE), ("False", NONE), ("selective (default)", SELECTIVE), ("yes (default)", RECOMPUTE)]
)
def test_checkpointing(catalog: Catalog, text: str, code: int) -> None:
    assert run(catalog, act_ckpt=text).checkpointing == code
    assert run(catalog, act_ckpt=text, notes="flash_attn/gc=&#x2714;/&#x2718;").checkpointing == NONE


def test_data_parallelism_is_what_the_model_parallelism_leaves(catalog: Catalog) -> None:
    found = run(catalog, tp="2", pp="2", global_batch="64", micro_batch="4")
    assert (found.dp, found.micro_batch, found.micro_batches) == (2, 4.0, 8.0)


def test_devices_without_a_sequence_of_their_own_share_one(catalog: Catalog) -> None:
    found = run(catalog, n_gpus="64", global_batch="8", method="lora")
    assert (found.dp, found.tp, found.cp) == (8, 8, 1)


def test_optimizer_states(catalog: Catalog) -> None:
    assert run(catalog, method="full", optimizer="Adam fp32").states == MIXED
    assert run(catalog, method="full", optimizer="fused AdamW on CPU").states == OFFLOADED
    assert run(catalog, method="full", optimizer="AdamW", n_gpus="1").states == PURE_16BIT


def test_quantised_bases_have_their_bytes(catalog: Catalog) -> None:
    assert run(catalog, method="qlora", precision="int8 (gptq)").base_bytes == pytest.approx(1.02)
    assert run(catalog, method="qlora", precision="bnb.nf4+bf16").base_bytes == pytest.approx(0.5625)
    assert math.isnan(run(catalog, method="qlora", precision="bnb.nf4-dq+bf16").base_bytes)


def test_models_outside_the_catalogue(catalog: Catalog) -> None:
    assert run(catalog, model="mosaicml/mpt-3b").shape.hidden[0] == 2560
    unknown = run(catalog, model="in-house transformer", params="20000000000")
    assert unknown.shape.params[0] == 20e9
    assert unknown.assumed == ("typical shape for its size",)
    assert isinstance(read_run(1, row(model="in-house transformer"), catalog), str)


def test_benchmark_shapes_have_the_parameters_they_state() -> None:
    for name, shape in benchmark_shapes().items():
        h, layers, kv = shape.hidden[0], shape.layers[0], shape.kv_heads[0] * shape.qk_dim[0]
        matrices = 3 if shape.gated[0] else 2
        counted = layers * (2 * h * h + 2 * h * kv + matrices * h * shape.ffn_width[0]) + shape.embedding_params[0]
        assert counted == pytest.approx(shape.params[0], rel=0.2), name


def test_software_and_its_age() -> None:
    assert software_of({"framework": "Megatron-Bridge 26.04 NeMo Container"}) == "megatron"
    assert year_of({"framework": "Megatron-Bridge 26.04 NeMo Container"}) == pytest.approx(2026 + 3.5 / 12)
    assert year_of({"date": "2024-11", "framework": "x"}) == pytest.approx(2024 + 10.5 / 12)
    assert software_of({"framework": "our own"}) == "unknown"
    assert stack_of({"method": "FSDP2 full"}) == "fsdp"
    assert stack_of({"method": "lora"}) == "huggingface"


MEASURED = {
    MEMORY_METRIC: "999", SPEED_METRIC: "999", "tflops_per_gpu": "999", "mfu": "0.99", "step_time_s": "9",
    "gpu_hours_total": "9", "tokens_total": "9",
}


def test_measured_columns_are_never_read(catalog: Catalog) -> None:
    cases = [row(method="lora", precision="BF16"), row(method="pretrain", precision="BF16", global_batch="64")]
    with_truth = [r | MEASURED for r in cases]
    assert list(predict_memory(cases, catalog)) == list(predict_memory(with_truth, catalog))
    assert list(predict_speed(cases, catalog)) == list(predict_speed(with_truth, catalog))


def test_every_row_is_answered_or_says_why_not(catalog: Catalog) -> None:
    cases = [row(method="lora"), row(model="nonsense"), row(gpu="abacus"), row(method="full", gpu="H100 SXM 80GB")]
    memory, speed = list(predict_memory(cases, catalog)), list(predict_speed(cases, catalog))
    assert [p.row for p in memory] == [p.row for p in speed] == [1, 2, 3, 4]
    assert [p.value is not None for p in memory] == [True, False, True, True]
    assert [p.value is not None for p in speed] == [True, False, False, True]
    assert all(p.note for p in [*memory, *speed] if p.value is None)
    assert all(_in_order(p) for p in [*memory, *speed] if p.value is not None)


def test_a_measured_run_fitted_its_device(catalog: Catalog) -> None:
    # Full training of 70B on one device cannot have run as mixed precision; the estimate never passes the card.
    answer = next(iter(predict_memory([row(model="meta-llama/Llama-2-70b-hf", method="full", n_gpus="1")], catalog)))
    assert answer.value is not None
    assert answer.value < 80.0


def test_torchtitan_70b_on_256_h100(catalog: Catalog) -> None:
    # pytorch/torchtitan, benchmarks/llama3_h100_202412 (BSD-3): 829 tokens/s per GPU, FSDP 32 x TP 8, full AC.
    case = row(
        model="meta-llama/Llama-3.1-70B", gpu="H100 SXM 80GB", n_gpus="256", tp="8", pp="1", dp="32", fsdp="32",
        precision="BF16+Float8", seq_len="8192", global_batch="512", micro_batch="16", act_ckpt="full",
        method="pretrain", framework="torchtitan", date="2024-12",
    )
    answer = next(iter(predict_speed([case], catalog)))
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low < 829 < answer.high


def _in_order(p: Prediction) -> bool:
    assert p.low is not None
    assert p.value is not None
    assert p.high is not None
    return 0 < p.low <= p.value <= p.high
