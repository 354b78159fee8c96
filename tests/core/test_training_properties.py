"""What must hold for every training job, whatever its size."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.training_cases import LLAMA_2_70B, LLAMA_3_8B, LLAMA_65B, MOE, device
from wizard.sizing.training_calibration import training_calibration
from wizard.sizing.training_cases import (
    FULL,
    LORA,
    NONE,
    QLORA,
    RECOMPUTE,
    SELECTIVE,
    Layout,
    Recipe,
    TrainingMemory,
    floats,
    layout,
    recipe,
)
from wizard.sizing.training_memory import size_memory
from wizard.sizing.training_plan import TrainingColumns, TrainingInputs, size_training
from wizard.sizing.training_shape import TrainingShape

SHAPES = st.sampled_from([LLAMA_3_8B, LLAMA_2_70B, LLAMA_65B, MOE])
DEVICES = st.sampled_from(["a100_sxm_80", "h100_sxm_80", "b200_sxm_180", "mi300x", "l40s", "rtx_4090"])
POWERS = st.sampled_from([1, 2, 4, 8])
METHODS = st.sampled_from([FULL, LORA, QLORA])
SEQUENCES = st.sampled_from([256, 2048, 4096, 8192, 32768])
PLAN = training_calibration().memory["plan"]
CAPACITY = np.array([80.0 * 2**30])


def memory(shape: TrainingShape, lay: Layout, how: Recipe) -> TrainingMemory:
    return size_memory(shape, lay, how, CAPACITY, PLAN)


def train(shape: TrainingShape, lay: Layout, how: Recipe, name: str, network: float = np.nan) -> TrainingColumns:
    return size_training(TrainingInputs(shape, device(name), lay, how, floats(network), floats(1e9)))


@given(SHAPES, METHODS, SEQUENCES, st.sampled_from([2, 4, 8, 64, 512]))
def test_more_devices_never_need_more_memory_each(shape: TrainingShape, method: int, s: int, dp: int) -> None:
    sized = memory(shape, layout(dp=[dp, 2 * dp], zero=3), recipe(method=method, sequence=s))
    assert sized.total[1] <= sized.total[0]


@given(SHAPES, METHODS, SEQUENCES, st.sampled_from([NONE, SELECTIVE, RECOMPUTE]))
def test_longer_sequences_never_need_fewer_activations(shape: TrainingShape, method: int, s: int, ck: int) -> None:
    sized = memory(shape, layout(), recipe(method=method, sequence=[s, 2 * s], checkpointing=ck))
    assert sized.activations[1] > sized.activations[0]
    assert sized.optimizer[1] == sized.optimizer[0]


@given(SHAPES, METHODS, SEQUENCES, POWERS, POWERS)
def test_checkpointing_never_needs_more_memory(shape: TrainingShape, method: int, s: int, tp: int, micro: int) -> None:
    how = recipe(method=method, sequence=s, checkpointing=[NONE, SELECTIVE, RECOMPUTE])
    sized = memory(shape, layout(tp=tp, micro_batch=micro), how)
    assert sized.total[0] >= sized.total[1] >= sized.total[2]


@given(SHAPES, SEQUENCES, POWERS, st.sampled_from([0, 3]))
def test_qlora_needs_at_most_lora_and_lora_at_most_full(shape: TrainingShape, s: int, dp: int, zero: int) -> None:
    sized = memory(shape, layout(dp=dp, zero=zero), recipe(method=[QLORA, LORA, FULL], sequence=s))
    assert sized.total[0] <= sized.total[1] <= sized.total[2]


@given(SHAPES, METHODS, st.integers(1, 256))
def test_a_higher_rank_never_needs_less_memory(shape: TrainingShape, method: int, rank: int) -> None:
    sized = memory(shape, layout(), recipe(method=method, lora_rank=[rank, rank + 1]))
    assert sized.total[1] >= sized.total[0]
    assert (sized.total[1] > sized.total[0]) == (method != FULL)


@given(SHAPES, st.sampled_from([8, 64, 512]))
def test_each_zero_stage_divides_more(shape: TrainingShape, dp: int) -> None:
    sized = memory(shape, layout(dp=dp, zero=[0, 1, 2, 3]), recipe())
    states = sized.weights + sized.gradients + sized.optimizer
    assert np.all(np.diff(states) < 0)


@given(SHAPES, METHODS, SEQUENCES, POWERS, POWERS, DEVICES)
@settings(max_examples=60)
def test_no_rate_passes_the_ceiling_and_bands_hold_their_value(
    shape: TrainingShape, method: int, s: int, tp: int, micro: int, name: str
) -> None:
    how = recipe(method=method, sequence=s, checkpointing=[NONE, RECOMPUTE])
    speed = train(shape, layout(tp=tp, dp=8, micro_batch=micro, micro_batches=4), how, name).speed
    for rate in (speed.tokens_s, speed.mfu):
        assert np.all(rate.low <= rate.value)
        assert np.all(rate.value <= rate.high)
        assert np.all(rate.high <= rate.ceiling * (1 + 1e-12))
    for time in (speed.step_s, speed.hours):
        assert np.all(time.ceiling <= time.low * (1 + 1e-12))
        assert np.all((time.low <= time.value) & (time.value <= time.high))
    assert np.all(speed.mfu.ceiling <= 1 + 1e-9)


@given(SHAPES, METHODS, SEQUENCES, DEVICES)
@settings(max_examples=40)
def test_recomputation_costs_time(shape: TrainingShape, method: int, s: int, name: str) -> None:
    how = recipe(method=method, sequence=s, checkpointing=[NONE, RECOMPUTE])
    columns = train(shape, layout(dp=8, micro_batches=8), how, name)
    assert columns.speed.tokens_s.value[1] < columns.speed.tokens_s.value[0]
    assert np.ptp(columns.speed.model_flops_per_token) == 0


@given(SHAPES, SEQUENCES, DEVICES)
@settings(max_examples=40)
def test_lora_trains_a_token_faster_than_full(shape: TrainingShape, s: int, name: str) -> None:
    ceilings = train(shape, layout(dp=8, micro_batches=8), recipe(method=[LORA, FULL], sequence=s), name).speed
    assert ceilings.tokens_s.ceiling[0] > ceilings.tokens_s.ceiling[1]


@given(SHAPES, st.sampled_from([16, 64, 256]), st.sampled_from([0, 3]))
@settings(max_examples=30)
def test_a_slower_network_never_trains_faster(shape: TrainingShape, dp: int, zero: int) -> None:
    fast, slow = (
        train(shape, layout(dp=dp, zero=zero), recipe(), "h100_sxm_80", rate).speed.tokens_s.value[0]
        for rate in (50e9, 1e9)
    )
    assert slow <= fast


@given(st.sampled_from([2, 4, 8, 16]), st.integers(1, 64), st.integers(1, 8))
def test_the_pipeline_bubble_shrinks_with_micro_batches_and_chunks(stages: int, batches: int, chunks: int) -> None:
    lay = layout(pp=stages, zero=0, micro_batches=[batches, 2 * batches], virtual_stages=chunks)
    rate = train(LLAMA_2_70B, lay, recipe(), "h100_sxm_80").speed.tokens_s.value
    assert rate[1] > rate[0]
