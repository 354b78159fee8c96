"""The planner's door: layouts, what fits, both directions of a deadline, methods side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.training_cases import LLAMA_2_70B, LLAMA_3_8B, LLAMA_65B, MOE, device
from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Training
from wizard.sizing.cases import Ints
from wizard.sizing.device_columns import default_network, stack
from wizard.sizing.training_cases import FULL, METHODS, QLORA, recipe
from wizard.sizing.training_devices import trains
from wizard.sizing.training_layouts import candidate_layouts
from wizard.sizing.training_plan import (
    best_layouts,
    checkpointing_saves,
    devices_for,
    method_table,
    recipe_of,
    smallest_fit,
    tokens_in,
)
from wizard.sizing.training_shape import TrainingShape, shape_from_params

A100, H100 = device("a100_sxm_80"), device("h100_sxm_80")


def counts(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_s02_full_training_of_65b_takes_two_nodes_of_a100() -> None:
    assert smallest_fit(LLAMA_65B, A100, Training(method="full")) == 16
    assert smallest_fit(LLAMA_65B, A100, Training(method="lora")) in {2, 4}
    assert smallest_fit(LLAMA_65B, A100, Training(method="qlora")) == 1


def test_s02_fp8_never_fits_hardware_without_it() -> None:
    assert smallest_fit(LLAMA_65B, A100, Training(method="full", precision="fp8")) is None


def test_s19_methods_side_by_side() -> None:
    full, lora, qlora = method_table(LLAMA_65B, A100, 8, Training(tokens=1e9))
    assert [row.method for row in (full, lora, qlora)] == list(METHODS)
    assert [bool(row.columns.fits[0]) for row in (full, lora, qlora)] == [False, True, True]
    states = [
        float((r.columns.memory.weights + r.columns.memory.gradients + r.columns.memory.optimizer)[0])
        for r in (full, lora, qlora)
    ]
    # LoRA keeps the 2 of 16 bytes that the base takes; QLoRA about half a byte.
    assert states[1] / states[0] == pytest.approx(2 / 16, abs=0.01)
    assert states[2] / states[0] == pytest.approx(0.52 / 16, abs=0.01)
    assert np.all(np.isfinite(lora.columns.speed.hours.value))


def test_s19_checkpointing_keeps_one_tensor_per_layer() -> None:
    kept, recomputed = checkpointing_saves(LLAMA_65B, Training(sequence_length=4096))
    assert recomputed == pytest.approx(2 * 4096 * 8192 * 80 / 2**30)
    # 8·h + 8·h + 4·heads + 8·ffn bytes per token and layer against 2·h.
    assert kept / recomputed == pytest.approx((16 * 8192 + 4 * 64 + 8 * 22016) / (2 * 8192))


def test_s05_both_directions_agree() -> None:
    asked = Training(method="full", deadline_hours=72, sequence_length=2048)
    shape = shape_from_params(10e9)
    best = best_layouts(shape, A100, counts(4), asked)
    assert best.row[0] >= 0
    value, low, high = (float(x[0]) for x in tokens_in(best.columns, 72.0))
    assert 1e8 < low < value < high < 5e9
    # What four devices surely train in 72 hours needs at most four; what they hardly reach needs more.
    assert devices_for(shape, A100, asked.model_copy(update={"tokens": 0.99 * low})) == 4
    more = devices_for(shape, A100, asked.model_copy(update={"tokens": 4 * high}))
    assert more is not None
    assert more > 8


def test_without_tokens_or_deadline_there_is_no_answer() -> None:
    assert devices_for(LLAMA_3_8B, H100, Training(tokens=1e9)) is None
    assert devices_for(LLAMA_3_8B, H100, Training(deadline_hours=72)) is None
    assert np.isnan(best_layouts(LLAMA_3_8B, H100, counts(8), Training()).columns.speed.hours.value[0])


def test_pairs_are_answered_in_their_order() -> None:
    pairs = stack([A100, H100, A100])
    best = best_layouts(LLAMA_3_8B, pairs, counts(8, 8, 64), Training(method="full", tokens=1e9))
    assert best.columns.layout.devices.tolist() == [8, 8, 64]
    assert best.columns.speed.tokens_s.value[1] > best.columns.speed.tokens_s.value[0]
    assert best.columns.speed.hours.value[2] < best.columns.speed.hours.value[0]


def test_what_does_not_fit_shows_the_layout_that_needs_least() -> None:
    best = best_layouts(LLAMA_2_70B, A100, counts(1), Training(method="full"))
    assert best.row.tolist() == [-1]
    assert not best.columns.fits[0]
    assert best.columns.memory.total[0] > 1000


def test_the_asked_batch_is_kept() -> None:
    best = best_layouts(LLAMA_3_8B, H100, counts(64), Training(method="full", global_batch_tokens=262_144))
    lay = best.columns.layout
    assert lay.dp[0] * lay.micro_batch[0] * lay.micro_batches[0] * 4096 == 262_144


def test_recipes_follow_the_needs() -> None:
    how = recipe_of(Training(method="qlora", optimizer="adamw_8bit", lora_rank=64, sequence_length=1024))
    assert (how.method[0], how.lora_rank[0], how.sequence[0]) == (QLORA, 64, 1024)


def test_datacentre_devices_get_a_port_each() -> None:
    ports = default_network(stack([A100, H100, device("rtx_4090")]))
    assert ports.tolist() == [25e9, 50e9, 12.5e9 / 8]


@given(
    st.sampled_from([LLAMA_3_8B, LLAMA_2_70B, MOE]), st.sampled_from(range(3)),
    st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16, 40, 64, 512]), st.sampled_from([512, 4096, 32768]),
    st.sampled_from(["a100_sxm_80", "rtx_4090", "gb200_gpu"]),
)
@settings(max_examples=80)
def test_layouts_are_legal(shape: TrainingShape, method: int, count: int, sequence: int, name: str) -> None:
    lay, owner = candidate_layouts(shape, recipe(method=method, sequence=sequence), device(name), counts(count))
    assert len(owner) > 0
    assert np.all(lay.devices == count)
    assert np.all(shape.heads[0] % lay.tp == 0)
    assert np.all(lay.pp <= shape.layers[0])
    assert np.all(lay.dp % lay.ep == 0)
    assert np.all((lay.zero > 0) == (lay.shards > 1))
    assert np.all(lay.ep <= max(1.0, shape.experts[0]))
    assert np.all(lay.micro_batches >= 1)
    if method == QLORA:
        assert np.all(lay.tp * lay.pp * lay.cp == 1)
    if method == FULL and sequence < 16_384:
        assert np.all(lay.cp == 1)


def test_a_job_needs_the_device_that_it_fits() -> None:
    pairs = stack([A100, device("rtx_4090")])
    memory = best_layouts(LLAMA_3_8B, pairs, counts(1, 1), Training(method="lora")).columns.memory
    assert (memory.needed <= memory.capacity).tolist() == memory.fits.tolist()
    assert np.all(memory.needed >= memory.total)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("h100_sxm_80", True), ("mi300x", True), ("ascend_910b1", True), ("apple_m3_ultra", True), ("gaudi3", True),
     ("trainium2", True), ("inferentia2", False), ("hailo_8", False), ("qualcomm_ai100_ultra", False),
     ("cpu_epyc_9654", False), ("ascend_310p_300i_duo", False), ("rx_6600", False)],
)
def test_only_hardware_with_a_training_stack_trains(name: str, *, expected: bool) -> None:
    assert trains(Catalog().accelerators[name]) == expected


def test_the_band_stays_below_what_anybody_measured() -> None:
    best = best_layouts(LLAMA_3_8B, A100, counts(8), Training(method="full"))
    # Recomputation spends a quarter of at most 75 % of the peak.
    assert best.columns.speed.mfu.high[0] <= 0.75 * 3 / 4 + 0.02
