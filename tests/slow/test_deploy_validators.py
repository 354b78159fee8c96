"""Deployment files pass the validators that people use, and those validators do find a seeded fault."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy import plans
from wizard.deploy.bundle import DeployBundle, DeployFile
from wizard.deploy.export import write

pytestmark = pytest.mark.slow

EVERY = sorted(plans.every())
SCHEMAS = "1.34"
STANDARD = frozenset({"Deployment", "Service", "PersistentVolumeClaim", "NetworkPolicy", "PodDisruptionBudget", "Job"})
"""Kinds whose schemas the validator carries; the others belong to operators."""
YAMLLINT = "{extends: default, rules: {line-length: disable, indentation: {indent-sequences: consistent}}}"


def program(name: str) -> str:
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=os.pathsep.join([beside, os.environ["PATH"], "/usr/sbin"]))
    assert found, f"{name} is missing; ./test --slow installs it"
    return found


def run(*command: str | Path, **more: object) -> tuple[int, str]:
    done = subprocess.run([program(str(command[0])), *map(str, command[1:])], capture_output=True, text=True,
                          timeout=120, check=False, **more)  # type: ignore[call-overload]
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bundles")
    for name in EVERY:
        write(plans.built(name), root / name)
    return root


def files(folders: Path, *kinds: str) -> Iterator[tuple[Path, DeployFile]]:
    for name in EVERY:
        yield from ((folders / name / p, f) for p, f in plans.built(name).items() if f.kind in kinds)


def shellcheck(*paths: Path) -> tuple[int, str]:
    return run("shellcheck", "--shell=bash", *paths)


def compose(*paths: Path) -> tuple[int, str]:
    return run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", *paths)


def hadolint(*paths: Path) -> tuple[int, str]:
    return run("hadolint", *paths)


def kubernetes(*paths: Path) -> tuple[int, str]:
    return run("kubernetes-validate", "-k", SCHEMAS, "--strict", *paths)


def yamllint(*paths: Path) -> tuple[int, str]:
    return run("yamllint", "--strict", "-d", YAMLLINT, *paths)


def unit(*paths: Path) -> tuple[int, str]:
    return run("systemd-analyze", "verify", "--recursive-errors=yes", "--man=no", *paths)


def standard(file: DeployFile) -> bool:
    return set(re.findall(r"^kind: (\w+)$", file.text, re.MULTILINE)) <= STANDARD


CASES: dict[str, tuple[Callable[..., tuple[int, str]], tuple[str, ...], Callable[[DeployFile], bool], str, str]] = {
    "shellcheck": (shellcheck, ("shell",), lambda _: True, "set -euo pipefail\n", "set -euo pipefail\nrm -rf $x/\n"),
    "compose": (compose, ("compose",), lambda _: True, "healthcheck:", "healthchek:"),
    "hadolint": (hadolint, ("dockerfile",), lambda _: True, r":v0\.33\.0", ""),
    "kubernetes": (kubernetes, ("k8s",), standard, "startupProbe:", "startUpProbe:"),
    "yamllint": (yamllint, ("compose", "k8s", "yaml"), lambda _: True, r"apiVersion: (\S+)\n",
                 r"apiVersion: \1\napiVersion: \1\n"),
    "systemd": (unit, ("systemd",), lambda _: True, "Restart=", "Restrat="),
}


@pytest.mark.parametrize("name", CASES)
def test_every_file_passes(name: str, folders: Path) -> None:
    check, kinds, suits, _, _ = CASES[name]
    paths = [path for path, file in files(folders, *kinds) if suits(file)]
    assert len(paths) >= 4
    code, told = check(*paths)
    assert code == 0, told


@pytest.mark.parametrize("name", CASES)
def test_the_validator_finds_a_seeded_fault(name: str, folders: Path, tmp_path: Path) -> None:
    check, kinds, suits, old, new = CASES[name]
    good, file = next((p, f) for p, f in files(folders, *kinds) if suits(f) and re.search(old, f.text))
    bad = tmp_path / good.name
    bad.write_text(re.sub(old, new, file.text), encoding="utf-8")
    assert check(bad)[0] != 0


def placed(folder: Path, bundle: DeployBundle, path: str) -> Path:
    """Write a file with the places that exist only on the machine it is for replaced by places that exist here."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys").write_text('"Bearer k" 1;\n', encoding="utf-8")
    (folder / "upstreams.conf").write_text("server 127.0.0.1:8000;\n", encoding="utf-8")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "2", "-keyout",
        folder / "tls.key", "-out", folder / "tls.crt")
    swaps = ((r"\S+gateway[_-]keys(\.conf)?;", f"{folder}/keys;"), (r"\S+/upstreams\.conf", f"{folder}/upstreams.conf"),
             (r"\S+/tls(\.crt|/tls\.crt)", f"{folder}/tls.crt"), (r"\S+/tls\.key", f"{folder}/tls.key"),
             (r"\S+/api_key", f"{folder}/keys"), (r"server llm-[a-z0-9-]+:", "server 127.0.0.1:"))
    text = bundle[path].text
    for old, new in swaps:
        text = re.sub(old, new, text)
    target = folder / Path(path).name
    target.write_text(text, encoding="utf-8")
    return target


