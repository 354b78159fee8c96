"""Models that no accelerator holds, with the host's help."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.sizing_cases import DEEPSEEK, LLAMA_70B, calibration, case, catalog
from wizard.i18n import Translator
from wizard.needs.files import needs_from
from wizard.planner.planner import plan
from wizard.sizing.offload import Hybrid, Place, host_columns, hybrid
from wizard.units import GIB
from wizard.words import say

CARD = "rtx_4090"


def run(
    model: str, place: Place, *, bandwidth: float = 307.2e9, memory_gib: float = 512, count: int = 1, prompt: int = 500,
    sockets: int = 1,
) -> Hybrid | None:
    x = case(model, CARD, weights="gguf_q4_k", engine="llama.cpp", users=1, prompt=prompt, output=300)
    return hybrid(x, host_columns(memory_gib * GIB, bandwidth, sockets=sockets), place, count, calibration())


@pytest.mark.parametrize(("sockets", "measured", "prompt_rate"), [(1, 8.73, 54.2), (2, 12.2, 82.9)])
def test_deepseek_on_one_24_gb_card_runs_at_the_published_rate(
    sockets: int, measured: float, prompt_rate: float
) -> None:
    # KTransformers' tutorial: DeepSeek-V3 Q4_K_M, RTX 4090D, Xeon Gold 6454S with 8 x DDR5-4800 per socket, 500 tokens:
    # 8.73 tok/s on one socket, 12.2 on two, after prompts at 54.2 and 82.9; 382 GB of DRAM. llama.cpp on two: 4.51.
    found = run(DEEPSEEK, "experts", bandwidth=sockets * 307.2e9, sockets=sockets)
    assert found is not None
    assert 1 / found.tpot == pytest.approx(measured, rel=0.25)
    assert 500 / found.ttft == pytest.approx(prompt_rate, rel=0.25)
    assert found.first_low < 500 / prompt_rate < found.first_high
    assert found.low < 1 / measured < found.high
    assert found.high / found.low > 3, "such an estimate must be wide"
    assert found.host_bytes / 1e9 == pytest.approx(382, rel=0.05)


def test_experts_on_the_host_beat_layers_on_the_host() -> None:
    experts, layers = run(DEEPSEEK, "experts"), run(DEEPSEEK, "layers")
    assert experts is not None
    assert layers is not None
    assert experts.tpot < layers.tpot
    assert layers.low <= 1 / 4.51 <= layers.high


def test_what_does_not_fit_or_has_no_experts_is_refused() -> None:
    assert run(DEEPSEEK, "experts", memory_gib=256) is None
    assert run(LLAMA_70B, "experts") is None


def test_more_cards_take_more_layers_and_are_faster() -> None:
    one, two = run(LLAMA_70B, "layers", bandwidth=90e9), run(LLAMA_70B, "layers", bandwidth=90e9, count=2)
    assert one is not None
    assert two is not None
    assert one.share < two.share
    assert two.tpot < one.tpot
    assert one.tpot >= one.floor


def test_long_prompts_are_sent_to_the_accelerator() -> None:
    """A piece of 4,096 tokens costs one pass of the experts over the bus, and not the host's arithmetic."""
    short, long = run(DEEPSEEK, "experts", prompt=500), run(DEEPSEEK, "experts", prompt=4096)
    assert short is not None
    assert long is not None
    assert 4096 / long.ttft > 3 * 500 / short.ttft
    assert long.ttft > long.host_bytes / 31.5e9


def test_a_faster_host_is_never_slower() -> None:
    times = [found.tpot for gb_s in (50, 100, 300, 800) if (found := run(DEEPSEEK, "experts", bandwidth=gb_s * 1e9))]
    assert (np.diff(times) < 0).all()


def test_a_plan_answers_for_the_named_card() -> None:
    needs = needs_from({
        "model": "deepseek-ai/DeepSeek-R1", "workload": {"concurrent_users": 1, "prompt_tokens": 500},
        "constraints": {"accelerators": ["RTX 4090"], "accelerator_count": 1}, "host": {"offload": "experts"}})
    fact = next(f for f in plan(needs, catalog()).facts if f.code.startswith("hybrid"))
    assert fact.code == "hybrid"
    assert 3 < fact.fields["rate"] < 20  # type: ignore[operator]
    assert "measure before you rely on it" in say(Translator("en"), fact)
    dense = needs.model_copy(update={"model": LLAMA_70B})
    assert any(f.code == "hybrid_needs_experts" for f in plan(dense, catalog()).facts)
