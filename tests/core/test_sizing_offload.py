"""Models that no accelerator holds, with the host's help."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench.hybrid_runs import runs
from tests.core.sizing_cases import DEEPSEEK, LLAMA_70B, calibration, case, catalog
from wizard.i18n import Translator
from wizard.needs.files import needs_from
from wizard.planner.planner import plan
from wizard.sizing.offload import COPY_BANDWIDTH, EXPERTS_BAND, PROMPT_BAND, Hybrid, Place, host_columns, hybrid
from wizard.units import GIB
from wizard.words import say

CARD = "rtx_4090"


def run(
    model: str, place: Place, *, bandwidth: float = 307.2e9, memory_gib: float = 512, count: int = 1, prompt: int = 500,
    most_share: float = 1.0,
) -> Hybrid | None:
    x = case(model, CARD, weights="gguf_q4_k", engine="llama.cpp", users=1, prompt=prompt, output=300)
    return hybrid(x, host_columns(memory_gib * GIB, bandwidth), place, count, calibration(), most_share)


def test_published_rates_lie_around_the_estimates_and_in_their_band() -> None:
    """No constant was fitted to a decode rate; that at which experts are sent was fitted to such prompts."""
    decode = [one.decode for one in runs() if np.isfinite(one.decode)]
    sent = [one.prompt for one in runs() if one.sent]
    for ratios, band, least in ((decode, EXPERTS_BAND, 40), (sent, PROMPT_BAND, 10)):
        assert len(ratios) >= least
        assert np.median(ratios) == pytest.approx(1, abs=0.1)
        assert np.mean([band[0] <= ratio <= band[1] for ratio in ratios]) >= 0.9
    for engine in ("KTransformers", "ik_llama.cpp", "llama.cpp"):
        some = [one.decode for one in runs() if np.isfinite(one.decode) and one.row["engine"] == engine]
        assert np.median(some) == pytest.approx(1, abs=0.2), engine
    for one in runs():
        assert one.found.floor <= one.found.low < one.found.high
        assert not one.decode * one.found.tpot < one.found.floor, "faster than the memory allows"


def test_deepseek_on_one_24_gb_card_takes_the_published_memory() -> None:
    # KTransformers' tutorial: DeepSeek-V3 Q4_K_M takes 382 GB of DRAM beside a card of 24 GB.
    found = run(DEEPSEEK, "experts")
    assert found is not None
    assert found.host_bytes / 1e9 == pytest.approx(382, rel=0.05)
    assert found.high / found.low > 2.5, "such an estimate must be wide"


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


def test_the_shortest_prompts_stay_on_the_host() -> None:
    """llama.cpp sends experts for 32 tokens and more, which takes longer than to compute so few."""
    few, more = run(DEEPSEEK, "experts", prompt=31), run(DEEPSEEK, "experts", prompt=32)
    assert few is not None
    assert more is not None
    assert few.ttft < more.ttft / 2
    assert more.ttft < 0.8 * more.host_bytes / COPY_BANDWIDTH, "only experts that 32 tokens use are sent"


def test_experts_kept_off_the_card_cost_time() -> None:
    full, none = run(DEEPSEEK, "experts", count=4), run(DEEPSEEK, "experts", count=4, most_share=0)
    assert full is not None
    assert none is not None
    assert none.share == 0 < full.share
    assert none.tpot > full.tpot


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
