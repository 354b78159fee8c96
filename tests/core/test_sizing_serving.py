"""Speeds of serving against published figures, and what the calibration says of what it has seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, H100, H200, LLAMA_8B, LLAMA_70B, answer, calibration, case, catalog
from wizard.sizing.cases import ServingColumns
from wizard.sizing.coefficients import SHARES
from wizard.sizing.device_columns import DeviceColumns, stack
from wizard.sizing.legal import engines_for
from wizard.sizing.operators import experts_touched
from wizard.sizing.replica import Replica


def test_deepseek_v3_on_eight_h200_at_128_users() -> None:
    # The bus allows 7,450 tok/s (98.3 % of the experts are touched); kernel data bases say 2,500 to 4,400.
    columns = answer(case(DEEPSEEK, H200, weights="fp8", users=128, tp=8))
    assert 1500 <= columns.output_tok_s.value[0] <= 7450
    assert columns.output_tok_s.ceiling[0] <= 7450
    assert columns.fits[0]


def test_experts_touched_at_128_tokens() -> None:
    touched = experts_touched(case(DEEPSEEK), np.array([1.0, 128.0]))
    assert touched == pytest.approx([8 / 256, 0.983], abs=5e-4)


def test_a_dense_model_reads_all_its_weights_each_step() -> None:
    # 16.06 GB without the 1.05 GB input embedding, over 3.35 TB/s: 4.48 ms at the very best.
    columns = answer(case(users=1, prompt=1, output=1))
    assert columns.tpot_ms.ceiling[0] == pytest.approx(4.48, rel=0.01)


def test_prefill_floor_is_the_multiplications_over_the_peak() -> None:
    # 2 x 6.98 G x 8192 FLOP in matrices plus causal attention, over 989.4 TFLOP/s.
    matrices = 2 * (8_030_261_248 - 2 * 128_256 * 4096) * 8192
    attention = 2 * 32 * 256 * 32 * 8192 * 4096
    columns = answer(case(users=1, prompt=8192))
    assert columns.ttft_ms.ceiling[0] == pytest.approx((matrices + attention) / 989.4e12 * 1e3, rel=0.01)


@pytest.mark.parametrize(("model", "device", "tp", "weights", "measured"), [
    # vLLM 0.12, Qwen3-32B BF16 on 2 x H100, 1024/512 at 8 users: 16.5 ms (aiconfigurator silicon samples, Apache-2.0).
    ("Qwen/Qwen3-32B", H100, 2, "bf16", 16.5),
])
def test_published_decode_times_lie_in_the_band(
    model: str, device: str, tp: int, weights: str, measured: float
) -> None:
    b = answer(case(model, device, tp=tp, weights=weights, prompt=1024, output=512, users=8)).tpot_ms
    assert b.low[0] <= measured <= b.high[0]
    assert b.value[0] == pytest.approx(measured, rel=0.35)


def test_users_beyond_memory_queue() -> None:
    few, many = answer(case(prompt=32_000, users=8)), answer(case(prompt=32_000, users=64))
    assert many.batch[0] < 64
    assert many.batch[0] <= many.max_concurrency.ceiling[0] * 1.5
    assert many.ttft_ms.value[0] > 3 * few.ttft_ms.value[0]


def test_an_endless_queue_gives_at_least_what_few_users_get() -> None:
    endless, few = answer(case(users=np.nan)), answer(case(users=4))
    assert endless.output_tok_s.value[0] > few.output_tok_s.value[0]


def test_bands_are_wider_for_hardware_and_models_that_were_not_in_the_fit() -> None:
    x = case(LLAMA_70B, weights="fp8", tp=4)
    unknown = replace(x, device=replace(x.device, key=np.array([7])))
    strange = replace(x, model=replace(x.model, key=np.array([7])))

    def width(columns: ServingColumns) -> float:
        b = columns.tpot_ms
        return float(b.high[0] / b.value[0])

    assert calibration().seen(x)[0][0]
    assert calibration().seen(x)[1][0]
    assert not calibration().seen(unknown)[0][0]
    assert width(answer(unknown)) > width(answer(x))
    assert width(answer(strange)) > width(answer(x))


def test_constants_are_shares_where_they_must_be() -> None:
    x = case(users=np.arange(1.0, 50.0))
    constants = calibration().coefficients(x, Replica.of(x))
    for name in SHARES:
        share = getattr(constants, name)
        assert np.all((share > 0) & (share <= 1))


def test_unknown_hardware_gets_what_its_relatives_have() -> None:
    x = case(LLAMA_8B, "h100_sxm_80")
    unknown = replace(x, device=replace(x.device, key=np.array([7])))
    assert answer(unknown).tpot_ms.value[0] == pytest.approx(answer(x).tpot_ms.value[0], rel=0.5)


@pytest.mark.parametrize("engine", ["vllm", "sglang", "llama.cpp"])
@pytest.mark.parametrize("weights", ["bf16", "int4"])
@pytest.mark.parametrize("prompt", [1000, 30_000])
def test_no_accelerator_is_far_from_what_its_memory_allows(engine: str, weights: str, prompt: int) -> None:
    """One user's tokens are read from memory on every chip; an effect that few odd rows taught would show here."""
    known, model = catalog(), catalog().models[LLAMA_8B]
    devices = [a for a in known.accelerators.values() if a.bandwidth_gb_s and a.fp16_tflops
               and "cpu" not in a.id and engine in engines_for(a, model)]
    assert len(devices) > 50
    one = case(weights=weights, engine=engine, users=1, prompt=prompt)
    tpot = answer(replace(one, device=stack([DeviceColumns.of(a) for a in devices]))).tpot_ms
    slow = {a.id: ratio for a, ratio in zip(devices, tpot.value / tpot.ceiling, strict=True) if ratio > 7}
    assert slow == {}
