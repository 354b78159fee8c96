"""Speed of training against published runs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.training_cases import LLAMA_2_7B, LLAMA_2_70B, LLAMA_3_8B, LLAMA_65B, MOE, device, zero_parameter_shape
from wizard.sizing.training_cases import (
    FP8,
    FULL,
    LORA,
    NONE,
    RECOMPUTE,
    SELECTIVE,
    Layout,
    Recipe,
    floats,
    layout,
    recipe,
)
from wizard.sizing.training_flops import attention_context, forward_flops, token_flops
from wizard.sizing.training_network import step_traffic
from wizard.sizing.training_plan import TrainingColumns, TrainingInputs, size_training
from wizard.sizing.training_shape import TrainingShape, build_shape


def train(shape: TrainingShape, lay: Layout, how: Recipe, name: str, tokens: float = np.nan) -> TrainingColumns:
    return size_training(TrainingInputs(shape, device(name), lay, how, floats(np.nan), floats(tokens)))


def test_full_training_takes_six_flops_per_weight_and_token() -> None:
    # GPT-3 paper, arXiv:2005.14165, appendix D: 174.6e9 parameters x 300e9 tokens x 6 = 3.14e23 FLOPs.
    gpt3 = build_shape(
        params=174.6e9, layers=96, hidden=12288, heads=96, kv_heads=96, head_dim=128, ffn=49152, vocabulary=50257,
        gated=False, tied=True,
    )
    flops = token_flops(gpt3, recipe(sequence=1, checkpointing=NONE))
    assert flops.model[0] * 300e9 == pytest.approx(3.14e23, rel=0.003)
    assert flops.hardware[0] == flops.model[0]


def test_recomputation_adds_a_forward_pass_that_is_no_model_flop() -> None:
    # 6·N becomes 8·N (Narayanan et al. 2021, arXiv:2104.04473, section 5.1).
    shape = zero_parameter_shape(20e9)
    full = token_flops(shape, recipe(sequence=1, checkpointing=RECOMPUTE))
    head = 2.0 * shape.vocabulary[0] * shape.hidden[0]  # the head is not recomputed
    assert full.hardware[0] == pytest.approx(8 * 20e9 - head, rel=1e-3)
    selective = token_flops(shape, recipe(sequence=4096, checkpointing=SELECTIVE))
    attention = forward_flops(shape, np.array([4096.0]))[2][0]
    assert selective.hardware[0] - selective.model[0] == pytest.approx(attention)


def test_lora_needs_no_weight_gradients_of_the_base() -> None:
    full, tuned = (token_flops(LLAMA_2_7B, recipe(method=m, sequence=1, lora_rank=1)).model[0] for m in (FULL, LORA))
    assert tuned / full == pytest.approx(4 / 6, rel=2e-3)


def test_attention_counts_the_causal_half_and_windows() -> None:
    full, windowed = attention_context(np.array([8.0]), np.array([3.0]))
    assert full[0] == np.mean([min(i, 8) for i in range(1, 9)])
    assert windowed[0] == pytest.approx(np.mean([min(i, 3) for i in range(1, 9)]))
    # PaLM, arXiv:2204.02311, appendix B: 12·L·H·Q·T per token without the mask; half of it with.
    attention = 3 * forward_flops(LLAMA_2_7B, np.array([4096.0]))[2][0]
    assert attention == pytest.approx(12 * 32 * 32 * 128 * 4096 / 2, rel=3e-4)


def test_only_the_chosen_experts_compute() -> None:
    # Qwen3-30B-A3B: 3.04e9 active parameters without the input embedding (model card: 3.3e9 activated in all).
    linear, head, _ = forward_flops(MOE, np.array([1.0]))
    assert (linear + head)[0] / 2 == pytest.approx(3.04e9, rel=0.02)


def test_llama_2_70b_took_1_720_320_gpu_hours() -> None:
    # Llama 2 paper, arXiv:2307.09288, tables 1 and 2: 2e12 tokens, 4k context, 4M tokens per step, A100 80 GB.
    lay = layout(tp=8, dp=256, zero=1, micro_batch=1, micro_batches=4)
    hours = train(LLAMA_2_70B, lay, recipe(sequence=4096, checkpointing=SELECTIVE), "a100_sxm_80", 2e12).speed.hours
    assert 2048 * hours.low[0] < 1_720_320 < 2048 * hours.high[0]
    assert 2048 * hours.ceiling[0] < 1_720_320


def test_llama_65b_ran_at_380_tokens_per_second_and_gpu() -> None:
    # LLaMA paper, arXiv:2302.13971, section 2.4: 2,048 A100 80 GB, 2k context, 4M tokens per step.
    lay = layout(tp=8, dp=256, zero=1, micro_batch=1, micro_batches=8)
    rate = train(LLAMA_65B, lay, recipe(sequence=2048, checkpointing=SELECTIVE), "a100_sxm_80").speed.tokens_s
    assert rate.low[0] < 380 < rate.high[0]


def test_llama_3_405b_reached_400_tflops_on_16384_h100() -> None:
    # Llama 3 paper, arXiv:2407.21783, table 4: TP 8, PP 16, DP 128, 16M tokens per step, MFU 41 %.
    shape = build_shape(
        params=405.85e9, layers=126, hidden=16384, heads=128, kv_heads=8, head_dim=128, ffn=53248, vocabulary=128256,
    )
    lay = layout(tp=8, pp=16, dp=128, zero=1, micro_batch=1, micro_batches=16, virtual_stages=7)
    mfu = train(shape, lay, recipe(sequence=8192, checkpointing=NONE), "h100_sxm_80").speed.mfu
    assert mfu.low[0] < 0.41 < mfu.high[0]


def test_a_device_without_fp8_cannot_train_in_fp8() -> None:
    # S02: the A100 has no FP8 units.
    columns = train(LLAMA_3_8B, layout(dp=8), recipe(precision=FP8), "a100_sxm_80")
    assert not columns.runs[0]
    assert not columns.fits[0]
    assert train(LLAMA_3_8B, layout(dp=8), recipe(precision=FP8), "h100_sxm_80").runs[0]


def test_a_pipeline_idles_for_p_minus_1_of_m_micro_batches() -> None:
    # Narayanan et al. 2021, arXiv:2104.04473, section 2.2.
    lay = layout(pp=8, zero=0, micro_batches=[8, 64, 64], virtual_stages=[1, 1, 2])
    traffic = step_traffic(LLAMA_2_70B, lay, recipe(), device("h100_sxm_80"), np.array([50e9]))
    assert traffic.bubble == pytest.approx([7 / 8, 7 / 64, 7 / 128])


def test_zero_3_moves_half_as_much_again_as_data_parallelism() -> None:
    # ZeRO paper, section 7.2: 3·P against 2·P elements for one micro-batch.
    lay = layout(dp=8, zero=[1, 3])
    traffic = step_traffic(LLAMA_2_7B, lay, recipe(), device("h100_sxm_80"), np.array([50e9]))
    assert traffic.data_parallel[1] / traffic.data_parallel[0] == pytest.approx(1.5)


def test_ports_of_a_node_add_up_for_collectives_over_whole_nodes() -> None:
    lay = layout(tp=[1, 8], dp=[64, 8], zero=1)
    traffic = step_traffic(LLAMA_2_70B, lay, recipe(), device("h100_sxm_80"), np.array([50e9]))
    one_port_each, eight_ports = traffic.data_parallel[1], traffic.data_parallel[0]
    # Tensor parallelism leaves an eighth of the gradients per rank and one port instead of eight.
    assert one_port_each / eight_ports == pytest.approx((1 / 8) * 8 * (7 / 8) / (63 / 64), rel=1e-6)
