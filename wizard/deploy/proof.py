"""test/: does it answer (smoke.py), and does it hold what the plan promises (bench.sh)."""

from __future__ import annotations

from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.facts import Deployment
from wizard.deploy.text import shell_words, template

_HEAD = """#!/usr/bin/env bash
# The plan's own load, judged by the slow end of the plan's own estimates. Exit 1: the plan is wrong or not followed.
set -euo pipefail
cd "$(dirname "$0")/.."
BASE_URL=${BASE_URL:-@@URL@@}
KEY_FILE=${KEY_FILE:-./secrets/api_key}
"""
_AVERAGE = 0.98
_LIMITS = (("ttft_ms", "--max-ttft-ms"), ("tpot_ms", "--max-tpot-ms"), ("e2e_ms", "--max-e2e-ms"),
           ("output_tok_s", "--min-output-tok-s"))


def address() -> str:
    """Return where the gateway listens on its machine."""
    return "https://127.0.0.1:8443"


def prompt_tokens(d: Deployment) -> int:
    """Return the length of the benchmark's prompts: the plan's, less what random words may overshoot the context by.

    The engine refuses a prompt that leaves no room for its answer, and words make tokens only on average.
    """
    work = d.plan.needs.workload
    return max(1, min(work.prompt_tokens, int((d.context - work.output_tokens) * _AVERAGE)))


def bench_words(d: Deployment) -> tuple[str, ...]:
    """Return the benchmark's command line: load and limits are the plan's."""
    work = d.plan.needs.workload
    words = ["python3", "test/bench.py", "${BASE_URL}", "--model", d.model_name, "--key-file", "${KEY_FILE}",
             "--concurrency", str(d.load), "--prompt-tokens", str(prompt_tokens(d)), "--output-tokens",
             str(work.output_tokens), "--prefix-share", f"{work.prefix_cache_share:g}"]
    e2e = d.slow("e2e_ms")
    if e2e is not None:
        words += ["--ramp-s", f"{max(1.0, e2e / 1000):.3g}"]
    for metric, flag in _LIMITS:
        limit = d.slow(metric)
        if limit is not None:
            words += [flag, f"{limit:.6g}"]
    return tuple(words)


def files(d: Deployment) -> Files:
    """Return smoke.py, bench.py and the bench.sh that knows the plan's figures."""
    bench = f"{_HEAD.replace('@@URL@@', address())}exec {shell_words(bench_words(d))} \"$@\"\n"
    return {
        "test/smoke.py": DeployFile(template("smoke.py"), "python"),
        "test/bench.py": DeployFile(template("bench.py"), "python"), "test/bench.sh": DeployFile(bench, "shell"),
    }
