"""Memory of training against published figures."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.training_cases import (
    CAPACITY_80,
    GPT_22B,
    LLAMA_2_7B,
    LLAMA_2_70B,
    LLAMA_3_8B,
    LLAMA_65B,
    MOE,
    zero_parameter_shape,
)
from wizard.sizing.training_activations import activations, layer_bytes_per_token
from wizard.sizing.training_calibration import MemoryCalibration, training_calibration
from wizard.sizing.training_cases import (
    ADAFACTOR,
    ADAMW,
    ADAMW_8BIT,
    FULL,
    LORA,
    MIXED,
    NONE,
    OFFLOADED,
    PURE_16BIT,
    QLORA,
    RECOMPUTE,
    SELECTIVE,
    SGD,
    layout,
    recipe,
)
from wizard.sizing.training_memory import NF4_BYTES, adapter_elements, optimizer_bytes_per_param, size_memory
from wizard.units import GIB

PLAIN = MemoryCalibration()
PLAN = training_calibration().memory["plan"]


def test_model_states_are_those_of_the_zero_papers_figure_1() -> None:
    # Rajbhandari et al. 2020, arXiv:1910.02054, figure 1: 7.5 B parameters on 64 devices, stages none, 1, 2, 3.
    sized = size_memory(zero_parameter_shape(7.5e9), layout(dp=64, zero=[0, 1, 2, 3]), recipe(), CAPACITY_80, PLAIN)
    states_gb = (sized.weights + sized.gradients + sized.optimizer) * GIB / 1e9
    assert states_gb == pytest.approx([120.0, 31.4, 16.6, 1.88], rel=0.005)


def test_a_gpt_layer_stores_what_korthikanti_count() -> None:
    # arXiv:2205.05198, equation 1, without the two bytes of dropout masks: s·b·h·(32 + 5·a·s/h).
    s, h, a = 2048.0, 6144.0, 64.0
    plain = layer_bytes_per_token(GPT_22B, layout(), recipe(sequence=s, checkpointing=NONE, flash=0))
    flash = layer_bytes_per_token(GPT_22B, layout(), recipe(sequence=s, checkpointing=NONE))
    row_statistics = 4.0 * a
    assert plain[0] - row_statistics == pytest.approx(h * (32 + 5 * a * s / h))
    assert flash[0] - row_statistics == pytest.approx(32 * h)


def test_tensor_and_sequence_parallelism_split_a_layer_as_korthikanti_say() -> None:
    # Equation 2: 10 + 24/t per h (8 + 24/t without masks); equation 4: all of it over t.
    t = 8.0
    whole, sliced = (
        layer_bytes_per_token(GPT_22B, layout(tp=t, sequence_parallel=sp), recipe(checkpointing=NONE))[0]
        for sp in (0, 1)
    )
    h, statistics = 6144.0, 4.0 * 64 / t
    assert whole - statistics == pytest.approx(h * (8 + 24 / t))
    assert sliced - statistics == pytest.approx(h * 32 / t)


def test_full_recomputation_keeps_two_bytes_per_hidden_element_and_layer() -> None:
    # Korthikanti et al., section 5: 2·s·b·h·L in all.
    parts = activations(GPT_22B, layout(micro_batch=4), recipe(sequence=2048, checkpointing=RECOMPUTE))
    assert parts.stored[0] == pytest.approx(2 * 2048 * 4 * 6144 * 48)


def test_the_first_pipeline_stage_holds_as_many_layers_as_the_whole_model() -> None:
    # 1F1B keeps p micro-batches of L/p layers in flight; interleaving adds (p-1)/(p·v) (section 4.2.3).
    how = recipe(sequence=2048, checkpointing=NONE)
    one = activations(GPT_22B, layout(), how).stored[0]
    staged = activations(GPT_22B, layout(pp=4, micro_batches=64), how).stored[0]
    chunked = activations(GPT_22B, layout(pp=4, micro_batches=64, virtual_stages=3), how).stored[0]
    assert staged == pytest.approx(one)
    assert chunked == pytest.approx(one * (1 + 3 / 12))


def test_full_training_of_65b_does_not_fit_eight_a100_but_lora_and_qlora_do() -> None:
    # S02: 16 B x 65.2e9 = 1.04 TB of states before activations.
    methods = np.array([FULL, LORA, QLORA])
    sized = size_memory(LLAMA_65B, layout(dp=8, zero=[3, 3, 3]), recipe(method=methods), CAPACITY_80, PLAN)
    states_tb = 8 * (sized.weights + sized.gradients + sized.optimizer)[0] * GIB / 1e12
    assert states_tb == pytest.approx(1.043, rel=0.01)
    assert sized.fits.tolist() == [False, True, True]


def test_qlora_trains_65b_on_one_48_gb_device() -> None:
    # Dettmers et al. 2023, arXiv:2305.14314, abstract: 65B on a single 48 GB GPU (batch 1, 512 tokens, Guanaco).
    # It used paged optimizers; what other stacks take beyond the counted tensors is left out here.
    how = recipe(method=QLORA, sequence=512, lora_rank=64)
    sized = size_memory(LLAMA_65B, layout(zero=0), how, np.array([48.0 * 2**30]), MemoryCalibration(quantised_extra=0))
    base_bytes = sized.weights[0] * GIB - 4 * adapter_elements(LLAMA_65B, how)[0]
    assert base_bytes == pytest.approx(65.2e9 * NF4_BYTES, rel=0.03)
    assert 40 < sized.total[0] < 48


def test_adapters_have_the_published_number_of_elements() -> None:
    # PEFT prints 39,976,960 trainable parameters for Llama-2-7B and 41,943,040 for Llama-3-8B at rank 16, all linear.
    how = recipe(method=LORA, lora_rank=16)
    assert adapter_elements(LLAMA_2_7B, how)[0] == 39_976_960
    assert adapter_elements(LLAMA_3_8B, how)[0] == 41_943_040
    assert adapter_elements(LLAMA_3_8B, recipe(method=FULL))[0] == 0


def test_lora_of_8b_matches_a_measured_run() -> None:
    # torchtune README: Llama-3-8B LoRA peaks at 18.5 GB (allocated) on one device at its default settings.
    how, calibration = recipe(method=LORA, sequence=2048, lora_rank=8), training_calibration().memory["fsdp/allocated"]
    sized = size_memory(LLAMA_3_8B, layout(zero=0), how, CAPACITY_80, calibration)
    assert sized.low[0] * GIB < 18.5e9 < sized.high[0] * GIB
    assert sized.total[0] * GIB == pytest.approx(18.5e9, rel=0.15)


def test_optimizer_states_per_parameter() -> None:
    optimizers = np.array([ADAMW, ADAMW_8BIT, ADAFACTOR, SGD])
    mixed = optimizer_bytes_per_param(optimizers, np.full(4, MIXED))
    assert mixed == pytest.approx([12.0, 6.03125, 4.0, 8.0])
    assert optimizer_bytes_per_param(np.array([ADAMW]), np.array([PURE_16BIT]))[0] == 4.0
    assert optimizer_bytes_per_param(np.array([ADAMW]), np.array([OFFLOADED]))[0] == 0.0


def test_pure_16_bit_training_takes_ten_bytes_per_parameter() -> None:
    # ms-swift's benchmark: full fine-tuning of a 7.72 B model on one device peaks at 73.4 GiB at 512 tokens.
    shape = zero_parameter_shape(7.72e9)
    how = recipe(states=PURE_16BIT, sequence=512)
    sized = size_memory(shape, layout(zero=0), how, CAPACITY_80, PLAN)
    assert sized.total[0] == pytest.approx(73.4, rel=0.06)


def test_experts_are_spread_over_expert_parallel_ranks() -> None:
    together = size_memory(MOE, layout(dp=8, zero=1), recipe(), CAPACITY_80, PLAIN)
    spread = size_memory(MOE, layout(dp=8, ep=8, zero=1), recipe(), CAPACITY_80, PLAIN)
    saved = (together.weights - spread.weights)[0] * GIB
    assert saved == pytest.approx(2 * MOE.expert_params[0] * 7 / 8)
    # Eight-fold split either way: ZeRO over eight copies or one copy over eight ranks.
    assert spread.optimizer[0] == pytest.approx(together.optimizer[0])


def test_selective_recomputation_drops_the_score_matrix_only() -> None:
    without_flash = [
        layer_bytes_per_token(LLAMA_2_70B, layout(), recipe(checkpointing=how, flash=0))[0]
        for how in (NONE, SELECTIVE)
    ]
    assert without_flash[0] - without_flash[1] == pytest.approx(5 * 64 * 4096)