NGINX = [(name, path) for name in EVERY for path, file in plans.built(name).items()
         if file.kind == "nginx" and path.endswith("nginx.conf")]


@pytest.mark.parametrize(("name", "path"), NGINX)
def test_nginx_takes_the_gateway(name: str, path: str, tmp_path: Path) -> None:
    target = placed(tmp_path / "conf", plans.built(name), path)
    code, told = run("nginx", "-t", "-c", target)
    assert code == 0, told
    target.write_text(target.read_text(encoding="utf-8").replace("proxy_buffering off;", "proxy_bufering off;"),
                      encoding="utf-8")
    assert run("nginx", "-t", "-c", target)[0] != 0


@pytest.mark.parametrize("name", [n for n in EVERY if "monitoring/rules.yml" in plans.built(n)])
def test_promtool_takes_scraping_and_alerts(name: str, tmp_path: Path) -> None:
    bundle = plans.built(name)
    rules = placed(tmp_path, bundle, "monitoring/rules.yml")
    code, told = run("promtool", "check", "rules", rules)
    assert code == 0, told
    code, told = run("promtool", "check", "config", placed(tmp_path, bundle, "monitoring/prometheus.yml"))
    assert code == 0, told
    rules.write_text(bundle["monitoring/rules.yml"].text.replace("expr: ", "expr: sum(("), encoding="utf-8")
    assert run("promtool", "check", "rules", rules)[0] != 0


def test_the_alert_at_the_plans_slow_end_fires(tmp_path: Path) -> None:
    bundle = plans.built("vllm")
    (tmp_path / "rules.yml").write_text(bundle["monitoring/rules.yml"].text, encoding="utf-8")
    # The plan's slow end is 24 ms for each token; half of the tokens are slower than 50 ms.
    (tmp_path / "unit.yml").write_text("""
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'vllm:inter_token_latency_seconds_bucket{le="0.01"}', values: '0x60'}
      - {series: 'vllm:inter_token_latency_seconds_bucket{le="0.05"}', values: '0+10x60'}
      - {series: 'vllm:inter_token_latency_seconds_bucket{le="+Inf"}', values: '0+100x60'}
      - {series: 'up{job="engine"}', values: '1x60'}
    alert_rule_test:
      - eval_time: 40m
        alertname: TokensSlow
        exp_alerts:
          - exp_labels: {severity: warning}
            exp_annotations: {summary: "The median is above the slow end of the plan (24 ms)."}
      - {eval_time: 40m, alertname: EngineDown, exp_alerts: []}
      - {eval_time: 40m, alertname: FirstTokenSlow, exp_alerts: []}
""", encoding="utf-8")
    code, told = run("promtool", "test", "rules", "unit.yml", cwd=tmp_path)
    assert code == 0, told
