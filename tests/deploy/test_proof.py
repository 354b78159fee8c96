"""The exported tests measure what they say: a service of known speed passes, a slower one is found out."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy import plans
from tests.deploy.stub import KEY, Speed, service
from wizard.deploy.bundle import build
from wizard.deploy.export import write
from wizard.deploy.facts import deployment
from wizard.deploy.flags import table_for
from wizard.deploy.proof import bench_words, prompt_tokens
from wizard.deploy.rule_records import value_of
from wizard.i18n import Translator
from wizard.planner.plan import Estimate

LIMITS = {
    "ttft_ms": Estimate(value=150, low=100, high=400, ceiling=10, basis="t"),
    "tpot_ms": Estimate(value=8, low=5, high=25, ceiling=2, basis="t"),
    "e2e_ms": Estimate(value=400, low=300, high=1000, ceiling=20, basis="t"),
    "output_tok_s": Estimate(value=400, low=100, high=700, ceiling=2000, basis="t"),
}
PLAN = plans.plan(batch=4, estimates=LIMITS, needs={"workload": {
    "concurrent_users": 4, "prompt_tokens": 60, "output_tokens": 20, "prefix_cache_share": 0.5}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(build(PLAN, Translator("en")), tmp_path / "deploy")
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    return tmp_path


def bench(folder: Path, address: str) -> tuple[int, dict[str, object]]:
    d = deployment(PLAN)
    assert d is not None
    words = [w.replace("${BASE_URL}", address).replace("${KEY_FILE}", str(folder / "key")) for w in bench_words(d)]
    done = subprocess.run([sys.executable, *words[1:], "--turns", "4", "--ramp-s", "0.2"], cwd=folder / "deploy",
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}


def test_a_service_as_fast_as_the_plan_passes(folder: Path) -> None:
    with service(PLAN.model.name, Speed()) as address:
        code, figures = bench(folder, address)
    assert (code, figures["broken"]) == (0, [])
    assert figures["requests"] == 16
    assert figures["prompt_tokens"] == pytest.approx(60, abs=4)
    assert figures["output_tokens"] == 20
    assert isinstance(figures["tpot_ms"], float)
    assert 4 <= figures["tpot_ms"] <= 25


@pytest.mark.parametrize(("speed", "broken"), [
    (Speed(ttft_s=0.6), ("ttft_ms",)), (Speed(tpot_s=0.06), ("tpot_ms", "e2e_ms", "output_tok_s")),
    (Speed(answer_tokens=5), ("not the plan's load",)),
])
def test_a_slower_service_is_found_out(folder: Path, speed: Speed, broken: tuple[str, ...]) -> None:
    with service(PLAN.model.name, speed) as address:
        code, figures = bench(folder, address)
    assert code == 1
    assert [name for name in broken if name not in str(figures["broken"])] == []


def test_nothing_measured_is_not_a_pass(folder: Path) -> None:
    code, figures = bench(folder, "http://127.0.0.1:9")
    assert code == 2
    assert "nothing measured" in str(figures["stderr"])


def test_bench_sh_carries_the_load_and_the_slow_ends() -> None:
    script = build(PLAN, Translator("en"))["test/bench.sh"].text
    words = tuple(shlex.split(script.partition("exec ")[2].replace("\\\n", " ")))
    flags = ("--concurrency", "--prompt-tokens", "--output-tokens", "--max-ttft-ms", "--max-tpot-ms", "--max-e2e-ms",
             "--min-output-tok-s", "--prefix-share")
    assert [value_of(words, f) for f in flags] == ["4", "60", "20", "400", "25", "1000", "100", "0.5"]
    assert table_for(words) is None


def test_prompts_leave_room_for_the_answer_in_a_tight_context() -> None:
    tight = deployment(plans.plan(max_context_tokens=1300, needs={"workload": {
        "concurrent_users": 4, "prompt_tokens": 1000, "output_tokens": 300}}))
    wide = deployment(plans.plan(max_context_tokens=8192, needs={"workload": {
        "concurrent_users": 4, "prompt_tokens": 1000, "output_tokens": 300}}))
    assert tight is not None
    assert wide is not None
    assert (prompt_tokens(tight), prompt_tokens(wide)) == (980, 1000)


def smoke(folder: Path, address: str, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "test/smoke.py", address, "--model", PLAN.model.name, "--key-file", str(folder / "key"),
         *more],
        cwd=folder / "deploy", capture_output=True, text=True, timeout=60, check=False,
    )
    return done.returncode, done.stdout


def test_smoke_passes_on_a_good_service_and_names_what_fails(folder: Path) -> None:
    with service(PLAN.model.name, Speed(ttft_s=0, tpot_s=0)) as address:
        code, told = smoke(folder, address, "--gateway")
    assert code == 0, told
    assert told.count("ok  ") == 5
    with service("another", Speed(ttft_s=0, tpot_s=0)) as address:
        code, told = smoke(folder, address)
    assert code == 1
    assert "FAIL models" in told
