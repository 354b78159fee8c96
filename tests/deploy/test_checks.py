"""Each offline check lets the good pass and finds the seeded fault; flag tables know types and choices."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.deploy import plans
from wizard.deploy import checks_text
from wizard.deploy.bundle import CHECKS, DeployBundle, DeployFile
from wizard.deploy.checks import check_bundle, say
from wizard.deploy.flags import problems, shell_commands, table
from wizard.i18n import Translator

EN, ZH = Translator("en"), Translator("zh_CN")
WORKLOAD, COMPOSE = "k8s/base/workload.yaml", "compose.yaml"

SEEDED = [
    ("vllm", COMPOSE, "yaml", r"restart: unless-stopped", "restart: unless-stopped\n    restart: always"),
    ("vllm", COMPOSE, "yaml", r"services:", "services: ["),
    ("vllm", COMPOSE, "compose", r"healthcheck:", "healthchek:"),
    ("vllm", COMPOSE, "compose", r"start_period:", "start_time:"),
    ("vllm", COMPOSE, "compose", r"condition: service_healthy", "condition: service_healthy\n      ghost: {}"),
    ("vllm", COMPOSE, "compose", r"image: prom/prometheus:\S+", "image: prom/prometheus"),
    ("vllm", COMPOSE, "compose", r"- gateway_keys", "- other_keys"),
    ("vllm", COMPOSE, "compose", r"init: true", "network_mode: host"),
    ("vllm", COMPOSE, "compose", r"\n +capabilities:\n +- gpu\n  gateway", "\n  gateway"),
    ("vllm", COMPOSE, "flags", r"- --max-num-seqs", "- --max-num-seq"),
    ("vllm", COMPOSE, "flags", r"- '63'", "- many"),
    ("vllm", COMPOSE, "flags", r"- bfloat16", "- bf16"),
    ("vllm", COMPOSE, "flags", r"- '0.92'\n", "- high\n"),
    ("vllm", WORKLOAD, "k8s", r"startupProbe:", "startUpProbe:"),
    ("vllm", WORKLOAD, "k8s", r"port: http(\s+periodSeconds: 20)", r"port: web\1"),
    ("vllm", WORKLOAD, "k8s", r"- name: tmp(\s+emptyDir)", r"- name: temp\1"),
    ("vllm", WORKLOAD, "k8s", r"apiVersion: apps/v1", "apiVersion: apps/v1beta1"),
    ("vllm", WORKLOAD, "k8s", r"metadata:\n  name: \S+", "metadata:\n  name: Has_Underscore"),
    ("vllm", WORKLOAD, "k8s",
     r"matchLabels:\n +app.kubernetes.io/name: \S+", "matchLabels:\n      app.kubernetes.io/name: x"),
    ("vllm", WORKLOAD, "k8s", r"image: vllm/vllm-openai:\S+", "image: vllm/vllm-openai"),
    ("vllm", WORKLOAD, "flags", r"- --tensor-parallel-size", "- --tensor-parallel"),
    ("vllm", "run.sh", "shell", r"set -euo pipefail", "set -e"),
    ("vllm", "run.sh", "shell", r"#!/usr/bin/env bash", "#!/bin/sh"),
    ("vllm", "prepare.sh", "shell", r"\nfi\n", "\n"),
    ("vllm", "run.sh", "flags", r"--max-model-len", "--max-model-length"),
    ("vllm", "gateway/nginx.conf", "nginx", r"proxy_buffering off;", "proxy_buffering off"),
    ("vllm", "gateway/nginx.conf", "nginx", r"events \{", "events "),
    ("vllm", "test/smoke.py", "python", r"def main\(\):", "def main(:"),
    ("vllm", "Dockerfile", "dockerfile", r"USER 2000:0\n", ""),
    ("vllm", "Dockerfile", "dockerfile", r"FROM ", "FORM "),
    ("vllm", "Dockerfile", "dockerfile", r"CMD \[\"vllm\", ", "CMD vllm "),
    ("vllm", ".env.example", "env", r"HF_TOKEN=", "HF_TOKEN=secret"),
    ("vllm", ".env.example", "env", r"MODEL_DIR=", "model dir: "),
    ("vllm", "README.md", "text", r"\n$", ""),
    ("full", "train/ds_zero3.json", "json", r"\}\n$", "\n"),
    ("full", "train/launch.sh", "flags", r"--rdzv-backend", "--rdzv-backnd"),
]


@pytest.mark.parametrize(("name", "path", "check", "old", "new"), SEEDED)
def test_a_seeded_fault_fails_its_check(name: str, path: str, check: str, old: str, new: str) -> None:
    bundle = plans.built(name)
    assert re.search(old, bundle[path].text), old
    results = check_bundle(bundle.replacing(path, re.sub(old, new, bundle[path].text, count=1)))
    failed = [r for r in results if r.status == "failed"]
    assert (path, check) in {(r.path, r.check) for r in failed}
    for each in failed:
        assert "{" not in say(ZH, each).replace("${", "")
        assert say(EN, each).startswith(f"{path}: ")


def test_systemd_and_launchd_faults() -> None:
    unit = next(f for p, f in plans.built("vllm").items() if p.endswith(".service"))
    assert list(checks_text.systemd_faults(unit.text)) == []
    for old, new in (("[Unit]", "[Units]"), ("Restart=", "Restrat="), ("ExecStart=/bin/bash", "ExecStart=bash")):
        assert list(checks_text.systemd_faults(unit.text.replace(old, new)))
    plist = next(f for p, f in plans.built("apple").items() if p.endswith(".plist"))
    assert list(checks_text.plist_faults(plist.text)) == []
    assert list(checks_text.plist_faults(plist.text.replace("</dict>", "")))
    assert list(checks_text.plist_faults(plist.text.replace("<key>Label</key>", "<key>Lable</key>")))


def test_without_bash_the_shell_check_says_that_it_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_text, "bash", lambda: None)
    results = check_bundle(DeployBundle({"run.sh": DeployFile("#!/usr/bin/env bash\nset -euo pipefail\n", "shell")}))
    status = {r.check: r for r in results}
    assert status["shell"].status == "not_run"
    assert status["shell"].ok
    assert "bash" in say(EN, status["shell"])
    assert status["flags"].status == "passed"


def test_a_tool_that_hangs_is_not_taken_for_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> object:
        raise subprocess.TimeoutExpired("bash", 10)

    monkeypatch.setattr(subprocess, "run", hang)
    results = check_bundle(DeployBundle({"run.sh": DeployFile("#!/usr/bin/env bash\nset -euo pipefail\n", "shell")}))
    assert {r.check: r.status for r in results} == {"shell": "not_run", "flags": "passed"}


def test_every_kind_of_file_has_a_check() -> None:
    assert all(CHECKS.values())


@pytest.mark.parametrize(("words", "wrong"), [
    (("vllm", "serve", "/m", "--port", "8000", "--dtype=auto"), 0), (("vllm", "serve", "/m", "--port"), 1),
    (("vllm", "serve", "/m", "--port=many"), 1), (("vllm", "serve", "/m", "--task", "generate"), 1),
    (("vllm", "serve", "/m", "--swap-space", "4"), 1), (("vllm", "serve", "/m", "--port", "--headless"), 1),
    (("python3", "-m", "sglang.launch_server", "--tp-size", "$(TP)"), 0),
    (("python3", "-m", "sglang.launch_server", "--quantization", "fp9"), 1),
    (("trtllm-serve", "/m", "--backend", "vllm"), 1), (("llama-server", "-ngl", "99", "-c", "-1"), 0),
    (("llama-server", "--mlock"), 1), (("torchrun", "--standalone", "train.py", "--anything"), 0),
    (("nginx", "--nothing"), 0),
])
def test_flags_of_the_named_version(words: tuple[str, ...], wrong: int) -> None:
    assert len(problems(words)) == wrong


@pytest.mark.parametrize(("name", "least", "known"), [
    ("vllm-0.33.0", 300, "--tensor-parallel-size"), ("sglang-0.5.23", 500, "--tp-size"),
    ("trtllm-serve", 30, "--tp_size"), ("llama-server", 300, "-ngl"), ("torchrun", 30, "--rdzv-endpoint"),
])
def test_flag_tables_are_complete(name: str, least: int, known: str) -> None:
    assert len(table(name)) >= least
    assert known in table(name)


def test_command_lines_are_found_in_scripts() -> None:
    script = "#!/usr/bin/env bash\n# vllm serve --no\nexec vllm serve \\\n  /m \\\n  --port 80 \"$@\"\necho 'x\nls -l\n"
    assert list(shell_commands(script)) == [("vllm", "serve", "/m", "--port", "80")]
